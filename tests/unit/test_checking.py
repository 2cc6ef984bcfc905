"""What a model makes of a brief is taken only where it says what the composed text says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.briefs.checking import Phrased, fault_of, phrased
from core.briefs.claims import claims
from core.briefs.models import Brief, BriefKind, Facts, Line, Part, Reader
from tests.unit.brief_words import (
    ADVERSARIAL,
    ADVERSARIAL_VOICE,
    CLOSING,
    DONE,
    DRAFT,
    GERMAN,
    HONEST,
    HONEST_VOICE,
    LOST,
    MARIA,
    OFFER,
    OPENING,
    REVIEW,
    TODAY,
)

FACTS = Facts(
    kind=BriefKind.MORNING,
    reader=Reader(org_id=1, person_id=1, name="Ana", zone="Europe/Berlin"),
    at=datetime(2026, 11, 23, 7, tzinfo=UTC),
    local_date=TODAY,
)
TEXTS = (DRAFT, REVIEW, MARIA, OFFER, LOST, DONE, GERMAN)
BRIEF = Brief(
    title="Good morning, Ana",
    opening=OPENING,
    parts=(
        Part(
            title="All",
            lines=tuple(Line(number=n, section="news", ref=f"task:{n}", text=text) for n, text in enumerate(TEXTS, 1)),
        ),
    ),
    closing=CLOSING,
)


def words(**changes: object) -> Phrased:
    same = {"opening": OPENING, "closing": CLOSING, "lines": dict(enumerate(TEXTS, 1))}
    return Phrased.model_validate(same | changes)


@pytest.mark.parametrize(("what", "old", "new"), ADVERSARIAL, ids=[row[0] for row in ADVERSARIAL])
def test_words_that_change_what_a_line_says_are_refused(what: str, old: str, new: str) -> None:
    assert old != new
    assert fault_of(new, old, TODAY) is not None


@pytest.mark.parametrize(("what", "old", "new"), ADVERSARIAL_VOICE, ids=[row[0] for row in ADVERSARIAL_VOICE])
def test_a_voice_may_colour_and_not_invent(what: str, old: str, new: str) -> None:
    assert old != new
    assert fault_of(new, old, TODAY, voice=True) is not None


def test_most_honest_words_are_taken() -> None:
    taken = [fault_of(new, old, TODAY) is None for old, new in HONEST]
    coloured = [fault_of(new, old, TODAY, voice=True) is None for old, new in HONEST_VOICE]
    assert (sum(taken), len(taken)) == (22, 24)
    assert (sum(coloured), len(coloured)) == (6, 7)


@pytest.mark.parametrize("text", [*TEXTS, OPENING, CLOSING, *(old for old, _ in HONEST)])
def test_a_text_may_stand_as_it_is(text: str) -> None:
    assert fault_of(text, text, TODAY) is None


PIECES = st.sampled_from(
    ["Ben", "Carla", "today", "tomorrow", "on Friday", "14:00", "3 pm", "€500", "2 weeks", "two days", "done", "lost",
     "not", "the draft", "waits for", "https://x.io/a", "#general", "12%", "you", "due", ","]
)  # fmt: skip
SENTENCES = st.lists(PIECES, min_size=1, max_size=8).map(" ".join)


@given(SENTENCES, SENTENCES)
def test_no_claim_comes_in_and_none_of_weight_goes(old: str, new: str) -> None:
    if fault_of(new, old, TODAY) is not None:
        return
    one, other = claims(old, TODAY), claims(new, TODAY)
    assert (one.links, one.mentions, one.exact, one.negations) == (
        other.links,
        other.mentions,
        other.exact,
        other.negations,
    )
    assert other.dates <= one.dates
    assert set(other.names) <= set(one.words)
    assert other.states <= one.states


PUT = (
    "Emil",
    "18:00",
    "7",
    "on Saturday",
    "€5",
    "https://x.io/",
    "@Ben",
    "won",
    "never",
    "in the evening",
    "cancelled",
)


@given(st.sampled_from(TEXTS), st.sampled_from(PUT), st.integers(0, 30))
def test_whatever_is_put_in_anywhere_is_noticed(text: str, put: str, where: int) -> None:
    spaces = [found.start() for found in re.finditer(" ", text)]
    at = spaces[where % len(spaces)]
    fault = fault_of(f"{text[:at]} {put}{text[at:]}", text, TODAY)
    assert fault is not None


@given(st.sampled_from(TEXTS), st.integers(0, 99))
def test_a_number_that_is_moved_is_noticed(text: str, which: int) -> None:
    digits = list(re.finditer(r"\d+", text))
    if not digits:
        return
    found = digits[which % len(digits)]
    changed = text[: found.start()] + str(int(found[0]) + 1) + text[found.end() :]
    assert fault_of(changed, text, TODAY) is not None


@given(st.dates(date(2025, 1, 1), date(2030, 12, 28)), st.integers(-6, 6))
def test_each_name_of_a_day_is_the_same_day_and_no_other(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    old = f"Call Ben · due {day:%a} {day.day} {day:%b} {day.year}"
    assert fault_of(f"Call Ben · due on {day:%A}, {day.day} {day:%B} {day.year}", old, today) is None
    assert fault_of(f"Call Ben · due {day:%Y-%m-%d}", old, today) is None
    wrong = day + timedelta(days=1)
    assert fault_of(f"Call Ben · due on {wrong:%A}", old, today) is not None
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    for distance, name in near.items():
        assert (fault_of(f"Call Ben · due {name}", old, today) is None) == (distance == ahead)


def test_the_words_of_a_whole_brief_are_taken_with_its_refs_and_acts() -> None:
    better, faults = phrased(
        FACTS, BRIEF, words(lines=dict(enumerate(TEXTS, 1)) | {6: "✓ Book the train to Hamburg · with Ben"})
    )
    assert not faults
    assert better.lines[5].text == "✓ Book the train to Hamburg · with Ben"
    assert [line.ref for line in better.lines] == [line.ref for line in BRIEF.lines]
    assert better.title == BRIEF.title


def test_who_invents_once_is_believed_nowhere() -> None:
    lines = dict(enumerate(TEXTS, 1)) | {
        1: DRAFT.replace("15:00", "16:00"),
        6: "✓ Book the train to Hamburg · with Ben",
    }
    better, faults = phrased(FACTS, BRIEF, words(lines=lines))
    assert better == BRIEF
    assert [fault.what for fault in faults] == ["time"]


def test_a_word_that_is_not_known_costs_only_its_own_line() -> None:
    lines = dict(enumerate(TEXTS, 1)) | {
        1: DRAFT.replace("Send", "whimsically send"),
        6: "✓ Book the train to Hamburg · with Ben",
    }
    better, faults = phrased(FACTS, BRIEF, words(lines=lines))
    assert [(fault.what, fault.grave) for fault in faults] == [("word", False)]
    assert better.lines[0].text == DRAFT
    assert better.lines[5].text == "✓ Book the train to Hamburg · with Ben"


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (f"{DRAFT} and done", "state"),
        (f"{DRAFT} and not more", "state"),
        (f"{DRAFT}, not", "negation"),
        (f"{DRAFT} with Emil", "name"),
        (f"{DRAFT} in the evening", "time of day"),
        (f"{DRAFT} tomorrow", "date"),
        (f"{DRAFT}, 7 of them", "number"),
        (f"{DRAFT} for €5", "money"),
        (f"{DRAFT} \u202eend", "character"),
    ],
)
def test_what_may_change_a_fact_is_grave_and_named(new: str, what: str) -> None:
    fault = fault_of(new, DRAFT, TODAY)
    assert fault is not None
    assert (fault.what, fault.grave) == (what, True)


@pytest.mark.parametrize("gone", [1, 7])
def test_a_line_that_is_lost_or_added_loses_all_words(gone: int) -> None:
    lines = dict(enumerate(TEXTS, 1))
    short = {number: text for number, text in lines.items() if number != gone}
    assert phrased(FACTS, BRIEF, words(lines=short))[0] == BRIEF
    assert phrased(FACTS, BRIEF, words(lines=lines | {8: "More"}))[0] == BRIEF


def test_words_of_two_lines_that_are_swapped_are_refused() -> None:
    lines = dict(enumerate(TEXTS, 1)) | {1: REVIEW, 2: DRAFT}
    assert phrased(FACTS, BRIEF, words(lines=lines))[0] == BRIEF
