"""Calendars as Google, Outlook and iCloud write them, for tests."""

from __future__ import annotations

from datetime import date

from pydantic import SecretStr

from core.work.calendar import Source

ZONES = {
    "Europe/Berlin": (
        "BEGIN:DAYLIGHT\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nTZNAME:CEST\nDTSTART:19700329T020000\n"
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\n"
        "TZOFFSETTO:+0100\nTZNAME:CET\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD"
    ),
    # As Outlook writes zones: by a name of its own.
    "Customized Time Zone": (
        "BEGIN:STANDARD\nDTSTART:16010101T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\n"
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\n"
        "TZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\nEND:DAYLIGHT"
    ),
}


def event(*lines: str, uid: str = "1@example.com") -> str:
    """One event."""
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"))


def timed(zone: str, start: str, end: str, *lines: str, uid: str = "1@example.com") -> str:
    """One event with times in a zone."""
    return event(f"DTSTART;TZID={zone}:{start}", f"DTEND;TZID={zone}:{end}", *lines, uid=uid)


def calendar(*events: str, head: tuple[str, ...] = (), zones: tuple[str, ...] = ("Europe/Berlin",)) -> str:
    """A file of them, with lines that end as the standard wants."""
    defined = [f"BEGIN:VTIMEZONE\nTZID:{zone}\n{ZONES[zone]}\nEND:VTIMEZONE" for zone in zones]
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *head, *defined, *events, "END:VCALENDAR", "")
    return "\n".join(lines).replace("\n", "\r\n")


def source(address: str = "https://example.com/x.ics", today: date = date(2026, 10, 24), **more: object) -> Source:
    """For whom it is read: somebody in Berlin, a day before the clocks change there."""
    values = {"kind": "ics", "address": SecretStr(address), "zone": "Europe/Berlin", "today": today, **more}
    return Source.model_validate(values)
