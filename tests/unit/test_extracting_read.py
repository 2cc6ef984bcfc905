"""Whatever a model answers: it is read without an error, and nothing is taken from it that nobody said."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.models import Place
from core.notes.extracting import read
from core.notes.models import NoteKind
from core.notes.sources import LONGEST, Said, Window
from core.rendering.links import links_in
from core.routing.models import Answer, Level, Plan, Usage

AT = datetime(2026, 11, 25, 10, tzinfo=UTC)
SAID = (
    Said(1, 10, "Ana", "I'll send Ben the report by Friday, see https://example.org/a", AT, "Europe/Berlin"),
    Said(2, 20, "Ben", "We decided to use Adyen.", AT),
)
WINDOW = Window(1, 1, Place(surface="slack", tenant="T", channel="C", thread="1"), AT, SAID)
NUMBERED = {said.id: (said, said.text) for said in SAID}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LINKS = ["https://evil.example/x", "https://example.org/a"]
WORDS = st.sampled_from(re.findall(r"\S+", "I send Ben the report by Friday Adyen We decided Paris 42") + LINKS)
NOTES = st.fixed_dictionaries(
    {
        "text": st.lists(WORDS, max_size=12).map(" ".join),
        "kind": st.sampled_from([*NoteKind, "gossip"]),
        "importance": st.floats(-1, 2),
        "messages": st.lists(st.integers(0, 3), max_size=3),
    },
    optional={
        "due": st.sampled_from(["by Friday", "tomorrow", ""]),
        "replaces": st.none() | st.integers(),
        "about": st.just([{"kind": "company", "name": "Adyen"}, {"kind": "person", "name": "Eve"}, {"kind": "x"}]),
    },
)


def answer(text: str) -> Answer:
    return Answer(text, Level.GPT4_CLASS, "m", 0.0, Usage(1, 1), 1.0, Plan((), "p", "a"))


@given(st.text(max_size=200) | JSON.map(json.dumps) | JSON.map(lambda one: json.dumps({"notes": one})))
def test_no_answer_is_an_error(text: str) -> None:
    read(answer(text), WINDOW, NUMBERED)


@given(st.lists(NOTES, max_size=5))
def test_a_note_is_of_who_said_it_and_says_nothing_that_was_not_said(notes: list[dict[str, object]]) -> None:
    for draft in read(answer(json.dumps({"notes": notes})), WINDOW, NUMBERED) or ():
        first, *more = draft.sources
        said = NUMBERED[first][0]
        assert draft.owner == said.person_id
        assert all(NUMBERED[id][0].person_id == draft.owner for id in more)
        everything = " ".join(one.text for one in SAID)
        assert links_in(draft.text) <= links_in(everything)
        assert "Paris" not in draft.text
        assert "42" not in draft.text
        assert len(draft.text) <= LONGEST
        assert draft.replaces is None
        assert {subject.name for subject in draft.subjects} <= {"Ana", "Ben", "Adyen"}
        cited = {number for one in notes for number in cast("list[int]", one["messages"])}
        assert draft.due_at is None or 1 in cited  # who agrees to what another asks for says no day


@pytest.mark.parametrize(
    ("said", "made", "kept"),
    [
        ("We go with Adyen.", "We do not go with Adyen.", "We go with Adyen."),
        ("I don't think so. We won't pay Acme.", "We pay Acme.", "I don't think so. We won't pay Acme."),
        ("I can't come. We go with Adyen.", "We go with Adyen.", "We go with Adyen."),
        ("We never pay Acme twice.", "We don't pay Acme twice.", "We don't pay Acme twice."),
    ],
)
def test_a_note_that_says_the_contrary_is_told_in_its_persons_words(said: str, made: str, kept: str) -> None:
    one = Said(1, 10, "Ana", said, AT)
    note = {"text": made, "kind": "decision", "importance": 0.9, "messages": [1]}
    window = Window(1, 1, WINDOW.place, AT, (one,))
    (draft,) = read(answer(json.dumps({"notes": [note]})), window, {1: (one, said)}) or ()
    assert draft.text == kept
