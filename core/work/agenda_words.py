"""A day in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.notes.showing import short
from core.work.agenda import Agenda, Span, bounds
from core.work.calendar import Block, Event

_PEOPLE = 4
_MOST = 60
"""How many events of a day are shown: nobody has more, but the calendar of a whole house may."""
_CLASHES = 12


def lines_of(agenda: Agenda, zone: ZoneInfo) -> tuple[list[str], tuple[str, ...]]:
    """The day's lines, and the addresses in them.

    Args:
        agenda: the day.
        zone: where its owner is.
    """
    lines = [f"**{agenda.day:%A, %-d %B %Y}** ({zone.key})"]
    all_day, events = agenda.all_day[:_MOST], agenda.events[:_MOST]
    lines += [f"- all day: {_what(event)}" for event in all_day]
    timed = [(event.starts_at, _event(event, agenda, zone)) for event in events]
    timed += [(block.starts_at, _block(block, agenda, zone)) for block in agenda.blocks]
    lines += [line for _, line in sorted(timed, key=lambda one: one[0].astimezone(UTC))]
    if len(lines) == 1:
        lines.append("- nothing")
    if more := len(agenda.all_day) + len(agenda.events) - len(all_day) - len(events):
        lines.append(f"- … and {more} more")
    lines += list(_clashes(agenda, zone))
    if agenda.gaps:
        lines += ["", f"Free: {', '.join(_span(gap, agenda, zone) for gap in agenda.gaps)}"]
    return lines, tuple(event.url for event in (*all_day, *events) if event.url)


def _event(event: Event, agenda: Agenda, zone: ZoneInfo) -> str:
    return f"- {_span(event, agenda, zone)} {_what(event)}"


def _what(event: Event) -> str:
    marks = [event.answer if event.answer in ("declined", "tentative") else "", event.place]
    marks += [", ".join(event.people[:_PEOPLE]) + (" and others" if len(event.people) > _PEOPLE else "")]
    more = "; ".join(filter(None, marks))
    link = f" {event.url}" if event.url else ""
    return short(event.title or "(no title)") + (f" _({more})_" if more else "") + link


def _block(block: Block, agenda: Agenda, zone: ZoneInfo) -> str:
    what = " ".join(filter(None, (f"#{block.task_id}" if block.task_id else "", block.text)))
    return f"- {_span(block, agenda, zone)} kept free" + (f" for {short(what)}" if what else "")


def _clashes(agenda: Agenda, zone: ZoneInfo) -> Iterator[str]:
    for one, other in agenda.clashes[:_CLASHES]:
        both = Span(starts_at=max(one.starts_at, other.starts_at), ends_at=min(one.ends_at, other.ends_at))
        yield f"- ⚠ {short(one.title)} and {short(other.title)} clash, {_span(both, agenda, zone)}"
    if len(agenda.clashes) > _CLASHES:
        yield "- ⚠ … and more that clash"


def _span(one: Event | Block | Span, agenda: Agenda, zone: ZoneInfo) -> str:
    """From when until when, on that day; what goes on before or after it has an open end."""
    start, end = bounds(agenda.day, zone)
    begins = f"{one.starts_at.astimezone(zone):%H:%M}" if one.starts_at >= start else "…"
    ends = f"{one.ends_at.astimezone(zone):%H:%M}" if one.ends_at <= end else "…"
    return begins if _same(one.starts_at, one.ends_at) else f"{begins}–{ends}"


def _same(one: datetime, other: datetime) -> bool:
    return one.astimezone(UTC) == other.astimezone(UTC)
