"""What can be wrong with work that waits: nobody does it, or it needs an operator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import psycopg

from adapters.postgres.access import Access, Connection, connect
from adapters.postgres.asking import one, row_of, rows_of
from core.health.models import CannotCheck, Finding, Findings, ok, problem, skipped, warning

_LONG_SECONDS = 300
_BY_HAND = "see docs/how-to/operate.md, Messages that need you"


async def queue(access: Access, *, dead_after_seconds: float, platforms: Sequence[str] = ()) -> Findings:
    """Look at workers, inbox and outbox, over all organizations, and at who is connected to the platforms.

    Args:
        access: the database.
        dead_after_seconds: when a silent worker counts as gone.
        platforms: those whose tokens are set.
    """
    async with serving(access) as system:
        waiting = await row_of(
            system,
            """SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(received_at)), 0)::int AS oldest
               FROM inbox WHERE state IN ('received', 'claimed') AND conversation_id IS NOT NULL""",
        )
        rows, oldest = int(str(waiting["rows"])), int(str(waiting["oldest"]))
        alive = await one(
            system,
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [dead_after_seconds],
        )
        yield _workers(bool(alive), rows)
        yield await _inbox(system, rows, oldest)
        yield await _outbox(system)
        for platform in platforms:
            yield await _connection(system, platform, runs=bool(alive))


async def zones(access: Access) -> list[str]:
    """The time zones of all people. Raises CannotCheck."""
    async with serving(access) as system:
        rows = await rows_of(system, "SELECT DISTINCT zone FROM people WHERE zone <> '' ORDER BY zone")
    return [str(row["zone"]) for row in rows]


async def last_event(access: Access, surface: str) -> datetime | None:
    """When the latest event of a platform was stored. Raises CannotCheck."""
    async with serving(access) as system:
        at = await one(
            system,
            """SELECT max(received_at) FROM inbox JOIN conversations ON conversations.id = conversation_id
               WHERE surface = %s""",
            [surface],
        )
    return at if isinstance(at, datetime) else None


@asynccontextmanager
async def serving(access: Access) -> AsyncIterator[Connection]:
    """A connection as robbie_system. Raises CannotCheck where there is none, or no schema."""
    opened = await access.open()
    try:
        connection = await connect(opened.roles.system)
    except psycopg.OperationalError:
        raise CannotCheck("needs the role robbie_system") from None
    async with connection:
        try:
            yield connection
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege):
            raise CannotCheck("needs the schema") from None


def _workers(alive: bool, waiting: int) -> Finding:
    if alive:
        return ok("workers", "alive")
    if waiting:
        return problem("workers", "none, while messages wait for an answer", "start one: `robbie run`")
    return skipped("workers", "none: `robbie run` is not running")


async def _inbox(system: Connection, waiting: int, oldest: int) -> Finding:
    broke = await one(system, "SELECT count(*) FROM inbox WHERE state = 'set_aside'")
    found = f"{_waiting(waiting)}, the oldest for {_duration(oldest)}" if waiting else "nothing waits"
    if broke:
        return warning("inbox", f"{broke} set aside: they broke every worker that took them; {found}", _BY_HAND)
    if oldest > _LONG_SECONDS:
        return warning("inbox", found, "see what the log says; more comes in than worker.turns can do, or models hang")
    return ok("inbox", found)


async def _outbox(system: Connection) -> Finding:
    row = await row_of(
        system,
        """SELECT count(*) FILTER (WHERE state = 'unknown' AND not_before = 'infinity') AS parked,
                  count(*) FILTER (WHERE state = 'failed') AS failed,
                  count(*) FILTER (WHERE state <> 'failed' AND not_before < 'infinity') AS waiting
           FROM outbox WHERE state <> 'sent'""",
    )
    found = _waiting(int(str(row["waiting"])))
    stuck = [f"{row[name]} {said}" for name, said in _STUCK.items() if row[name]]
    return warning("outbox", f"{', '.join(stuck)}; {found}", _BY_HAND) if stuck else ok("outbox", found)


async def _connection(system: Connection, platform: str, *, runs: bool) -> Finding:
    """Of all processes, one holds a platform's connection."""
    name = f"{platform} connection"
    holder = await one(
        system, "SELECT holder FROM leases WHERE name LIKE %s AND until > clock_timestamp()", [f"{platform}:%"]
    )
    if holder:
        return ok(name, f"held by process {holder}")
    if runs:
        return warning(name, "no process holds it, so no events come in", "start one: `robbie run --role gateway`")
    return skipped(name, "nobody holds it: `robbie run` is not running")


_STUCK = {"parked": "parked: nobody can tell whether they were posted", "failed": "refused by the platform"}


def _waiting(rows: int) -> str:
    return f"{rows} {'waits' if rows == 1 else 'wait'}" if rows else "nothing waits"


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
