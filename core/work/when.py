"""A day, or a part of one, as people name it; and how long something takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.reminders.when import named
from core.work.agenda import WORK

_END_OF_DAY = time(23, 59)
_NOON = time(12)
PARTS: dict[str, tuple[time, time]] = {
    "morning": (WORK[0], _NOON),
    "früh": (WORK[0], _NOON),
    "vormittag": (WORK[0], _NOON),
    "afternoon": (_NOON, WORK[1]),
    "nachmittag": (_NOON, WORK[1]),
    "evening": (WORK[1], time(21)),
    "abend": (WORK[1], time(21)),
}
"""From when until when the parts of a day are."""
_PART = re.compile(rf"(?:\b(?:in the|this|am|in der)\s+)?\b({'|'.join(PARTS)})\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d{2}(?!\d|\.)|\b(?:at|um|@)\s*\d{1,2}\b|\b\d{1,2}\s?(?:am|pm|uhr)\b|\bnoon\b", re.IGNORECASE
)
_LENGTH = re.compile(
    r"(?:(?P<hours>\d{1,2}(?:[.,]\d{1,2})?)\s*(?:h|hrs?|hours?|std\.?|stunden?)(?:\s*(?P<more>\d{1,2})\s*(?:m|min)?\b)?"
    r"|(?P<minutes>\d{1,3})\s*(?:m|mins?|minutes?|minuten?)|(?P<one>an hour|eine stunde)"
    r"|(?P<half>half an hour|eine halbe stunde))(?=\s|$|,)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:what is on|for|on|of|am|für)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meant:
    """When something shall be.

    Attributes:
        day: the day that is named; None for none.
        part: from when until when on that day; None for all its working hours.
        at: the moment that is named, where a clock's time is.
    """

    day: date | None = None
    part: tuple[time, time] | None = None
    at: datetime | None = None


def day_of(words: str, now: datetime, zone: ZoneInfo) -> date:
    """The day that somebody names: today for none. Raises CommandError."""
    given = _LEAD.sub("", words.strip(" ?!.")).strip()
    if not given:
        return now.astimezone(zone).date()
    found = named(given, now, zone, _END_OF_DAY)
    if found is None:
        raise CommandError("I did not understand which day. Say it like `today`, `tomorrow`, `Friday` or `2026-12-24`.")
    return found.astimezone(zone).date()


def length_of(words: str) -> tuple[timedelta, str] | None:
    """How long something takes, which stands first, and what else is said; None where it does not say."""
    found = _LENGTH.match(words.strip())
    if found is None:
        return None
    if found["one"] or found["half"]:
        length = timedelta(minutes=60 if found["one"] else 30)
    else:
        hours = float((found["hours"] or "0").replace(",", "."))
        length = timedelta(hours=hours, minutes=int(found["more"] or found["minutes"] or 0))
    return length, words.strip()[found.end() :].strip(" ,")


def when_of(words: str, now: datetime, zone: ZoneInfo) -> Meant:
    """A day, a part of one or a moment. Raises CommandError for what is none."""
    given = words.strip(" .!")
    if not given:
        return Meant()
    if _CLOCK.search(given):
        at = named(given, now, zone)
        if at is None:
            raise CommandError(
                "I did not understand when. Say it like `tomorrow morning`, `Friday` or `today at 14:00`."
            )
        return Meant(day=at.astimezone(zone).date(), at=at)
    part = _PART.search(given)
    day = " ".join(_PART.sub(" ", given, count=1).split()) if part else given
    return Meant(day=day_of(day, now, zone), part=PARTS[part[1].casefold()] if part else None)
