"""Times, lengths and other people's words, as they stand in a line of a brief."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.briefs.models import Gap, Meeting
from core.briefs.wording import Words
from core.reminders.when import END_OF_WORK
from core.rendering.harmless import harmless
from core.rendering.links import ADDRESS
from core.rendering.plain import plain

LONGEST = 64  # characters of an item's own words: with its number, about what a phone shows on two lines
_WEEK = 6  # days for which a weekday is clear without its date
_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
# Marks that turn the direction of what follows: one that is not closed would turn the rest of the line.
_TURNS = {chr(code): "" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_MARKS = str.maketrans(
    {**_TURNS, "*": "", "`": "'", "~": "-", "|": "/", "[": "(", "]": ")", "<": "‹", ">": "›", "\\": "/"}
)
_LEADING = re.compile(r"^(?:[#>+\-]+\s+|\d+[.)]\s+)+")
_UNDERSCORES = re.compile(r"(?<!\w)_+|_+(?!\w)")
_LINK = re.compile(r"https://[\w.\-]+(?::\d+)?/[^\s()<>\[\]\\`|\"*]*")
_LINKED = re.compile(r"\[([^\[\]]*)\]\(https://[^\s()]*\)")
_ZWSP = "\u200b"


@dataclass(frozen=True, slots=True)
class Clock:
    """How one reader reads times.

    Attributes:
        at: the moment of the brief.
    """

    at: datetime
    zone: ZoneInfo
    words: Words

    def day(self, day: date) -> str:
        """``today``, ``Fri`` within a week to come, else ``Fri 27 Nov``."""
        away = (day - self.at.astimezone(self.zone).date()).days
        near = {0: self.words.today, 1: self.words.tomorrow, -1: self.words.yesterday}
        if away in near:
            return near[away]
        return self.words.weekdays[day.weekday()] if 0 < away <= _WEEK else self.date(day)

    def date(self, day: date) -> str:
        """``Fri 27 Nov``, with the year where it is another."""
        weekday, month = self.words.weekdays[day.weekday()], self.words.months[day.month - 1]
        year = "" if day.year == self.at.astimezone(self.zone).year else f" {day.year}"
        return self.words.date.format(weekday=weekday, day=day.day, month=month) + year

    def moment(self, at: datetime) -> str:
        """``today 15:00``."""
        return f"{self.day(at.astimezone(self.zone).date())} {self.time(at)}"

    def deadline(self, at: datetime) -> str:
        """The same, without the time that stands for the end of a day."""
        local = at.astimezone(self.zone)
        return self.day(local.date()) if local.time() == END_OF_WORK else self.moment(at)

    def time(self, at: datetime) -> str:
        """``15:00``."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def span(self, one: Meeting | Gap) -> str:
        """``10:30–12:00``."""
        return f"{self.time(one.starts_at)}–{self.time(one.ends_at)}"


def length(minutes: int, words: Words) -> str:
    """``45 min``, ``2 h``, ``2 h 30``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return words.minutes.format(minutes=rest)
    return (words.hours_minutes if rest else words.hours).format(hours=hours, minutes=f"{rest:02}")


def total(gaps: Sequence[Gap]) -> int:
    """The minutes in them."""
    return int(sum((gap.ends_at - gap.starts_at for gap in gaps), timedelta()).total_seconds()) // 60


def quoted(text: str, longest: int = LONGEST) -> str:
    """Somebody's words on one line: nothing in them is markdown, a mention or an address that can be followed."""
    line = _LEADING.sub("", " ".join(plain(text).split()))
    line = _UNDERSCORES.sub("", line.translate(_MARKS))
    line = _ADDRESS.sub(lambda found: re.sub(r"([:.@/])", rf"\1{_ZWSP}", found[0]), short(line, longest))
    return harmless(line, allowed_links=frozenset())


def short(text: str, longest: int = LONGEST) -> str:
    """A line of at most so many characters, cut between words where that loses little."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > longest * 2 // 3 else cut).rstrip(" ,;:–-") + "…"


def unlinked(text: str) -> str:
    """A line without where its words lead."""
    return _LINKED.sub(r"\1", text)


def linked(text: str, link: str) -> str:
    """Words that lead to where they were said; without a link where the address is not plainly one."""
    return f"[{text}]({link})" if link and text and _LINK.fullmatch(link) else text
