"""Until when something is to be done, as people write it: “by Friday” is until that day's end of work."""

from __future__ import annotations

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.reminders.when import END_OF_WORK, named, understand

_BEFORE = "~"  # so that a time with which the line begins is none: it is the thing itself
_OPEN = re.compile(
    r"\b(?:for|of|from|since|about|with|after|version|and|or|to|the|than|between|für|von|vom|seit|nach|und|oder|der|die|das)$",
    re.IGNORECASE,
)
"""What a time that follows belongs to, so that it says nothing of when it is due."""
_BY = re.compile(r"\b(?:by|until|till|before|due|bis(?: zum)?)\s", re.IGNORECASE)


def split(line: str, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """What is to be done, and until when; the line as it is where its end names no time. Raises CommandError."""
    for found in _BY.finditer(line):
        before, when = line[: found.start()].rstrip(" ,;:"), line[found.end() :].strip(" !?")
        due = moment_of(when, now, zone) if before and when else None
        if due is not None:
            return before, due
    return line, None


def split_plain(line: str, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """The same, where a time at the end of what is to be done says until when, too. Raises CommandError."""
    text, due = split(line, now, zone)
    if due is not None:
        return text, due
    try:
        found = understand(f"{_BEFORE} {line}", now, zone, END_OF_WORK)
    except CommandError:
        return line, None
    text = found.rest.removeprefix(_BEFORE).strip(" ,;:") if found is not None else ""
    return (text, found.at) if found is not None and text and not _OPEN.search(text) else (line, None)


def moment_of(when: str, now: datetime, zone: ZoneInfo, alone: time = END_OF_WORK) -> datetime | None:
    """The moment that these words name, and nothing else; a day alone means ``alone`` on it. Raises CommandError."""
    return named(when, now, zone, alone)


def due_in(text: str, said_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when something is to be done that somebody said; None where they did not say."""
    try:
        return split(text, said_at, zone)[1]
    except CommandError:
        return None
