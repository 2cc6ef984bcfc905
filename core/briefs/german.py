"""The reasons of priorities in German: each form of a clause of core/briefs/reasons.py has its own here."""

from __future__ import annotations

import re
from collections.abc import Callable

_WEEKDAYS = {
    "Monday": "Montag", "Tuesday": "Dienstag", "Wednesday": "Mittwoch", "Thursday": "Donnerstag", "Friday": "Freitag",
    "Saturday": "Samstag", "Sunday": "Sonntag",
}  # fmt: skip
_MONTHS = {
    "January": "Januar", "February": "Februar", "March": "März", "May": "Mai", "June": "Juni", "July": "Juli",
    "October": "Oktober", "December": "Dezember",
}  # fmt: skip
_STAGES = {
    "lead": "Anfrage", "qualified": "geprüft", "proposal": "Angebot", "negotiation": "Verhandlung", "won": "gewonnen",
    "lost": "verloren",
}  # fmt: skip
_NEAR = {"today": "heute", "tomorrow": "morgen", "yesterday": "gestern"}
_WHEN = r"(?P<when>today|tomorrow|yesterday|on .+?)"
_LONG = r"(?P<long>[\d½]+) (?P<unit>minutes?|hours?)"
_DAY = re.compile(r"on (?:(?P<weekday>[A-Z]\w+))?(?:, )?(?:(?P<day>\d+) (?P<month>\w+))?(?:, (?P<ago>\d+) days ago)?")

Match = re.Match[str]


def german(clause: str) -> str:
    """The clause in German; as it is where its form is not known."""
    for pattern, put in _FORMS:
        if found := pattern.fullmatch(clause):
            return put(found)
    return clause


def _when(words: str) -> str:
    found = _DAY.fullmatch(words)
    if words in _NEAR or found is None:
        return _NEAR.get(words, words)
    weekday = _WEEKDAYS.get(found["weekday"] or "", "")
    date = f"{found['day']}. {_MONTHS.get(found['month'], found['month'])}" if found["day"] else ""
    ago = f", vor {found['ago']} Tagen" if found["ago"] else ""
    return f"am {', '.join(filter(None, (weekday, date)))}{ago}"


def _long(found: Match) -> str:
    one = found["long"] == "1"
    hours = found["unit"].startswith("hour")
    return f"{found['long']} {('Stunde' if hours else 'Minute') + ('' if one else 'n')}"


def _due(found: Match) -> str:
    words = f"{'war ' if found['was'] else ''}fällig {_when(found['when'])}"
    words += f" um {found['at']}" if found["at"] else ""
    return f"{words}, und braucht {_long(found)}" if found["long"] else words


def _deal(found: Match) -> str:
    marks = ", ".join(_STAGES.get(mark, mark) for mark in found["marks"].split(", "))
    words = f"Abschluss {found['name']} ({marks})" if found["name"] else f"ein Abschluss ({marks})"
    if not found["when"]:
        return words
    return f"{words} {'war geplant' if found['late'] else 'geplant'} {_when(found['when'])}"


def _waited(found: Match) -> str:
    since = f"{found['days']} Tagen" if found["days"] else "gestern"
    return f"{found['who']} wartet seit {since} darauf"


_TABLE: tuple[tuple[str, Callable[[Match], str]], ...] = (
    (rf"(?P<was>was )?due {_WHEN}(?: at (?P<at>\d\d:\d\d))?(?:, and takes {_LONG})?", _due),
    (r"you said that it is (?P<very>very )?important", lambda it: f"dir {'sehr ' if it['very'] else ''}wichtig"),
    (r"serves the goal “(?P<goal>.+)”", lambda it: f"dient dem Ziel „{it['goal']}“"),
    (r"(?P<who>.+) has waited for it(?: since yesterday| for (?P<days>\d+) days)", _waited),
    (r"another thing waits for it", lambda it: "anderes wartet darauf"),
    (r"(?P<who>.+) waits for it", lambda it: f"{it['who']} wartet darauf"),
    (r"promised to (?P<who>.+)", lambda it: f"{it['who']} zugesagt"),
    (r"you promised it", lambda it: "von dir zugesagt"),
    (
        rf"(?:deal (?P<name>.+?)|a deal) \((?P<marks>.+)\)(?: (?:closes|(?P<late>was to close)) {_WHEN})?",
        _deal,
    ),
    (r"holds up “(?P<text>.+)”", lambda it: f"hält „{it['text']}“ auf"),
    (r"(?P<count>\d+) other things wait for it", lambda it: f"{it['count']} andere Dinge warten darauf"),
    (rf"takes {_LONG}", lambda it: f"braucht {_long(it)}"),
    (r"needs a clear head, and it is morning", lambda it: "braucht einen klaren Kopf, und es ist Morgen"),
    (r"waits for: (?P<text>.+)", lambda it: f"wartet auf: {it['text']}"),
)
_FORMS = tuple((re.compile(pattern), put) for pattern, put in _TABLE)
