"""Calendars' texts become events in a child process: a rule or a file may be made to eat memory and time."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from adapters.calendar.children import ask
from core.reminders.moments import zone_of
from core.work.calendar import DAYS_AHEAD, DAYS_BEHIND, CalendarError, Event, Reading, Source

logger = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("expanding_child.py")
_MEGABYTES = 768
_NAME = 80
_AT_ONCE = 2
_PROBLEMS = {
    "not_calendar": "What is at its address is no calendar. Copy the address once more: it ends in .ics most often.",
    "cut": "Only a part of it arrived. I try again later.",
    "too_many": "It holds more events than I keep of one calendar.",
    "too_complicated": "It is too large or too complicated for me.",
    "broken": "It is damaged, so that I cannot read it.",
}


class Expanding:
    """Finds the events of calendars within the days that are kept.

    Args:
        most: events of one calendar; one with more is not read.
        seconds: for one calendar.
        megabytes: of memory for one calendar, where the system can limit it.
    """

    def __init__(self, most: int = 5_000, seconds: float = 30.0, megabytes: int = _MEGABYTES) -> None:
        self._most = most
        self._seconds = seconds
        self._megabytes = megabytes
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, texts: Sequence[str], source: Source, emails: Sequence[str]) -> Reading:
        """The events, and what had to be left out. Raises CalendarError.

        Args:
            texts: iCalendar files.
            source: for whom it is, and around which day.
            emails: of whom it is.
        """
        asked = {
            "texts": texts,
            "first": str(source.today - timedelta(days=DAYS_BEHIND)),
            "last": str(source.today + timedelta(days=DAYS_AHEAD)),
            "zone": zone_of(source.zone).key,
            "emails": list(emails),
            "most": self._most,
        }
        async with self._slots:
            said = await ask(_CHILD, asked, self._seconds, str(self._megabytes), str(math.ceil(self._seconds)))
        return _understood(said)


def _understood(said: Mapping[str, object] | None) -> Reading:
    if said is None:  # killed for its time or memory, most likely
        raise CalendarError(_PROBLEMS["too_complicated"])
    if "problem" in said:
        raise CalendarError(_PROBLEMS[str(said["problem"])])
    events = said["events"]
    if not isinstance(events, list):
        raise CalendarError(_PROBLEMS["broken"])
    broken = int(str(said["broken"]))
    left_out = f"{broken} events could not be read, and are left out." if broken else ""
    if broken == 1:
        left_out = "1 event could not be read, and is left out."
    found = tuple(Event.model_validate(event) for event in events)
    return Reading(events=found, name=str(said["name"])[:_NAME], left_out=left_out)
