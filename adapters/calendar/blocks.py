"""A calendar's text, cut into its events before anything is understood of it: most of a long calendar is over."""

from __future__ import annotations

import re
from datetime import timedelta

from adapters.calendar.window import Window

_RECURS = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID|EXDATE)[;:]", re.MULTILINE | re.IGNORECASE)
_DAY = re.compile(r"^(DTSTART|DTEND)[^:\n]*:(\d{4})(\d\d)(\d\d)", re.MULTILINE | re.IGNORECASE)
_PART = re.compile(
    r"^BEGIN:(?P<name>(?!VCALENDAR)[\w-]+)[ \t]*$.*?^END:(?P=name)[ \t]*$", re.MULTILINE | re.IGNORECASE | re.DOTALL
)
_END = re.compile(r"^END:VCALENDAR[ \t]*$", re.MULTILINE | re.IGNORECASE)
_BEGIN = re.compile(r"^BEGIN:", re.MULTILINE | re.IGNORECASE)
_PROPERTY = re.compile(r"(?!BEGIN:|END:)[\w-]+[;:]", re.IGNORECASE)
_DURATION = re.compile(r"^DURATION[;:]", re.MULTILINE | re.IGNORECASE)


def split(text: str) -> tuple[str, list[str]]:
    """What stands before the events, with the zones that it defines; and the events. Raises ValueError."""
    whole = re.sub(r"\n[ \t]", "", re.sub(r"\r\n?", "\n", text)).strip()
    if not re.match(r"BEGIN:VCALENDAR\s", whole, re.IGNORECASE):
        raise ValueError("not_calendar")
    *_, end = (0, *(found.end() for found in _END.finditer(whole)))
    if not end or _BEGIN.search(whole, end):
        raise ValueError("cut")
    whole = whole[:end]  # some servers write a remark of their own after it
    parts: dict[str, list[str]] = {"VEVENT": [], "VTIMEZONE": []}
    for part in _PART.finditer(whole):
        parts.setdefault(part["name"].upper(), []).append(part.group())
    head = [line for line in _PART.sub("", whole).splitlines() if _PROPERTY.match(line)]
    return "\n".join((*head, *parts["VTIMEZONE"])), parts["VEVENT"]


def may_be_in(block: str, window: Window) -> bool:
    """Whether an event may lie within the window, by its digits alone: most of a long calendar is over."""
    if _RECURS.search(block):
        return True
    days = {name.upper(): f"{year}-{month}-{day}" for name, year, month, day in _DAY.findall(block)}
    start = days.get("DTSTART", "")
    end = days.get("DTEND", "9999-12-31" if _DURATION.search(block) else start)
    apart = timedelta(days=2)
    return not start or (start <= str(window.last + apart) and end >= str(window.first - apart))
