"""Tasks: kept once, by when one said, done and not done after all, and nobody else's to see."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.postgres.tasks import PostgresTasks
from core.conversation.models import Asker
from core.registry import CommandError
from core.work.dues import due_in, split
from core.work.marks import in_short, marked, minutes
from core.work.models import Task
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import Circle, circle

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # a Tuesday, 18:00 in Berlin


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


async def kept_of(friends: Circle, person: int) -> Task:
    """The only task of a person."""
    asker = Asker(org_id=(await friends.viewer(person)).org_id, person_id=person, account="", name="")
    task = await PostgresTasks(friends.desk.database).one(asker, 1)
    assert task is not None
    return task


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


@pytest.mark.parametrize("id", ["0", "999"])
async def test_a_number_that_is_none_of_theirs_finishes_nothing(friends: Circle, id: str) -> None:
    assert "not there" in (await friends.do(await friends.meet(PLACE), "done", id=id)).text


@pytest.mark.parametrize("id", ["-1", "x", "9" * 30, "²"])
@pytest.mark.parametrize("command", ["done", "drop", "snooze"])
async def test_what_is_no_number_is_said_so(friends: Circle, command: str, id: str) -> None:
    ana = await friends.meet(PLACE)
    with pytest.raises(CommandError, match="Write its number"):
        await friends.do(ana, command, id=id)


@pytest.mark.parametrize(
    ("line", "text", "values", "after"),
    [
        ("call Ben !! ~30m", "call Ben", {"importance": 5, "effort_minutes": 30}, ()),
        ("call Ben ! by Friday", "call Ben by Friday", {"importance": 4}, ()),
        ("write it ~1h30 after #3 and #4", "write it", {"effort_minutes": 90}, (3, 4)),
        ("plan, for goal #2", "plan", {"goal_id": 2}, ()),
        ("think high energy ~2 h", "think", {"energy": "high", "effort_minutes": 120}, ()),
        ("hurry up!", "hurry up!", {}, ()),
        ("say wow !!! now", "say wow !!! now", {}, ()),
        ("look after #general", "look after #general", {}, ()),
        ("!!", "!!", {}, ()),
        ("costs ~100 EUR", "costs EUR", {"effort_minutes": 100}, ()),
    ],
)
def test_marks_are_read_and_the_words_stay(
    line: str, text: str, values: dict[str, object], after: tuple[int, ...]
) -> None:
    found = marked(line)
    assert (found.text, found.values, found.after) == (text, values, after)


@pytest.mark.parametrize(("text", "found"), [("45", 45), ("30m", 30), ("2h", 120), ("1.5 h", 90), ("1h30", 90)])
def test_a_length_of_time_is_understood(text: str, found: int) -> None:
    assert minutes(text) == found
    assert minutes(in_short(found)) == found


@pytest.mark.parametrize("text", ["", "x", "0", "999h", "1.5.2h"])
def test_what_is_no_length_of_time_is_said_so(text: str) -> None:
    with pytest.raises(CommandError):
        minutes(text)


CHANGES = [
    ("due", "tomorrow at 9", "due on"),
    ("importance", "5", "very important"),
    ("importance", "high", "important"),
    ("effort", "1h30", "1 h 30 min"),
    ("waiting", "Ben", "waited for by Ben"),
    ("promised", "Ben", "promised to Ben"),
    ("blocked", "no key", "blocked: no key"),
    ("text", "send Cleo the draft", "send Cleo the draft"),
    ("energy", "high", ""),
]


@pytest.mark.parametrize(("what", "value", "shown"), CHANGES)
async def test_each_change_is_shown_and_its_undo_brings_back_what_was(
    friends: Circle, what: str, value: str, shown: str
) -> None:
    ana = await friends.meet(PLACE)
    kept = await friends.do(ana, "task", text="send Ben the draft ~45m by tomorrow")
    id = kept.buttons[0].invocation.arguments["id"]  # type: ignore[union-attr]
    before = await kept_of(friends, ana)
    changed = await friends.do(ana, "change", id=id, what=what, value=value)
    assert shown in changed.text
    assert await kept_of(friends, ana) != before
    await friends.press(ana, "Undo", changed)
    assert await kept_of(friends, ana) == before


async def test_what_was_said_of_a_task_is_taken_away_by_nothing(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    await friends.do(ana, "task", text="send it !! ~45m by tomorrow")
    for what in ("importance", "effort", "due", "waiting", "after", "goal"):
        await friends.do(ana, "change", id="1", what=what, value="nothing")
    task = await kept_of(friends, ana)
    assert (task.importance, task.effort_minutes, task.due_at) == (None, None, None)


async def test_two_tasks_never_wait_for_each_other(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    for text in ("one", "two after #1", "three after #2"):
        await friends.do(ana, "task", text=text)
    for after in ("1", "3", "2 3"):
        with pytest.raises(CommandError, match="wait for each other"):
            await friends.do(ana, "change", id="1", what="after", value=after)
    listed = (await friends.do(ana, "tasks", which="waiting")).text
    assert "after #1" in listed
    assert "after #2" in listed
    await friends.do(ana, "done", id="1")
    assert "after #1" not in (await friends.do(ana, "tasks", which="waiting")).text


async def test_a_task_is_tied_to_nothing_of_somebody_elses(friends: Circle) -> None:
    ana, ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
    await friends.do(ana, "goal", text="ten customers")
    await friends.do(ana, "task", text="first")
    with pytest.raises(CommandError, match="do not know that goal"):
        await friends.do(ben, "task", text="call for goal #1")
    with pytest.raises(CommandError, match="do not know that task"):
        await friends.do(ben, "task", text="call after #1")
    assert "nothing to do" in (await friends.do(ben, "tasks")).text


async def test_what_is_put_off_is_not_shown_until_then(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    await friends.do(ana, "task", text="tidy up")
    off = await friends.do(ana, "snooze", id="1", when="until Monday")
    assert "Monday" in off.text
    assert "08:00" in off.text
    assert "nothing to do" in (await friends.do(ana, "tasks")).text
    assert "tidy up" in (await friends.do(ana, "tasks", which="snoozed")).text
    await friends.press(ana, "Undo", off)
    assert "tidy up" in (await friends.do(ana, "tasks")).text
    with pytest.raises(CommandError, match="Until when"):
        await friends.do(ana, "snooze", id="1", when="some time")


async def test_what_is_dropped_comes_back_by_undo(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    kept = await friends.do(ana, "task", text="tidy up")
    dropped = await friends.press(ana, "Undo", kept)
    assert "nothing to do" in (await friends.do(ana, "tasks")).text
    await friends.press(ana, "Undo", dropped)
    assert "tidy up" in (await friends.do(ana, "tasks")).text


async def test_a_goal_counts_the_tasks_that_serve_it_and_is_reached(friends: Circle) -> None:
    ana = await friends.meet(PLACE)
    made = await friends.do(ana, "goal", text="ten customers by 2027-03-31 !!")
    assert "31 March 2027" in made.text
    await friends.do(ana, "task", text="call Ben for goal #1")
    await friends.do(ana, "done", id="1")
    assert "1 of 1 task done" in (await friends.do(ana, "goals")).text
    far = await friends.do(ana, "progress", id="1", percent="40")
    assert "████░░░░░░" in far.text
    reached = await friends.do(ana, "progress", id="1", percent="100")
    assert "no goals" in (await friends.do(ana, "goals")).text
    await friends.press(ana, "Undo", reached)
    assert "40 %" in (await friends.do(ana, "goals")).text
    ben = await friends.meet(PLACE, "U2")
    assert "not there" in (await friends.do(ben, "progress", id="1", percent="10")).text
