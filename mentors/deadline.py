"""Reads from a message when something is due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mentors.words import fold

_DUE = re.compile(
    r"\b(?:deadline|due|by|until|till|before|must|have to|has to|need to|needs to|submit\w*|hand in|launch\w*|ship\w*|"
    r"releas\w*|go live|goes live|demo|present\w*|talk|pitch\w*|speech|keynote|webinar|exam|interview|board|meeting|"
    r"expires?|ends?|abgabe|abgeben|frist|bis|faellig|vor|muss|muessen|soll|sollen|praesent\w*|vortrag|pruefung|termin|"
    r"verkuend\w*|announce\w*|fertig|ready|give|giving|gleich)\b"
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("", "a an one ein eine einer einem", "two zwei", "three drei", "four vier", "five fuenf", "six sechs")
    )
    for word in words.split()
}
_SPAN = re.compile(
    r"\b(?:in|within|binnen|noch)\s+(?:the next\s+)?(\d{1,2}|half an|" + "|".join(_NUMBERS) + r")\s+"
    r"(minute|minuten?|minutes|hour|hours|stunden?|days?|tag|tage|tagen)\b"
)
_DAYS = (
    (re.compile(r"\b(?:today|tonight|heute|eod|end of (?:the )?day|this (?:morning|afternoon|evening))\b"), 0, "today"),
    (re.compile(r"(?<!guten )(?<!am )(?<!jeden )\b(?:tomorrow|morgen)\b"), 1, "tomorrow"),
)
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag",
            "tuesday dienstag",
            "wednesday mittwoch",
            "thursday donnerstag",
            "friday freitag",
            "saturday samstag sonnabend",
            "sunday sonntag",
        )
    )
    for name in names.split()
}
_WEEKDAY = re.compile(r"(?<!last )(?<!every )(?<!letzten )\b(" + "|".join(_WEEKDAYS) + r")\b")
_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})\.(\d{1,2})\.(?:(\d{4}))?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due.

    Attributes:
        hours: from now.
        when: as a person says it, such as ``tomorrow`` or ``in 2 hours``.
    """

    hours: float
    when: str


def nearest(text: str, now: datetime) -> Deadline | None:
    """The next time at which something in the text is due; None where nothing is, or where it is over.

    Args:
        text: what somebody wrote.
        now: on the person's own clock.
    """
    found = [
        deadline
        for sentence in _SENTENCE.split(fold(text))
        if _DUE.search(sentence)
        for deadline in _times(sentence, now)
        if deadline.hours >= 0
    ]
    return min(found, key=lambda deadline: deadline.hours, default=None)


def _times(sentence: str, now: datetime) -> Iterator[Deadline]:
    for match in _SPAN.finditer(sentence):
        yield _span(match[1], match[2])
    for pattern, days, when in _DAYS:
        if pattern.search(sentence):
            yield Deadline(_hours(now, now.date() + timedelta(days)), when)
    for match in _WEEKDAY.finditer(sentence):
        ahead = (_WEEKDAYS[match[1]] - now.weekday()) % 7
        yield _on(now, now.date() + timedelta(ahead))
    for match in _DATE.finditer(sentence):
        day = _date(match, now.date())
        if day is not None:
            yield _on(now, day)


def _span(amount: str, unit: str) -> Deadline:
    number = 0.5 if amount == "half an" else float(_NUMBERS.get(amount) or amount)
    hours = number / 60 if unit.startswith("min") else number if unit[0] in "hs" else number * 24
    if hours < 1:
        return Deadline(hours, "within the hour")
    whole, name = (round(hours), "hour") if hours < 24 else (round(hours / 24), "day")
    return Deadline(hours, f"in {whole} {name}{'s' * (whole != 1)}")


def _on(now: datetime, day: date) -> Deadline:
    ahead = (day - now.date()).days
    named = "today" if ahead == 0 else "tomorrow" if ahead == 1 else f"on {_NAMES[day.weekday()]}"
    return Deadline(_hours(now, day), named)


def _hours(now: datetime, day: date) -> float:
    """Until the end of that day; negative when it is over."""
    end = datetime.combine(day, time(23, 59), now.tzinfo)
    return (end - now).total_seconds() / 3600


def _date(match: re.Match[str], today: date) -> date | None:
    year, month, day, short_day, short_month, short_year = match.groups()
    try:
        if year:
            return date(int(year), int(month), int(day))
        return date(int(short_year or today.year), int(short_month), int(short_day))
    except ValueError:
        return None
