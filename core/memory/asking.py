"""What a question says beside its words: whom it names, and of which days it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.reminders.spelling import MONTHS

_WORD = re.compile(r"\w+(?:-\w+)*")
# First names that are words, too: they count as names only where they are written like names.
ALSO_WORDS = frozenset(
    re.findall(
        r"\w+",
        """april art august autumn bill bob chance chase christian dawn dean drew faith frank grace grant hope hunter
        iris ivy jack joy june lance mark mason may max miles olive pat penny pierce ray rich rob robin rose ruby rusty
        sandy summer sunny sue violet wade ward will""",
    )
)


def named(text: str, speakers: Iterable[str]) -> frozenset[str]:
    """Those of the speakers whom a text names, by a part of their name or all of it."""
    words = set(_WORD.findall(text))
    folded = {word.casefold() for word in words}
    return frozenset(one for one in speakers if any(_is_named(part, words, folded) for part in _parts(one)))


def _parts(name: str) -> Iterator[str]:
    """Initials and the like are no names."""
    return (part for part in _WORD.findall(name) if len(part) > 2 or part == name)


def _is_named(part: str, words: set[str], folded: set[str]) -> bool:
    return part in words if part.casefold() in ALSO_WORDS else part.casefold() in folded


_OWN = re.compile(r"\b(?:i|i'[a-z]+|me|my|mine|myself|ich|mir|mich|mein(?:e[nmrs]?)?)\b", re.IGNORECASE)


def of_oneself(text: str) -> bool:
    """Whether who asks speaks of themselves."""
    return _OWN.search(text) is not None


def as_said_by(text: str, names: Iterable[str]) -> str:
    """A question about people, in the words in which they would speak of themselves.

    People say ``I went`` of what others ask as ``Did Ana go?``, and a name in a question draws what is said *to* its
    bearer near.
    """
    every = sorted({part for name in names for part in (name, *_parts(name))}, key=len, reverse=True)
    if not every:
        return text
    some = "|".join(map(re.escape, every))
    text = re.sub(rf"\b(?:{some})['’]s\b", "my", text, flags=re.IGNORECASE)
    return re.sub(rf"\b(?:{some})\b", "I", text, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of which a question asks.

    Attributes:
        first, last: the days, both within.
        after: what is told within so many days afterwards may be about them.
    """

    first: date
    last: date
    after: int

    def fit(self, said: date) -> float:
        """From 0 to 1: whether what was said on a day may be about these."""
        if self.first <= said <= self.last:
            return 1.0
        return 0.5 if self.last < said <= self.last + timedelta(days=self.after) else 0.0


_MONTH = {name: number for number, row in enumerate(MONTHS, 1) for name in row.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:,? (?P<year>(?:19|20)\d\d))?"
_DAYS = (
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"\b{_NUMBER} (?:of )?(?P<month>{_NAMES})\b{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<month>{_NAMES}) {_NUMBER}(?!\d){_YEAR}", re.IGNORECASE),
)
_IN_MONTH = re.compile(
    rf"\b(?:(?:in|of|since|during|this|last|im|seit)(?: (?:early|mid|late))? (?P<month>{_NAMES})\b{_YEAR}"
    rf"|(?P<month2>{_NAMES}),? (?P<year2>(?:19|20)\d\d))\b",
    re.IGNORECASE,
)
_AGO = re.compile(r"\b(?P<count>\d{1,3}|an?|one|two|three|few) (?P<unit>day|week|month)s? ago\b", re.IGNORECASE)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "few": 3}
_RELATIVE = re.compile(
    r"\b(?P<near>today|yesterday|heute|gestern)\b"
    r"|\b(?P<last>this|last|diese[nrs]?|letzte[nrs]?) (?P<unit>week|month|woche|monat)\b",
    re.IGNORECASE,
)
_YEARS_BACK = 3


def spans(text: str, now: datetime) -> tuple[Span, ...]:
    """The days that a question names, by the calendar of the one who asks. A date without a year may be of any.

    Args:
        text: the question.
        now: with the time zone of the one who asks.
    """
    today = now.date()
    days = [span for pattern in _DAYS for found in pattern.finditer(text) for span in _day(found, today)]
    return tuple(days or [span for found in _IN_MONTH.finditer(text) for span in _month(found, today)]) + tuple(
        _relative(text, today)
    )


def _years(given: str | None, today: date) -> Iterable[int]:
    return [int(given)] if given else range(today.year, today.year - _YEARS_BACK, -1)


def _day(found: re.Match[str], today: date) -> Iterator[Span]:
    groups = found.groupdict()
    month = int(groups["number"]) if groups.get("number") else _MONTH[groups["month"].lower()]
    for year in _years(groups["year"], today):
        try:
            at = date(year, month, int(groups["day"]))
        except ValueError:
            continue
        # People far away have another date, and what is planned is told before.
        yield Span(at - timedelta(days=1), at + timedelta(days=1), after=9)


def _month(found: re.Match[str], today: date) -> Iterator[Span]:
    month = _MONTH[(found["month"] or found["month2"]).lower()]
    for year in _years(found["year"] or found["year2"], today):
        first = date(year, month, 1)
        yield Span(first, _month_end(first), after=14)


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _relative(text: str, today: date) -> Iterator[Span]:
    for found in _RELATIVE.finditer(text):
        if found["near"]:
            at = today - timedelta(days=found["near"].lower() in ("yesterday", "gestern"))
            yield Span(at, at, after=1)
        else:
            yield _period(today, found["unit"].lower() in ("week", "woche"), found["last"].lower().startswith("l"))
    for found in _AGO.finditer(text):
        count = _COUNTS.get(found["count"].lower()) or int(found["count"])
        length = {"day": 1, "week": 7, "month": 30}[found["unit"].lower()]
        at = today - timedelta(days=count * length)
        yield Span(at - timedelta(days=length // 2), at + timedelta(days=length // 2), after=length)


def _period(today: date, is_week: bool, is_last: bool) -> Span:
    if is_week:
        first = today - timedelta(days=today.weekday() + 7 * is_last)
        return Span(first, first + timedelta(days=6), after=3)
    first = today.replace(day=1)
    if is_last:
        first = (first - timedelta(days=1)).replace(day=1)
    return Span(first, _month_end(first), after=7)
