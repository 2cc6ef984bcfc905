"""The memories whose vectors are nearest to one, of all that somebody may see at a place (docs/decisions/0020)."""

# ruff: noqa: S608  (the queries are put together from constants and whole numbers)

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Iterator
from itertools import starmap
from typing import NamedTuple

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from adapters.postgres.visible import SHARED, seen
from core.memory.ports import Vector
from core.people.viewer import Viewer


class Near(NamedTuple):
    """A memory, and the cosine of the angle between it and what was asked for."""

    id: int
    similarity: float


_POOL = 400  # so many are found by their codes, to be compared by their vectors
# The graph is asked where an org shares at least so many memories, and at least this part of what all orgs share: it
# is walked past what is of other orgs, and gives up after 20,000.
_MANY, _PART = 2_000, 0.05
_BREADTH = 200

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
    ORDER BY code <~> (SELECT code FROM asked) LIMIT {_POOL})"""
_BY_GRAPH = """(
    SELECT id FROM memories
    WHERE org_id = %(org)s AND {seen} AND embedded_by = %(embedded_by)s AND valid_to IS NULL
    ORDER BY embedding <=> %(vector)s::halfvec LIMIT {limit})"""

# A plan serves any question: the question's code is made once, not for each row; and how many are wanted stands in the
# text, since a plan for any number is made for a tenth of all rows.
_NEAREST = f"""
    WITH asked AS MATERIALIZED (SELECT binary_quantize(%(vector)s::halfvec)::bit(384) AS code),
    least AS ({_LEAST}), much AS MATERIALIZED ({_MUCH}), pool AS ({{pool}})
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
    breadth = str(min(1000, max(_BREADTH, limit)))

    async def found(pool: Iterable[str]) -> list[DictRow]:
        query = _NEAREST.format(pool=" UNION ALL ".join(pool), limit=limit)
        return (await database.run(viewer.org_id, (_SETTINGS, (breadth,)), (query, values), viewer=viewer))[1]

    # Each takes up to 15 ms for very many memories, so they are asked side by side.
    pools = [_by_code(viewer), *([[_by_graph(limit)]] if viewer.org_wide else [])]
    rows = itertools.chain.from_iterable(await asyncio.gather(*map(found, pools)))
    similarities = {row["id"]: row["similarity"] for row in rows}
    near = sorted(starmap(Near, similarities.items()), key=lambda one: (one.similarity, one.id), reverse=True)
    return near[:limit]


def _by_code(viewer: Viewer) -> Iterator[str]:
    """A condition without columns is asked once for a query, and what fails it is not looked for."""
    for condition in seen(viewer):
        little = f"{condition} AND NOT (SELECT is_much FROM much)"
        yield _BY_CODE.format(seen=little if condition == SHARED else condition)


def _by_graph(limit: int) -> str:
    return _BY_GRAPH.format(seen=f"{SHARED} AND (SELECT is_much FROM much)", limit=limit)
