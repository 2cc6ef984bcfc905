"""Finds what a calendar holds within some days, in a process of its own with little memory, little time and no files.

A program, not a module: it is run by its path, isolated from ours. JSON comes in on standard input; JSON goes out. A
rule such as “every second, for ever” costs a second of its time, and leaves out that event alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.calendar.blocks import may_be_in, split
from adapters.calendar.components import Component, event_of, line
from adapters.calendar.confining import confine, within
from adapters.calendar.window import Window

Json = dict[str, object]

_SERIES_SECONDS = 1.0


def find(texts: Sequence[str], window: Window, most: int) -> Json:
    """The events within the window, the number of those that could not be read, and what the calendar is called."""
    found, broken, name = {}, 0, ""
    for text in texts:
        calendar, damaged = _parsed(text, window)
        broken += damaged
        name = name or line(calendar.get("X-WR-CALNAME"))
        if "@" in name:  # Google calls somebody's first calendar by their address
            window.emails.add(name.casefold())
        for series in _series(calendar):
            try:
                for event in _occurrences(series, window):
                    found[event["uid"], event["occurrence"]] = event
            except Exception:  # what a strange rule makes of the library is not known beforehand
                broken += 1
            if len(found) > most:
                return {"problem": "too_many"}
    return {"events": list(found.values()), "broken": broken, "name": name}


def _parsed(text: str, window: Window) -> tuple[Component, int]:
    """The calendar with the events that may lie within the window; how many of them are damaged."""
    head, events = split(text)
    near = [block for block in events if may_be_in(block, window)]
    try:
        return _calendar(head, near), 0
    except Exception:
        return _piecewise(head, near)


def _piecewise(head: str, blocks: Iterable[str]) -> tuple[Component, int]:
    """The events that can be read, each by itself."""
    whole, broken = _calendar(head, ()), 0
    for block in blocks:
        try:
            for component in _calendar(head, (block,)).walk("VEVENT"):
                whole.add_component(component)
        except Exception:
            broken += 1
    return whole, broken


def _calendar(head: str, blocks: Iterable[str]) -> Component:
    return icalendar.Calendar.from_ical("\r\n".join(("BEGIN:VCALENDAR", head, *blocks, "END:VCALENDAR", "")))


def _series(calendar: Component) -> Iterator[list[Component]]:
    """The events, with what was changed of a series beside it."""
    by_uid: dict[str, list[Component]] = defaultdict(list)
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", "")).strip()
        if not uid:
            uid = "none-" + hashlib.sha256(event.to_ical()).hexdigest()[:32]
            event["UID"] = icalendar.vText(uid)
        by_uid[uid].append(event)
    yield from by_uid.values()


def _occurrences(series: list[Component], window: Window) -> Iterator[dict[str, object]]:
    recurs = any(name in event for event in series for name in ("RRULE", "RDATE", "RECURRENCE-ID", "EXDATE"))
    events = _expanded(series, window) if recurs else _newest(series)
    for event in events:
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            made = event_of(event, window, several=recurs or len(events) > 1)
            if made is not None:
                yield made


def _newest(same: Sequence[Component]) -> list[Component]:
    """The latest of one event; several where they begin at other times, for some programs call all events the same."""
    numbers = [number if isinstance(number := event.get("SEQUENCE", 0), int) else 0 for event in same]
    newest = [event for event, number in zip(same, numbers, strict=True) if number == max(numbers)]
    return list({str(event.get("DTSTART") and event.decoded("DTSTART")): event for event in newest}.values())


def _expanded(series: list[Component], window: Window) -> list[Component]:
    """All occurrences of a series; raises TooLong, or whatever the library raises."""
    calendar = icalendar.Calendar()
    for event in series:
        _to_the_end_of_its_last_day(event)
        calendar.add_component(event)
    with within(_SERIES_SECONDS):
        # A day on either side: days and times without a zone are compared as they stand.
        start, end = window.first - timedelta(days=1), window.last + timedelta(days=2)
        return list(recurring_ical_events.of(calendar).between(start, end))


def _to_the_end_of_its_last_day(event: Component) -> None:
    """A rule that ends on a day has that day, also where its event has a time: many programs write it so."""
    rule = event.get("RRULE")
    last = rule.get("UNTIL", []) if isinstance(rule, icalendar.vRecur) else []
    if len(last) == 1 and not isinstance(last[0], datetime):
        begins = event.decoded("DTSTART")
        if isinstance(begins, datetime):
            end = datetime.combine(last[0], time.max, begins.tzinfo)
            rule["UNTIL"] = [end.astimezone(UTC) if begins.tzinfo else end]


def answer(asked: Mapping[str, object]) -> Json:
    """What ``find`` gives; whatever else happens is a problem with a name."""
    try:
        window = Window(
            date.fromisoformat(str(asked["first"])),
            date.fromisoformat(str(asked["last"])),
            ZoneInfo(str(asked["zone"])),
            list(asked["emails"]),  # type: ignore[call-overload]
        )
        return find(list(asked["texts"]), window, int(str(asked["most"])))  # type: ignore[call-overload]
    except (MemoryError, RecursionError):
        return {"problem": "too_complicated"}
    except ValueError as error:
        known = str(error) in ("not_calendar", "cut")
        return {"problem": str(error) if known else "broken"}
    except Exception:
        return {"problem": "broken"}


def main() -> None:
    """Read what comes in, and say what is in it."""
    megabytes, seconds = (int(argument) for argument in sys.argv[1:3])
    logging.disable()
    asked = json.load(sys.stdin)
    confine(megabytes, seconds)
    sys.stdout.write(json.dumps(answer(asked)))


if __name__ == "__main__":
    main()
