"""Times as people write them, in English and German, at the beginning or the end of a line. Nothing is guessed."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.reminders.moments import moment
from core.reminders.spelling import COUNT_OF, MONTHS, SHORT_MONTHS, TIME, WEEKDAYS

_YEARS = 5
_MORNING = time(9)
END_OF_WORK = time(18)
"""When a day is over by whose end something is to be done."""
_MIDNIGHT = time(23, 59)  # of the day that is named: the next day has not begun
_PARTS = {
    "morning": time(9), "früh": time(9), "vormittag": time(10), "noon": time(12), "mittag": time(12),
    "afternoon": time(15), "nachmittag": time(15), "evening": time(18), "abend": time(18), "night": time(20),
}  # fmt: skip
_NUMBER_OF = {
    name: number
    for table in (WEEKDAYS, MONTHS, SHORT_MONTHS)
    for number, row in enumerate(table)
    for name in row.split()
} | {"sat": 5, "sun": 6}
NAMES_OF_DAYS = frozenset((*_NUMBER_OF, "today", "tomorrow", "tonight", "heute", "morgen", "übermorgen")) - {
    "jan",
    "sat",
    "sun",
}  # which are names and other words, too
"""Words that name a day or a month."""
_UNITS = {"mi": timedelta(minutes=1), "ho": timedelta(hours=1), "st": timedelta(hours=1), "h": timedelta(hours=1)}
_DAYS = {"da": 1, "ta": 1, "we": 7, "wo": 7}
_MONTHS = {"mo": 1, "ye": 12, "ja": 12}
_FRIDAY, _SATURDAY = 4, 5

_FIRST = re.compile(rf"(?P<time>{TIME})(?![\w:.]\w)(?:[,:]? (?P<rest>.*)|[.!]?)", re.IGNORECASE | re.DOTALL)
_LAST = re.compile(rf"(?P<rest>.+?),? (?P<time>{TIME})[.!?]?", re.IGNORECASE | re.DOTALL)
_WHOLE = re.compile(rf"(?P<time>{TIME})[.!?]?", re.IGNORECASE)
_LEAD = re.compile(r"^(?:to|that|of|about|daran,? dass|daran,?|dass|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """A moment in the future, and what else the line says."""

    at: datetime
    rest: str


def understand(line: str, now: datetime, zone: ZoneInfo, alone: time = _MORNING) -> Understood | None:
    """When and what; None where no time is understood.

    Args:
        line: what somebody wrote.
        now: when they did.
        zone: theirs.
        alone: what a day means that is named without a time.

    Raises:
        CommandError: it is in the past, or there is no such day or time.
    """
    text = " ".join(line.split())
    for pattern in (_WHOLE, _FIRST, _LAST):
        found = pattern.fullmatch(text)
        if found is not None:
            groups = _groups(found)
            rest = _LEAD.sub("", (found.groupdict().get("rest") or "").strip(" ,:"), count=1)
            if rest[:1].isdigit() and not any(name.startswith(_EXACT) for name in groups):
                raise CommandError("At what time? Write it like `at 9` or `15:00`.", "remind")
            return Understood(_future(_moment(groups, now.astimezone(zone), zone, alone), now), rest)
    return None


def named(words: str, now: datetime, zone: ZoneInfo, alone: time = _MORNING) -> datetime | None:
    """The moment that these words name, and nothing else; None where they name none.

    Args:
        words: what somebody wrote where a time is expected.
        now: as for ``understand``.
        zone: as there.
        alone: as there.

    Raises:
        CommandError: it is in the past, or there is no such day or time.
    """
    text = " ".join(words.split())
    found = _WHOLE.fullmatch(text) or _WHOLE.fullmatch(f"on {text}")
    return _future(_moment(_groups(found), now.astimezone(zone), zone, alone), now) if found else None


_EXACT = ("hour", "noon", "midnight", "over", "count", "half")


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {name: value.casefold().strip() for name, value in found.groupdict().items() if value}


def _future(at: datetime, now: datetime) -> datetime:
    if at.timestamp() <= now.timestamp():  # two times of one zone would be compared by what its clock shows
        raise CommandError(f"{at:%A, %-d %B %Y, %H:%M} has passed already. Say a time that is still to come.", "remind")
    if at.year > now.year + _YEARS:
        raise CommandError(f"I keep reminders for {_YEARS} years at most.", "remind")
    return at


def _moment(groups: Mapping[str, str], now: datetime, zone: ZoneInfo, alone: time) -> datetime:
    try:
        if "half" in groups or "count" in groups:
            return _later(groups, now, zone, alone)
        groups = {name.removesuffix("_b"): value for name, value in groups.items()}
        at = _clock(groups)
        found = moment(_day(groups, now, at or alone), at or alone, zone)
    except CommandError:
        raise
    except (ValueError, OverflowError):
        raise CommandError("There is no such day or time.", "remind") from None
    vague = alone >= END_OF_WORK and not any(name.startswith(("hour", "noon")) for name in groups)
    if vague and found.date() == now.date() and found.timestamp() <= now.timestamp():
        return moment(now.date(), _MIDNIGHT, zone)  # until the end of today, and the work is over already
    return found


def _later(groups: Mapping[str, str], now: datetime, zone: ZoneInfo, alone: time) -> datetime:
    """Minutes and hours are counted; days, weeks and months keep the wall time, or have the one that is named."""
    if "half" in groups:
        return now + timedelta(minutes=30)
    exact, days, months = timedelta(), 0.0, 0.0
    for suffix in ("", "2"):
        if unit := groups.get(f"unit{suffix}"):
            word = groups[f"count{suffix}"]
            count = COUNT_OF.get(word) or float(word.replace(",", "."))
            days += count * _DAYS.get(unit[:2], 0)
            months += count * (_MONTHS.get(unit[:2], 0) if not unit.startswith("mi") else 0)
            exact += count * _UNITS.get(unit[:2] if unit != "h" else "h", timedelta())
    at = _clock({name.removesuffix("_c"): value for name, value in groups.items() if name.endswith("_c")})
    if days % 1 or months % 1 or (at is not None and (exact or not (days or months))):
        raise ValueError("no such span")
    if not (days or months):
        return (now.astimezone(UTC) + exact).astimezone(zone)
    day = _months_on(now.date(), int(months)) + timedelta(days=int(days))
    whole = alone >= END_OF_WORK and not exact
    return (moment(day, at or (alone if whole else now.time()), zone).astimezone(UTC) + exact).astimezone(zone)


def _months_on(day: date, months: int) -> date:
    """The same day of a later month; its last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _clock(groups: Mapping[str, str]) -> time | None:
    """The wall time that is named, if any is. Raises ValueError and CommandError."""
    for name, at in (("noon", time(12)), ("midnight", _MIDNIGHT), ("over", END_OF_WORK)):
        if name in groups:
            return at
    hours = [value for name, value in groups.items() if name.startswith("hour")]
    if not hours:
        part = groups.get("part") or ("night" if groups.get("relative") == "tonight" else "")
        return _PARTS.get(part)
    minute = int(groups.get("minute") or groups.get("minute3") or 0)
    if groups.get("point") == "." and 1 <= minute <= len(MONTHS) and not _is_time(groups):
        said = f"{groups['hour']}.{groups['minute']}"
        raise CommandError(
            f"Is {said} a day or a time? Write it like `{said}.` or `{said.replace('.', ':')}`.", "remind"
        )
    return time(_hour(int(hours[0]), groups.get("half12") or groups.get("half122") or ""), minute)


def _is_time(groups: Mapping[str, str]) -> bool:
    """Whether ``14.12`` stands beside something that makes it a time, and is no date without its last point."""
    return any(name in groups for name in ("at", "uhr", "half12", "relative", "weekday", "iso", "month", "month2"))


def _hour(hour: int, half: str) -> int:
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour if not half else hour % 12 + (12 if half.startswith("p") else 0)


def _day(groups: Mapping[str, str], now: datetime, at: time) -> date:
    """The day that is named; today for none. Raises ValueError."""
    today = now.date()
    if relative := groups.get("relative"):
        after = {"tomorrow": 1, "morgen": 1, "today": 0, "heute": 0, "tonight": 0}
        return today + timedelta(days=after.get(relative, 2))
    if weekday := groups.get("weekday") or groups.get("short"):
        number = _NUMBER_OF[weekday]
        if "week" in groups:
            return today + timedelta(days=7 - today.weekday() + number)
        ahead = (number - today.weekday()) % 7
        passed = ahead == 0 and ("next" in groups or at <= now.time())
        return today + timedelta(days=7 if passed else ahead)
    if iso := groups.get("iso"):
        return date.fromisoformat(iso)
    if span := groups.get("ending"):
        return _end_of(span, today)
    if span := groups.get("coming"):
        return _begin_of(span, today)
    return next(_dates(groups, today), today)


def _end_of(span: str, today: date) -> date:
    """The last day of a week of work, a month, a quarter or a year that is not over."""
    last = span.removeprefix("am ").split()[-1]
    if last in ("week", "woche", "eow"):
        return today + timedelta(days=(_FRIDAY - today.weekday()) % 7)
    if last in _NUMBER_OF:
        months = (_NUMBER_OF[last] + 1 - today.month) % 12
    elif last.startswith(("quart", "eoq")):
        months = -today.month % 3
    else:
        months = 12 - today.month if last.startswith(("year", "jahr", "eoy")) else 0
    return _months_on(today.replace(day=1), months + 1) - timedelta(days=1)


def _begin_of(span: str, today: date) -> date:
    """The first day of the next week, month, quarter or year, or of the weekend."""
    last = span.split()[-1]
    if last in ("weekend", "wochenende"):
        return today + timedelta(days=(_SATURDAY - today.weekday()) % 7)
    if last in ("week", "woche"):
        return today + timedelta(days=7 - today.weekday())
    months = {"m": 1, "q": 3 - (today.month - 1) % 3}.get(last[0], 13 - today.month)
    return _months_on(today.replace(day=1), months)


def _dates(groups: Mapping[str, str], today: date) -> Iterator[date]:
    """The date that is named; without a year, the next one. Raises ValueError and CommandError."""
    for suffix in ("", "2", "3"):
        if number := groups.get(f"day{suffix}"):
            name, year = groups[f"month{suffix}"], groups.get(f"year{suffix}")
            month = int(name) if name.isdecimal() else _NUMBER_OF[name.rstrip(".")] + 1
            yield _next(today, month, int(number), year)
    for suffix in ("", "5"):
        if first := groups.get(f"first{suffix}"):
            yield _next(today, *_of_slashes(int(first), int(groups[f"second{suffix}"])), groups.get("year4"))
    if nth := groups.get("nth"):
        ahead = (_months_on(today.replace(day=1), months) for months in range(13))
        fitting = (one.replace(day=int(nth)) for one in ahead if int(nth) <= monthrange(one.year, one.month)[1])
        yield next(day for day in fitting if day >= today)


def _next(today: date, month: int, day: int, year: str | None) -> date:
    if year:
        return date(int(year), month, day)
    leap = (month, day) == (2, 29)  # this year may have none
    years = [today.year + more for more in range(_YEARS if leap else 2)]
    there = [date(one, month, day) for one in years if not leap or monthrange(one, 2)[1] == day]
    return next(one for one in there if one >= today)


def _of_slashes(first: int, second: int) -> tuple[int, int]:
    """Month and day, where only one of both orders is a date. Raises CommandError."""
    if first <= len(MONTHS) and second <= len(MONTHS) and first != second:
        raise CommandError(f"Which day is {first}/{second}? Write it like `3 May` or `2026-05-03`.", "remind")
    return (second, first) if first > len(MONTHS) else (first, second)
