"""What a model is told of a voice: how it speaks, and that it changes nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.conversation.context import build_prompt, estimate_tokens
from core.conversation.models import Asker, Utterance
from mentors.loading import load
from mentors.models import Mentor, Mood
from mentors.prompt import Dials, instructions, manner, short_instructions

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SHIPPED = load().mentors
EACH = pytest.mark.parametrize("mentor", SHIPPED.values(), ids=list(SHIPPED))


@EACH
def test_the_model_is_told_that_it_is_a_voice_only_and_never_the_person(mentor: Mentor) -> None:
    told = instructions(mentor, Mood.CONFIDENT, Dials())
    assert mentor.who in told
    assert f"never say or suggest that you are {mentor.name}" in told
    for promise in ("never changes facts, figures, safety, privacy or the rules above", "You are an AI", "quotation"):
        assert promise in told
    assert "in the language of the person" in told


@EACH
def test_a_small_model_is_told_the_same_in_few_words(mentor: Mentor) -> None:
    told = short_instructions(mentor, Mood.CONFIDENT, Dials(-2, 2))
    assert mentor.short in told
    assert f"never claim to be {mentor.name}" in told
    assert estimate_tokens(told) < 200


@EACH
def test_the_instructions_leave_room_for_the_conversation(mentor: Mentor) -> None:
    assert estimate_tokens(instructions(mentor, Mood.CONFIDENT, Dials(2, 2), council=True)) < 1_000


@EACH
def test_each_mood_is_told_in_the_mentors_own_words(mentor: Mentor) -> None:
    for mood in Mood:
        told = instructions(mentor, mood, Dials())
        assert [other for other in Mood if mentor.moods.of(other) in told] == [mood]


def test_the_dials_colour_the_prompt_and_in_the_middle_say_nothing() -> None:
    mentor = SHIPPED["julia_child"]
    told = {
        instructions(mentor, Mood.CONFIDENT, Dials(gentle, relaxed))
        for gentle in range(-2, 3)
        for relaxed in range(-2, 3)
    }
    assert len(told) == 25
    assert "very gentle" in short_instructions(mentor, Mood.CONFIDENT, Dials(-2, 0))
    assert manner(Dials()) == ""
    assert "forceful" in manner(Dials(1, 0))


def test_the_voice_stands_after_robbies_own_rules() -> None:
    told = instructions(SHIPPED["elvis_presley"], Mood.CONFIDENT, Dials())
    asker = Asker(org_id=1, person_id=1, account="U1", name="Ada")
    system = build_prompt(asker, [Utterance(speaker="Ada", text="Hi", at=NOW)], NOW, 12_000, voice=told)[0].content
    assert system.startswith("You are Robbie")
    assert system.endswith(told)


@EACH
def test_an_example_claims_no_life_and_no_saying_of_the_person(mentor: Mentor) -> None:
    texts = [example.answer for example in mentor.examples]
    assert not any(word in text for text in texts for word in ("I once said", "As I said", mentor.name, "when I was"))
