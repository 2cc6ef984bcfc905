"""Rows of what a brief is about, as core knows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from core.briefs.found import FoundAsk, FoundBroken, FoundConsent, FoundDeal, FoundLine, FoundNote, FoundTask
from core.briefs.models import BriefKind, Missed
from core.conversation.links import source_link
from core.notes.models import NoteKind
from core.work.calendar import Block, Event

_CAME_THROUGH = ("composed", "delivered", "empty")
_FAILED = ("skipped", "undelivered")


def task(row: DictRow) -> FoundTask:
    """One of the reader's tasks."""
    return FoundTask(**{**row, "after": dict(row["after"])})


def event(row: DictRow) -> Event:
    """An event of one of the reader's calendars."""
    return Event(**{**row, "people": tuple(map(str, row["people"]))})


def block(row: DictRow) -> Block:
    """Time that the reader keeps free."""
    return Block(**row)


def note(row: DictRow, me: Collection[int]) -> FoundNote:
    """A note that the reader may see. ``me``: all accounts of the reader."""
    people = [one for one in row.pop("subjects") if one.get("kind") == "person"]
    row.pop("owner")
    others = [str(one.get("name", "")) for one in people if one.get("person_id") not in me]
    about_me = any(one.get("person_id") in me for one in people)
    row["kind"] = NoteKind(row["kind"])
    return FoundNote(**row, about_me=about_me, who=others[0] if others else "")


def consents(rows: Sequence[DictRow]) -> list[FoundConsent]:
    """Of what others wait for, the questions about sharing."""
    return [
        FoundConsent(id=row["id"], wording=row["text"], asked_at=row["at"], of=row["who"] or "")
        for row in rows
        if row["kind"] == "consent"
    ]


def asked(rows: Sequence[DictRow]) -> list[FoundAsk]:
    """Of what others wait for, what they asked in channels."""
    return [
        FoundAsk(
            id=row["id"],
            text=row["text"],
            said_at=row["at"],
            speaker=row["who"] or "",
            names=row["names"] or {},
            link=source_link(row["surface"], row["tenant"], row["channel"], row["message_id"] or "", row["thread"]),
            notes=row["notes"],
        )
        for row in rows
        if row["kind"] == "message"
    ]


def broken(accounts: Sequence[DictRow]) -> list[FoundBroken]:
    """The calendars that cannot be read, of all of the reader's accounts."""
    found = [one for row in accounts for one in row["broken"]]
    return [FoundBroken(**{**one, "since": datetime.fromisoformat(one["since"])}) for one in found]


def deal(row: DictRow) -> FoundDeal:
    """A deal that concerns the reader."""
    return FoundDeal(**row)


def line(row: DictRow) -> FoundLine:
    """A line of an earlier brief."""
    return FoundLine(**row)


def first(briefs: Sequence[DictRow]) -> bool:
    """Whether none of the earlier briefs came through."""
    return not any(row["state"] in _CAME_THROUGH for row in briefs)


def since(briefs: Sequence[DictRow], at: datetime) -> datetime:
    """When the last morning's brief was that came through, for only that tells of news; a day ago where none did."""
    mornings = (row for row in briefs if row["state"] in _CAME_THROUGH and row["kind"] == BriefKind.MORNING)
    return next((row["due_at"] for row in mornings), at - timedelta(days=1))


def missed(briefs: Sequence[DictRow], at: datetime) -> list[Missed]:
    """Earlier briefs that were not delivered, and not told of before a moment; the first first."""
    untold = [row for row in briefs if row["state"] in _FAILED and (row["told_at"] is None or row["told_at"] >= at)]
    return [Missed(kind=BriefKind(row["kind"]), local_date=row["local_date"]) for row in reversed(untold)]


def told(briefs: Sequence[Mapping[str, Sequence[str]]]) -> frozenset[str]:
    """The refs of everything that a channel was told before."""
    return frozenset(ref for row in briefs for ref in row["refs"])
