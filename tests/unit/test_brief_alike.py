"""A note that says what a task says is told as the task; where it may be something else, both are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.briefs.alike import covered, not_said_twice
from core.briefs.choosing import candidates
from core.briefs.found import Found, FoundDeal, FoundNote, FoundTask
from core.notes.models import NoteKind

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
DUE = AT + timedelta(hours=8)


def note(
    text: str, *, mine: bool = True, kind: NoteKind = NoteKind.COMMITMENT, due: datetime | None = DUE
) -> FoundNote:
    return FoundNote(1, text, kind, 0.8, 0.0, AT - timedelta(days=1), due_at=due, mine=mine)


def task(text: str, *, due: datetime | None = DUE, done: datetime | None = None, deal: str = "") -> FoundTask:
    return FoundTask(1, text, AT - timedelta(days=3), due_at=due, done_at=done, deal_name=deal)


def told(one: FoundNote, other: FoundTask, name: str = "Tom Okafor") -> bool:
    return bool(not_said_twice([one], [other], name))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I send Petra the winter range figures by today.", "Send Petra the winter range figures"),
        ("Tom measures the range at minus ten degrees by tomorrow.", "Measure range at minus ten degrees"),
        ("I will call Ben tomorrow", "Call Ben"),
        ("Ich schicke Petra die Zahlen bis morgen", "Ich schicke Petra die Zahlen"),
        ("I'll order 12 bikes", "Order 12 bikes"),
    ],
)
def test_the_same_in_other_words_is_told_once(said: str, kept: str) -> None:
    assert not told(note(said), task(kept))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I send Ben the winter range figures", "Send Petra the winter range figures"),
        ("I send Petra and Ben the winter range figures", "Send Petra the winter range figures"),
        ("I order 10 bikes", "Order 12 bikes"),
        ("I do not order bikes for the team", "Order bikes for the team"),
        ("I write the report on Kiel", "Send the report on Kiel"),
        ("Call", "Call"),
        ("", ""),
        ("🎉🎉", "🎉🎉"),
    ],
)
def test_what_may_be_something_else_is_told(said: str, kept: str) -> None:
    assert told(note(said), task(kept))


def test_the_same_that_is_due_at_another_time_is_told() -> None:
    assert told(note("I call Ben", due=DUE + timedelta(days=7)), task("Call Ben"))
    assert not told(note("I call Ben", due=None), task("Call Ben"))


def test_what_others_said_and_what_is_no_promise_is_told_whatever_the_tasks_say() -> None:
    assert told(note("I call Ben", mine=False), task("Call Ben"))
    assert told(note("I call Ben", kind=NoteKind.DECISION), task("Call Ben"))


def test_a_promise_whose_task_is_done_is_not_open() -> None:
    assert not told(note("I call Ben"), task("Call Ben", done=AT - timedelta(days=1)))


def found(kept: FoundTask) -> Found:
    known = AT - timedelta(days=9)
    deal = FoundDeal(3, "Forty bikes", "proposal", known, known, known, next_step="get the signed contract")
    return Found(since=known, tasks=[kept], deals=[deal])


def test_a_next_step_that_is_a_task_of_its_deal_is_told_as_the_task() -> None:
    same = found(task("Get the signed contract from Marcus", deal="Forty bikes"))
    assert [one.ref for one in candidates(same, AT, frozenset())] == ["task:1"]


@pytest.mark.parametrize(
    "other",
    [
        task("Get the signed contract from Marcus", deal="Another deal"),
        task("Call Marcus", deal="Forty bikes"),
        task("Get the signed contract from Marcus", deal="Forty bikes", done=AT - timedelta(days=1)),
    ],
)
def test_another_next_step_is_told(other: FoundTask) -> None:
    assert "deal:3" in [one.ref for one in candidates(found(other), AT, frozenset())]


def test_one_word_covers_nothing() -> None:
    assert not covered("call", "Call Marcus")
