"""Mentors are files: the six that come with Robbie, a team's own, and complaints that say what to write instead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.health.models import Finding, Status
from mentors.checks import mentors
from mentors.complaints import Problem
from mentors.loading import SHIPPED, load, load_one
from mentors.models import Mood, Work
from mentors.reading import Unreadable, parse

SIX = ["albert_einstein", "elvis_presley", "john_lennon", "julia_child", "steve_jobs", "winston_churchill"]
ADA = yaml.safe_load(
    """
    name: Ada Lovelace
    tagline: Security, and what could go wrong
    who: An AI persona inspired by Ada Lovelace.
    aliases: [Ada Lovelace]
    short_names: [Ada]
    topics: [CVE, threat model*]
    specialties: [Threat models]
    voice: [Precise.]
    thinking: [Asks what an attacker wants.]
    never: [Scares.]
    short: Precise and calm.
    moods: {confident: Sure., thoughtful: Slow., concerned: Careful., determined: Go.}
    examples: [{asked: Is it safe, answer: From whom}]
    """
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a mentor's file into a team's folder, with some fields changed or (None) left out."""

    def one(id: str = "ada_lovelace", text: str | None = None, **changes: object) -> Path:
        values = {key: value for key, value in {**ADA, **changes}.items() if value is not None}
        path = tmp_path / f"{id}.yaml"
        path.write_text(yaml.safe_dump(values, sort_keys=False) if text is None else text, "utf-8")
        return path

    return one


def only(path: Path) -> Problem:
    """The one thing that is wrong with a file."""
    mentor, (problem,) = load_one(path)
    assert mentor is None
    return problem


def test_six_mentors_come_with_robbie_and_nothing_is_wrong_with_them() -> None:
    loaded = load()
    assert loaded.problems == ()
    assert list(loaded.mentors) == SIX


@pytest.mark.parametrize("id", SIX)
def test_a_shipped_mentor_has_what_a_reader_needs(id: str) -> None:
    mentor = load().mentors[id]
    assert mentor.who.startswith("An AI persona inspired by")
    assert "not " in mentor.who
    assert len({mentor.moods.of(mood) for mood in Mood}) == 4
    assert len(mentor.examples) >= 2


def test_each_kind_of_work_has_one_first_and_one_second() -> None:
    ranks = [(work, rank) for mentor in load().mentors.values() for work, rank in mentor.tasks.items()]
    assert sorted(ranks) == sorted((work, rank) for work in Work for rank in ("first", "second"))


def test_a_team_adds_a_mentor_with_a_file(write: Write, tmp_path: Path) -> None:
    write()
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert list(loaded.mentors) == [*SIX, "ada_lovelace"]


def test_a_team_replaces_a_mentor_with_a_file_of_its_name(write: Write, tmp_path: Path) -> None:
    path = write("steve_jobs", name="Steve", aliases=["Steve Jobs"])
    loaded = load(tmp_path)
    assert list(loaded.mentors) == SIX
    assert loaded.mentors["steve_jobs"].name == "Steve"
    assert loaded.sources["steve_jobs"] == path


def test_a_broken_file_takes_no_other_mentor_away_and_is_reported(write: Write, tmp_path: Path) -> None:
    write()
    write("steve_jobs", text="name: [")
    loaded = load(tmp_path)
    assert loaded.mentors["steve_jobs"].name == "Steve Jobs"
    assert loaded.sources["steve_jobs"].parent == SHIPPED
    assert "ada_lovelace" in loaded.mentors
    assert [problem.path.name for problem in loaded.problems] == ["steve_jobs.yaml"]


def test_a_folder_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    assert load(tmp_path / "nowhere") == load()


def test_a_mentor_cannot_take_the_name_of_another(write: Write, tmp_path: Path) -> None:
    write(short_names=["Elvis"])
    loaded = load(tmp_path)
    assert "ada_lovelace" not in loaded.mentors
    (problem,) = loaded.problems
    assert "'elvis' already means Elvis Presley" in problem.found
    assert "elvis_presley.yaml" in problem.mend


@pytest.mark.parametrize("name", ["Robbie", "auto", "None"])
def test_a_mentor_cannot_be_called_by_robbies_own_words(write: Write, name: str) -> None:
    assert "Robbie's own word" in only(write(aliases=[name])).found


def test_a_misspelt_field_is_named_with_its_line_and_the_right_one(write: Write) -> None:
    problem = only(write(text=yaml.safe_dump(ADA, sort_keys=False) + "specialities: [x]\n"))
    assert problem.line == len(yaml.safe_dump(ADA, sort_keys=False).splitlines()) + 1
    assert (problem.field, problem.mend) == ("specialities", "did you mean 'specialties'?")


def test_a_missing_field_is_named(write: Write) -> None:
    problem = only(write(tagline=None))
    assert (problem.field, problem.found) == ("tagline", "is missing")
    assert problem.mend == "write 'tagline: …'"


def test_a_missing_mood_is_named(write: Write) -> None:
    problem = only(write(moods={"confident": "a", "thoughtful": "b", "concerned": "c"}))
    assert problem.field == "moods.determined"
    assert "confident, thoughtful, concerned, determined" in problem.mend


def test_who_must_say_that_it_is_an_ai_persona(write: Write) -> None:
    problem = only(write(who="Ada Lovelace, mathematician"))
    assert (problem.field, "An AI persona inspired by" in problem.mend) == ("who", True)


def test_an_unknown_kind_of_work_is_named_with_the_nearest(write: Write) -> None:
    problem = only(write(tasks={"strategie": "first"}))
    assert (problem.found, problem.mend) == ("is no kind of work", "did you mean 'strategy'?")


def test_a_text_where_a_list_belongs_is_told_so(write: Write) -> None:
    problem = only(write(voice="Precise."))
    assert (problem.field, problem.found) == ("voice", "must be a list")


def test_a_file_name_that_is_no_id_is_told_so(write: Write) -> None:
    problem = only(write("Ada Lovelace"))
    assert (problem.field, problem.line) == ("id", 0)
    assert "ada_lovelace.yaml" in problem.mend


def test_an_id_that_differs_from_the_files_name_is_told_so(write: Write) -> None:
    assert "call the file ada.yaml" in only(write(id="ada_lovelace", text="id: ada\nname: Ada")).mend


def test_every_fault_of_a_file_is_told_at_once(write: Write) -> None:
    _, problems = load_one(write(tagline=None, voice="Precise.", who="Ada"))
    assert {problem.field for problem in problems} == {"tagline", "voice", "who"}


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("name: Ada\nname: Eve", 2, "'name' stands there twice"),
        ("name: Ada\nvoice: &v [x]", 2, "an anchor"),
        ("name: *v", 1, "an anchor"),
        ("name: Ada\n---\nname: Eve", 2, "a second document"),
        ("name: Ada\nvoice: a: b", 2, "not valid YAML"),
        ("[1, 2]", 1, "no keys"),
        ("? [a]\n: b", 1, "a key is not a word"),
        ("a: " + "[" * 5_000, 1, "nested deeper"),
        ("name: \x07", 0, "a character that is not allowed"),
    ],
)
def test_what_is_no_mentor_at_all_is_told_with_its_line(text: str, line: int, found: str) -> None:
    with pytest.raises(Unreadable, match=found) as caught:
        parse(text)
    assert caught.value.line == line
    assert caught.value.mend


def test_a_file_that_is_no_text_or_too_long_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.yaml").write_bytes(b"#" * 70_000)
    (tmp_path / "c.yaml").mkdir()
    assert [problem.found.split()[-1] for problem in load(tmp_path).problems[:2]] == ["UTF-8", "KB"]
    assert len(load(tmp_path).problems) == 3


def test_words_that_yaml_would_turn_into_something_else_stay_words(write: Write) -> None:
    mentor, problems = load_one(write(voice=["no", "2026-01-01", "1e3"]))
    assert problems == []
    assert mentor is not None
    assert mentor.voice == ("no", "2026-01-01", "1e3")


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
_keys = st.sampled_from([*ADA, "tasks"]) | st.text(max_size=8)
_trees = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4), max_leaves=12
)
_mentors = st.dictionaries(_keys, _trees, max_size=16).map(lambda values: {**ADA, **values})
_garbage = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet="abc:-[]{}&*!|>?'\"#%@`, \n\t\x00\x85", max_size=60).map(lambda it: it.encode("utf-8")),
    st.one_of(_mentors, _trees).map(lambda it: yaml.safe_dump(it, allow_unicode=True).encode("utf-8", "replace")),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_garbage)
def test_whatever_stands_in_a_file_is_a_mentor_or_a_clear_complaint(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ada_lovelace.yaml"
    path.write_bytes(content)
    mentor, problems = load_one(path)
    assert (mentor is None) == bool(problems)
    for problem in problems:
        assert problem.found
        assert problem.mend
        assert problem.line <= len(content.decode("utf-8", "replace").splitlines()) + 1
        assert str(problem).startswith("ada_lovelace.yaml")


def test_the_doctor_tells_a_broken_mentor_and_how_to_mend_it(write: Write, tmp_path: Path) -> None:
    write()
    assert _doctor(tmp_path) == (Status.OK, f"7, 1 of them from {tmp_path}")
    write("steve_jobs", text="name: Ada\nname: Eve")
    status, found = _doctor(tmp_path)
    assert status is Status.PROBLEM
    assert found == "steve_jobs.yaml, line 2: the key 'name' stands there twice"


def _doctor(folder: Path) -> tuple[Status, str]:
    async def collect() -> list[Finding]:
        return [finding async for finding in mentors(folder)]

    (finding,) = asyncio.run(collect())
    assert bool(finding.mend) == (finding.status is not Status.OK)
    return finding.status, finding.found
