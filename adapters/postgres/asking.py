"""One question to a database, and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg.rows import dict_row

from adapters.postgres.access import Connection


async def rows_of(connection: Connection, query: str, values: Sequence[object] = ()) -> list[Mapping[str, object]]:
    """All rows."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query.encode(), values or None)
        return list(await cursor.fetchall())


async def row_of(connection: Connection, query: str) -> Mapping[str, object]:
    """The only row."""
    return (await rows_of(connection, query))[0]


async def one(connection: Connection, query: str, values: Sequence[object] = ()) -> object:
    """The first row's first value, or None."""
    rows = await rows_of(connection, query, values)
    return next(iter(rows[0].values())) if rows else None
