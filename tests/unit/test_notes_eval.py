"""``robbie eval notes``: what it says of rows, and the figures that the shipped weights must keep."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from bot.cli import app
from core.notes.detecting import TALK

_ROWS = [
    {"thread": "a", "i": 0, "speaker": "PM", "text": "We decided to ship on Friday.", "labels": ["decision"]},
    {"thread": "a", "i": 1, "speaker": "ME", "text": "okay", "labels": []},
    {"thread": "a", "i": 2, "speaker": "ME", "text": "Thank you so much for your help!", "labels": ["thanks", "odd"]},
    {"thread": "b", "i": 0, "speaker": "PM", "text": "Good morning.", "labels": []},
]
_Figures = Mapping[str, Mapping[str, float]]


def measured(*arguments: str) -> Mapping[str, object]:
    result = CliRunner().invoke(app, ["eval", "notes", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return cast("Mapping[str, object]", json.loads(result.stdout))


def test_rows_and_windows_are_told_apart_and_what_is_no_row_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join([*map(json.dumps, _ROWS), '{"text": 1}', ""]), "utf-8")
    found = measured(str(file), "--window", "2", "--baseline", str(file))
    labels, windows = (cast("_Figures", found[part]) for part in ("labels", "window"))
    assert (found["rows"], found["bad_lines"], found["not_scored"]) == (4, 1, {"odd": 1})
    assert labels["decision"]["average_precision"] == labels["thanks"]["average_precision"] == 1
    assert {label: one["positives"] for label, one in windows.items()} == {"decision": 1, "thanks": 1}
    assert set(labels["decision"]) == {"positives", "precision", "recall", "f1", "average_precision", "intervals"}
    assert "decision" in cast("Mapping[str, _Figures]", found["baseline"])["labels"]


def test_rows_without_a_speaker_with_numbers_for_threads_and_with_threads_cut_up_are_measured_alike(
    tmp_path: Path,
) -> None:
    texts = [("um we decided to ship it", ["decision"]), ("okay", [])] * TALK
    whole = [{"thread": n, "text": text, "labels": found} for n in (1, 2) for text, found in texts]
    cut_up = [
        {**row, "speaker": None} for pair in zip(whole[: len(texts)], whole[len(texts) :], strict=True) for row in pair
    ]
    results = []
    for name, rows in (("whole", whole), ("cut up", cut_up)):
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
        results.append(measured(str(file)))
    assert {key: results[0][key] for key in ("rows", "bad_lines", "labels", "window")} == {
        key: results[1][key] for key in ("rows", "bad_lines", "labels", "window")
    }
    assert results[0]["bad_lines"] == 0


@pytest.mark.parametrize(
    ("name", "part", "figure", "least"),
    [
        ("meetings_dev", "window", "average_precision", {"action": 0.6, "decision": 0.24, "problem": 0.31}),
        ("commitments_dev", "labels", "average_precision", {"commit": 0.2}),
        ("emotions_dev", "labels", "f1", {"celebration": 0.815, "gratitude": 0.9, "win": 0.53, "concern": 0.6}),
    ],
)
def test_on_what_it_was_not_fitted_on_the_detector_is_as_good_as_it_was(
    name: str, part: str, figure: str, least: Mapping[str, float]
) -> None:
    file = Path(os.environ.get("ROBBIE_DATA", "data")) / "notes" / f"{name}.jsonl.gz"
    if not file.is_file():
        pytest.skip(f"ROBBIE_DATA holds no {file.name}: the detector was NOT measured")
    found = cast("_Figures", measured(str(file))[part])
    worse = {label: found[label][figure] for label, bound in least.items() if found[label][figure] < bound}
    assert worse == {}
