"""Which memories wait for a vector: taken under a lease, and written where their text is still the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters.postgres.database import Database
from core.memory.embedding import Names, Unembedded
from core.memory.ports import Vector

# A lease is unique: who waits for another's to be committed finds it held. FOR KEY SHARE, as for the foreign key:
# what is being deleted is left alone.
_TAKE = """
    WITH waiting AS (
        SELECT id, org_id, text FROM memories
        WHERE {which} AND org_id <> ALL (%(without)s) AND NOT EXISTS (
            SELECT FROM embedding_leases AS lease WHERE memory_id = id AND until > clock_timestamp())
        {newest} LIMIT %(limit)s FOR KEY SHARE SKIP LOCKED),
    taken AS (
        INSERT INTO embedding_leases AS lease (memory_id, until)
        SELECT id, clock_timestamp() + make_interval(secs => %(seconds)s) FROM waiting
        ON CONFLICT (memory_id) DO UPDATE SET until = excluded.until WHERE lease.until <= clock_timestamp()
        RETURNING memory_id)
    SELECT id, org_id, text FROM waiting JOIN taken ON memory_id = id ORDER BY id DESC"""

_NEW = _TAKE.format(which="embedding IS NULL", newest="ORDER BY id DESC")
# In the order of the index, backwards: that is about the newest first, without sorting all of them for each batch.
_OLD = _TAKE.format(
    which="embedding IS NOT NULL AND embedded_by = %(other)s",
    newest="ORDER BY embedded_by DESC",
)

_CHOOSE = """
    INSERT INTO embedders VALUES (%(name)s, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET chosen_at = clock_timestamp()"""

# Jumps from one name to the next, where DISTINCT would read every row.
_NAMES = """
    WITH RECURSIVE name (name) AS (
        (SELECT embedded_by FROM memories WHERE embedding IS NOT NULL ORDER BY embedded_by LIMIT 1)
        UNION ALL
        SELECT (SELECT embedded_by FROM memories WHERE embedding IS NOT NULL AND embedded_by > name.name
                ORDER BY embedded_by LIMIT 1)
        FROM name WHERE name.name IS NOT NULL)
    SELECT coalesce((SELECT name FROM embedders ORDER BY chosen_at DESC LIMIT 1), '') AS chosen,
           ARRAY(SELECT name FROM name WHERE name IS NOT NULL) AS stored"""

# A row that somebody changes in this moment is left for the next time, so that nobody waits for vectors.
_WRITE = """
    WITH free AS (SELECT id FROM memories WHERE id = ANY (%(ids)s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE memories SET embedding = new.vector::halfvec, embedded_by = %(name)s
    FROM free JOIN unnest(%(ids)s::bigint[], %(texts)s::text[], %(vectors)s::text[]) AS new (id, text, vector)
        ON new.id = free.id
    WHERE memories.id = new.id AND memories.text = new.text"""
_DONE = "DELETE FROM embedding_leases WHERE memory_id = ANY (%(ids)s)"
_LATER = """
    UPDATE embedding_leases SET until = clock_timestamp() + make_interval(secs => %(seconds)s)
    WHERE memory_id = ANY (%(ids)s)"""


class PostgresEmbedding:
    """Implements ``core.memory.embedding.Unembeddeds`` as robbie_system, which reads texts and writes vectors.

    Args:
        database: the pools.
        lease_seconds: longer than a batch takes; the rows of a worker that is gone wait so long.
    """

    def __init__(self, database: Database, *, lease_seconds: float = 60.0) -> None:
        self._database = database
        self._lease_seconds = lease_seconds

    async def choose(self, name: str) -> None:
        """From now on, this embedder's vectors are those that are made."""
        async with self._database.system() as tx:
            await tx.execute(_CHOOSE, {"name": name})

    async def names(self) -> Names:
        """The chosen embedder, and those whose vectors are stored."""
        async with self._database.system() as tx:
            (row,) = await (await tx.execute(_NAMES)).fetchall()
        return Names(row["chosen"], row["stored"])

    async def take(
        self, limit: int, *, without: Collection[int] = (), embedded_by: str | None = None
    ) -> Sequence[Unembedded]:
        """Take memories that have no vector, or those that have one of another embedder; the newest first."""
        values = {
            "limit": limit,
            "without": list(without),
            "other": embedded_by,
            "seconds": self._lease_seconds,
        }
        async with self._database.system() as tx:
            rows = await (await tx.execute(_NEW if embedded_by is None else _OLD, values)).fetchall()
        return [Unembedded(row["id"], row["org_id"], row["text"]) for row in rows]

    async def write(self, name: str, rows: Sequence[Unembedded], vectors: Sequence[Vector]) -> int:
        """Write the vectors of those whose text is what it was, and let go of all; says how many were written."""
        values = {
            "name": name,
            "ids": [row.id for row in rows],
            "texts": [row.text for row in rows],
            "vectors": ["[" + ",".join(map(str, vector)) + "]" for vector in vectors],
        }
        async with self._database.system() as tx:
            written = (await tx.execute(_WRITE, values)).rowcount
            await tx.execute(_DONE, values)
        return written

    async def leave(self, rows: Sequence[Unembedded], seconds: float) -> None:
        """Let go of them; nobody takes them for so long."""
        async with self._database.system() as tx:
            await tx.execute(_LATER if seconds > 0 else _DONE, {"ids": [row.id for row in rows], "seconds": seconds})
