"""When briefs are due: wall times of their readers, on the days that they want them, as moments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.briefs.models import TIMES, BriefKind
from core.people.models import BriefSettings, RoomBrief
from core.reminders.moments import moment, zone_of

HolidayDates = Callable[[str, int], Collection[date]]
"""The public holidays of a place (``DE``, ``US-CA``) in a year; none where the place is not known."""

_DAY = timedelta(days=1)
_LONGEST = 800  # days: who has no brief in two years has none


def no_holidays(place: str, year: int) -> Collection[date]:
    """There are none."""
    return ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One brief to come.

    Attributes:
        local_date: the day that it is for, on its reader's calendar.
        due_at: in UTC.
    """

    local_date: date
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When somebody, or a channel, wants briefs.

    Attributes:
        zone: IANA time zone; one that there is not counts as UTC.
        times: the wall times of the kinds that are wanted.
        days: the weekdays, Monday is 0.
        quiet: first and last days of spans without briefs.
        holidays: whose public holidays are without briefs; empty for nobody's.
        resumes: the first day with briefs again.
    """

    zone: str
    times: Mapping[BriefKind, time]
    days: frozenset[int] = frozenset(range(5))
    quiet: tuple[tuple[date, date], ...] = ()
    holidays: str = ""
    resumes: date | None = None
    dates: HolidayDates = field(default=no_holidays, compare=False)

    @classmethod
    def of(cls, settings: BriefSettings, zone: str, dates: HolidayDates = no_holidays) -> Rhythm:
        """A person's. What cannot be read in the settings counts as not chosen."""
        return cls(
            zone=zone or "UTC",
            times=dict(_wanted(settings.times, TIMES)) if settings.on else {},
            days=frozenset(settings.days),
            quiet=tuple(span for text in settings.quiet if (span := quiet_span(text))),
            holidays=settings.holidays,
            resumes=_date(settings.paused_until),
            dates=dates,
        )

    @classmethod
    def of_room(cls, brief: RoomBrief) -> Rhythm:
        """A channel's, which has only what was chosen for it."""
        return cls(zone=brief.zone or "UTC", times=dict(_wanted(brief.times, {})), days=frozenset(brief.days))

    def wants(self, day: date) -> bool:
        """Whether there are briefs on a day."""
        if day.weekday() not in self.days or (self.resumes is not None and day < self.resumes):
            return False
        if any(first <= day <= last for first, last in self.quiet):
            return False
        return not (self.holidays and day in self.dates(self.holidays, day.year))

    def due(self, kind: BriefKind, day: date) -> Occurrence | None:
        """The brief of a kind and day; None where there is none."""
        at = self.times.get(kind)
        zone = zone_of(self.zone)
        if at is None or not self.wants(day) or not _exists(day, zone):
            return None
        return Occurrence(day, moment(day, at, zone).astimezone(UTC))

    def coming(self, kind: BriefKind, after: datetime, first: date | None = None) -> Iterator[Occurrence]:
        """Those that are due later than a moment, in their order, over the next two years.

        Args:
            kind: which of the day's.
            after: with a time zone.
            first: the first day that may have one, where earlier ones had theirs.
        """
        if kind not in self.times or not self.days:
            return
        # In a zone whose date line moved, the day before may still be due later than a moment of today.
        begin = after.astimezone(zone_of(self.zone)).date() - _DAY
        begin = max(day for day in (begin, first, self.resumes) if day is not None)
        for ahead in range(min(_LONGEST, (date.max - begin).days)):
            found = self.due(kind, begin + ahead * _DAY)
            if found is not None and found.due_at > after:
                yield found

    def next(self, kind: BriefKind, after: datetime, first: date | None = None) -> Occurrence | None:
        """The first that is due later than a moment; None for never."""
        return next(self.coming(kind, after, first), None)


def wall_time(text: str) -> time | None:
    """A time as settings have it, ``HH:MM``; None where it is none."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a wall time has no zone)
    except ValueError:
        return None


def quiet_span(text: str) -> tuple[date, date] | None:
    """First and last day of ``2026-12-24`` or ``2026-12-24/2027-01-02``; None where it is neither."""
    first, _, last = text.partition("/")
    found = _date(first), _date(last or first)
    return (found[0], found[1]) if found[0] and found[1] and found[0] <= found[1] else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _wanted(chosen: Mapping[str, str], usual: Mapping[BriefKind, time]) -> Iterator[tuple[BriefKind, time]]:
    """What is chosen for each kind: empty is none of it, and what cannot be read is the usual."""
    for kind in BriefKind:
        text = chosen.get(kind)
        at = None if text == "" else wall_time(text or "") or usual.get(kind)
        if at is not None:
            yield kind, at


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone's calendar has the day: where the date line moved, one was left out."""
    return moment(day, time(), zone) < moment(day + _DAY, time(), zone)
