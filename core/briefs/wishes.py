"""What somebody writes after ``brief``: which days and times they want, as a change of their settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.briefs.models import BriefKind
from core.people.models import BriefSettings
from core.registry import CommandError
from core.reminders.when import named

COMMAND = "brief"
_TIME = re.compile(r"(?:at |um )?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm|uhr|h)?", re.IGNORECASE)
_NEVER = ("off", "none", "never", "aus", "nie")
_DAYS = (
    "mo mon monday montag", "tu tue tues tuesday di dienstag", "we wed wednesday mi mittwoch",
    "th thu thur thurs thursday do donnerstag", "fr fri friday freitag", "sa sat saturday samstag sonnabend",
    "su sun sunday so sonntag",
)  # fmt: skip
_EVERY = ("every day", "all", "daily", "täglich", "jeden tag")
_WORKDAYS = ("weekdays", "workdays", "werktags")
_RANGE = re.compile(r"(\w+) ?(?:-|–|to|bis) ?(\w+)")
_PLACE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_WAYS = {
    "slack": "slack", "discord": "discord", "email": "email", "mail": "email", "e-mail": "email", "web": "web",
    "here": "here", "auto": "", "dm": "",
}  # fmt: skip
_ON = {"on": True, "yes": True, "an": True, "ja": True, "off": False, "no": False, "aus": False, "nein": False}
_MOST_QUIET = 60
_BETWEEN = re.compile(r"/|\s+(?:to|until|till|bis|–|-)\s+|(?<=\.)[–-](?=\d)", re.IGNORECASE)
_FROM = re.compile(r"(?:from|vom?|ab)\s+", re.IGNORECASE)
_UNTIL = re.compile(r"(?:until|till|bis)\s+", re.IGNORECASE)
_FOR = re.compile(
    r"(?:(?:for|für)\s+)?\w+\s+(?:days?|weeks?|months?|tagen?|tage|wochen?|monaten?|monate)", re.IGNORECASE
)
_WEEK = re.compile(r"(?:next|nächste)\s+(?:week|woche)", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
_LONG = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a wish is said.

    Attributes:
        surface: where the person writes.
    """

    now: datetime
    zone: ZoneInfo
    surface: str = ""


Changes = dict[str, object]
"""Fields of ``BriefSettings`` with their new values."""


def wish(text: str, chosen: BriefSettings, moment: Moment) -> Changes | None:
    """What becomes different; None where it is no wish about settings. Raises CommandError."""
    word, _, rest = " ".join(text.split()).partition(" ")
    reader = _READERS.get(word.casefold())
    return reader(rest.strip(), chosen, moment) if reader else None


def clock_time(text: str) -> str:
    """A wall time as ``HH:MM``; empty for none at all. Raises CommandError."""
    wanted = text.strip().casefold()
    if wanted in _NEVER:
        return ""
    found = _TIME.fullmatch(wanted)
    try:
        if found is None:
            raise ValueError(wanted)
        hour, half = int(found[1]), found[3] or ""
        if half in ("am", "pm"):
            hour = _half(hour, half)
        return f"{time(hour, int(found[2] or 0)):%H:%M}"
    except ValueError:
        raise CommandError(f"“{text.strip()[:20]}” is no time. Write it like `7:30`, or `off`.", COMMAND) from None


def _half(hour: int, half: str) -> int:
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half == "pm" else 0)


def weekdays(text: str) -> tuple[int, ...]:
    """``Mon-Thu, Sat`` as numbers, Monday is 0. Raises CommandError."""
    wanted = text.strip().casefold()
    if wanted in _EVERY:
        return tuple(range(7))
    if wanted in _WORKDAYS:
        return tuple(range(5))
    days: set[int] = set()
    for piece in filter(None, re.split(r"[,;]| and | und |\s+(?![-–]|to |bis )(?<![-–]\s)", wanted)):
        found = _RANGE.fullmatch(piece.strip())
        first, last = (_weekday(found[1]), _weekday(found[2])) if found else (_weekday(piece),) * 2
        days |= {day % 7 for day in range(first, last + 1 + (7 if last < first else 0))}
    if not days:
        raise CommandError("On which days? Write it like `brief days Mon-Fri`.", COMMAND)
    return tuple(sorted(days))


def _weekday(name: str) -> int:
    for number, names in enumerate(_DAYS):
        if name.strip().rstrip(".") in names.split():
            return number
    raise CommandError(f"“{name.strip()[:20]}” is no day. Write it like `Mon-Fri` or `Mon, Wed`.", COMMAND)


def day_of(text: str, moment: Moment, *, later: bool = False) -> date:
    """A day as people write it; ``later``: not today any more. Raises CommandError."""
    words = re.sub(r"^(?:until|till|bis|on|for|für|since)\s+", "", text.strip(), flags=re.IGNORECASE)
    tries = (words, f"in {words}") if words else ()
    for line in tries:
        found = named(line, moment.now, moment.zone, time(0) if later else time(23, 59))
        if found is not None:
            return found.astimezone(moment.zone).date()
    raise CommandError("Until which day? Write it like `brief pause until Monday`.", COMMAND)


def to_come(quiet: Iterable[str], today: date) -> tuple[str, ...]:
    """The quiet days that are not over."""
    return tuple(entry for entry in quiet if entry.rpartition("/")[2] >= today.isoformat())


def _quiet(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
    if rest.casefold() in _NEVER:
        return {"quiet": ()}
    days = _span(rest, moment)
    entry = "/".join(day.isoformat() for day in dict.fromkeys(days))
    today = moment.now.astimezone(moment.zone).date()
    quiet = tuple(dict.fromkeys((*to_come(chosen.quiet, today), entry)))
    if len(quiet) > _MOST_QUIET:
        raise CommandError("These are too many quiet days. `brief quiet none` takes all away.", COMMAND)
    return {"quiet": quiet}


def _span(text: str, moment: Moment) -> list[date]:
    """One day, or the first and the last of some. Raises CommandError."""
    today = moment.now.astimezone(moment.zone).date()
    if _WEEK.fullmatch(text):
        return [day_of(text, moment), day_of(text, moment) + timedelta(days=6)]
    if _FOR.fullmatch(text):  # so many days, of which today is the first
        return [today, day_of(text, moment) - timedelta(days=1)]
    if _UNTIL.match(text):
        return [today, day_of(text, moment)]
    pieces = _BETWEEN.split(_FROM.sub("", text), maxsplit=1)
    if len(pieces) == 1 and _FROM.match(text):
        raise CommandError("Until which day? Write it like `brief quiet 24 December to 2 January`.", COMMAND)
    days = [day_of(piece, moment) for piece in pieces]
    return days if days == sorted(days) else _put_right(days[0], days[-1], text, moment)


def _put_right(first: date, last: date, text: str, moment: Moment) -> list[date]:
    """Some days of which each was taken for the next of its name: the first may have passed, or both lie ahead.

    Raises:
        CommandError: neither is so.
    """
    today = moment.now.astimezone(moment.zone).date()
    if not _YEAR.search(text):
        with suppress(ValueError):  # of 29 February
            begun = first.replace(year=first.year - 1)
            if begun <= today <= last and last - begun < _LONG:
                return [begun, last]
        with suppress(CommandError):
            then = replace(moment, now=datetime.combine(first, time(12), moment.zone))
            later = day_of(_BETWEEN.split(text)[-1], then)
            if later - first < _LONG:
                return [first, later]
    raise CommandError("The last quiet day is before the first.", COMMAND)


def _pause(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
    day = day_of(rest, moment, later=True)
    if day <= moment.now.astimezone(moment.zone).date():
        raise CommandError("I pause for whole days: write the first with briefs again, from tomorrow on.", COMMAND)
    return {"paused_until": day.isoformat()}


def _off(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
    """For good; with a day, until then."""
    if rest and not (_UNTIL.match(rest) or _FOR.fullmatch(rest)):
        raise CommandError("Write `brief off`, `brief pause until Monday` or `brief quiet Friday`.", COMMAND)
    return _pause(rest, chosen, moment) if rest else {"on": False}


def _again(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
    """At once, or from a day on."""
    return _pause(rest, chosen, moment) if rest else {"paused_until": ""}


def _holidays(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
    wanted = rest.strip().upper()
    if rest == "no":
        raise CommandError("Write `brief holidays none` for none, or `brief holidays NO` for those of Norway.", COMMAND)
    if rest.casefold() in _NEVER:
        return {"holidays": ""}
    if not _PLACE.fullmatch(wanted):
        raise CommandError("Whose holidays? Write it like `brief holidays DE-BY`, `US` or `none`.", COMMAND)
    return {"holidays": wanted}


def _by(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
    way = _WAYS.get(rest.casefold().removeprefix("to ").removeprefix("by "))
    if way is None:
        raise CommandError("Where to? Write `brief by slack`, `discord`, `email`, `here` or `auto`.", COMMAND)
    if way == "here":
        way = moment.surface if moment.surface in ("slack", "discord", "web") else ""
    return {"by": way}


def _switch(field: str) -> Reader:
    def read(rest: str, chosen: BriefSettings, moment: Moment) -> Changes:
        value = _ON.get(rest.casefold() or "on")
        if value is None:
            raise CommandError(f"Write `brief {field} on` or `brief {field} off`.", COMMAND)
        return {field: value}

    return read


def _time_of(kind: BriefKind) -> Reader:
    def read(rest: str, chosen: BriefSettings, moment: Moment) -> Changes | None:
        """A kind alone asks for that brief now."""
        return {"times": {**chosen.times, kind.value: clock_time(rest)}} if rest else None

    return read


Reader = Callable[[str, BriefSettings, Moment], Changes | None]
_READERS: Mapping[str, Reader] = {
    **dict.fromkeys(("on", "start", "an"), lambda rest, chosen, moment: {"on": True, **_again(rest, chosen, moment)}),
    **dict.fromkeys(("off", "stop", "aus"), _off),
    "pause": _pause,
    "resume": _again,
    **dict.fromkeys(("days", "tage"), lambda rest, chosen, moment: {"days": weekdays(rest)}),
    "quiet": _quiet,
    "holidays": _holidays,
    **dict.fromkeys(("by", "where", "to"), _by),
    "silent": _switch("silent"),
    "fallback": _switch("fallback"),
    **{kind.value: _time_of(kind) for kind in BriefKind},
}
