"""Wall times as moments: one that the clock leaves out is the first moment after it, one that comes twice the first."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LONGEST_GAP = 26 * 3_600  # seconds: a whole day was left out where the date line moved


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a wall time, in its zone."""
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return found if found.replace(tzinfo=None) == wall else _after_gap(found)


def _after_gap(late: datetime) -> datetime:
    """The end of the gap that a wall time fell into: where the clock is set to what it shows at ``late``."""
    zone, high = late.tzinfo, int(late.timestamp())
    low, offset = high - _LONGEST_GAP, late.utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, zone)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name; UTC for none that there is."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def in_words(at: datetime, zone: ZoneInfo) -> str:
    """A moment as people read it: ``Friday, 27 November 2026, 15:00 (Europe/Berlin)``."""
    return f"{at.astimezone(zone):%A, %-d %B %Y, %H:%M} ({zone.key})"
