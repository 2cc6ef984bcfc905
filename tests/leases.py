"""Leases of processes that are gone. A test ends them itself, so that no busy machine ends those of the living."""

from __future__ import annotations

import psycopg

_HELD = (
    "UPDATE inbox SET lease_until = now() WHERE lease_until IS NOT NULL",
    "UPDATE outbox SET lease_until = now() WHERE lease_until IS NOT NULL",
    "UPDATE embedding_leases SET until = now()",
    "UPDATE leases SET until = '-infinity'",
    "UPDATE procrastinate_workers SET last_heartbeat = '-infinity'",
)


async def end_leases(database_url: str) -> None:
    """As if all processes had been gone for so long that nobody waits for them any more. None may run."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        for statement in _HELD:
            await connection.execute(statement)
