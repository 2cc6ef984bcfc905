"""The labelled messages, and how a choice on them is judged."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.evals.mentors import by_itself, macro_f1, parts, score
from mentors.evidence import cues_of
from mentors.labelled import Labelled, labelled
from mentors.loading import load
from mentors.models import ROBBIE, Mood, Work

MESSAGES = labelled()


def test_there_are_enough_messages_of_each_kind_and_german_ones_among_them() -> None:
    assert len(MESSAGES) >= 150
    assert len({message.text for message in MESSAGES}) == len(MESSAGES)
    assert set(Counter(message.label for message in MESSAGES)) == {ROBBIE, *load().mentors}
    assert min(Counter(message.label for message in MESSAGES).values()) >= 12
    assert sum(bool(re.search(r"\b(ich|wir|der|die|das|bitte|nicht)\b", one.text.lower())) for one in MESSAGES) >= 40


def test_a_third_is_held_out() -> None:
    sizes = {part: len(messages) for part, messages in parts(MESSAGES).items()}
    assert sizes["held_out"] >= len(MESSAGES) / 3
    assert sizes["tuned"] + sizes["held_out"] == len(MESSAGES)


def test_every_message_has_a_rationale_and_names_mentors_that_exist() -> None:
    known = {ROBBIE, *load().mentors}
    for message in MESSAGES:
        assert message.why
        assert {message.label, *message.also} <= known
        assert message.label not in message.also


def test_a_score_tells_right_from_acceptable_and_from_the_wrong_voice() -> None:
    answers = {"a": "steve_jobs", "b": "elvis_presley", "c": "robbie", "d": "john_lennon"}
    messages = [
        Labelled(text="a", label="steve_jobs", kind="auto", why="."),
        Labelled(text="b", label="julia_child", also=("elvis_presley",), kind="auto", why="."),
        Labelled(text="c", label="john_lennon", kind="auto", why="."),
        Labelled(text="d", label="robbie", kind="trap", why="."),
    ]
    result = score(answers.__getitem__, messages)
    assert (result.accuracy, result.accepted, result.wrong_voice) == (0.25, 0.5, 0.25)
    assert result.confusion["robbie"] == {"john_lennon": 1}


def test_macro_f1_weighs_each_label_the_same() -> None:
    pairs = [("a", "a")] * 8 + [("b", "a"), ("b", "b")]
    assert macro_f1(pairs) == pytest.approx((16 / 17 + 2 / 3) / 2)


def test_who_is_asked_for_by_name_is_always_found() -> None:
    choose = by_itself()
    named = [message for message in MESSAGES if message.kind == "named"]
    assert [message.text for message in named if choose(message.text) != message.label] == []


@pytest.mark.parametrize(("file", "speaks_for"), [("work", {ROBBIE, *Work}), ("mood", set(Mood))])
def test_cues_speak_for_what_there_is_in_phrases_that_can_be_read(file: str, speaks_for: set[str]) -> None:
    cues = cues_of(file)
    assert len({cue.cue for cue in cues}) == len(cues)
    for cue in cues:
        assert set(cue.says) <= speaks_for
        for phrase in cue.phrases:
            without_faces = phrase.replace(":(", "")
            assert re.fullmatch(r"(\([^()]*\)|[^()\s]+)(\s+(\([^()]*\)|[^()\s]+))*\s*|", without_faces), phrase
