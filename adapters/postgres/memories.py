"""Candidates for a recall: by words and by vector, of what somebody may see at a place and of nothing else."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from adapters.postgres.nearest import nearest
from adapters.postgres.visible import branches
from core.memory.models import Candidate, Candidates, MemoryKind, Recalled
from core.memory.ports import Vector
from core.people.viewer import Viewer

_ASKED = "to_tsvector('english', %(text)s)"
# Any of the words will do. Quoted, since a lexeme may be anything.
_ANY = f"(SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery FROM unnest({_ASKED}))"

_HELD = """
    SELECT id, words FROM memories
    WHERE org_id = %(org)s AND {seen} AND valid_to IS NULL AND words @@ (SELECT query FROM asked)
      AND (kind <> 'message' OR (conversation_id = %(without)s) IS NOT TRUE)"""
_ALL = "SELECT id FROM memories WHERE org_id = %(org)s AND {seen} AND valid_to IS NULL"

# How often a word is held is counted in what this viewer sees: another's rows do not show through the order.
_BY_WORDS = f"""
    WITH asked AS (SELECT {_ANY} AS query, tsvector_to_array({_ASKED}) AS lexemes),
    held AS (
        SELECT DISTINCT held.id, word.lexeme FROM ({{held}}) AS held, unnest(held.words) AS word
        WHERE word.lexeme = ANY (SELECT unnest(lexemes) FROM asked)
    ),
    total AS (SELECT count(DISTINCT id) AS rows FROM ({{all}}) AS seen),
    holders AS (SELECT lexeme, count(*) AS rows FROM held GROUP BY lexeme),
    best AS (
        SELECT held.id FROM held JOIN holders USING (lexeme), total
        GROUP BY held.id ORDER BY sum(ln(1 + total.rows::float8 / holders.rows)) DESC, held.id DESC LIMIT %(limit)s
    )
    SELECT (SELECT rows FROM total) AS total, coalesce((SELECT array_agg(id) FROM best), '{{{{}}}}') AS ids,
           coalesce((SELECT jsonb_object_agg(lexeme, rows) FROM holders), '{{{{}}}}') AS holders"""

_ROWS = f"""
    SELECT id, kind, text, speaker, said_at, room, shared_with, note_id, message_id, conversation_id, importance,
           coalesce((SELECT jsonb_object_agg(lexeme, cardinality(positions)) FROM unnest(words)
                     WHERE lexeme = ANY (tsvector_to_array({_ASKED}))), '{{}}') AS words,
           length(words) AS length,
           CASE WHEN embedded_by = %(embedded_by)s THEN 1 - (embedding <=> %(vector)s::halfvec) END AS similarity
    FROM memories WHERE org_id = %(org)s AND id = ANY (%(ids)s) AND valid_to IS NULL
      AND (kind <> 'message' OR (conversation_id = %(without)s) IS NOT TRUE)"""


class PostgresMemories:
    """Implements ``core.memory.ports.MemoryStore`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def candidates(
        self,
        viewer: Viewer,
        text: str,
        vector: Vector | None,
        limit: int,
        *,
        embedded_by: str,
        without_conversation: int | None,
    ) -> Candidates:
        """What shares words with a text or lies near its vector."""
        values: dict[str, object] = {
            "org": viewer.org_id,
            "me": viewer.person_id,
            "room": viewer.room,
            "text": text.replace("\0", ""),
            "limit": limit,
            "without": without_conversation,
            "embedded_by": embedded_by,
            "vector": None if vector is None else "[" + ",".join(map(str, vector)) + "]",
        }
        query = _BY_WORDS.format(held=branches(viewer, _HELD), all=branches(viewer, _ALL))
        ((by_words,),) = await self._database.run(viewer.org_id, (query, values), viewer=viewer)
        near = [] if vector is None else await nearest(self._database, viewer, vector, limit, embedded_by=embedded_by)
        ids = {*by_words["ids"], *(one.id for one in near)}
        (rows,) = await self._database.run(viewer.org_id, (_ROWS, {**values, "ids": list(ids)}), viewer=viewer)
        return Candidates(tuple(map(_candidate, rows)), by_words["holders"], by_words["total"])


def _candidate(row: DictRow) -> Candidate:
    fields: Mapping[str, object] = {name: row[name] for name in Recalled.model_fields if name in row}
    return Candidate(
        memory=Recalled.model_validate({**fields, "kind": MemoryKind(row["kind"])}),
        importance=row["importance"],
        words=row["words"],
        length=row["length"],
        similarity=row["similarity"] or 0.0,
    )
