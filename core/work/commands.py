"""The commands on tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from pydantic import ValidationError

from core.conversation.handling import Asked, Handlers, Say
from core.notes.models import Note
from core.notes.showing import short
from core.registry import CommandError
from core.reminders.moments import in_words, moment, zone_of
from core.work.dues import due_in, moment_of, split_plain
from core.work.marks import marked
from core.work.models import LONGEST, Cycle, Missing, Task, TaskChanges, Tasks, Which
from core.work.showing import NOTHING, button, line, number

_SHOWN = 15
_BUTTONS = 20
_NOT_THERE = "That task is not there any more."
_NOTHING = {
    Which.OPEN: "You have nothing to do that I know of. The command `task TEXT by Friday` makes a task.",
    Which.TODAY: "Nothing is due today.",
    Which.WAITING: "Nothing waits, and nobody waits for you, as far as I know.",
    Which.SNOOZED: "You have put nothing off.",
    Which.DONE: "Nothing is done yet.",
}
_MORNING = time(8)


def working_on(tasks: Tasks) -> Handlers:
    """What carries these commands out."""
    work = _Work(tasks)
    return {
        "task": work.add,
        "task-of-note": work.add_of_note,
        "tasks": work.list_,
        "done": work.done,
        "undo-task": work.undo,
        "drop": work.drop,
        "undrop-task": work.undrop,
        "snooze": work.snooze,
    }


class _Work:
    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    async def add(self, asked: Asked) -> Say:
        read = marked(asked.argument("text").strip())
        if len(read.text) > LONGEST:
            raise CommandError(f"A task has at most {LONGEST} characters.", "task")
        text, due = split_plain(read.text, asked.now, zone_of(asked.asker.zone))
        try:
            more = TaskChanges.model_validate(read.values)
            task = await self._tasks.add(
                asked.asker,
                text,
                due,
                origin=asked.inbox_id,
                conversation_id=asked.conversation_id,
                more=more,
                after=read.after,
            )
        except (Missing, Cycle, ValidationError) as error:
            raise refused(error, "task") from None
        return _kept(task, asked)

    async def add_of_note(self, asked: Asked) -> Say:
        zone = zone_of(asked.asker.zone)

        def due(note: Note) -> datetime | None:
            return note.due_at or due_in(note.text, note.said_at, zone)

        task = await self._tasks.add_of_note(asked.asker, number(asked), due, asked.conversation_id)
        return _kept(task, asked) if task else Say("That note is not there any more.")

    async def list_(self, asked: Asked) -> Say:
        which = Which(asked.argument("which") or Which.OPEN)
        zone = zone_of(asked.asker.zone)
        tomorrow = moment(asked.now.astimezone(zone).date() + timedelta(days=1), time(0), zone)
        found = await self._tasks.listed(asked.asker, which, asked.now, tomorrow, _SHOWN + 1)
        if not found:
            return Say(_NOTHING[which])
        shown = found[:_SHOWN]
        more = [f"These are the first {_SHOWN}."] if len(found) > _SHOWN else []
        text = "\n\n".join(["\n".join(line(task, asked.now, zone) for task in shown), *more])
        label, command = ("Undo", "undo-task") if which is Which.DONE else ("Done", "done")
        return Say(text, tuple(button(f"{label} #{task.id}", command, task.id) for task in shown[:_BUTTONS]))

    async def done(self, asked: Asked) -> Say:
        task = await self._tasks.finish(asked.asker, number(asked), done=True)
        return _said(task, "Done", ("Undo", "undo-task"))

    async def undo(self, asked: Asked) -> Say:
        task = await self._tasks.finish(asked.asker, number(asked), done=False)
        return _said(task, "Not done after all", ("Done", "done"))

    async def drop(self, asked: Asked) -> Say:
        task = await self._tasks.drop(asked.asker, number(asked), dropped=True)
        return _said(task, "Dropped", ("Undo", "undrop-task"))

    async def undrop(self, asked: Asked) -> Say:
        task = await self._tasks.drop(asked.asker, number(asked), dropped=False)
        return _said(task, "To be done after all", ("Done", "done"))

    async def snooze(self, asked: Asked) -> Say:
        wake = asked.argument("when").casefold() in NOTHING
        until = None if wake else until_when(asked.argument("when"), asked)
        changed = await self._tasks.change(asked.asker, number(asked), TaskChanges(snoozed_until=until))
        if changed is None:
            return Say(_NOT_THERE)
        task = changed[1]
        if until is None:
            return Say(f"Not put off any more: {short(task.text)}", (button("Done", "done", task.id),))
        undo = button("Undo", "snooze", task.id, when="nothing")
        return Say(f"Put off until {in_words(until, zone_of(asked.asker.zone))}: {short(task.text)}", (undo,))


def until_when(words: str, asked: Asked) -> datetime:
    """Until when something is put off; tomorrow morning where nothing is said. Raises CommandError."""
    zone = zone_of(asked.asker.zone)
    said = words.strip().removeprefix("until ").removeprefix("till ").removeprefix("bis ").strip()
    if not said:
        return moment(asked.now.astimezone(zone).date() + timedelta(days=1), _MORNING, zone)
    until = moment_of(said, asked.now, zone, _MORNING)
    if until is None:
        raise CommandError("Until when? Write it like `until Monday`, `tomorrow at 9` or `in 3 days`.", "snooze")
    return until


def refused(error: Exception, command: str) -> CommandError:
    """What to tell of something that a task cannot be."""
    if isinstance(error, Missing):
        return CommandError(f"I do not know that {error.what}, or it is not yours.", command)
    if isinstance(error, Cycle):
        return CommandError("Then the two would wait for each other.", command)
    return CommandError("That does not fit: a task's text has 1 to 1000 characters, a name 200 at most.", command)


def _kept(task: Task, asked: Asked) -> Say:
    zone = zone_of(asked.asker.zone)
    if task.done_at:
        undo = button("Undo", "undo-task", task.id)
        return Say(f"Task **#{task.id}** is done: {short(task.text)}", (undo,))
    due = f", due on {in_words(task.due_at, zone)}" if task.due_at else ""
    rest = line(replace(task, due_at=None), asked.now, zone).removeprefix(f"- **#{task.id}** ")
    buttons = (button("Done", "done", task.id), button("Undo", "drop", task.id))
    return Say(f"Task **#{task.id}**{due}: {rest}", buttons)


def _said(task: Task | None, what: str, back: tuple[str, str]) -> Say:
    if task is None:
        return Say(_NOT_THERE)
    return Say(f"{what}: {short(task.text)}", (button(*back, task.id),))
