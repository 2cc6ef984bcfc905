"""Leases: one holder at a time for what only one process may have, by the database's clock."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

_TAKE = """
    INSERT INTO leases (name, holder, fence, until)
    VALUES (%(name)s, %(holder)s, 1, clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, fence = leases.fence + 1, until = excluded.until
    WHERE leases.until < clock_timestamp()
    RETURNING fence"""

_RENEW = """
    UPDATE leases SET until = clock_timestamp() + make_interval(secs => %(seconds)s)
    WHERE name = %(name)s AND fence = %(fence)s RETURNING fence"""

_GIVE_BACK = "UPDATE leases SET until = '-infinity' WHERE name = %(name)s AND fence = %(fence)s RETURNING fence"


class PostgresLeases:
    """Implements ``core.health.leases.Leases`` as robbie_system.

    It has connections of its own: a renewal may not wait behind the messages that it is there for.

    Args:
        system_url: libpq URL of robbie_system.
    """

    def __init__(self, system_url: str) -> None:
        self._url = system_url
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._idle: list[AsyncConnection[TupleRow]] = []

    async def take(self, name: str, seconds: float) -> int | None:
        """Take a lease that nobody holds, and return its fence."""
        row = await self._ask(_TAKE, {"name": name, "holder": self._holder, "seconds": seconds})
        return int(row[0]) if row else None

    async def renew(self, name: str, fence: int, seconds: float) -> bool:
        """Hold it for so many seconds from now."""
        return await self._ask(_RENEW, {"name": name, "fence": fence, "seconds": seconds}) is not None

    async def give_back(self, name: str, fence: int) -> None:
        """End it."""
        await self._ask(_GIVE_BACK, {"name": name, "fence": fence})

    async def close(self) -> None:
        """Disconnect."""
        while self._idle:
            await self._idle.pop().close()

    async def _ask(self, query: str, values: Mapping[str, object]) -> TupleRow | None:
        """One statement. A connection that failed or hangs in its middle is not used again."""
        connection = self._idle.pop() if self._idle else await self._connect()
        try:
            row = await (await connection.execute(query, values)).fetchone()
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return row

    async def _connect(self) -> AsyncConnection[TupleRow]:
        return await AsyncConnection.connect(self._url, autocommit=True, connect_timeout=3)
