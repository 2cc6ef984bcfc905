from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.models import Utterance
from core.learning.signals import Signal, signal
from core.learning.votes import VotePolicy

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASKED = Utterance(speaker="Ana", text="How do I reset the staging database?", at=NOW - timedelta(minutes=2))
ANSWERED = Utterance(speaker="", text="Like this.", at=NOW - timedelta(minutes=1), by_robbie=True)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Thanks, that works!", Signal.THANKS),
        ("Vielen Dank!", Signal.THANKS),
        ("danke dir", Signal.THANKS),
        ("No, I meant production", Signal.CORRECTION),
        ("that's wrong", Signal.CORRECTION),
        ("Nein, falsch", Signal.CORRECTION),
        ("how do I reset the staging database", Signal.REASK),
        ("how can I reset the staging database?", Signal.REASK),
        ("And how do I restore a backup?", None),
        ("November is fine", None),
        ("Nothing else", None),
        ("I need to say thanks to Ben, how?", None),
    ],
)
def test_next_words_say_something_of_the_answer_only_where_it_is_plain(text: str, heard: Signal | None) -> None:
    assert signal(text, NOW, "Ana", [ASKED, ANSWERED]) is heard


def test_words_of_somebody_else_or_much_later_say_nothing() -> None:
    assert signal("thanks", NOW, "Ben", [ASKED, ANSWERED]) is None
    assert signal("thanks", NOW + timedelta(minutes=30), "Ana", [ASKED, ANSWERED]) is None


def test_words_that_follow_no_answer_say_nothing() -> None:
    assert signal("thanks", NOW, "Ana", []) is None
    assert signal("thanks", NOW, "Ana", [ANSWERED, ASKED]) is None


@given(st.text())
def test_any_text_is_heard_without_breaking(text: str) -> None:
    assert signal(text, NOW, "Ana", [ASKED, ANSWERED]) in (None, *Signal)


@pytest.mark.parametrize(
    ("reaction", "value"),
    [
        ("+1", 1),
        ("+1::skin-tone-4", 1),
        ("👍🏽", 1),
        ("❤️", 1),
        ("-1", -1),
        ("👎", -1),
        ("eyes", None),
        ("", None),
    ],
)
def test_reactions_are_votes_whatever_their_skin_tone(reaction: str, value: int | None) -> None:
    assert VotePolicy().value(reaction) == value
