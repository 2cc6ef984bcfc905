"""One policy says what is the same, what is a newer state, and what is something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.notes.models import Note, NoteKind
from core.notes.policy import Draft, Thresholds, merged, settled

AT = datetime(2026, 11, 25, 10, tzinfo=UTC)


def draft(text: str, **changes: object) -> Draft:
    values = {"owner": 1, "kind": NoteKind.COMMITMENT, "importance": 0.8, "said_at": AT, "sources": (1,)}
    return Draft.model_validate({"text": text, **values, **changes})


def known(text: str, **changes: object) -> Note:
    values = {"id": 7, "owner": 1, "kind": NoteKind.COMMITMENT, "created_at": AT, "said_at": AT - timedelta(days=1)}
    return Note.model_validate({"text": text, **values, **changes})


REPORT = "I will send the quarterly report for Hartmann to Ben by Friday."


@pytest.mark.parametrize(
    "text",
    [REPORT, "I'm sending Ben the quarterly report for Hartmann by Friday", REPORT.upper().replace("FRIDAY", "Friday")],
)
def test_the_same_in_slightly_other_words_is_the_same(text: str) -> None:
    assert settled(draft(text), [known(REPORT)]).same == 7


@pytest.mark.parametrize(
    "text",
    [
        REPORT.replace("Friday", "Monday"),
        REPORT.replace("by Friday", "in summer"),
        REPORT.replace("by Friday", "on 12 May"),
        REPORT.replace("will", "will not"),
    ],
)
def test_another_time_number_or_a_no_takes_its_place(text: str) -> None:
    one = settled(draft(text), [known(REPORT)])
    assert (one.same, one.ends) == (None, (7,))


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (REPORT.replace("Hartmann", "Weber"), {}),
        ("We moved the newsletter to Wednesdays", {}),
        (REPORT.replace("Friday", "Monday"), {"pinned": True}),
        (REPORT.replace("Friday", "Monday"), {"said_at": AT + timedelta(days=1)}),
        (REPORT.replace("Friday", "Monday"), {"kind": NoteKind.CONCERN}),
    ],
)
def test_what_is_about_something_else_pinned_newer_or_of_another_kind_stays_beside_it(
    text: str, changes: dict[str, object]
) -> None:
    one = settled(draft(text), [known(REPORT, **changes)])
    assert (one.same, one.ends) == (None, ())


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("We decided to use postgres for the store.", "We decided to use mysql for the store."),
        ("We decided to use postgres for the store.", "We decided against postgres for the store."),
        ("We decided to hire two engineers.", "We decided to hire three engineers."),
        ("Wir haben beschlossen, zwei Leute einzustellen.", "Wir haben beschlossen, drei Leute einzustellen."),
        ("We will ship the importer with tests.", "We will ship the importer without tests."),
        ("We work with the importer.", "We don’t work with the importer."),
        ("The importer works for customers.", "The importer doesn't work for customers."),
        ("The standup moves to the morning.", "The standup moves to the afternoon."),
    ],
)
def test_a_decision_for_something_else_takes_the_old_ones_place_and_is_not_lost(before: str, now: str) -> None:
    decided = {"kind": NoteKind.DECISION}
    one = settled(draft(now, **decided), [known(before, **decided)])
    assert (one.same, one.ends) == (None, (7,))
    assert len(merged([draft(before, **decided), draft(now, **decided)])) == 2


@pytest.mark.parametrize("when", ["Friday", "Monday"])
def test_another_thing_to_do_stays_beside_the_first(when: str) -> None:
    login = "I fix the login bug on the staging server by Friday."
    signup = f"I fix the signup bug on the staging server by {when}."
    one = settled(draft(signup), [known(login)])
    assert (one.same, one.ends) == (None, ())
    assert len(merged([draft(login), draft(signup)])) == 2


def test_what_vectors_say_is_the_same_is_one_though_a_word_is_another() -> None:
    one = settled(
        draft("I mail the slides for the board meeting"), [known("I send the slides for the board meeting")], 7
    )
    assert one.same == 7


def test_in_one_look_each_thing_is_one_draft_with_all_sources_and_the_largest_weights() -> None:
    (one, other) = merged(
        [draft(REPORT), draft(REPORT, sources=(2,), importance=0.9), draft(REPORT, owner=2, sources=(3,))]
    )
    assert (one.sources, one.importance, one.owner) == ((1, 2), 0.9, 1)
    assert other.owner == 2


def test_each_threshold_alone_makes_something_worth_a_note() -> None:
    worth = Thresholds().worth
    assert worth(draft("x", importance=0.7))
    assert worth(draft("x", importance=0.1, sharing=0.8))
    assert worth(draft("x", importance=0.1, celebration=0.6))
    assert not worth(draft("x", importance=0.69, sharing=0.79, celebration=0.59))
