"""What speaks for getting in touch, in plain words, in English or German."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.briefs.spans import ENGLISH as ENGLISH_SPANS
from core.briefs.spans import GERMAN as GERMAN_SPANS
from core.briefs.spans import Spans


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out of one contact.

    Attributes:
        gap: days since the last touch.
        rhythm: days between touches, as the person wants them or as they are; None where neither is known.
        wanted: whether the person said how often.
        touched: whether there was any touch.
        in_stage: days in the deal's stage.
        closes_in: days until the deal is to close.
        birthday_in: days until the birthday, under 0 for one that has been.
        meets_at: the next meeting on the person's clock, where it is soon.
        prepares: whether it is so soon that one prepares it.
    """

    today: date
    gap: float
    rhythm: float | None
    wanted: bool
    touched: bool
    promised: Sequence[str] = ()
    deal: str = ""
    stage: str = ""
    step: str = ""
    in_stage: float = 0.0
    closes_in: int | None = None
    birthday_in: int | None = None
    meets_at: datetime | None = None
    prepares: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's. ``days``: what the birthday is today (0), tomorrow (1) and yesterday (-1)."""

    spans: Spans
    date: Callable[[date], str]
    later: str
    promise: str
    promises: str
    days: Mapping[int, str]
    birthday: str
    birthday_was: str
    closes: str
    closes_today: str
    closed: str
    wants: str
    wants_yet: str
    usual: str
    stalled: str
    stages: Mapping[str, str]
    step: str
    meets: str
    prepares: str


_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip


def english_date(day: date) -> str:
    """``Friday, 27 November``."""
    return f"{day:%A}, {day.day} {day:%B}"


def german_date(day: date) -> str:
    """``Freitag, 27. November``."""
    return f"{_DAYS[day.weekday()]}, {day.day}. {_MONTHS[day.month - 1]}"


_ENGLISH = _Words(
    spans=ENGLISH_SPANS,
    date=english_date,
    later="you put it off until now",
    promise="you promised: “{promise}”",
    promises="you promised: “{promise}” and {more} more",
    days={0: "the birthday is today", 1: "the birthday is tomorrow", -1: "the birthday was yesterday"},
    birthday="the birthday is on {day}",
    birthday_was="the birthday was on {day}",
    closes="“{deal}” is to close on {day}",
    closes_today="“{deal}” is to close today",
    closed="“{deal}” was to close on {day}",
    wants="you want to be in touch {every}; the last time was {gap} ago",
    wants_yet="you want to be in touch {every}; you have not been yet",
    usual="you usually speak {every}; the last time was {gap} ago",
    stalled="“{deal}” has stood in {stage} for {stage_time}",
    stages={},
    step="the next step is named: “{step}”",
    meets="you meet on {day} at {time}",
    prepares="prepare it: you meet on {day} at {time}",
)

_GERMAN = _Words(
    spans=GERMAN_SPANS,
    date=german_date,
    later="du hast es bis jetzt aufgeschoben",
    promise="du hast zugesagt: „{promise}“",
    promises="du hast zugesagt: „{promise}“ und noch {more}",
    days={0: "heute ist der Geburtstag", 1: "morgen ist der Geburtstag", -1: "gestern war der Geburtstag"},
    birthday="der Geburtstag ist am {day}",
    birthday_was="der Geburtstag war am {day}",
    closes="„{deal}“ soll am {day} zum Abschluss kommen",
    closes_today="„{deal}“ soll heute zum Abschluss kommen",
    closed="„{deal}“ sollte am {day} zum Abschluss kommen",
    wants="du willst dich {every} melden; das letzte Mal war vor {gap}",
    wants_yet="du willst dich {every} melden; bisher war noch nichts",
    usual="ihr sprecht sonst {every}; das letzte Mal war vor {gap}",
    stalled="„{deal}“ steht seit {stage_time} bei {stage}",
    stages={"lead": "Anfrage", "qualified": "Bedarf", "proposal": "Angebot", "negotiation": "Verhandlung"},
    step="der nächste Schritt steht fest: „{step}“",
    meets="ihr trefft euch am {day} um {time}",
    prepares="zur Vorbereitung: ihr trefft euch am {day} um {time}",
)


def clauses(seen: Seen, terms: Sequence[str], language: str) -> tuple[str, ...]:
    """A clause for each term, in their order, and one for a meeting that is soon.

    Args:
        seen: what was found out.
        terms: names of terms that speak for it.
        language: by its English name; English for all that there are no words in.
    """
    words = _GERMAN if language == "German" else _ENGLISH
    return tuple(_clauses(seen, terms, words))


def _clauses(seen: Seen, terms: Sequence[str], words: _Words) -> Iterator[str]:
    values = {
        "gap": words.spans.span(seen.gap),
        "every": words.spans.every(seen.rhythm or seen.gap),
        "promise": _short(seen.promised[0]) if seen.promised else "",
        "more": str(len(seen.promised) - 1),
        "deal": _short(seen.deal),
        "stage": words.stages.get(seen.stage, seen.stage),
        "stage_time": words.spans.span(seen.in_stage),
        "step": _short(seen.step),
    }
    for term in terms:
        template, day = _PICK[term](seen, words)
        yield template.format(day=words.date(day), **values)
    if seen.meets_at is not None:
        template = words.prepares if seen.prepares else words.meets
        yield template.format(day=words.date(seen.meets_at.date()), time=f"{seen.meets_at:%H:%M}")


def _promise(seen: Seen, words: _Words) -> tuple[str, date]:
    return words.promises if len(seen.promised) > 1 else words.promise, seen.today


def _event(seen: Seen, words: _Words) -> tuple[str, date]:
    days = seen.birthday_in or 0
    usual = words.birthday_was if days < 0 else words.birthday
    return words.days.get(days, usual), seen.today + timedelta(days=days)


def _closing(seen: Seen, words: _Words) -> tuple[str, date]:
    days = seen.closes_in or 0
    template = words.closed if days < 0 else words.closes if days else words.closes_today
    return template, seen.today + timedelta(days=days)


def _silence(seen: Seen, words: _Words) -> tuple[str, date]:
    if seen.wanted:
        return words.wants if seen.touched else words.wants_yet, seen.today
    return words.usual, seen.today


_PICK: Mapping[str, Callable[[Seen, _Words], tuple[str, date]]] = {
    "later": lambda seen, words: (words.later, seen.today),
    "promise": _promise,
    "event": _event,
    "closing": _closing,
    "silence": _silence,
    "stalled": lambda seen, words: (words.stalled, seen.today),
    "step": lambda seen, words: (words.step, seen.today),
}


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 80 else one_line[:79] + "…"
