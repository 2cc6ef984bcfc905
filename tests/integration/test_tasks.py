"""Tasks: kept once, by when one said, done and not done after all, and nobody else's to see."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.registry import CommandError
from core.work.dues import due_in, split
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import Circle, circle

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # a Tuesday, 18:00 in Berlin


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


@pytest.mark.parametrize(
    ("line", "text", "due"),
    [
        ("send Ben the draft by Friday", "send Ben the draft", "2026-11-27 18:00"),
        ("send Ben the draft by Friday 15:00.", "send Ben the draft", "2026-11-27 15:00"),
        ("finish it until the 3rd of December", "finish it", "2026-12-03 18:00"),
        ("den Entwurf schicken bis morgen", "den Entwurf schicken", "2026-11-25 18:00"),
        ("pay the invoice, due 2026-12-01", "pay the invoice", "2026-12-01 18:00"),
        ("call Ben by tomorrow at 9", "call Ben", "2026-11-25 09:00"),
        ("stop by the office by Monday", "stop by the office", "2026-11-30 18:00"),
        ("read the book by Tolstoy", "read the book by Tolstoy", ""),
        ("by Friday", "by Friday", ""),
    ],
)
def test_until_when_is_understood_in_the_persons_zone_and_nothing_else_is(line: str, text: str, due: str) -> None:
    found, at = split(line, NOW, BERLIN)
    assert found == text
    assert (f"{at.astimezone(BERLIN):%Y-%m-%d %H:%M}" if at else "") == due


def test_what_somebody_said_long_ago_is_due_after_they_said_it() -> None:
    said = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    due = due_in("I send Ben the draft by Friday", said, BERLIN)
    assert due is not None
    assert f"{due.astimezone(BERLIN):%d %H:%M}" == "20 18:00"
    assert due_in("I sent it by yesterday's mail", said, BERLIN) is None


def test_a_day_that_has_passed_is_said_so() -> None:
    with pytest.raises(CommandError, match="has passed"):
        split("send it by 2026-11-01", NOW, BERLIN)


async def test_a_task_is_kept_listed_by_its_time_done_and_not_done_after_all(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    await friends.do(ana, "task", text="tidy up")
    kept = await friends.do(ana, "task", text="send Ben the draft by tomorrow")
    assert "18:00 (Europe/Berlin)" in kept.text
    listed = await friends.do(ana, "tasks")
    assert listed.text.index("send Ben the draft") < listed.text.index("tidy up")
    done = await friends.press(ana, "Done", kept)
    assert "Done: send Ben" in done.text
    assert "send Ben" not in (await friends.do(ana, "tasks")).text
    await friends.press(ana, "Undo", done)
    assert "send Ben" in (await friends.do(ana, "tasks")).text


async def test_a_task_is_kept_once_though_its_turn_runs_twice(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    for _ in range(2):
        friends.number = 50
        await friends.do(ana, "task", text="once")
    assert len((await friends.do(ana, "tasks")).buttons) == 1


async def test_a_note_becomes_one_task_with_the_day_that_it_speaks_of(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    note = await friends.note(ana, "I send Ben the draft by Friday", kind="commitment")
    first = await friends.do(ana, "task-of-note", id=str(note))
    assert "Friday" in first.text
    assert (await friends.do(ana, "task-of-note", id=str(note))).text == first.text
    other = await friends.note(ana, "I call Cleo", kind="action", due_at="2030-01-02 10:00+01")
    assert "2 January 2030, 10:00" in (await friends.do(ana, "task-of-note", id=str(other))).text
    await friends.notes.forget(await friends.viewer(ana), note)
    assert len((await friends.do(ana, "tasks")).buttons) == 2


async def test_a_task_is_nobody_elses_to_see_to_make_or_to_finish(friends: Circle) -> None:
    ana, ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
    note = await friends.note(ana, "I send Ben the draft", kind="commitment")
    kept = await friends.do(ana, "task-of-note", id=str(note))
    assert "nothing to do" in (await friends.do(ben, "tasks")).text
    assert "not there" in (await friends.press(ben, "Done", kept)).text
    assert "not there" in (await friends.do(ben, "task-of-note", id=str(note))).text
    assert "send Ben" in (await friends.do(ana, "tasks")).text


@pytest.mark.parametrize("id", ["0", "-1", "x", "9" * 30])
async def test_a_number_that_is_none_finishes_nothing(friends: Circle, id: str) -> None:
    assert "not there" in (await friends.do(await friends.meet(PLACE), "done", id=id)).text
