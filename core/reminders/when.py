"""Times as people write them, in English and German, at the beginning or the end of a line. Nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.reminders.moments import moment

_YEARS = 5
_MORNING = time(9)
END_OF_WORK = time(18)
"""When a day is over by whose end something is to be done."""
_PARTS = {
    "morning": time(9), "früh": time(9), "vormittag": time(10), "noon": time(12), "mittag": time(12),
    "afternoon": time(15), "nachmittag": time(15), "evening": time(18), "abend": time(18), "night": time(20),
}  # fmt: skip
_WEEKDAYS = (
    "monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag", "friday freitag",
    "saturday samstag sonnabend", "sunday sonntag",
)  # fmt: skip
MONTHS = (
    "january januar", "february februar", "march märz", "april", "may mai", "june juni", "july juli", "august",
    "september", "october oktober", "november", "december dezember",
)  # fmt: skip
# Short names that are no words, or stand beside a number.
_SHORT_WEEKDAYS = ("mon", "tue tues", "wed", "thu thur thurs", "fri")
_SHORT_MONTHS = ("jan", "feb", "mar mär", "apr", "", "jun", "jul", "aug", "sep sept", "oct okt", "nov", "dec dez")
_NUMBER_OF = {
    name: number
    for table in (_WEEKDAYS, MONTHS, _SHORT_WEEKDAYS, _SHORT_MONTHS)
    for number, row in enumerate(table)
    for name in row.split()
}
NAMES_OF_DAYS = frozenset((*_NUMBER_OF, "today", "tomorrow", "tonight", "heute", "morgen", "übermorgen")) - {"jan"}
"""Words that name a day or a month."""
_ONE = {"a", "an", "one", "ein", "eine", "einer", "einem"}
_UNITS = {"mi": timedelta(minutes=1), "ho": timedelta(hours=1), "st": timedelta(hours=1), "h": timedelta(hours=1)}
_DAYS = {"da": 1, "ta": 1, "we": 7, "wo": 7}


def _any(*words: str) -> str:
    return "|".join(sorted(" ".join(words).split(), key=len, reverse=True))


_A_WEEKDAY, _A_MONTH = _any(*_WEEKDAYS, *_SHORT_WEEKDAYS), _any(*MONTHS, *_SHORT_MONTHS)
_UNIT = r"(?:minutes?|minuten?|mins?|hours?|stunden?|std|h|days?|tage?n?|weeks?|wochen?)"
_COUNT = rf"(?:\d{{1,4}}|{_any(*_ONE)})"
_DURATION = (
    rf"in (?:(?P<half>half an hour|einer halben stunde)|(?P<count>{_COUNT}) ?(?P<unit>{_UNIT})"
    rf"(?: (?:and |und )?(?P<count2>{_COUNT}) ?(?P<unit2>{_UNIT}))?)"
)
_CLOCK = (
    r"(?:(?:at |um |@ ?|gegen )?(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))(?: ?(?P<half12>am|pm)| uhr)?"
    r"|(?P<hour2>\d{1,2}) ?(?P<half122>am|pm)|(?P<hour3>\d{1,2}) uhr(?: (?P<minute3>\d{2}))?|(?P<noon>noon|mittags))"
    r"|(?:at |um |@ ?)(?P<hour4>\d{1,2})(?! ?[\d:.]))"
)
_PART = rf"(?:in the |am |this |diesen )?(?P<part>{_any(*_PARTS)})"
_DAY = (
    r"(?:(?P<relative>the day after tomorrow|day after tomorrow|übermorgen|tomorrow|morgen|today|heute|tonight)"
    rf"|(?:(?P<next>next|nächste[nr]?|kommende[nr]?) |on |this |am |diese[nr]? )?(?P<weekday>{_A_WEEKDAY})"
    r"|(?:on |am )?(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?:on |am )?(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?"
    rf"|(?:on |am )?(?:the )?(?P<day2>\d{{1,2}})(?:\.|st|nd|rd|th)? (?:of )?(?P<month2>{_A_MONTH})"
    r"(?:,? (?P<year2>\d{4}))?"
    rf"|(?:on )?(?P<month3>{_A_MONTH}) (?P<day3>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year3>\d{{4}}))?)"
)


def _unnamed(pattern: str, suffix: str) -> str:
    """The pattern a second time in one expression, its groups with names of their own."""
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\1{suffix}>", pattern)


_TIME = rf"(?:{_DURATION}|{_DAY}(?:,? {_PART})?(?:,? {_CLOCK})?|{_unnamed(_CLOCK, '_b')}(?: {_unnamed(_DAY, '_b')})?)"
_FIRST = re.compile(rf"(?P<time>{_TIME})(?![\w:.]\w)(?:[,:]? (?P<rest>.*)|[.!]?)", re.IGNORECASE | re.DOTALL)
_LAST = re.compile(rf"(?P<rest>.+?),? (?P<time>{_TIME})[.!?]?", re.IGNORECASE | re.DOTALL)
_WHOLE = re.compile(rf"(?P<time>{_TIME})", re.IGNORECASE)
_LEAD = re.compile(r"(?:to|that|of|about|daran,? dass|daran,?|dass|an)\s+", re.IGNORECASE)


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
            groups = {name: value.casefold() for name, value in found.groupdict().items() if value}
            rest = _LEAD.sub("", (found.groupdict().get("rest") or "").strip(" ,:"), count=1)
            if rest[:1].isdigit() and not any(name.startswith(("hour", "noon", "count", "half")) for name in groups):
                raise CommandError("At what time? Write it like `at 9` or `15:00`.", "remind")
            return Understood(_future(_moment(groups, now.astimezone(zone), zone, alone), now), rest)
    return None


def _future(at: datetime, now: datetime) -> datetime:
    if at.timestamp() <= now.timestamp():  # two times of one zone would be compared by what its clock shows
        raise CommandError(f"{at:%A, %-d %B %Y, %H:%M} has passed already. Say a time that is still to come.", "remind")
    if at.year > now.year + _YEARS:
        raise CommandError(f"I keep reminders for {_YEARS} years at most.", "remind")
    return at


def _moment(groups: dict[str, str], now: datetime, zone: ZoneInfo, alone: time) -> datetime:
    if "half" in groups or "count" in groups:
        return _later(groups, now, zone)
    groups = {name.removesuffix("_b"): value for name, value in groups.items()}
    try:
        at = _clock(groups) or alone
        return moment(_day(groups, now, at), at, zone)
    except (ValueError, OverflowError):
        raise CommandError("There is no such day or time.", "remind") from None


def _later(groups: dict[str, str], now: datetime, zone: ZoneInfo) -> datetime:
    """Minutes and hours are counted; days and weeks keep the wall time."""
    if "half" in groups:
        return now + timedelta(minutes=30)
    exact, days = timedelta(), 0
    for suffix in ("", "2"):
        if unit := groups.get(f"unit{suffix}"):
            word = groups[f"count{suffix}"]
            count = 1 if word in _ONE else int(word)
            days += count * _DAYS.get(unit[:2], 0)
            exact += count * _UNITS.get(unit[:2] if unit != "h" else "h", timedelta())
    wall = moment(now.date() + timedelta(days=days), now.time(), zone) if days else now
    return (wall.astimezone(UTC) + exact).astimezone(zone)


def _clock(groups: dict[str, str]) -> time | None:
    """The wall time that is named, if any is. Raises ValueError."""
    if "noon" in groups:
        return time(12)
    hours = [value for name, value in groups.items() if name.startswith("hour")]
    if not hours:
        part = groups.get("part") or ("night" if groups.get("relative") == "tonight" else "")
        return _PARTS.get(part)
    minute = int(groups.get("minute") or groups.get("minute3") or 0)
    return time(_hour(int(hours[0]), groups.get("half12") or groups.get("half122") or ""), minute)


def _hour(hour: int, half: str) -> int:
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour if not half else hour % 12 + (12 if half == "pm" else 0)


def _day(groups: dict[str, str], now: datetime, at: time) -> date:
    """The day that is named; today for none. Raises ValueError."""
    if relative := groups.get("relative"):
        after = {"tomorrow": 1, "morgen": 1, "today": 0, "heute": 0, "tonight": 0}
        return now.date() + timedelta(days=after.get(relative, 2))
    if weekday := groups.get("weekday"):
        ahead = (_NUMBER_OF[weekday] - now.weekday()) % 7
        passed = ahead == 0 and ("next" in groups or at <= now.time())
        return now.date() + timedelta(days=7 if passed else ahead)
    if iso := groups.get("iso"):
        return date.fromisoformat(iso)
    return next(_dates(groups, now), now.date())


def _dates(groups: dict[str, str], now: datetime) -> Iterator[date]:
    """The date that is named; without a year, the next one."""
    for suffix in ("", "2", "3"):
        if number := groups.get(f"day{suffix}"):
            name, year = groups[f"month{suffix}"], groups.get(f"year{suffix}")
            month = int(name) if name.isdecimal() else _NUMBER_OF[name] + 1
            this = date(int(year) if year else now.year, month, int(number))
            yield this if year or this >= now.date() else this.replace(year=now.year + 1)
