"""Until when something is to be done, as people write it: “by Friday” is until that day's end of work."""

from __future__ import annotations

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.reminders.when import END_OF_WORK, understand

_BY = re.compile(r"\b(?:by|until|till|before|due|bis(?: zum)?)\s", re.IGNORECASE)


def split(line: str, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """What is to be done, and until when; the line as it is where its end names no time. Raises CommandError."""
    for found in _BY.finditer(line):
        before, when = line[: found.start()].rstrip(" ,;:"), line[found.end() :].strip(" .!?")
        due = moment_of(when, now, zone) if before and when else None
        if due is not None:
            return before, due
    return line, None


def moment_of(when: str, now: datetime, zone: ZoneInfo, alone: time = END_OF_WORK) -> datetime | None:
    """The moment that these words name, and nothing else; a day alone means ``alone`` on it. Raises CommandError."""
    found = understand(when, now, zone, alone)
    return found.at if found is not None and not found.rest else None


def due_in(text: str, said_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when something is to be done that somebody said; None where they did not say."""
    try:
        return split(text, said_at, zone)[1]
    except CommandError:
        return None
