"""The memories whose vectors are nearest to one, of all that somebody may see at a place."""

from __future__ import annotations

from typing import NamedTuple

from adapters.postgres.database import Database
from adapters.postgres.visible import branches
from core.memory.ports import Vector
from core.people.viewer import Viewer


class Near(NamedTuple):
    """A memory, and the cosine of the angle between it and what was asked for."""

    id: int
    similarity: float


_BRANCH = """(
    SELECT id, embedding <=> %(vector)s::halfvec AS distance FROM memories
    WHERE org_id = %(org)s AND {seen} AND embedded_by = %(embedded_by)s AND embedding IS NOT NULL AND valid_to IS NULL
    ORDER BY distance LIMIT %(limit)s)"""

_NEAREST = """
    SELECT id, 1 - min(distance) AS similarity FROM ({branches}) AS near
    GROUP BY id ORDER BY similarity DESC, id DESC LIMIT %(limit)s"""


async def nearest(database: Database, viewer: Viewer, vector: Vector, limit: int, *, embedded_by: str) -> list[Near]:
    """The nearest first. What has been closed is left out.

    Args:
        database: the pools.
        viewer: who reads, and where.
        vector: what is looked for.
        limit: how many at most.
        embedded_by: the embedder that made the vector; those of others are not compared with it.
    """
    values = {
        "org": viewer.org_id,
        "me": viewer.person_id,
        "room": viewer.room,
        "vector": "[" + ",".join(map(str, vector)) + "]",
        "limit": limit,
        "embedded_by": embedded_by,
    }
    query = _NEAREST.format(branches=branches(viewer, _BRANCH))
    (rows,) = await database.run(viewer.org_id, (query, values), viewer=viewer)
    return [Near(row["id"], row["similarity"]) for row in rows]
