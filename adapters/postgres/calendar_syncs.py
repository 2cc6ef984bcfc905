"""Calendars that are due are read by one worker; what it read takes the place of what was kept, or nothing does."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.types.json import Jsonb

from adapters.postgres.database import Database, Transaction
from core.people.viewer import Viewer
from core.work.calendar import Event, Lease, Reading, Subscription

_DUE = """
    WITH due AS (
        SELECT id FROM calendars
        WHERE kind <> 'own' AND sync_at <= now() AND (lease_until IS NULL OR lease_until <= now())
        ORDER BY sync_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE calendars SET lease_until = now() + make_interval(secs => %(seconds)s) FROM due
    WHERE calendars.id = due.id
    RETURNING calendars.id AS calendar_id, calendars.org_id, calendars.owner, calendars.lease_until AS until"""

# Whose it is: their zone, and the addresses that are known to be theirs, by whichever account.
_OPEN = """
    SELECT calendars.kind, sealed, state, people.zone, failures, removed_at IS NOT NULL AS removed,
           ARRAY(SELECT lower(address) FROM mail_addresses JOIN people AS same ON same.id = person_id
                 WHERE (same.id = people.id OR same.human = people.human) AND verified_at IS NOT NULL) AS emails
    FROM calendars JOIN people ON people.id = calendars.owner
    WHERE calendars.id = %(calendar_id)s AND lease_until = %(until)s AND sealed IS NOT NULL"""

_CLOSE = """
    UPDATE calendars SET name = coalesce(nullif(%(name)s, ''), name), state = %(state)s, problem = %(problem)s,
        failures = 0, failing_since = NULL, synced_at = now(),
        sync_at = now() + make_interval(secs => %(seconds)s), lease_until = NULL
    WHERE id = %(calendar_id)s AND lease_until = %(until)s AND removed_at IS NULL"""
_FAILED = """
    UPDATE calendars SET problem = %(problem)s, failures = failures + 1,
        failing_since = coalesce(failing_since, now()), sync_at = now() + make_interval(secs => %(seconds)s),
        lease_until = NULL
    WHERE id = %(calendar_id)s AND lease_until = %(until)s AND removed_at IS NULL"""
_FORGET = "DELETE FROM calendars WHERE id = %(calendar_id)s AND lease_until = %(until)s AND removed_at IS NOT NULL"

# An event that is still there keeps its id: briefs have buttons that name it.
_GONE = """
    DELETE FROM calendar_events WHERE calendar_id = %(calendar_id)s
    AND (uid, occurrence) NOT IN (SELECT * FROM unnest(%(uids)s::text[], %(occurrences)s::text[]))"""
_PUT = """
    INSERT INTO calendar_events (org_id, owner, calendar_id, uid, occurrence, title, starts_at, ends_at, all_day,
        starts_on, ends_on, busy, answer, place, url, people)
    VALUES (%(org_id)s, %(owner)s, %(calendar_id)s, %(uid)s, %(occurrence)s, %(title)s, %(starts_at)s, %(ends_at)s,
        %(all_day)s, %(starts_on)s, %(ends_on)s, %(busy)s, %(answer)s, %(place)s, %(url)s, %(people)s)
    ON CONFLICT (calendar_id, uid, occurrence) DO UPDATE SET
        title = excluded.title, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
        all_day = excluded.all_day, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
        busy = excluded.busy, answer = excluded.answer, place = excluded.place, url = excluded.url,
        people = excluded.people"""


class PostgresCalendarSyncs:
    """Implements ``core.work.calendar.SyncStore``: what is due is taken as robbie_system, all else as its owner.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, limit: int, lease_seconds: float) -> Sequence[Lease]:
        """Take what is due and in nobody's hands."""
        async with self._database.system() as tx:
            rows = await (await tx.execute(_DUE, {"limit": limit, "seconds": lease_seconds})).fetchall()
        return [Lease.model_validate(row) for row in rows]

    async def open(self, lease: Lease) -> Subscription | None:
        """What is to be read."""
        async with self._database.app(lease.org_id, _owner(lease)) as tx:
            row = await (await tx.execute(_OPEN, lease.model_dump())).fetchone()
        return Subscription.model_validate(row) if row else None

    async def keep(self, lease: Lease, reading: Reading, next_seconds: float) -> bool:
        """Put what was read in the place of what was kept, or nothing at all."""
        values = {
            **lease.model_dump(),
            "name": reading.name,
            "state": Jsonb(reading.state),
            "problem": reading.left_out,
            "seconds": next_seconds,
        }
        async with self._database.app(lease.org_id, _owner(lease)) as tx:
            closed = await tx.execute(_CLOSE, values)  # first: it locks the calendar until the events are written
            if closed.rowcount and reading.events is not None:
                await _replace(tx, lease, reading.events)
        return bool(closed.rowcount)

    async def failed(self, lease: Lease, problem: str, next_seconds: float) -> bool:
        """Note why it could not be read."""
        values = {**lease.model_dump(), "problem": problem, "seconds": next_seconds}
        async with self._database.app(lease.org_id, _owner(lease)) as tx:
            return bool((await tx.execute(_FAILED, values)).rowcount)

    async def forget(self, lease: Lease) -> None:
        """Delete a calendar that its owner has removed."""
        async with self._database.app(lease.org_id, _owner(lease)) as tx:
            await tx.execute(_FORGET, lease.model_dump())


async def _replace(tx: Transaction, lease: Lease, events: Sequence[Event]) -> None:
    uids, occurrences = [event.uid for event in events], [event.occurrence for event in events]
    await tx.execute(_GONE, {"calendar_id": lease.calendar_id, "uids": uids, "occurrences": occurrences})
    async with tx.cursor() as cursor:
        await cursor.executemany(_PUT, [_row(lease, event) for event in events])


def _row(lease: Lease, event: Event) -> dict[str, object]:
    return {**event.model_dump(exclude={"id"}), **lease.model_dump(), "people": Jsonb(list(event.people))}


def _owner(lease: Lease) -> Viewer:
    return Viewer.owner(lease.org_id, lease.owner)
