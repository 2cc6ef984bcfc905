"""Calendars, their events, and time that is kept free: each its owner's."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from adapters.postgres.visible import MINE
from core.conversation.models import Asker
from core.people.viewer import Viewer
from core.work.calendar import Block, Calendar, Event, SourceKind

EVENT = "id, uid, occurrence, title, starts_at, ends_at, all_day, starts_on, ends_on, busy, answer, place, url, people"
"""The columns of an event."""
_BLOCK = "id, starts_at, ends_at, text, task_id"
_CALENDAR = """
    id, kind, name, problem, failures, synced_at,
    (SELECT count(*) FROM calendar_events WHERE calendar_id = calendars.id) AS events"""
_THERE = f"{MINE} AND kind <> 'own' AND removed_at IS NULL"

_ADD = """
    INSERT INTO calendars (org_id, owner, kind, name, sealed, origin)
    VALUES (%(org_id)s, %(owner)s, %(kind)s, %(name)s, %(sealed)s, %(origin)s) ON CONFLICT DO NOTHING"""
_BY_ORIGIN = f"SELECT {_CALENDAR} FROM calendars WHERE origin = %(origin)s AND {MINE}"
_ALL = f"SELECT {_CALENDAR} FROM calendars WHERE {_THERE} ORDER BY id"
# Its next sync deletes it, a day from now; until then it can be brought back.
_REMOVE = f"""
    UPDATE calendars SET removed_at = now(), sync_at = now() + interval '1 day', lease_until = NULL, problem = '',
        failures = 0, failing_since = NULL, state = '{{}}'
    WHERE id = %(id)s AND {_THERE} RETURNING {_CALENDAR}"""
_EMPTY = f"DELETE FROM calendar_events WHERE calendar_id = %(id)s AND {MINE}"
_RESTORE = f"""
    UPDATE calendars SET removed_at = NULL, sync_at = now()
    WHERE id = %(id)s AND {MINE} AND removed_at IS NOT NULL RETURNING {_CALENDAR}"""
_SYNC = f"UPDATE calendars SET sync_at = now() WHERE id = %(id)s AND {_THERE} RETURNING {_CALENDAR}"

_EVENTS = f"""
    SELECT {EVENT} FROM calendar_events
    WHERE {MINE} AND (NOT all_day AND starts_at < %(until)s AND ends_at >= %(since)s
        OR all_day AND starts_on < %(last)s AND ends_on > %(first)s)
    ORDER BY starts_at, ends_at, id"""
_BLOCKS = f"""
    SELECT {_BLOCK} FROM focus_blocks WHERE {MINE} AND starts_at < %(until)s AND ends_at > %(since)s
    ORDER BY starts_at, id"""
_KEEP_FREE = f"""
    INSERT INTO focus_blocks (org_id, owner, starts_at, ends_at, text, task_id, origin)
    SELECT %(org_id)s, %(owner)s, %(starts_at)s, %(ends_at)s, %(text)s, %(task_id)s, %(origin)s
    WHERE %(task_id)s::bigint IS NULL OR EXISTS (SELECT FROM tasks WHERE id = %(task_id)s AND {MINE})
    ON CONFLICT DO NOTHING"""
_BLOCK_BY_ORIGIN = f"SELECT {_BLOCK} FROM focus_blocks WHERE origin = %(origin)s AND {MINE}"
_GIVE_BACK = f"DELETE FROM focus_blocks WHERE id = %(id)s AND {MINE} RETURNING {_BLOCK}"


class PostgresCalendars:
    """Implements ``core.work.calendar.Calendars`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, asker: Asker, kind: SourceKind, name: str, sealed: bytes, *, origin: int) -> Calendar:
        """Keep a calendar, once for each origin."""
        values = {"kind": kind, "name": name, "sealed": sealed, "origin": origin}
        _, rows = await self._run(asker, _ADD, _BY_ORIGIN, **values)
        return Calendar.model_validate(rows[0])

    async def all(self, asker: Asker) -> Sequence[Calendar]:
        """The asker's calendars."""
        (rows,) = await self._run(asker, _ALL)
        return [Calendar.model_validate(row) for row in rows]

    async def remove(self, asker: Asker, calendar_id: int) -> Calendar | None:
        """Take a calendar and its events away, for a day at first."""
        rows, _ = await self._run(asker, _REMOVE, _EMPTY, id=calendar_id)
        return _calendar(rows)

    async def restore(self, asker: Asker, calendar_id: int) -> Calendar | None:
        """Bring back what was removed."""
        (rows,) = await self._run(asker, _RESTORE, id=calendar_id)
        return _calendar(rows)

    async def sync(self, asker: Asker, calendar_id: int) -> Calendar | None:
        """Have it read at the next sync."""
        (rows,) = await self._run(asker, _SYNC, id=calendar_id)
        return _calendar(rows)

    async def events(self, asker: Asker, since: datetime, until: datetime, days: tuple[date, date]) -> Sequence[Event]:
        """What happens between two moments, and on some days."""
        (rows,) = await self._run(asker, _EVENTS, since=since, until=until, first=days[0], last=days[1])
        return [Event.model_validate(row) for row in rows]

    async def blocks(self, asker: Asker, since: datetime, until: datetime) -> Sequence[Block]:
        """The time that is kept free between two moments."""
        (rows,) = await self._run(asker, _BLOCKS, since=since, until=until)
        return [Block.model_validate(row) for row in rows]

    async def keep_free(
        self, asker: Asker, starts_at: datetime, ends_at: datetime, text: str, task_id: int | None, *, origin: int
    ) -> Block | None:
        """Keep time free, once for each origin."""
        values = {"starts_at": starts_at, "ends_at": ends_at, "text": text, "task_id": task_id, "origin": origin}
        _, rows = await self._run(asker, _KEEP_FREE, _BLOCK_BY_ORIGIN, **values)
        return Block.model_validate(rows[0]) if rows else None

    async def give_back(self, asker: Asker, block_id: int) -> Block | None:
        """Do not keep it free after all."""
        (rows,) = await self._run(asker, _GIVE_BACK, id=block_id)
        return Block.model_validate(rows[0]) if rows else None

    async def _run(self, asker: Asker, *queries: str, **values: object) -> list[list[DictRow]]:
        whose = {"org_id": asker.org_id, "owner": asker.person_id, "me": asker.person_id, **values}
        owner = Viewer.owner(asker.org_id, asker.person_id)
        return await self._database.run(asker.org_id, *((query, whose) for query in queries), viewer=owner)


def _calendar(rows: Sequence[DictRow]) -> Calendar | None:
    return Calendar.model_validate(rows[0]) if rows else None
