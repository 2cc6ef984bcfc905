"""The labelled situations, and what the formula makes of those that nothing was tuned on."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from bot.evals.cli import eval_app
from bot.evals.priorities import Exam, exam
from bot.evals.situation import CHOSEN, Situation, situations


def test_there_are_enough_situations_of_many_roles_and_a_third_is_held_back() -> None:
    found = situations()
    assert len(found) >= 60
    assert sum(one.held_back for one in found) * 3 >= len(found)
    assert len({one.role for one in found}) >= 10
    assert len({one.id for one in found}) == len(found)


def test_every_label_names_three_of_its_candidates_that_can_be_begun() -> None:
    for one in situations():
        letters = set(one.candidates)
        named = [*one.must, *one.also]
        assert 5 <= len(letters) <= 14, one.id
        assert set(named) <= letters, one.id
        assert len(set(named)) == len(named), one.id
        assert len(one.must) <= CHOSEN <= len(named), one.id
        assert not any(one.candidates[letter].blk or one.candidates[letter].after for letter in named), one.id


def test_the_formula_beats_due_date_order_on_what_was_held_back() -> None:
    """The lower end of the paired interval is above nothing, and the formula is above importance, too."""
    result = exam(held_back=True)
    assert result.orders["robbie"].margin_interval[0] > 0
    assert result.orders["robbie"].agreement > result.orders["importance"].agreement
    assert result.orders["due date"].agreement > result.orders["random"].agreement


def test_agreement_gives_no_more_for_the_alternatives_than_there_is_room() -> None:
    one = Situation.model_validate({
        "id": "x", "role": "x", "who": "x", "at": "2026-11-24T08:00", "zone": "UTC", "free": [], "say": "x",
        "candidates": {letter: {"t": letter} for letter in "abcdef"}, "must": ["a", "b"], "or": ["c", "d"],
    })  # fmt: skip
    shares = {"abc": 3, "abd": 3, "acd": 2, "cde": 1, "abe": 2, "def": 1, "fe": 0}
    assert {chosen: round(one.agreement(chosen) * 3) for chosen in shares} == shares


def test_the_command_prints_one_object_and_a_screen() -> None:
    said = CliRunner().invoke(eval_app, ["priorities", "--held-back", "--json"])
    result = json.loads(said.stdout)
    assert result["part"] == "held_back"
    assert result["orders"].keys() == {"robbie", "due date", "importance", "random"}
    assert result["n"] == sum(one.held_back for one in situations())
    screen = CliRunner().invoke(eval_app, ["priorities"]).stdout
    assert "tuned on" in screen
    assert all(len(line) <= 80 for line in screen.splitlines())


def test_the_same_run_gives_the_same_figures() -> None:
    first: Exam = exam()
    assert exam() == first
