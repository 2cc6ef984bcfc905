"""A reader's days: when they begin and end on their clock, what happens in them, and which comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.briefs.models import Gap, Meeting
from core.work import agenda
from core.work.calendar import Block, Event

ONE_DAY = timedelta(days=1)
MOST = 24
"""How many events of a day are told, and how many clashes of each: nobody has more, but a broken calendar may."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day on somebody's clock."""

    date: date
    zone: ZoneInfo

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> Day:
        """The day that a moment is in."""
        return cls(at.astimezone(zone).date(), zone)

    @property
    def begins(self) -> datetime:
        """Its first moment, in UTC."""
        return agenda.bounds(self.date, self.zone)[0]

    @property
    def ends(self) -> datetime:
        """The first moment of the next, in UTC."""
        return agenda.bounds(self.date, self.zone)[1]

    def after(self, days: int) -> Day:
        """So many days later."""
        return Day(self.date + days * ONE_DAY, self.zone)

    def next(self, days: Sequence[int]) -> Day:
        """The next of these weekdays; tomorrow where there is none."""
        ahead = (self.after(n) for n in range(1, 8))
        return next((day for day in ahead if day.date.weekday() in days), self.after(1))


def meetings(events: Sequence[Event], blocks: Sequence[Block], day: Day, now: datetime) -> tuple[Meeting, ...]:
    """What happens on a day and is not over, what lasts all day first. Time that is kept free is in it, too."""
    looked_at = agenda.agenda(events, blocks, day.date, day.zone)
    clashing = _clashing(looked_at.clashes)
    found = [_meeting(one, clashing.get(one.id, ())) for one in looked_at.events if one.ends_at > now]
    found += [_kept(one) for one in looked_at.blocks if one.ends_at > now]
    found = [_within(one, day) for one in found]
    found.sort(key=lambda one: (not one.all_day, one.starts_at, one.ends_at, one.ref))
    return (*(_meeting(one) for one in looked_at.all_day), *found)[:MOST]


def _within(one: Meeting, day: Day) -> Meeting:
    """What of it is on a day: lines say times without their day. What ends early on the next is left as it is."""
    begins, ends = max(one.starts_at, day.begins), one.ends_at
    if ends - begins >= ONE_DAY:
        ends = max(begins, min(ends, day.ends))
    return one.model_copy(
        update={"starts_at": begins, "ends_at": ends, "all_day": begins == day.begins and ends >= day.ends}
    )


def free(events: Sequence[Event], blocks: Sequence[Block], first: Day, days: int, now: datetime) -> tuple[Gap, ...]:
    """The free time within the working hours of so many days, from a moment on."""
    return tuple(
        Gap(starts_at=span.starts_at, ends_at=span.ends_at)
        for number in range(days)
        for span in agenda.gaps((*events, *blocks), first.after(number).date, first.zone, now=now)
    )


def on(gaps: Sequence[Gap], day: Day) -> tuple[Gap, ...]:
    """The free time of one day."""
    begins, ends = day.begins, day.ends
    return tuple(gap for gap in gaps if begins <= gap.starts_at < ends)


class Room:
    """Free time that is given away piece by piece.

    Args:
        gaps: the free time, in its order.
    """

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self._left = [(gap.starts_at, gap.ends_at) for gap in gaps]

    def take(self, minutes: int, since: datetime, before: datetime | None = None) -> datetime | None:
        """Take the first time from a moment on that is long enough.

        Args:
            minutes: how long it has to be.
            since: the moment.
            before: when it has begun at the latest; None for whenever.

        Returns:
            When it begins; None where there is none.
        """
        needed = timedelta(minutes=minutes)
        for index, (start, end) in enumerate(self._left):
            in_time = start >= since and (before is None or start < before)
            if in_time and end - start >= needed:
                self._left[index] = (start + needed, end)
                return start
        return None


def _clashing(pairs: Sequence[tuple[Event, Event]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for one, other in pairs:
        found.setdefault(one.id, []).append(_ref(other))
        found.setdefault(other.id, []).append(_ref(one))
    return {id: tuple(refs[:MOST]) for id, refs in found.items()}


def _ref(event: Event) -> str:
    return f"event:{event.id}"


def _meeting(event: Event, clashes: tuple[str, ...] = ()) -> Meeting:
    return Meeting(
        ref=_ref(event),
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        all_day=event.all_day,
        place=event.place,
        url=event.url,
        people=event.people,
        clashes=clashes,
    )


def _kept(block: Block) -> Meeting:
    return Meeting(ref=f"focus:{block.id}", title=block.text, starts_at=block.starts_at, ends_at=block.ends_at)
