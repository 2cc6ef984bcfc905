"""Days as people write them in a line on contacts and deals: to come (“closes 30 Nov”), or past (“on Friday”)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.reminders.moments import moment
from core.reminders.spelling import MONTHS
from core.reminders.when import named

_NUMBERS = {name: number for number, row in enumerate(MONTHS, 1) for name in row.split()}
_SHORT = {name[:3]: name for name in _NUMBERS if name not in ("mai", "juli", "juni", "märz", "oktober", "dezember")} | {
    "sept": "september", "okt": "oktober", "dez": "dezember", "mrz": "märz", "mär": "märz",
}  # fmt: skip
_MONTH = re.compile(rf"(?<=\d)(\.?\s+)({'|'.join(_SHORT)})\.?(?!\w)|\b({'|'.join(_SHORT)})\.?(?=\s+\d)", re.IGNORECASE)
_WEEKDAYS = ("monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag", "friday freitag",
             "saturday samstag sonnabend", "sunday sonntag")  # fmt: skip
_AGO = {"today": 0, "just now": 0, "this morning": 0, "this afternoon": 0, "heute": 0, "heute früh": 0, "eben": 0,
        "yesterday": 1, "gestern": 1, "the day before yesterday": 2, "vorgestern": 2, "last week": 7,
        "letzte woche": 7}  # fmt: skip
_NAMED = {name: number for number, row in enumerate(_WEEKDAYS) for name in row.split()}
_NOON = time(12)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})?|(\d{1,2})/(\d{1,2})/(\d{4})")
PAST = "|".join(
    (
        *sorted(_AGO, key=len, reverse=True),
        rf"(?:on |last |am |letzten )?(?:{'|'.join(_NAMED)})",
        rf"(?:on |am )?(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}})?|\d{{1,2}}\.? (?:{'|'.join(_NUMBERS)}))",
    )
)
"""A regular expression of the days that ``past`` understands."""


def _bare(text: str) -> str:
    """Without the sentence's end, but with the point that a date such as ``15.12.`` ends with."""
    text = text.strip(" ,:!")
    return text if re.search(r"\d\.\d{1,2}\.$", text) else text.rstrip(".")


def full_months(text: str) -> str:
    """The text with short names of months beside a number written out: ``30 Nov`` is ``30 november``."""
    return _MONTH.sub(lambda found: f"{found[1] or ''}{_SHORT[(found[2] or found[3]).casefold()]}", text)


def month_of(name: str) -> int | None:
    """The number of a month, in English or German, short names too; None for no month."""
    return _NUMBERS.get(_SHORT.get(name.casefold().rstrip("."), name.casefold()))


def to_come(text: str, now: datetime, zone: ZoneInfo) -> date | None:
    """The day that these words name, today or later; None where they name none. Raises CommandError."""
    words = full_months(_bare(text)).casefold()
    if words in ("today", "heute"):
        return now.astimezone(zone).date()
    found = named(words, now, zone)
    return found.astimezone(zone).date() if found is not None else None


def past(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment that these words mean, which is over: now for today, else noon of that day. None where unclear.

    Raises CommandError: the day is still to come.
    """
    words, today = full_months(_bare(text)).casefold(), now.astimezone(zone).date()
    if words in _AGO:
        day = today - timedelta(days=_AGO[words])
    else:
        name = re.sub(r"^(?:on|last|am|letzten)\s+", "", words)
        found = _day(name, today)
        if found is None:
            return None
        day = found
    if day > today:
        raise CommandError(f"{day:%A, %-d %B %Y} is still to come. Say a day on which it has happened.", "log")
    return now if day == today else moment(day, _NOON, zone).astimezone(UTC)


def _day(name: str, today: date) -> date | None:
    if name in _NAMED:
        return today - timedelta(days=(today.weekday() - _NAMED[name]) % 7 or 7)
    try:
        if (numbers := _DATE.fullmatch(name)) is not None:
            return _of_numbers(numbers, today)
        named = re.fullmatch(r"(\d{1,2})\.? (\w+)(?: (\d{4}))?", name)
        if named and named[2] in _NUMBERS:
            return _latest(today, int(named[1]), _NUMBERS[named[2]], named[3])
    except ValueError:
        raise CommandError("There is no such day.", "log") from None
    return None


def _of_numbers(found: re.Match[str], today: date) -> date:
    if found[1]:
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found[4]:
        return _latest(today, int(found[4]), int(found[5]), found[6])
    return date(int(found[9]), int(found[7]), int(found[8]))  # as in the United States


def _latest(today: date, day: int, month: int, year: str | None) -> date:
    if year:
        return date(int(year), month, day)
    this = date(today.year, month, day)
    return this if this <= today else date(today.year - 1, month, day)


def exact(text: str) -> date | None:
    """A date in the ways that files write it: ``2026-11-30``, ``30.11.2026``, ``20261130``; None for none.

    The first and the last that there are, which stand for none in many files, are none either.

    ``11/30/2026`` and ``30/11/2026`` are read where only one of both is a date; else nobody can tell.
    """
    found = _exact(text.strip().partition("T")[0].partition(" ")[0])
    return found if found and 1000 <= found.year < 9000 else None


def _exact(text: str) -> date | None:
    try:
        if re.fullmatch(r"\d{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        found = _DATE.fullmatch(text)
        if found is None or (found[4] and not found[6]):
            return None
        if found[7]:
            return _of_slashes(int(found[7]), int(found[8]), int(found[9]))
        return _of_numbers(found, date.max)
    except ValueError:
        return None


def _of_slashes(first: int, second: int, year: int) -> date | None:
    if first == second or (first > 12) != (second > 12):
        return date(year, min(first, second) if max(first, second) > 12 else first, max(first, second))
    return None
