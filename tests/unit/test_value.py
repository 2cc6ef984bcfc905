"""What briefs are worth: sums that a hand can check, and intervals as wide as what is not known."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from core.briefs.composing import ACTS
from core.briefs.value import MINUTES, READING, PersonDay, Spent, minutes_of, value

_DOC = Path(__file__).parents[2] / "docs/reference/value.md"


def days(people: int, **acts: int) -> list[PersonDay]:
    done = {act.replace("_", "/"): times for act, times in acts.items()}
    return [PersonDay(person, f"2026-11-{day:02}", 3, done) for person in range(people) for day in range(1, 6)]


def test_minutes_are_lines_acted_on_less_the_reading() -> None:
    found = value(days(4, priorities_done=2, outreach_send=1), [], 0.0)
    assert found.minutes_a_day.value == pytest.approx(2 * 4 + 8 - 3 * 0.7)
    assert found.hours.value == pytest.approx(20 * (16 - 2.1) / 60)
    assert (found.people, found.days, found.briefs, found.acts) == (4, 20, 60, 60)


def test_a_brief_that_nobody_acts_on_costs_its_reading() -> None:
    found = value(days(3), [], 0.0)
    assert found.minutes_a_day.value == pytest.approx(-3 * READING[1])
    assert found.promise == "below"


def test_nothing_delivered_is_worth_nothing() -> None:
    found = value([], [], 1.5)
    assert (found.briefs, found.minutes_a_day.value, found.saved_usd.value, found.cost_usd) == (0, 0.0, 0.0, 1.5)


def test_an_act_that_nobody_knows_counts_nothing() -> None:
    assert (
        value(days(2, priorities_dance=9), [], 0.0).minutes_a_day.value == value(days(2), [], 0.0).minutes_a_day.value
    )


def test_every_act_that_a_line_offers_has_its_minutes() -> None:
    offered = {f"{section}/{act}" for section, acts in ACTS.items() for act in acts}
    assert not {act for act in offered if minutes_of(act) == (0.0, 0.0, 0.0)}


@pytest.mark.parametrize(("times", "promise"), [(2, "below"), (60, "above"), (11, "open")])
def test_the_promise_is_held_against_the_whole_interval(times: int, promise: str) -> None:
    assert value(days(40, priorities_done=times), [], 0.0).promise == promise


def test_the_interval_covers_the_truth_of_a_team_that_others_could_have_been() -> None:
    """Teams drawn from one world: with the minutes known, their mean lies in the interval about 95 times of 100."""
    rng, known = np.random.default_rng(3), {"meetings/none": 0}
    hits, teams, rate = 0, 120, 4.0
    for _ in range(teams):
        own = rng.gamma(4, rate / 4, 12)
        team = [
            PersonDay(person, f"d{day}", 0, {**known, "outreach/later": int(rng.poisson(own[person]))})
            for person in range(12)
            for day in range(8)
        ]
        found = value(team, [], 0.0).minutes_a_day
        truth = rate * 1.0  # the likeliest minute of this act; its spread only widens the interval
        hits += found.low <= truth <= found.high
    assert hits / teams >= 0.9


def test_money_is_what_level_1_would_have_cost_less_what_was_paid() -> None:
    found = value([], [Spent(1, 0.5, 2.0), Spent(2, 0.25, 0.25), Spent(3, 0.0, 1.0)], 3.0).saved_usd
    assert found.value == pytest.approx(2.5)
    assert found.low < 2.5 < found.high


def test_the_documented_minutes_are_those_that_are_reckoned_with() -> None:
    rows = re.findall(r"^\| ([a-z*]+/[a-z]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", _DOC.read_text(), re.M)
    assert {act: tuple(map(float, minutes)) for act, *minutes in rows} == {
        act: tuple(map(float, minutes)) for act, minutes in MINUTES.items()
    }
    assert f"| reading a brief | {READING[0]} | {READING[1]} | {READING[2]} |" in _DOC.read_text()
