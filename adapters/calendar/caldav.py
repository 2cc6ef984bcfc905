"""CalDAV accounts, such as those of Nextcloud, iCloud and Fastmail: all calendars that the account sees, read only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from adapters.calendar.children import ask
from adapters.calendar.expanding import Expanding
from adapters.calendar.ics import PRIVATE
from core.reminders.moments import zone_of
from core.routing.models import ErrorClass
from core.work.calendar import DAYS_AHEAD, DAYS_BEHIND, CalendarError, Reading, Source

_CHILD = Path(__file__).with_name("caldav_child.py")
_MEGABYTES = 1_024

_HOPELESS = {
    "password": "Its server does not take the user name or the password. Remove it, and add it again with an app "
    "password that you make for me.",
    "gone": "There is no CalDAV account at its address.",
    "private": PRIVATE,
    "too_large": "It holds more than I read of one account.",
}
_PASSING = {
    "busy": ("Its server is busy. I try again later.", ErrorClass.RATE_LIMIT),
    "trouble": ("Its server has trouble. I try again later.", ErrorClass.SERVER),
    "slow": ("Its server did not answer in time. I try again later.", ErrorClass.TIMEOUT),
    "unreachable": ("Its server does not answer. I try again later.", ErrorClass.CONNECTION),
    "broken": ("What its server says I do not understand.", ErrorClass.REFUSED),
}


class CaldavReader:
    """Implements ``core.work.calendar.CalendarReader`` for CalDAV accounts.

    Args:
        expanding: finds the events in what they hold.
        allow_private: whether servers may be in a private network.
        most: characters of all events of an account.
        timeout: seconds for each question to the server.
        seconds: for all of them.
    """

    def __init__(
        self,
        expanding: Expanding,
        *,
        allow_private: bool = False,
        most: int = 10_000_000,
        timeout: float = 20.0,
        seconds: float = 90.0,
    ) -> None:
        self._expanding = expanding
        self._allow_private = allow_private
        self._most = most
        self._timeout = timeout
        self._seconds = seconds

    async def read(self, source: Source) -> Reading:
        """What is in the account's calendars now; nothing where they are the same. Raises CalendarError."""
        # What is the same holds other days tomorrow, and times without a zone are others in another zone.
        known = {"day": str(source.today), "zone": source.zone}
        same = all(source.state.get(name) == value for name, value in known.items())
        asked = self._asked(source, source.state.get("versions", "") if same else "")
        limits = (str(_MEGABYTES), str(math.ceil(self._seconds)))
        said = _checked(await ask(_CHILD, asked, self._seconds, *limits))
        if said.get("same"):
            return Reading(events=None, state=source.state, left_out=source.state.get("left_out", ""))
        emails = [*source.emails, *([source.user] if "@" in source.user else [])]
        texts, denied = said["texts"], int(str(said["denied"]))
        if not isinstance(texts, list):
            raise CalendarError(_PASSING["broken"][0])
        reading = await self._expanding.read(texts, source, emails)
        denied_too = f"{denied} of its calendars may not be read. " if denied else ""
        left_out = f"{denied_too}{reading.left_out}".strip()
        state = {**known, "versions": str(said["versions"]), "left_out": left_out}
        return Reading(events=reading.events, state=state, left_out=left_out)

    def _asked(self, source: Source, versions: str) -> dict[str, str]:
        return {
            "address": source.address.get_secret_value(),
            "user": source.user,
            "password": source.password.get_secret_value(),
            "versions": versions,
            "zone": zone_of(source.zone).key,
            "first": str(source.today - timedelta(days=DAYS_BEHIND)),
            "last": str(source.today + timedelta(days=DAYS_AHEAD)),
            "most": str(self._most),
            "timeout": str(math.ceil(self._timeout)),
            "allow_private": "yes" if self._allow_private else "",
        }


def _checked(said: Mapping[str, object] | None) -> Mapping[str, object]:
    """What was answered. Raises CalendarError for what is no answer."""
    problem = "slow" if said is None else str(said.get("problem", ""))
    if problem in _HOPELESS:
        raise CalendarError(_HOPELESS[problem], hopeless=True)
    if problem or said is None:
        raise CalendarError(*_PASSING[problem])
    return said
