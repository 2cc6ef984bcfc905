"""Tasks and goals as people read them, and the buttons under them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from core.conversation.handling import Asked
from core.notes.showing import short
from core.registry import CommandError, Invocation
from core.reminders.moments import in_words
from core.rendering.message import Button
from core.work.marks import in_short
from core.work.models import Goal, Task

NOTHING = frozenset({"nothing", "none", "nobody", "no", "-", "nichts", "niemand"})
"""Words that take away what was said before."""

WEIGHTS = {1: "hardly important", 2: "less important", 4: "important", 5: "very important"}


def line(task: Task, now: datetime, zone: ZoneInfo) -> str:
    """A task in a list."""
    marks = "; ".join(_marks(task, now, zone))
    return f"- **#{task.id}** {short(task.text)}{f' _({marks})_' if marks else ''}"


def _marks(task: Task, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    if task.done_at:
        yield f"done on {in_words(task.done_at, zone)}"
        return
    if task.due_at:
        yield f"{'was due' if task.due_at < now else 'due'} on {in_words(task.due_at, zone)}"
    if task.snoozed_until and task.snoozed_until > now:
        yield f"put off until {in_words(task.snoozed_until, zone)}"
    if task.importance in WEIGHTS:
        yield WEIGHTS[task.importance]
    if task.effort_minutes:
        yield in_short(task.effort_minutes)
    yield from _others(task)


def _others(task: Task) -> Iterator[str]:
    if task.waiting:
        yield f"{'promised to' if task.promised else 'waited for by'} {task.waiting}"
    elif task.promised:
        yield "promised"
    if task.blocked:
        yield f"blocked: {short(task.blocked)}"
    if task.after:
        yield "after " + ", ".join(f"#{id}" for id in task.after)


def goal_line(goal: Goal) -> str:
    """A goal in a list, with a bar that shows how far it is."""
    marks = [f"{goal.progress} %"]
    if goal.tasks:
        marks.append(f"{goal.tasks_done} of {goal.tasks} task{'s' if goal.tasks > 1 else ''} done")
    if goal.due_on:
        marks.append(f"until {goal.due_on:%A, %-d %B %Y}")
    full = round(goal.progress / 10)
    return f"- **#{goal.id}** {short(goal.text)}\n  {'█' * full}{'░' * (10 - full)} _{', '.join(marks)}_"


def button(label: str, command: str, id: int, **arguments: str) -> Button:
    """A button that does something with a task or a goal."""
    return Button(label=label, invocation=Invocation(command=command, arguments={"id": str(id), **arguments}))


def number(asked: Asked, name: str = "id") -> int:
    """The number that was typed, with or without ``#``. Raises CommandError."""
    found = whole(asked.argument(name))
    if found is None:
        command = asked.invocation.command
        raise CommandError(f"Which one? Write its number, as in `{command} 7`.", command)
    return found


def whole(text: str) -> int | None:
    """The number in a text such as ``#12``; None where it is none."""
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 19 else None
