"""The commands on tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.conversation.handling import Asked, Handlers, Say
from core.notes.models import Note
from core.notes.showing import short
from core.registry import CommandError, Invocation
from core.reminders.moments import in_words, zone_of
from core.rendering.message import Button
from core.work.dues import due_in, split
from core.work.models import LONGEST, Task, Tasks

_SHOWN = 15
_NOT_THERE = "That task is not there any more."


def working_on(tasks: Tasks) -> Handlers:
    """What carries these commands out."""
    work = _Work(tasks)
    return {
        "task": work.add,
        "task-of-note": work.add_of_note,
        "tasks": work.list_,
        "done": work.done,
        "undo-task": work.undo,
    }


class _Work:
    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    async def add(self, asked: Asked) -> Say:
        text, due = split(asked.argument("text").strip(), asked.now, zone_of(asked.asker.zone))
        if len(text) > LONGEST:
            raise CommandError(f"A task has at most {LONGEST} characters.", "task")
        task = await self._tasks.add(
            asked.asker, text, due, origin=asked.inbox_id, conversation_id=asked.conversation_id
        )
        return _kept(task, zone_of(asked.asker.zone))

    async def add_of_note(self, asked: Asked) -> Say:
        id, zone = _number(asked), zone_of(asked.asker.zone)

        def due(note: Note) -> datetime | None:
            return note.due_at or due_in(note.text, note.said_at, zone)

        task = None
        if id is not None:
            task = await self._tasks.add_of_note(asked.asker, id, due, asked.conversation_id)
        return _kept(task, zone) if task else Say("That note is not there any more.")

    async def list_(self, asked: Asked) -> Say:
        found = await self._tasks.waiting(asked.asker, _SHOWN + 1)
        if not found:
            return Say("You have nothing to do that I know of. The command `task TEXT by Friday` makes a task.")
        shown, zone = found[:_SHOWN], zone_of(asked.asker.zone)
        more = [f"These are the first {_SHOWN}."] if len(found) > _SHOWN else []
        return Say("\n\n".join(["\n".join(_lines(shown, asked.now, zone)), *more]), tuple(map(_done, shown)))

    async def done(self, asked: Asked) -> Say:
        return await self._finish(asked, done=True)

    async def undo(self, asked: Asked) -> Say:
        return await self._finish(asked, done=False)

    async def _finish(self, asked: Asked, *, done: bool) -> Say:
        id = _number(asked)
        task = await self._tasks.finish(asked.asker, id, done=done) if id is not None else None
        if task is None:
            return Say(_NOT_THERE)
        if done:
            return Say(f"Done: {short(task.text)}", (_button("Undo", "undo-task", task),))
        return Say(f"Not done after all: {short(task.text)}", (_done(task),))


def _kept(task: Task, zone: ZoneInfo) -> Say:
    due = f", due on {in_words(task.due_at, zone)}" if task.due_at else ""
    if task.done_at:
        return Say(f"Task **#{task.id}** is done: {short(task.text)}", (_button("Undo", "undo-task", task),))
    return Say(f"Task **#{task.id}**{due}: {short(task.text)}", (_button("Done", "done", task),))


def _lines(tasks: Sequence[Task], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    for task in tasks:
        due = ""
        if task.due_at:
            late = "was due" if task.due_at < now else "due"
            due = f" _({late} on {in_words(task.due_at, zone)})_"
        yield f"- **#{task.id}** {short(task.text)}{due}"


def _done(task: Task) -> Button:
    return _button(f"Done #{task.id}", "done", task)


def _button(label: str, command: str, task: Task) -> Button:
    return Button(label=label, invocation=Invocation(command=command, arguments={"id": str(task.id)}))


def _number(asked: Asked) -> int | None:
    digits = asked.argument("id").strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
