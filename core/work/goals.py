"""The commands on goals."""

from __future__ import annotations

from datetime import datetime

from core.conversation.handling import Asked, Handlers, Say
from core.notes.showing import short
from core.registry import CommandError
from core.reminders.moments import zone_of
from core.work.dues import split
from core.work.marks import marked
from core.work.models import LONGEST, Goal, GoalChanges, Goals
from core.work.showing import button, goal_line, number

_SHOWN = 15
_ALL = 100
_NOT_THERE = "That goal is not there any more."


def aiming(goals: Goals) -> Handlers:
    """What carries these commands out."""
    aims = _Aims(goals)
    return {
        "goal": aims.add,
        "goals": aims.list_,
        "progress": aims.progress,
        "drop-goal": aims.drop,
        "undrop-goal": aims.undrop,
    }


class _Aims:
    def __init__(self, goals: Goals) -> None:
        self._goals = goals

    async def add(self, asked: Asked) -> Say:
        read = marked(asked.argument("text").strip())
        zone = zone_of(asked.asker.zone)
        text, due = split(read.text, asked.now, zone)
        if len(text) > LONGEST:
            raise CommandError(f"A goal has at most {LONGEST} characters.", "goal")
        importance = int(str(read.values.get("importance", 3)))
        due_on = due.astimezone(zone).date() if due else None
        goal = await self._goals.add(asked.asker, text, due_on, origin=asked.inbox_id, importance=importance)
        hint = f"Tasks serve it with `task TEXT for goal #{goal.id}`."
        return Say(f"A goal:\n{goal_line(goal)}\n\n{hint}", (button("Undo", "drop-goal", goal.id),))

    async def list_(self, asked: Asked) -> Say:
        found = await self._goals.listed(asked.asker, _SHOWN)
        if not found:
            return Say("You have no goals that I know of. The command `goal TEXT by March 31` makes one.")
        reached = tuple(button(f"Reached #{goal.id}", "progress", goal.id, percent="100") for goal in found)
        return Say("\n".join(map(goal_line, found)), reached)

    async def progress(self, asked: Asked) -> Say:
        percent = int(asked.argument("percent"))
        done_at = asked.now if percent == _ALL else None
        changed = await self._goals.change(asked.asker, number(asked), GoalChanges(progress=percent, done_at=done_at))
        if changed is None:
            return Say(_NOT_THERE)
        before, after = changed
        text = f"Reached: {short(after.text)} 🎉" if percent == _ALL else goal_line(after)
        return Say(text, (button("Undo", "progress", after.id, percent=str(before.progress)),))

    async def drop(self, asked: Asked) -> Say:
        return _said(await self._dropped(asked, asked.now), "Dropped", "undrop-goal")

    async def undrop(self, asked: Asked) -> Say:
        return _said(await self._dropped(asked, None), "A goal after all", "drop-goal")

    async def _dropped(self, asked: Asked, at: datetime | None) -> tuple[Goal, Goal] | None:
        return await self._goals.change(asked.asker, number(asked), GoalChanges(dropped_at=at))


def _said(changed: tuple[Goal, Goal] | None, what: str, back: str) -> Say:
    if changed is None:
        return Say(_NOT_THERE)
    goal = changed[1]
    return Say(f"{what}: {short(goal.text)}", (button("Undo", back, goal.id),))
