"""A day's events: which of them clash, and what time they leave."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from core.reminders.moments import moment
from core.values import Frozen
from core.work.calendar import Block, Event

WORK = (time(9), time(18))
"""The working hours, where its owner is."""
WORKDAYS = frozenset(range(5))
"""Monday is 0."""
MOST_CLASHES = 200
"""How many clashes of a day are looked for."""
HALF_AN_HOUR = timedelta(minutes=30)


class Span(Frozen):
    """Some time, from one moment to another, in UTC."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """How long it takes."""
        return self.ends_at - self.starts_at


class Agenda(Frozen):
    """What a day looks like.

    Attributes:
        all_day: what lasts the whole day.
        events: everything else, in its order.
        blocks: time that is kept free.
        clashes: pairs of events that take the same time.
        gaps: what is left of the working hours.
    """

    day: date
    all_day: tuple[Event, ...]
    events: tuple[Event, ...]
    blocks: tuple[Block, ...]
    clashes: tuple[tuple[Event, Event], ...]
    gaps: tuple[Span, ...]


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a day begins and ends somewhere, in UTC: on days when clocks change, after more or fewer than 24 hours."""
    return _utc(day, time(), zone), _utc(day + timedelta(days=1), time(), zone)


def on_day(events: Iterable[Event], day: date, zone: ZoneInfo) -> tuple[Event, ...]:
    """What happens on a day, each once: what is in two calendars is one event."""
    start, end = bounds(day, zone)
    found: dict[tuple[object, ...], Event] = {}
    for event in sorted(events, key=_order):
        if _is_on(event, day, start, end):
            same = (event.uid, event.starts_on if event.all_day else event.starts_at)
            found.setdefault(same, event)
    return tuple(found.values())


def clashes(events: Iterable[Event]) -> tuple[tuple[Event, Event], ...]:
    """Pairs that take the same time. What lasts all day, and what takes no time of its owner's, clashes with nothing.

    The same event in two calendars does not clash with itself. There are not more than ``MOST_CLASHES``, the first of
    the day: a calendar of thousands has millions.
    """
    taken = sorted((event for event in events if _takes_time(event)), key=_order)
    pairs = (
        (one, other)
        for index, one in enumerate(taken)
        for other in _until(islice(taken, index + 1, None), one.ends_at)
        if (one.uid, one.starts_at) != (other.uid, other.starts_at)
    )
    return tuple(islice(pairs, MOST_CLASHES))


def over(block: Block, events: Iterable[Event]) -> list[Event]:
    """The events that take some of the time that is kept free."""
    return [
        one for one in events if _takes_time(one) and _meets(one.starts_at, one.ends_at, block.starts_at, block.ends_at)
    ]


def gaps(
    taken: Iterable[Event | Block | Span],
    day: date,
    zone: ZoneInfo,
    *,
    now: datetime | None = None,
    hours: tuple[time, time] = WORK,
    least: timedelta = HALF_AN_HOUR,
    days: Container[int] = WORKDAYS,
) -> tuple[Span, ...]:
    """What is left of a day's working hours; nothing on days off.

    Args:
        taken: what may take time.
        day: the day.
        zone: where its owner is.
        now: what lies before it is over; None for the whole day.
        hours: the working hours.
        least: shorter ones are no gaps.
        days: the working days; Monday is 0.
    """
    if day.weekday() not in days:
        return ()
    start, end = (_utc(day, at, zone) for at in hours)
    at, found = max(start, now.astimezone(UTC)) if now else start, []
    for one in sorted((one for one in taken if _takes_time(one)), key=lambda one: one.starts_at.astimezone(UTC)):
        begins, ends = (min(end, side.astimezone(UTC)) for side in (one.starts_at, one.ends_at))
        if begins - at >= least:
            found.append(Span(starts_at=at, ends_at=begins))
        at = max(at, ends)
    if end - at >= least:
        found.append(Span(starts_at=at, ends_at=end))
    return tuple(found)


def agenda(
    events: Iterable[Event], blocks: Sequence[Block], day: date, zone: ZoneInfo, now: datetime | None = None
) -> Agenda:
    """A day, as its owner sees it where they are."""
    start, end = bounds(day, zone)
    those = on_day(events, day, zone)
    kept = tuple(block for block in blocks if _meets(block.starts_at, block.ends_at, start, end))
    return Agenda(
        day=day,
        all_day=tuple(event for event in those if event.all_day),
        events=tuple(event for event in those if not event.all_day),
        blocks=kept,
        clashes=clashes(those),
        gaps=gaps((*those, *kept), day, zone, now=now),
    )


def _takes_time(one: Event | Block | Span) -> bool:
    return (not isinstance(one, Event) or (one.busy and not one.all_day)) and one.ends_at > one.starts_at


def _is_on(event: Event, day: date, start: datetime, end: datetime) -> bool:
    if event.all_day and event.starts_on and event.ends_on:
        return event.starts_on <= day < max(event.ends_on, event.starts_on + timedelta(days=1))
    return _meets(event.starts_at, event.ends_at, start, end)


def _meets(begins: datetime, ends: datetime, start: datetime, end: datetime) -> bool:
    """Whether some time, or a moment, lies within another."""
    return begins < end and (ends > start or begins == ends == start)


def _until(later: Iterable[Event], end: datetime) -> Iterator[Event]:
    for event in later:
        if event.starts_at.astimezone(UTC) >= end.astimezone(UTC):
            return
        yield event


def _order(event: Event) -> tuple[datetime, datetime, str]:
    return event.starts_at.astimezone(UTC), event.ends_at.astimezone(UTC), event.uid


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return moment(day, at, zone).astimezone(UTC)
