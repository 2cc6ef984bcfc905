"""Connections to PostgreSQL: one pool for each serving role, and transactions that carry their org."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from core.people.viewer import Viewer

Transaction = AsyncConnection[DictRow]
Statement = tuple[str, Mapping[str, object] | Sequence[object]]

# A connection that answered a moment ago needs no asking; one that was cut by a restart is found when it is asked.
_FRESH_SECONDS = 1.0


# Who stands still within a transaction may not keep its locks from everybody else.
_STILL = "SET idle_in_transaction_session_timeout = '10s'"


_CONFINE = "SELECT set_config('app.org', %s, true)"
_CONFINE_LIGHTLY = "SELECT set_config('app.org', %s, true), set_config('synchronous_commit', 'off', true)"
# Notes and memories are seen by who reads, and where (migrations/tables.py).
_VIEW = """
    SELECT set_config('app.person', %s, true), set_config('app.room', %s, true), set_config('app.private', %s, true),
           set_config('app.org_wide', %s, true)"""


class _Connection(AsyncConnection[DictRow]):
    """A connection that knows when it last ended a transaction."""

    used_at = 0.0


class Database:
    """The pools of ``robbie_app`` (confined to one org) and ``robbie_system`` (crosses orgs).

    Args:
        app_url: libpq URL of robbie_app.
        system_url: libpq URL of robbie_system.
        size: connections each pool may hold.
        wait_seconds: how long a transaction waits for a connection, e.g. while the server restarts.
    """

    def __init__(self, app_url: str, system_url: str, *, size: int = 10, wait_seconds: float = 10.0) -> None:
        self.system_url = system_url
        self._app = _pool(app_url, size, wait_seconds, "app")
        self._system = _pool(system_url, size, wait_seconds, "system")

    async def open(self) -> None:
        """Open both pools and wait for the first connection of each."""
        await self._app.open(wait=True)
        await self._system.open(wait=True)

    async def close(self) -> None:
        """Close both pools."""
        await self._app.close()
        await self._system.close()

    @asynccontextmanager
    async def app(self, org_id: int, viewer: Viewer | None = None) -> AsyncIterator[Transaction]:
        """A transaction that sees and writes the rows of one org only; of notes and memories, what the viewer may."""
        async with self._app.connection() as connection:
            async with connection.transaction():
                await connection.execute(_CONFINE, (str(org_id),))
                if viewer is not None:
                    await look_as(connection, viewer)
                yield connection
            connection.used_at = time.monotonic()

    async def run(
        self, org_id: int, *statements: Statement, durable: bool = True, viewer: Viewer | None = None
    ) -> list[list[DictRow]]:
        """Statements that need nothing of each other's rows: one transaction, one round trip.

        A pipeline on a connection that commits by itself is one transaction to the server, without BEGIN and COMMIT.

        Args:
            org_id: the org that they are confined to.
            statements: each with its values.
            durable: False where the last half second may be lost with the server (not with this process).
            viewer: who reads, where the statements are about notes or memories.

        Returns:
            The rows of each statement.
        """
        async with self._app.connection() as connection:
            async with connection.pipeline():
                await connection.execute(_CONFINE if durable else _CONFINE_LIGHTLY, (str(org_id),))
                if viewer is not None:
                    await connection.execute(_VIEW, _view(viewer))
                cursors = [await connection.execute(query, values) for query, values in statements]
            rows = [await cursor.fetchall() if cursor.description else [] for cursor in cursors]
            connection.used_at = time.monotonic()
        return rows

    @asynccontextmanager
    async def system(self, *, in_few_trips: bool = False) -> AsyncIterator[Transaction]:
        """A transaction that crosses orgs, for the few statements that have to.

        Args:
            in_few_trips: statements wait for their results only where these are fetched; ``rowcount`` means nothing.
        """
        async with self._system.connection() as connection:
            async with connection.pipeline() if in_few_trips else nullcontext(), connection.transaction():
                yield connection
            connection.used_at = time.monotonic()


async def look_as(tx: Transaction, viewer: Viewer) -> None:
    """From here on, the transaction sees of notes and memories what this viewer may, and changes what is theirs."""
    await tx.execute(_VIEW, _view(viewer))


def _view(viewer: Viewer) -> tuple[str, str, str, str]:
    private, org_wide = ("on" if is_so else "" for is_so in (viewer.private, viewer.org_wide))
    return str(viewer.person_id), viewer.room, private, org_wide


async def _check(connection: _Connection) -> None:
    """Connections that a restarted server has cut are replaced before anybody is given one."""
    if time.monotonic() - connection.used_at > _FRESH_SECONDS:
        await AsyncConnectionPool.check_connection(connection)


async def _configure(connection: _Connection) -> None:
    await connection.execute(_STILL)


def _pool(url: str, size: int, wait_seconds: float, name: str) -> AsyncConnectionPool[_Connection]:
    return AsyncConnectionPool(
        url,
        connection_class=_Connection,
        kwargs={"row_factory": dict_row, "autocommit": True},
        min_size=1,
        max_size=size,
        open=False,
        timeout=wait_seconds,
        check=_check,
        configure=_configure,
        name=name,
    )
