"""One occurrence of an event, as it is kept: its times, what it takes of its owner's, who is there and where.

Imported by the process that expands calendars, and by no other: its library takes a while to load.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import icalendar

from adapters.calendar.window import Window

Component = icalendar.cal.Component

_TITLE, _UID, _PEOPLE, _URL = 300, 400, 30, 600
_MEETING = re.compile(
    r"https://(?:[\w.-]+\.)?(?:meet\.google\.com|zoom\.us|teams\.microsoft\.com|teams\.live\.com|webex\.com|whereby\.com"
    r"|meet\.jit\.si)/[^\s<>\"'\\]+"
)
_LINKS = (
    "X-GOOGLE-CONFERENCE",
    "CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
)
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_THINGS = ("ROOM", "RESOURCE")


def event_of(event: Component, window: Window, *, several: bool) -> dict[str, object] | None:
    """One event; None where it lies outside the window. Raises ValueError and more where it is damaged.

    Args:
        event: an event, or one occurrence of a series.
        window: the days that count.
        several: whether others have the same UID.
    """
    begins, ends = _times(event)
    all_day = not isinstance(begins, datetime) or _outlook_day(event, begins, ends)
    if all_day:
        begins, ends = _day(begins), _day(ends)
        ends = max(ends, begins + timedelta(days=1))
    start, end = window.moment(begins), window.moment(ends)
    if not window.meets(start, end := max(start, end)):
        return None
    answer = _answer(event, window)
    place, url = _where(event)
    return {
        "uid": short_id(str(event["UID"]).strip()),
        "occurrence": _occurrence(event, begins, window) if several else "",
        "title": line(event.get("SUMMARY")),
        "starts_at": start.isoformat(),
        "ends_at": end.isoformat(),
        "all_day": all_day,
        "starts_on": str(begins) if all_day else None,
        "ends_on": str(ends) if all_day else None,
        "busy": _busy(event) and answer != "declined",
        "answer": answer,
        "place": place,
        "url": url,
        "people": _people(event, window),
    }


def _times(event: Component) -> tuple[date, date]:
    begins = event.decoded("DTSTART")
    if "DTEND" in event:
        ends = event.decoded("DTEND")
    elif "DURATION" in event:
        ends = _after(begins, event.decoded("DURATION"))
    else:
        ends = begins if isinstance(begins, datetime) else begins + timedelta(days=1)
    if isinstance(begins, datetime) != isinstance(ends, datetime):
        ends = begins
    return begins, ends


def _after(begins: date, length: timedelta) -> date:
    """Whole days keep the wall time; hours are counted."""
    if not isinstance(begins, datetime):
        return begins + timedelta(days=max(1, length.days))
    if begins.tzinfo is None or not length % timedelta(days=1):
        return begins + length
    return (begins.astimezone(UTC) + length).astimezone(begins.tzinfo)


def _outlook_day(event: Component, begins: date, ends: date) -> bool:
    """Outlook writes some whole days as times from midnight to midnight."""
    marked = str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE"
    sides = [side for side in (begins, ends) if isinstance(side, datetime)]
    return marked and len(sides) == 2 and all(side.time() == time() for side in sides) and sides[1] > sides[0]


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _occurrence(event: Component, begins: date, window: Window) -> str:
    """What tells it from the others of its series, even when it is moved."""
    own = "RECURRENCE-ID" in event and not _parameter(event["RECURRENCE-ID"], "RANGE")  # else it is that of many
    at = event.decoded("RECURRENCE-ID") if own else begins
    return window.moment(at).isoformat() if isinstance(at, datetime) else str(at)


def _busy(event: Component) -> bool:
    shown = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    return str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT" and shown not in ("FREE", "WORKINGELSEWHERE")


def _attendees(event: Component) -> list[icalendar.vCalAddress]:
    given = event.get("ATTENDEE", [])
    return given if isinstance(given, list) else [given]


def _email(address: object) -> str:
    """Of who is invited; iCloud has a path of its own in its place, and the address beside it."""
    given = str(address).strip()
    if "@" not in given:
        given = _parameter(address, "EMAIL") or given
    return re.sub(r"^mailto:", "", given, flags=re.IGNORECASE).casefold()


def _answer(event: Component, window: Window) -> str:
    for attendee in _attendees(event):
        if _email(attendee) in window.emails:
            return _ANSWERS.get(str(_parameter(attendee, "PARTSTAT")).upper(), "")
    return ""


def _people(event: Component, window: Window) -> list[str]:
    organizer = [event["ORGANIZER"]] if "ORGANIZER" in event else []
    names: dict[str, str] = {}
    for one in (*organizer, *_attendees(event)):
        email = _email(one)
        if email not in window.emails and str(_parameter(one, "CUTYPE")).upper() not in _THINGS:
            names.setdefault(email, line(_parameter(one, "CN") or email.partition("@")[0]))
    return [name for name in names.values() if name][:_PEOPLE]


def _parameter(value: object, name: str) -> str:
    parameters: Mapping[str, object] = getattr(value, "params", {})
    return str(parameters.get(name, ""))


def _where(event: Component) -> tuple[str, str]:
    """The place, and the address of an online meeting, wherever it is written."""
    place = line(event.get("LOCATION"))
    given = [_first(event.get(name)) for name in _LINKS]
    told = _MEETING.search(str(event.get("DESCRIPTION", "")))
    links = [*given, place, told.group() if told else "", str(event.get("URL", ""))]
    url = next((link for link in links if re.fullmatch(rf"https?://\S{{3,{_URL}}}", link) and link.isprintable()), "")
    return "" if place.startswith(("https://", "http://")) else place, url


def _first(value: object) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "").strip()


def line(value: object) -> str:
    """As one line that can be shown and stored."""
    text = "".join(letter if letter.isprintable() else " " for letter in str(value or ""))
    return " ".join(text.split())[:_TITLE]


def short_id(uid: str) -> str:
    """What an event is called, or a digest of what is too long or too odd to be a key."""
    clean = "".join(letter for letter in uid if letter.isprintable())
    return clean if clean == uid and len(uid) <= _UID else hashlib.sha256(uid.encode("utf-8", "replace")).hexdigest()
