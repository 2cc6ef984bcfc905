"""The benchmark runs: every contestant answers everything, and every figure is there."""

from __future__ import annotations

import asyncio
import json
import math
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.growth import plot
from tests.robbie_process import ROOT


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_every_contestant_answers_everything_and_every_figure_is_there(tmp_path: Path) -> None:
    output = tmp_path / "latest.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks", "--quick", "--workers", "1", "--output", str(output),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    table, progress = await process.communicate()
    assert process.returncode == 0, progress.decode()
    result = json.loads(output.read_text())
    assert [row["name"] for row in result["results"]] == [
        "plain bot, litellm",
        "plain bot, httpx",
        "Robbie, one process",
        "Robbie, 1 worker",
    ]
    for row in result["results"]:
        for rate in ("at_5", "at_20"):
            assert row[rate]["unanswered"] == 0, row["name"]
            spreads = (row[rate]["before_ms"], row[rate]["after_ms"])
            assert all(math.isfinite(value) and value > 0 for spread in spreads for value in spread.values())
        assert row["most"]["turns_per_second"] > 0
        assert row["memory_mb"]["bot"] > 10
        assert row["name"] in table.decode()
    # One post for an answer that comes at once; a placeholder and its edit for one that takes a second.
    assert result["results"][2]["at_5"]["posts_and_edits_per_turn"] < 2
    assert result["thinking"][1]["at_20"]["posts_and_edits_per_turn"] >= 2
    assert result["profile"]["samples"] > 100
    assert "adapters/postgres" in result["profile"]["room"]
    briefs = json.loads(output.with_name("briefs.json").read_text())
    for rows in briefs["ways"].values():
        assert [row["people"] for row in rows] == [20, 60]
        assert len({row["statements_each"] for row in rows}) == 1
        assert all(row["characters_each"] > 100 for row in rows)


def test_growth_is_drawn_with_a_point_for_each_number_of_people() -> None:
    rows = [{"people": people, "seconds": people / 100} for people in (100, 1_000, 10_000)]
    drawn = ElementTree.fromstring(plot({"robbie": rows, "jobs": rows[:2]}, {"robbie": "Robbie", "jobs": "jobs"}))
    points = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in drawn.iter() if one.tag.endswith("circle")]
    assert len(points) == 5
    (x, y), (middle, half), (last, top) = points[:3]
    assert middle - x == pytest.approx(last - middle, abs=0.2)
    assert y - half == pytest.approx(half - top, abs=0.2)
