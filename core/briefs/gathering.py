"""From what was found to what a brief may say: which parts each kind of brief has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.briefs import day as days
from core.briefs.choosing import candidates
from core.briefs.found import Found
from core.briefs.looking import Look
from core.briefs.models import BriefKind, Facts, Opportunity, Priority, Reader
from core.reminders.moments import moment
from core.work.agenda import WORK


def gather(reader: Reader, kind: BriefKind, at: datetime, found: Found) -> Facts:
    """What a brief may say.

    Args:
        reader: whom it is for.
        kind: which of the day's three.
        at: as of when.
        found: what the reader may see, as of then.
    """
    look = Look(reader, at, found)
    facts = Facts(
        kind=kind,
        reader=reader,
        at=at,
        local_date=look.day.date,
        first=found.first,
        missed=tuple(found.missed),
    )
    parts = _OF_A_ROOM if reader.room else _OF_A_PERSON
    said = parts[kind](look)
    if not found.events and not found.blocks:
        said = {**said, "gaps": ()}  # of a calendar that is not known nobody can say what is free
    return facts.model_copy(update=said)


def _morning(look: Look) -> dict[str, object]:
    priorities = look.ranked(look.candidates)
    return {
        "priorities": priorities,
        "meetings": look.meetings(look.day),
        "gaps": days.on(look.free, look.day),
        "outreach": tuple(one for one in look.found.outreach[:3] if not _is_a_priority(one, priorities)),
        "news": look.news(),
        "broken": look.broken(),
        "asks": look.asks(),
    }


def _is_a_priority(one: Opportunity, priorities: Sequence[Priority]) -> bool:
    """Whether all that speaks for it is a promise that stands among the priorities already."""
    return len(one.why) == 1 and any(
        f"{priority.text}”" in one.why[0] or f"{priority.text}“" in one.why[0] for priority in priorities
    )


def _afternoon(look: Look) -> dict[str, object]:
    return {
        "priorities": look.left_of_the_three(),
        "meetings": look.meetings(look.day),
        "gaps": days.on(look.free, look.day),
        "done": look.done(),
        "slipped": look.slipped(),
        "blocked": look.blocked(),
        "moves": look.moves(),
    }


def _evening(look: Look) -> dict[str, object]:
    following = look.day.next(look.found.days)
    begins = moment(following.date, WORK[0], following.zone)
    return {
        "done": look.done(),
        "wins": look.wins(),
        "commitments": look.commitments(),
        "tomorrow": look.ranked(candidates(look.found, begins, look.hide)),
        "meetings": look.meetings(following),
        "gaps": days.on(look.free, following),
        "next_day": following.date,
    }


def _room_morning(look: Look) -> dict[str, object]:
    return {"news": look.news(), "wins": look.wins(), "commitments": look.promises()}


def _room_afternoon(look: Look) -> dict[str, object]:
    return {"news": look.news(), "slipped": look.broken_promises()}


def _room_evening(look: Look) -> dict[str, object]:
    return {"news": look.news(), "wins": look.wins(), "commitments": look.promises()}


_OF_A_PERSON = {BriefKind.MORNING: _morning, BriefKind.AFTERNOON: _afternoon, BriefKind.EVENING: _evening}
_OF_A_ROOM = {
    BriefKind.MORNING: _room_morning,
    BriefKind.AFTERNOON: _room_afternoon,
    BriefKind.EVENING: _room_evening,
}
