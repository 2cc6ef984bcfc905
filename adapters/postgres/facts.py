"""What a brief may say of a person or to a channel, read as its reader in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from adapters.postgres import facts_queries as queries
from adapters.postgres import facts_rows as rows
from adapters.postgres.database import Database, Statement
from adapters.postgres.outreach import statements as outreach_statements
from adapters.postgres.outreach import waiting_of
from adapters.postgres.weights import KEPT, kept_of
from core.briefs import day as days
from core.briefs.alike import not_said_twice
from core.briefs.asked import AFTER, WITHIN
from core.briefs.candidates import Candidate
from core.briefs.choosing import candidates, hidden
from core.briefs.day import Day
from core.briefs.found import Found, FoundGoal
from core.briefs.gathering import gather
from core.briefs.looking import AHEAD_DAYS
from core.briefs.models import BriefKind, Facts, Gap, Reader
from core.briefs.priorities import PRIORITIES
from core.briefs.queue import ready
from core.people.models import BriefSettings
from core.people.viewer import Viewer
from core.reminders.moments import zone_of

NEWS_FOR = timedelta(days=4)
"""How old news may be: a weekend with a holiday. What was told once is not told again."""
_FREE_DAYS = 14

_OF_A_PERSON = (
    queries.TASKS, queries.EVENTS, queries.BLOCKS, queries.OWN_NOTES, queries.SHARED_NOTES, queries.DEALS,
    queries.GOALS, queries.LINES, queries.BRIEFS, queries.ACCOUNTS_OF, KEPT,
)  # fmt: skip
_OF_A_ROOM = (queries.ROOM_NOTES, queries.ROOM_BRIEFS)


class PostgresFacts:
    """Implements ``core.briefs.ports.FactSource`` and ``CandidateSource`` as robbie_app, as the reader.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def gather(self, reader: Reader, kind: BriefKind, at: datetime) -> Facts:
        """The facts for one brief, as of a moment."""
        if reader.room:
            found = await self._of_room(reader, at)
        else:
            found = await self._of_person(reader, at, morning=kind is BriefKind.MORNING)
        return gather(reader, kind, at, found)

    async def candidates(self, reader: Reader, at: datetime) -> Sequence[Candidate]:
        """Everything open that the reader could do or is blocked in, as of a moment; what is put off is left out."""
        found = await self._of_person(reader, at)
        return candidates(found, at, hidden(found, Day.of(at, zone_of(reader.zone)).date))

    async def free(self, reader: Reader, at: datetime) -> Sequence[Gap]:
        """The free time within the reader's working hours from a moment on, over the next two weeks."""
        values = _values(reader, at, _FREE_DAYS)
        events, blocks = await self._database.run(
            reader.org_id, (queries.EVENTS, values), (queries.BLOCKS, values), viewer=_viewer(reader)
        )
        day = Day.of(at, zone_of(reader.zone))
        return days.free(list(map(rows.event, events)), list(map(rows.block, blocks)), day, _FREE_DAYS, at)

    async def _of_person(self, reader: Reader, at: datetime, *, morning: bool = False) -> Found:
        values = _values(reader, at, AHEAD_DAYS)
        asked: list[Statement] = [(query, values) for query in _OF_A_PERSON]
        if morning:
            asked += [(queries.ASKS, values), *outreach_statements(reader, at)]
        answers = await self._database.run(reader.org_id, *asked, viewer=_viewer(reader))
        tasks, events, blocks, own, shared, deals, goals, lines, briefs, accounts, kept, *more = answers
        asks, *outreach = more or ([],)
        me = {row["id"] for row in accounts}
        known = list(map(rows.task, tasks))
        return Found(
            tasks=known,
            events=list(map(rows.event, events)),
            blocks=list(map(rows.block, blocks)),
            notes=not_said_twice([rows.note(row, me) for row in (*own, *shared)], known, reader.name),
            consents=rows.consents(asks),
            deals=list(map(rows.deal, deals)),
            goals=[FoundGoal(**row) for row in goals],
            lines=list(map(rows.line, lines)),
            missed=rows.missed(briefs, at),
            first=rows.first(briefs),
            since=rows.since(briefs, at),
            asked=rows.asked(asks),
            broken=rows.broken(accounts),
            outreach=ready(waiting_of(kept, *outreach), reader, at) if morning else (),
            weights=kept_of(kept, PRIORITIES).weights(PRIORITIES),
            days=_days(accounts, reader.person_id),
        )

    async def _of_room(self, reader: Reader, at: datetime) -> Found:
        values = _values(reader, at, AHEAD_DAYS)
        notes, briefs = await self._database.run(
            reader.org_id, *((query, values) for query in _OF_A_ROOM), viewer=_viewer(reader)
        )
        return Found(
            notes=[rows.note(row, ()) for row in notes],
            told=rows.told(briefs),
            missed=rows.missed(briefs, at),
            first=rows.first(briefs),
            since=rows.since(briefs, at),
        )


def _viewer(reader: Reader) -> Viewer:
    if reader.room:
        return Viewer(org_id=reader.org_id, person_id=reader.person_id, room=reader.room, org_wide=reader.member)
    return Viewer.owner(reader.org_id, reader.person_id).model_copy(update={"org_wide": reader.member})


def _values(reader: Reader, at: datetime, ahead: int) -> dict[str, object]:
    day = Day.of(at, zone_of(reader.zone))
    return {
        "me": reader.person_id,
        "room": reader.room,
        "at": at,
        "day": day.date,
        "today": day.begins,
        "ahead": day.after(AHEAD_DAYS + 1).begins,
        "until": day.after(ahead).begins,
        "news": at - NEWS_FOR,
        "asked_since": at - WITHIN,
        "asked_until": at - AFTER,
        "member": reader.member,
    }


def _days(accounts: Sequence[DictRow], me: int) -> tuple[int, ...]:
    """The weekdays on which the reader gets briefs."""
    chosen = (row["days"] for row in accounts if row["id"] == me and row["days"])
    return tuple(next(chosen, BriefSettings().days))
