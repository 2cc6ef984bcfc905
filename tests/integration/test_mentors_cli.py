"""``robbie mentors`` and ``robbie eval mentors`` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

from mentors.loading import load
from tests.integration.test_cli import robbie


def _team(folder: Path, **files: str) -> Path:
    place = folder / "mentors"
    place.mkdir()
    for name, text in files.items():
        (place / f"{name}.yaml").write_text(text, "utf-8")
    return place


def test_a_mentor_of_ones_own_begins_as_a_copy_and_is_listed(tmp_path: Path) -> None:
    copy = robbie(tmp_path, "mentors", "show", "einstein", "--yaml").stdout
    theirs = copy.replace("name: Albert Einstein", "name: Emmy Noether").replace(
        "[Albert Einstein, Einstein]", "[Emmy Noether]"
    )
    _team(tmp_path, emmy_noether=theirs.replace("short_names: [Albert]", "short_names: [Emmy]"))
    listed = json.loads(robbie(tmp_path, "mentors", "list", "--json").stdout)["mentors"]
    assert [(one["id"], one["shipped"]) for one in listed][-1] == ("emmy_noether", False)
    assert len(listed) == 7
    assert "your own" in robbie(tmp_path, "mentors", "list").stdout
    checked = robbie(tmp_path, "mentors", "check")
    assert (checked.returncode, "1 of them from mentors" in checked.stdout) == (0, True)


def test_a_broken_file_is_told_with_its_line_and_what_to_write(tmp_path: Path) -> None:
    place = _team(tmp_path, ada="name: Ada\nvoice: x\n")
    checked = robbie(tmp_path, "mentors", "check", str(place))
    assert checked.returncode == 1
    assert "ada.yaml, line 2: voice must be a list" in checked.stderr
    assert "write a list: one '- …' to a line" in checked.stderr
    problems = json.loads(robbie(tmp_path, "mentors", "check", "--json").stdout)["problems"]
    assert {"voice", "moods", "who"} <= {problem["field"] for problem in problems}
    listed = robbie(tmp_path, "mentors", "list")
    assert "Albert Einstein" in listed.stdout
    assert "ada.yaml" in listed.stderr


def test_a_mentor_is_shown_in_eighty_columns_with_all_that_it_is(tmp_path: Path) -> None:
    shown = robbie(tmp_path, "mentors", "show", "Elvis").stdout
    assert max(len(line) for line in shown.splitlines()) <= 80
    words = " ".join(shown.split())
    mentor = load().mentors["elvis_presley"]
    for line in (mentor.who, *mentor.never, mentor.moods.concerned, "[breathe]"):
        assert line in words
    assert json.loads(robbie(tmp_path, "mentors", "show", "elvis", "--json").stdout) == mentor.model_dump(mode="json")


def test_who_is_not_there_is_said_with_who_is(tmp_path: Path) -> None:
    shown = robbie(tmp_path, "mentors", "show", "bob")
    assert shown.returncode == 2
    assert "there are albert_einstein, elvis_presley" in shown.stderr
    assert robbie(tmp_path, "mentors", "check", "nowhere").returncode == 2


def test_the_choice_is_measured_beside_keywords_on_messages_held_out(tmp_path: Path) -> None:
    measured = json.loads(robbie(tmp_path, "eval", "mentors", "--json").stdout)
    tuned, held_out = measured["tuned"], measured["held_out"]
    together = tuned["robbie"]["messages"] + held_out["robbie"]["messages"]
    assert together >= 150
    assert held_out["robbie"]["messages"] >= together / 3
    for part in (tuned, held_out):
        assert part["robbie"]["accuracy"] > part["keywords"]["accuracy"]
        assert set(part["robbie"]["confusion"]) == {"robbie", *load().mentors}
    shown = robbie(tmp_path, "eval", "mentors").stdout
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "Held out" in shown
