"""The command that changes one thing of a task, with the way back as a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pydantic import ValidationError

from core.conversation.handling import Asked, Handlers, Say
from core.registry import CommandError, Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button
from core.work.commands import refused
from core.work.dues import moment_of
from core.work.marks import in_short, minutes, numbers
from core.work.models import Cycle, Missing, Task, TaskChanges, Tasks
from core.work.showing import NOTHING, line, number, whole

_IMPORTANCE = {"low": 2, "normal": 3, "medium": 3, "high": 4, "important": 4, "urgent": 5, "very": 5}
_YES = frozenset({"yes", "ja", "true"})


def changing(tasks: Tasks) -> Handlers:
    """What carries the command out."""

    async def change(asked: Asked) -> Say:
        what, value = asked.argument("what"), asked.argument("value").strip()
        value = "" if value.casefold() in NOTHING else value
        try:
            if what == "after":
                changed = await tasks.tie(asked.asker, number(asked), _before(value))
            else:
                changed = await tasks.change(asked.asker, number(asked), _changes(what, value, asked))
        except (Missing, Cycle, ValidationError) as error:
            raise refused(error, "change") from None
        if changed is None:
            return Say("That task is not there any more.")
        before, after = changed
        back = _undo(what, before)
        text = line(after, asked.now, zone_of(asked.asker.zone)).removeprefix("- ")
        return Say(text, (back,) if back else ())

    return {"change": change}


def _changes(what: str, value: str, asked: Asked) -> TaskChanges:
    """What was asked for, as what becomes different. Raises CommandError and ValidationError."""
    if what == "due":
        return TaskChanges(due_at=_due(value, asked))
    return TaskChanges.model_validate(_READ[what](value))


def _due(value: str, asked: Asked) -> datetime | None:
    if not value:
        return None
    exact = _exact(value)
    found = exact or moment_of(value.removeprefix("by "), asked.now, zone_of(asked.asker.zone))
    if found is None:
        raise CommandError("When is it due? Write it like `Friday`, `tomorrow at 9` or `2026-12-01`.", "change")
    return found


def _exact(value: str) -> datetime | None:
    """A moment as the button that undoes writes it."""
    digits = value.removeprefix("@")
    return datetime.fromtimestamp(int(digits), UTC) if value[:1] == "@" and digits.isdecimal() else None


def _importance(value: str) -> Mapping[str, object]:
    weight = _IMPORTANCE.get(value.casefold(), whole(value) if value else None)
    if value and (weight is None or not 1 <= weight <= 5):
        raise CommandError("importance is from 1 (hardly) to 5 (very).", "change")
    return {"importance": weight}


def _energy(value: str) -> Mapping[str, object]:
    if value.casefold() not in ("low", "high", ""):
        raise CommandError("energy is low or high.", "change")
    return {"energy": value.casefold()}


def _promised(value: str) -> Mapping[str, object]:
    if value.casefold() in _YES:
        return {"promised": True}
    return {"promised": bool(value), "waiting": value}


def _tied(what: str) -> Callable[[str], Mapping[str, object]]:
    def read(value: str) -> Mapping[str, object]:
        id = whole(value) if value else None
        if value and id is None:
            raise CommandError(f"Which {what}? Write its number.", "change")
        return {f"{what}_id": id}

    return read


_READ: Mapping[str, Callable[[str], Mapping[str, object]]] = {
    "text": lambda value: {"text": value},
    "importance": _importance,
    "effort": lambda value: {"effort_minutes": minutes(value) if value else None},
    "energy": _energy,
    "waiting": lambda value: {"waiting": value} if value else {"waiting": "", "promised": False},
    "promised": _promised,
    "blocked": lambda value: {"blocked": value},
    "goal": _tied("goal"),
    "deal": _tied("deal"),
    "contact": _tied("contact"),
}


def _before(value: str) -> tuple[int, ...]:
    found = numbers(value)
    if value and not found:
        raise CommandError("After which tasks? Write their numbers, as in `change 7 after 3 4`.", "change")
    return found


def _undo(what: str, before: Task) -> Button | None:
    """The button that brings back what was; none where that does not fit on one."""
    was = _was(what, before)
    try:
        arguments = {"id": str(before.id), "what": what, "value": was or "nothing"}
        invocation = Invocation(command="change", arguments=arguments)
        invocation.packed()
    except ValueError:
        return None
    return Button(label="Undo", invocation=invocation)


def _was(what: str, before: Task) -> str:
    if what == "due":
        return f"@{int(before.due_at.timestamp())}" if before.due_at else ""
    if what == "effort":
        return in_short(before.effort_minutes) if before.effort_minutes else ""
    if what == "after":
        return " ".join(map(str, before.after))
    if what == "promised":
        return before.waiting or ("yes" if before.promised else "")
    attribute = f"{what}_id" if what in ("goal", "deal", "contact") else what
    value = getattr(before, attribute)
    return "" if value is None else str(value)
