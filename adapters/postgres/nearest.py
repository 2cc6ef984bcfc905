"""The memories whose vectors are nearest to one, of all that somebody may see at a place (docs/decisions/0020)."""

# ruff: noqa: S608  (the queries are put together from constants and whole numbers)

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from adapters.postgres.database import Database
from adapters.postgres.visible import SHARED, seen
from core.memory.ports import Vector
from core.people.viewer import Viewer


class Near(NamedTuple):
    """A memory, and the cosine of the angle between it and what was asked for."""

    id: int
    similarity: float


_POOL = 500  # so many are found by their codes, to be compared by their vectors
# The graph is asked where an org shares at least so many memories, and at least this part of what all orgs share: it
# is walked past what is of other orgs, and gives up after 20,000.
_MANY, _PART = 5_000, 0.05
_BREADTH = 150

_LEAST = f"""
    SELECT greatest({_MANY}, {_PART} * reltuples)::bigint AS rows FROM pg_class
    WHERE oid = 'memories_graph'::regclass"""
_MUCH = f"""
    SELECT count(*) >= (SELECT rows FROM least) AS is_much FROM (
        SELECT FROM memories WHERE org_id = %(org)s AND {SHARED} AND code IS NOT NULL AND valid_to IS NULL
        LIMIT (SELECT rows FROM least)) AS shared"""

# A code is a bit for each number of a vector, and stands in the index: the table is not read for it.
_BY_CODE = f"""(
    SELECT id FROM memories
    WHERE org_id = %(org)s AND {{seen}} AND embedded_by = %(embedded_by)s AND code IS NOT NULL AND valid_to IS NULL
    ORDER BY code <~> binary_quantize(%(vector)s::halfvec)::bit(384) LIMIT {_POOL})"""
_BY_GRAPH = """(
    SELECT id FROM memories
    WHERE org_id = %(org)s AND {seen} AND embedded_by = %(embedded_by)s AND valid_to IS NULL
    ORDER BY embedding <=> %(vector)s::halfvec LIMIT {limit})"""

# Numbers stand in the text, since a plan for any number would be made for a tenth of all rows.
_NEAREST = f"""
    WITH least AS ({_LEAST}), much AS MATERIALIZED ({_MUCH}), pool AS ({{pool}})
    SELECT id, 1 - (embedding <=> %(vector)s::halfvec) AS similarity FROM memories
    WHERE org_id = %(org)s AND id = ANY (ARRAY(SELECT id FROM pool)) AND embedded_by = %(embedded_by)s
      AND valid_to IS NULL
    ORDER BY similarity DESC, id DESC LIMIT {{limit}}"""

# The graph goes on until it has found enough that may be seen.
_SETTINGS = """
    SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
           set_config('max_parallel_workers_per_gather', '0', true)"""


async def nearest(database: Database, viewer: Viewer, vector: Vector, limit: int, *, embedded_by: str) -> list[Near]:
    """The nearest first, as good as all of them. What has been closed is left out.

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
        "embedded_by": embedded_by,
    }
    query = _NEAREST.format(pool=" UNION ALL ".join(_parts(viewer, limit)), limit=limit)
    breadth = str(min(1000, max(_BREADTH, limit)))
    _, rows = await database.run(viewer.org_id, (_SETTINGS, (breadth,)), (query, values), viewer=viewer)
    return [Near(row["id"], row["similarity"]) for row in rows]


def _parts(viewer: Viewer, limit: int) -> Iterator[str]:
    """Where the pool comes from. A condition without columns is asked once, and its part is left out where it fails."""
    for condition in seen(viewer):
        if condition != SHARED:
            yield _BY_CODE.format(seen=condition)
        else:
            yield _BY_CODE.format(seen=f"{SHARED} AND NOT (SELECT is_much FROM much)")
            yield _BY_GRAPH.format(seen=f"{SHARED} AND (SELECT is_much FROM much)", limit=limit)
