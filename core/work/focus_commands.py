"""The commands on time that is kept free for work that needs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.conversation.handling import Asked, Handlers, Say
from core.notes.showing import short
from core.registry import CommandError, Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button
from core.work.agenda import WORK, WORKDAYS, Span, bounds, gaps, on_day, over
from core.work.calendar import Block, Calendars, Event
from core.work.when import Meant, length_of, when_of

_DAYS = 14
_LEAST, _MOST = timedelta(minutes=15), timedelta(hours=8)
_FOR = re.compile(r"(?:^|\s)(?:for|für)\s+(?P<what>.+)$", re.IGNORECASE | re.DOTALL)
_TASK = re.compile(r"#(?P<id>\d{1,18})\b\s*(?P<text>.*)", re.DOTALL)
_TITLES = 8
_LONGEST = 300
_UNCLEAR = "Say how long first, such as `focus 2h tomorrow morning for #12` or `focus 90 min`."
_NO_TASK = "You have no task #{id}. `tasks` shows those that you have."
_GONE = "That time is not kept free any more."


def focusing(calendars: Calendars) -> Handlers:
    """What carries these commands out."""
    work = _Focus(calendars)
    return {"focus": work.focus, "give-back": work.give_back}


class _Focus:
    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars

    async def focus(self, asked: Asked) -> Say:
        """Keep the time that is named, or the first gap that fits."""
        zone = zone_of(asked.asker.zone)
        length, when, task_id, text = _understood(asked.argument("text"))
        meant = when_of(when, asked.now, zone)
        span = Span(starts_at=_utc(meant.at), ends_at=_utc(meant.at) + length) if meant.at else None
        if span is None:
            span = await self._first(asked, meant, length, zone)
        if span is None:
            return await self._nothing(asked, meant, length, zone)
        block = await self._calendars.keep_free(
            asked.asker, span.starts_at, span.ends_at, text, task_id, origin=asked.inbox_id
        )
        if block is None:
            raise CommandError(_NO_TASK.format(id=task_id), "focus")
        return await self._kept(asked, block, zone)

    async def give_back(self, asked: Asked) -> Say:
        """Do not keep it free after all."""
        id = asked.argument("id")
        block = await self._calendars.give_back(asked.asker, int(id)) if id.isdecimal() and len(id) < 19 else None
        if block is None:
            return Say(_GONE)
        again = _again(block.ends_at - block.starts_at, block.starts_at, block, zone_of(asked.asker.zone))
        return Say(f"Not kept free any more: {_words(block, zone_of(asked.asker.zone))}.", again)

    async def _kept(self, asked: Asked, block: Block, zone: ZoneInfo) -> Say:
        what = " ".join(filter(None, (f"#{block.task_id}" if block.task_id else "", block.text)))
        said = f"Kept free: **{_words(block, zone)}**" + (f" for {short(what)}" if what else "") + "."
        events = await self._events(asked, block.starts_at.astimezone(zone).date(), zone)
        titles = [short(event.title) for event in over(block, events)]
        titles[_TITLES:] = [f"{len(titles) - _TITLES} more"] if len(titles) > _TITLES else []
        more = f" It clashes with {', '.join(titles)}." if titles else ""
        undo = Invocation(command="give-back", arguments={"id": str(block.id)})
        return Say(said + more, (Button(label="Undo", invocation=undo),))

    async def _nothing(self, asked: Asked, meant: Meant, length: timedelta, zone: ZoneInfo) -> Say:
        """Nothing is free then: say what is, and change nothing."""
        later = await self._first(asked, Meant(), length, zone)
        if later is None:
            return Say(f"Within {_DAYS} days I found no gap that is long enough in your working hours.")
        block = Block(id=0, starts_at=later.starts_at, ends_at=later.ends_at)
        _, _, task_id, text = _understood(asked.argument("text"))
        buttons = _again(length, later.starts_at, block.model_copy(update={"task_id": task_id, "text": text}), zone)
        return Say(f"Nothing so long is free then. The first gap that fits is {_words(block, zone)}.", buttons)

    async def _first(self, asked: Asked, meant: Meant, length: timedelta, zone: ZoneInfo) -> Span | None:
        """The first gap that fits: on the day that is named, else on one of the next working days."""
        today = asked.now.astimezone(zone).date()
        days = [meant.day] if meant.day else [today + timedelta(days=ahead) for ahead in range(_DAYS)]
        for day in days:
            found = await self._gap(asked, day, meant, length, zone)
            if found is not None:
                return found
        return None

    async def _gap(self, asked: Asked, day: date, meant: Meant, length: timedelta, zone: ZoneInfo) -> Span | None:
        if meant.day is None and day.weekday() not in WORKDAYS:
            return None
        start, end = bounds(day, zone)
        taken: list[Event | Block] = [*await self._events(asked, day, zone)]
        taken += await self._calendars.blocks(asked.asker, start, end)
        # A day that is asked for by name is a working day for once.
        hours = meant.part or WORK
        free = gaps(taken, day, zone, now=asked.now, hours=hours, least=length, days=range(7))
        return Span(starts_at=free[0].starts_at, ends_at=free[0].starts_at + length) if free else None

    async def _events(self, asked: Asked, day: date, zone: ZoneInfo) -> Sequence[Event]:
        start, end = bounds(day, zone)
        events = await self._calendars.events(asked.asker, start, end, (day, day + timedelta(days=1)))
        return on_day(events, day, zone)


def _understood(line: str) -> tuple[timedelta, str, int | None, str]:
    """How long, when in words, and for which task or what. Raises CommandError."""
    found = length_of(line)
    if found is None or not _LEAST <= found[0] <= _MOST:
        raise CommandError(_UNCLEAR + (" At least 15 minutes, at most 8 hours." if found else ""), "focus")
    length, rest = found
    reason = _FOR.search(rest)
    when, what = (rest[: reason.start()], reason["what"].strip()) if reason else (rest, "")
    task = _TASK.fullmatch(what)
    text = task["text"].strip() if task else what
    if len(text) > _LONGEST:
        raise CommandError(f"What it is for has at most {_LONGEST} characters.", "focus")
    return length, when.strip(), int(task["id"]) if task else None, text


def _again(length: timedelta, at: datetime, block: Block, zone: ZoneInfo) -> tuple[Button, ...]:
    """Keep that time, with what it is for as far as a button can carry it."""
    minutes = int(length.total_seconds() // 60)
    what = f" for #{block.task_id}" if block.task_id else f" for {block.text[:20]}" if block.text else ""
    text = f"{minutes} min {at.astimezone(zone):%Y-%m-%d %H:%M}{what}"
    try:
        Invocation(command="focus", arguments={"text": text}).packed()
    except ValueError:
        text = f"{minutes} min {at.astimezone(zone):%Y-%m-%d %H:%M}"
    return (Button(label="Keep that", invocation=Invocation(command="focus", arguments={"text": text})),)


def _words(block: Block, zone: ZoneInfo) -> str:
    begins, ends = block.starts_at.astimezone(zone), block.ends_at.astimezone(zone)
    return f"{begins:%A, %-d %B, %H:%M}–{ends:%H:%M}"


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
