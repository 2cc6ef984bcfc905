"""The offline detector: what is plainly worth a note passes its gate, and small talk does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.notes.detecting import TALK, WEIGHTS, Line, detector
from core.notes.kinds import gate, kinds


def scores(text: str) -> dict[str, float]:
    return dict(detector().scores([Line("Ana", text)])[0])


@pytest.mark.parametrize(
    "text",
    [
        "We decided to ship the new version on Friday.",
        "I will send you the contract by Friday.",
        "The deadline for the offer is 3 December.",
        "Can you please review the draft and send me your comments?",
    ],
)
def test_what_is_plainly_worth_a_note_passes(text: str) -> None:
    assert gate(scores(text)), kinds(scores(text))[:3]


@pytest.mark.parametrize("text", ["ok", "lol", "good morning everybody", "haha true", "see you later", "brb", "Moin"])
def test_small_talk_does_not_pass(text: str) -> None:
    assert not gate(scores(text)), kinds(scores(text))[:3]


@pytest.mark.parametrize(
    "text", ["Make sure you update the ticket.", "Ana, call the customer today.", "Schick mir die Datei"]
)
def test_who_is_told_to_do_something_is_asked(text: str) -> None:
    assert scores(text)["request"] >= detector().thresholds["request"]


def test_in_speech_no_question_is_a_request_because_it_would_be_one_in_a_mail() -> None:
    said = ["um what does it do?", "okay send me the file", *["uh I see"] * TALK]
    asked, told, *_ = detector().scores([Line("Ana", text) for text in said])
    assert asked["request"] < detector().thresholds["request"] <= told["request"]


def test_the_weights_take_at_most_five_megabytes() -> None:
    assert WEIGHTS.stat().st_size <= 5_000_000


@given(st.lists(st.text(max_size=200), max_size=5))
@settings(max_examples=50, deadline=None)
def test_whatever_is_said_each_line_gets_probabilities(texts: list[str]) -> None:
    found = detector().scores([Line("Ana", text) for text in texts])
    assert len(found) == len(texts)
    assert all(0 <= value <= 1 for row in found for value in row.values())
    assert found == detector().scores([Line("Ana", text) for text in texts])
