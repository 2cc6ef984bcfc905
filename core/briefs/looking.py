"""One look at everything that was found for a reader: what of it a part of a brief says, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from core.briefs import day as days
from core.briefs.asked import open_asks
from core.briefs.candidates import Candidate
from core.briefs.choosing import candidates, hidden, is_open, is_put_off
from core.briefs.day import Day, Room
from core.briefs.found import Found, FoundNote, FoundTask
from core.briefs.models import BriefKind, Gap, Item, Meeting, Move, Priority, Reader
from core.briefs.priorities import rank
from core.briefs.terms import USUAL_MINUTES
from core.notes.models import TO_DO, NoteKind
from core.notes.showing import short
from core.reminders.moments import zone_of
from core.work.deals import OPEN, Stage

MOST = 5
"""How many lines a part of a brief has at most."""
MOVED = 2
"""How many deals that moved are told before what others shared."""
AHEAD_DAYS = 7
"""How far the calendar is looked at for free time."""
_NEWS = frozenset({NoteKind.DECISION, NoteKind.INSIGHT})
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """One look at what was found, for one reader at one moment."""

    reader: Reader
    at: datetime
    found: Found

    @cached_property
    def day(self) -> Day:
        """The reader's day."""
        return Day.of(self.at, zone_of(self.reader.zone))

    @cached_property
    def hide(self) -> frozenset[str]:
        """What is not shown again."""
        return hidden(self.found, self.day.date)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """What the reader could do now."""
        return candidates(self.found, self.at, self.hide)

    @cached_property
    def free(self) -> tuple[Gap, ...]:
        """The free time of the next days."""
        return days.free(self.found.events, self.found.blocks, self.day, AHEAD_DAYS, self.at)

    def meetings(self, day: Day) -> tuple[Meeting, ...]:
        """What happens on a day and is not over."""
        return days.meetings(self.found.events, self.found.blocks, day, self.at)

    def ranked(self, among: Sequence[Candidate]) -> tuple[Priority, ...]:
        """The top three among some, as it looks now."""
        return rank(among, self.at, self.day.zone, self.free, self.found.weights)

    def left_of_the_three(self) -> tuple[Priority, ...]:
        """The morning's top three, as far as they are open; the top three of now where none is, or there were none."""
        left = [one for one in self.candidates if one.ref in self.the_three]
        return self.ranked(left or self.candidates)

    @cached_property
    def the_three(self) -> frozenset[str]:
        """What the morning's brief said matters most."""
        return frozenset(
            line.ref
            for line in self.found.lines
            if (line.kind, line.section, line.local_date) == (BriefKind.MORNING, "priorities", self.day.date)
        )

    def news(self) -> tuple[Item, ...]:
        """What others shared that no earlier brief told, what is about the reader first; and deals that moved."""
        told = self._told("news")
        shared = [one for one in self.found.notes if not one.mine and one.kind in _NEWS]
        shared = [one for one in shared if one.ref not in told and one.ref not in self.hide]
        shared.sort(key=lambda one: (one.about_me, one.importance, one.said_at), reverse=True)
        moved = [
            Item(ref=deal.ref, text=f"{short(deal.name)}: {deal.stage}", who=deal.company, at=deal.stage_since)
            for deal in self.found.deals
            if self.found.since < deal.stage_since <= self.at and deal.created_at < deal.stage_since
        ]
        return (*moved[: max(MOVED, MOST - len(shared))], *map(_said, shared))[:MOST]

    def asks(self) -> tuple[Item, ...]:
        """What others wait for: what they asked in channels, questions about sharing, and what the reader is to do."""
        questions = [
            Item(ref=f"consent:{one.id}", text=short(one.wording), who=one.of, at=one.asked_at)
            for one in self.found.consents
        ]
        asked = open_asks(self.found, self.at, self.day.zone, self.reader.name, self.hide)
        wanted = [_said(one) for one in self.found.notes if _asks(one) and not one.mine]
        return tuple(one for one in (*asked, *questions, *wanted) if one.ref not in self.hide)[:MOST]

    def broken(self) -> tuple[Item, ...]:
        """Calendars that cannot be read, each told once until it can be again."""
        told = {(line.ref, line.local_date) for line in self.found.lines if line.section == "broken"}
        return tuple(
            Item(ref=one.ref, text=short(one.name), at=one.since)
            for one in self.found.broken
            if not any(ref == one.ref and day >= one.since.astimezone(self.day.zone).date() for ref, day in told)
        )[:MOST]

    def done(self) -> tuple[Item, ...]:
        """What got done today; the morning's top three first."""
        finished = [
            task for task in self.found.tasks if task.done_at is not None and self.day.begins <= task.done_at <= self.at
        ]
        finished.sort(key=lambda task: (task.ref not in self.the_three, task.done_at or _NEVER, task.id))
        return tuple(_task(task, at=task.done_at) for task in finished[: 2 * MOST])

    def slipped(self) -> tuple[Item, ...]:
        """What was due and is not done, what slipped last first."""
        late = [_task(task) for task in self._open() if task.due_at is not None and task.due_at < self.at]
        late += [_said(one) for one in self._own_to_do() if one.due_at is not None and one.due_at < self.at]
        late.sort(key=lambda item: (_due(item), item.ref), reverse=True)
        late += [
            Item(ref=f"goal:{goal.id}", text=short(goal.text), due_at=Day(goal.due_on, self.day.zone).ends)
            for goal in self.found.goals
            if goal.due_on < self.day.date
        ]
        late += [
            Item(ref=deal.ref, text=short(deal.name), due_at=Day(deal.closes_on, self.day.zone).ends)
            for deal in self.found.deals
            if deal.mine and deal.stage in OPEN and deal.closes_on is not None and deal.closes_on < self.day.date
        ]
        return tuple(item for item in late if item.ref not in self.hide)[:MOST]

    def blocked(self) -> tuple[Item, ...]:
        """What cannot go on, and why."""
        stuck = [task for task in self._open() if task.blocked or task.after]
        stuck.sort(key=lambda task: (_due(task), task.id))
        return tuple(_task(task, why=(short(task.blocked),) if task.blocked else _waits(task)) for task in stuck[:MOST])

    def moves(self) -> tuple[Move, ...]:
        """What slipped, or does not fit into what is left of today, and the next free time that it fits into.

        What is due today has the first choice of today's time.
        """
        room, found = Room(self.free), []
        due = [one for one in self._open() if _due(one) < self.day.ends and not one.blocked and not one.after]
        for task in sorted(due, key=lambda one: (_due(one) < self.at, _due(one), one.id)):
            minutes, slipped = task.effort_minutes or USUAL_MINUTES, _due(task) < self.at
            if not slipped and room.take(minutes, self.at, self.day.ends) is not None:
                continue
            until = room.take(minutes, self.at)
            if until is not None:
                found.append(Move(**dict(_task(task)), until=until))
        return tuple(sorted(found, key=lambda move: move.until)[:3])

    def wins(self) -> tuple[Item, ...]:
        """What is worth celebrating: the reader's own, and what others agreed to share; each told once."""
        told = self._told("wins")
        notes = [one for one in self.found.notes if one.kind is NoteKind.WIN and one.ref not in told]
        notes.sort(key=lambda one: (one.celebration, one.importance, one.said_at), reverse=True)
        won = [
            Item(ref=deal.ref, text=short(deal.name), who=deal.company, at=deal.stage_since)
            for deal in self.found.deals
            if deal.stage == Stage.WON and self.day.begins <= deal.stage_since <= self.at
        ]
        return tuple(one for one in (*won, *map(_said, notes)) if one.ref not in self.hide)[:MOST]

    def commitments(self) -> tuple[Item, ...]:
        """What the reader promised, and is open."""
        promised = [_task(task) for task in self._open() if task.promised]
        promised += [_said(one) for one in self._own_to_do() if one.kind is NoteKind.COMMITMENT]
        return _by_due(item for item in promised if item.ref not in self.hide)

    def promises(self) -> tuple[Item, ...]:
        """What people in a channel agreed to have known there that they will do."""
        return _by_due(map(_said, self.found.notes_to_do))

    def broken_promises(self) -> tuple[Item, ...]:
        """Of these, what was due."""
        return _by_due(item for item in map(_said, self.found.notes_to_do) if _due(item) < self.at)

    def _open(self) -> list[FoundTask]:
        return [
            task
            for task in self.found.tasks
            if is_open(task, self.at) and not is_put_off(task, self.at) and task.ref not in self.hide
        ]

    def _own_to_do(self) -> list[FoundNote]:
        return [one for one in self.found.notes if one.mine and one.kind in TO_DO]

    def _told(self, section: str) -> frozenset[str]:
        return self.found.told | {line.ref for line in self.found.lines if line.section == section}


def _asks(note: FoundNote) -> bool:
    """Whether somebody else said that the reader is to do something."""
    return note.about_me and not note.mine and note.kind in TO_DO


def _due(item: Item | FoundTask) -> datetime:
    return item.due_at or _NEVER


def _by_due(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (_due(item), item.ref)))[:MOST]


def _task(task: FoundTask, *, at: datetime | None = None, why: tuple[str, ...] = ()) -> Item:
    who = task.waiting or task.contact
    return Item(ref=task.ref, text=short(task.text), due_at=task.due_at, who=who, at=at, why=why)


def _said(note: FoundNote) -> Item:
    who = note.who if note.mine else note.speaker
    return Item(ref=note.ref, text=short(note.text), due_at=note.due_at, who=who, at=note.said_at)


def _waits(task: FoundTask) -> tuple[str, ...]:
    return tuple(f"waits for: {short(text)}" for text in list(task.after.values())[:2])
