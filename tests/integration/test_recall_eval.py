"""``robbie eval recall``: what it measures, of files as people have them."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.evals.lines import EvalError
from bot.evals.recall import Found, figures
from bot.evals.recall_rows import Question, read

DATE = "1:56 pm on 8 May, 2023"
SAID = (
    ("D1:1", "Ana", "The launch of the harbour project is on the third of June"),
    ("D1:2", "Bo", "My sister has bought a grey parrot"),
    ("D1:3", "Ana", "The tax office wants the forms of last year"),
)


def turn(number: str, speaker: str, text: str, **changes: object) -> str:
    row = {"conv": "c", "session": 1, "date": DATE, "id": number, "speaker": speaker, "text": text, "img": None}
    return json.dumps({**row, **changes})


def question(text: str, *evidence: str, **changes: object) -> str:
    return json.dumps({"conv": "c", "question": text, "evidence": list(evidence), "category": 4, **changes})


def written(folder: Path, turns: list[str], questions: list[str]) -> tuple[Path, Path]:
    with gzip.open(folder / "turns.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(turns))
    (folder / "questions.jsonl").write_text("\n".join(questions), encoding="utf-8")
    return folder / "turns.jsonl.gz", folder / "questions.jsonl"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for what is there for a while, which no other process uses; short, since a socket is in it."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_turns_are_found_again_and_bad_lines_are_named_and_left_out(tmp_path: Path, alone: Path) -> None:
    files = written(
        tmp_path,
        [*(turn(*said) for said in SAID), "{", turn("D1:9", "Bo", "x", date="soon"), turn(*SAID[0])],
        [
            question("When is the launch of the harbour project?", "D1:1"),
            question("Which bird did Bo's sister buy?", "D1:2", category=1),
            question("What was never said?", "D1:2", category=5),
            question("What has no evidence?"),
            question("Of another conversation?", "D1:1", conv="d"),
            question("Of turns that are not there?", "D7:7"),
            '{"conv": "c"}',
        ],
    )
    done = CliRunner().invoke(app, ["eval", "recall", *map(str, files), "--json"])
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["turns"], result["questions"], result["bad_lines"]) == (3, 2, 6)
    assert result["recall_at"] == result["hit_at"] == {"5": 100.0, "10": 100.0, "20": 100.0}
    assert result["mrr"] == 100.0
    assert {name: part["questions"] for name, part in result["by_category"].items()} == {"1": 1, "4": 1}
    assert result["ms"]["p95"] >= result["ms"]["p50"] > 0
    assert result["index_turns_per_second"] > 0
    for line in ("turns.jsonl.gz, line 4:", "line 5: date", "line 6: id", "questions.jsonl, line 5: conv"):
        assert line in done.stderr
    for line in ("line 6: evidence", "questions.jsonl, line 7: question"):
        assert line in done.stderr
    assert list(alone.iterdir()) == []


def test_what_cannot_be_measured_is_one_line(tmp_path: Path) -> None:
    turns, questions = written(tmp_path, [turn(*SAID[0])], [question("Never said?", "D1:1", category=5)])
    for files, why in (((turns, questions), "no question"), ((turns, tmp_path / "none"), "none cannot be read")):
        done = CliRunner().invoke(app, ["eval", "recall", *map(str, files)])
        assert done.exit_code != 0
        assert why in str(done.exception) + done.stderr


def test_a_line_that_no_store_holds_is_named_and_a_question_without_evidence_is_none(tmp_path: Path) -> None:
    turns = [
        turn(*SAID[0]),
        turn("2", "Bo", "\0"),
        turn("3", "Bo", "x", date="9999-12-31"),
        turn("4", "Bo", "x", date="0001-01-01"),
    ]
    without = {"conv": "c", "question": "?", "category": 4}
    questions = [question("?", "D1:1"), json.dumps(without), json.dumps({**without, "evidence": None})]
    exam = read(*written(tmp_path, turns, questions))
    assert [line.number for line in exam.bad] == [2, 3, 4]
    assert (len(exam.turns["c"]), len(exam.questions)) == (1, 1)


def test_dates_and_pictures_are_read(tmp_path: Path) -> None:
    turns = [turn(*SAID[0], img="a ship"), turn(*SAID[1], date="2023-05-08T13:56:00+02:00")]
    first, second = read(*written(tmp_path, turns, [question("?", "D1:1")])).turns["c"]
    assert first.told == SAID[0][2] + " [a ship]"
    assert (first.date - second.date).total_seconds() == 2 * 3600


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    turns, questions = written(tmp_path, [turn(*SAID[0])], [question("?", "D1:1")])
    whole = turns.read_bytes()
    for broken in (whole[:40], whole[:30] + b"?" * 20 + whole[50:]):
        turns.write_bytes(broken)
        with pytest.raises(EvalError):
            read(turns, questions)


def test_the_figures_are_means_over_questions_in_percent() -> None:
    def found(turns: int, *ranks: int) -> Found:
        asked = Question(conv="c", question="?", evidence=frozenset(map(str, range(turns))), category=1)
        return Found(asked, ranks, 1.0)

    result: Mapping[str, object] = figures([found(2, 2, 12), found(1)])
    assert result == {
        "recall_at": {"5": 25.0, "10": 25.0, "20": 50.0},
        "hit_at": {"5": 50.0, "10": 50.0, "20": 50.0},
        "mrr": 25.0,
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_of_long_conversations_at_least_72_percent_is_among_the_first_ten() -> None:
    data = Path(os.environ.get("ROBBIE_DATA", "data")) / "recall"
    files = [data / "turns.jsonl.gz", data / "questions.jsonl.gz"]
    if not all(file.exists() for file in files):
        pytest.skip(f"ROBBIE_DATA holds no {files[0].name}: recall was NOT measured")
    done = CliRunner().invoke(app, ["eval", "recall", *map(str, files), "--json"])
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["bad_lines"] == 0
    assert result["recall_at"]["10"] >= 72
    assert result["by_category"]["1"]["recall_at"]["10"] >= 40


@pytest.mark.slow
def test_among_made_up_notes_the_nearest_are_those_that_comparing_each_finds(tmp_path: Path) -> None:
    ask = ["eval", "recall", "--scale", "2000", "--keep", str(tmp_path / "kept"), "--json"]
    first, second = CliRunner().invoke(app, ask), CliRunner().invoke(app, ask)
    assert first.exit_code == second.exit_code == 0, first.stderr
    made, found = json.loads(first.stdout), json.loads(second.stdout)
    assert (made["notes"], made["owners"], made["largest_owner"]) == (2000, 20, 100)
    assert set(made["by_asker"]) == {"the_largest", "ten_largest", "small", "in_a_room"}
    assert made["recall_at_10_vs_exact"] == found["recall_at_10_vs_exact"] >= 0.99
    assert made["load_seconds"]["rows"] > 0
    assert found["load_seconds"] == {}
    assert 0 < made["ms"]["p50"] <= made["ms"]["p95"]


def test_files_and_a_scale_together_are_refused(tmp_path: Path) -> None:
    for arguments in ([], [str(tmp_path)], [str(tmp_path), str(tmp_path), "--scale", "2000"]):
        done = CliRunner().invoke(app, ["eval", "recall", *arguments])
        assert done.exit_code == 1
        assert "or --scale N alone" in done.output
