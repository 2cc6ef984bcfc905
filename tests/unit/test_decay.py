"""Notes fade with age, more slowly with use, and not at all where their owner wants to keep them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notes.decay import FLOOR, HALF_LIFE, KEPT_FOR, is_faded, weight
from core.notes.models import Note, NoteKind

SAID = datetime(2026, 1, 1, tzinfo=UTC)
kinds = st.sampled_from(NoteKind)
importances = st.floats(0, 1)
days = st.integers(0, 4_000)
uses = st.integers(0, 1_000)


def note(**fields: object) -> Note:
    given_fields = {"id": 1, "owner": 1, "text": "x", "created_at": SAID, "said_at": SAID, "found_by": "detector"}
    return Note.model_validate(given_fields | fields)


@given(kinds, importances, uses, days, days)
def test_no_note_weighs_more_as_it_grows_older(
    kind: NoteKind, importance: float, used: int, one: int, other: int
) -> None:
    made = note(kind=kind, importance=importance, uses=used)
    early, late = sorted((one, other))
    assert weight(made, SAID + timedelta(days=late)) <= weight(made, SAID + timedelta(days=early))


@given(kinds, importances, uses, uses, days)
def test_no_note_weighs_less_for_being_used_more(
    kind: NoteKind, importance: float, one: int, other: int, age: int
) -> None:
    few, many = sorted((one, other))
    at = SAID + timedelta(days=age)
    assert weight(note(kind=kind, importance=importance, uses=many), at) >= weight(
        note(kind=kind, importance=importance, uses=few), at
    )


@given(kinds, importances, uses, days, days)
def test_no_note_weighs_less_for_being_used_later(
    kind: NoteKind, importance: float, used: int, age: int, before: int
) -> None:
    at = SAID + timedelta(days=age)
    again = note(kind=kind, importance=importance, uses=used, used_at=at - timedelta(days=min(before, age)))
    assert weight(again, at) >= weight(note(kind=kind, importance=importance, uses=used), at)


@given(kinds, importances, uses, days)
def test_a_weight_is_between_nothing_and_the_importance(kind: NoteKind, importance: float, used: int, age: int) -> None:
    assert 0 <= weight(note(kind=kind, importance=importance, uses=used), SAID + timedelta(days=age)) <= importance


@given(kinds, importances, days, st.sampled_from([{"pinned": True}, {"shared_with": "*"}, {"found_by": "hand"}]))
def test_what_is_pinned_shared_or_written_by_hand_is_never_let_go(
    kind: NoteKind, importance: float, age: int, kept: dict[str, object]
) -> None:
    at = SAID + timedelta(days=age)
    made = note(kind=kind, importance=importance, **kept)
    assert not is_faded(made, at)
    if "found_by" not in kept:
        assert weight(made, at) == importance


@pytest.mark.parametrize("kind", NoteKind)
def test_a_note_weighs_half_after_the_half_life_of_its_kind(kind: NoteKind) -> None:
    assert weight(note(kind=kind, importance=0.8), SAID + HALF_LIFE[kind]) == pytest.approx(0.4)


def test_what_is_due_does_not_fade_before_it_is() -> None:
    kind = NoteKind.DEADLINE
    due = SAID + timedelta(days=100)
    made = note(kind=kind, importance=0.8, due_at=due)
    assert weight(made, due) == 0.8
    assert weight(made, due + HALF_LIFE[kind]) == pytest.approx(0.4)


def test_only_what_weighs_next_to_nothing_for_half_a_year_is_let_go() -> None:
    made = note(kind=NoteKind.DEADLINE, importance=0.7)
    assert not is_faded(made, SAID + KEPT_FOR)
    assert is_faded(made, SAID + KEPT_FOR + timedelta(days=1))
    assert weight(made, SAID + KEPT_FOR) < FLOOR
    assert not is_faded(note(kind=NoteKind.PERSONAL, importance=0.7), SAID + timedelta(days=1_500))
