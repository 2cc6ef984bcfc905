"""Candidates for a recall: by words and by vector, of what somebody may see at a place and of nothing else."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations

from psycopg.errors import QueryCanceled
from psycopg.rows import DictRow

from adapters.postgres.database import Database
from adapters.postgres.nearest import nearest
from adapters.postgres.notes import WEIGHED
from adapters.postgres.visible import MINE, newest, seen
from core.memory.models import Candidate, Candidates, MemoryKind, Recalled, WordHits
from core.memory.ports import Vector
from core.notes.decay import weight
from core.notes.models import Note, NoteKind
from core.people.viewer import Viewer

_LIVE = """org_id = %(org)s AND valid_to IS NULL
    AND (kind <> 'message' OR (
        conversation_id = %(without)s AND said_at >= coalesce(%(since)s::timestamptz, '-infinity')) IS NOT TRUE)"""

# Words are looked for in the newest of what can be seen: under row-level security, PostgreSQL uses no index of words.
_NEWEST = 2_000
_SEEN = f"""
    SELECT id, CASE WHEN words @@ (SELECT any_of FROM question) THEN words END AS words
    FROM memories WHERE {_LIVE} AND {{seen}}"""

# How often a word is held is counted in what this viewer sees: another's rows do not show through the order. How many
# rows there are is guessed, as in core.memory.ranking: to count them takes longer. A lexeme may be anything, so it is
# quoted.
_BY_WORDS = """
    WITH asked AS MATERIALIZED (
        SELECT lexeme, quote_literal(lexeme)::tsquery AS one FROM unnest(to_tsvector('english', %(text)s))),
    question AS MATERIALIZED (SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS any_of FROM asked),
    newest AS MATERIALIZED ({newest}),
    held AS (SELECT id, words FROM newest WHERE words IS NOT NULL),
    pairs AS MATERIALIZED (SELECT DISTINCT held.id, lexeme FROM held JOIN asked ON held.words @@ one),
    holders AS MATERIALIZED (SELECT lexeme, count(*) AS rows FROM pairs GROUP BY lexeme),
    weights AS MATERIALIZED (
        SELECT lexeme, ln(1 + greatest(1000, 4 * max(rows) OVER ())::float8 / rows) AS weight FROM holders),
    best AS MATERIALIZED (
        SELECT id FROM pairs JOIN weights USING (lexeme)
        GROUP BY id ORDER BY sum(weight) DESC, id DESC LIMIT %(limit)s),
    speakers AS (
        SELECT DISTINCT speaker FROM memories JOIN best USING (id) WHERE org_id = %(org)s AND speaker <> '')
    SELECT ARRAY(SELECT id FROM best) AS ids, ARRAY(SELECT lexeme FROM asked) AS asked,
           (SELECT count(*) FROM newest) AS looked_at,
           coalesce((SELECT jsonb_object_agg(lexeme, rows) FROM holders), '{{}}') AS holders,
           coalesce((SELECT jsonb_object_agg(speaker, tsvector_to_array(to_tsvector('english', speaker)))
                     FROM speakers), '{{}}') AS speakers"""

# What is older is looked through for words that few of the newest hold, and for any two of the others together. That is
# done by who is not confined, with an index, and only says where to look: what is there is read under row-level
# security. Where it takes too long, since others say these words often, the newest have to do.
_RARE, _PAIRED, _OLDER_MS = 4, 6, 100
# OFFSET 0, so that the index of words goes first; that of all who share with the org is as large as the org.
_AMONG_OLDER = f"""
    SELECT id FROM (
        SELECT id, org_id, owner, kind, said_at, conversation_id, room, shared_with, valid_to FROM memories
        WHERE valid_to IS NULL AND words @@ (
            SELECT string_agg(quote_literal(one) || ' & ' || quote_literal(other), ' | ')::tsquery
            FROM unnest(%(ones)s::text[], %(others)s::text[]) AS pair (one, other))
        OFFSET 0) AS memories
    WHERE {_LIVE} AND ({{seen}}) LIMIT %(limit)s"""

# What was said beside something counts for it, so it is looked for in the same hour, and may be the better find.
_BESIDE = f"""
    ARRAY(SELECT beside.id FROM memories AS beside
          WHERE {_LIVE} AND kind = 'message' AND ({{seen}}) AND conversation_id = seeds.conversation_id
            AND (said_at, id) {{side}} (seeds.said_at, seeds.id) AND said_at {{within}} interval '1 hour'
          ORDER BY said_at {{order}}, id {{order}} LIMIT 2)"""

_CANDIDATES = f"""
    WITH vectors AS MATERIALIZED (
        SELECT name, text::halfvec AS vector
        FROM unnest(%(embedders)s::text[], %(vectors)s::text[]) AS given (name, text)),
    seeds AS MATERIALIZED (
        SELECT id, conversation_id, said_at FROM memories
        WHERE id = ANY (%(ids)s) AND {_LIVE} AND ({{seen}})),
    runs AS MATERIALIZED (SELECT id, {{before}} AS before, {{after}} AS after FROM seeds),
    wanted AS (SELECT id FROM runs UNION SELECT unnest(before) FROM runs UNION SELECT unnest(after) FROM runs)
    SELECT id, speaker, {MINE} AS own, said_at, importance, right(rtrim(text), 1) = '?' AS asks, before, after,
           coalesce((SELECT jsonb_object_agg(lexeme, cardinality(positions)) FROM unnest(words)
                     WHERE lexeme = ANY (%(asked)s)), '{{{{}}}}') AS words,
           length(words) AS length,
           1 - (embedding <=> vector) AS similarity, note_id
    FROM memories JOIN wanted USING (id) LEFT JOIN runs USING (id) LEFT JOIN vectors ON name = embedded_by
    WHERE org_id = %(org)s"""

# Apart, since looking them up one by one costs as much as all the rest.
_NOTES = f"SELECT {WEIGHED} FROM notes WHERE id = ANY (%(notes)s)"

_RECALLED = """
    SELECT id, kind, text, speaker, said_at, room, shared_with, note_id, message_id, conversation_id
    FROM memories WHERE org_id = %(org)s AND id = ANY (%(ids)s) AND valid_to IS NULL"""


class PostgresMemories:
    """Implements ``core.memory.ports.MemoryStore`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_words(
        self,
        viewer: Viewer,
        text: str,
        limit: int,
        *,
        without_conversation: int | None,
        since: datetime | None = None,
    ) -> WordHits:
        """What shares words with a text."""
        values = {
            **_who(viewer),
            "text": text.replace("\0", ""),
            "limit": limit,
            "without": without_conversation,
            "since": since,
        }
        query = _BY_WORDS.format(newest=newest(viewer, _SEEN, _NEWEST))
        ((row,),) = await self._database.run(viewer.org_id, (query, values), viewer=viewer)
        older = await self._among_older(viewer, row, values) if row["looked_at"] >= _NEWEST else []
        speakers = {name: frozenset(words) for name, words in row["speakers"].items()}
        return WordHits((*row["ids"], *older), frozenset(row["asked"]), row["holders"], speakers)

    async def _among_older(self, viewer: Viewer, row: DictRow, values: Mapping[str, object]) -> Sequence[int]:
        words = sorted(row["asked"], key=lambda word: row["holders"].get(word, 0))
        rare = [word for word in words if row["holders"].get(word, 0) <= _RARE]
        pairs = [(word, word) for word in rare] + list(combinations(words[len(rare) :][:_PAIRED], 2))
        if not pairs:
            return []
        ones, others = map(list, zip(*pairs, strict=True))
        values = {**values, "ones": ones, "others": others}
        try:
            async with self._database.system() as tx:
                await tx.execute(f"SET LOCAL statement_timeout = {_OLDER_MS}")
                rows = await (await tx.execute(_AMONG_OLDER.format(seen=_any_of(viewer)), values)).fetchall()
        except QueryCanceled:
            return []
        return [row["id"] for row in rows]

    async def candidates(
        self,
        viewer: Viewer,
        hits: WordHits,
        vectors: Mapping[str, Vector],
        limit: int,
        *,
        without_conversation: int | None,
        since: datetime | None = None,
    ) -> Candidates:
        """The hits, what lies near a vector, and what was said beside each of them."""
        ids = set(hits.ids)
        for name, vector in vectors.items():
            ids.update(one.id for one in await nearest(self._database, viewer, vector, limit, embedded_by=name))
        values = {
            **_who(viewer),
            "ids": list(ids),
            "asked": list(hits.asked),
            "without": without_conversation,
            "since": since,
            "embedders": list(vectors),
            "vectors": ["[" + ",".join(map(str, vector)) + "]" for vector in vectors.values()],
        }
        (rows,) = await self._database.run(viewer.org_id, (_candidates(viewer), values), viewer=viewer)
        runs = [(*reversed(row["before"]), row["id"], *row["after"]) for row in rows if row["before"] is not None]
        weights = await self._weights(viewer, [row["note_id"] for row in rows if row["note_id"]])
        found = tuple(_candidate(row, weights.get(row["note_id"], row["importance"])) for row in rows)
        return Candidates(found, tuple(runs))

    async def _weights(self, viewer: Viewer, notes: Sequence[int]) -> Mapping[int, float]:
        """What notes weigh by now; nothing is asked where there are none."""
        if not notes:
            return {}
        (rows,) = await self._database.run(viewer.org_id, (_NOTES, {"notes": list(notes)}), viewer=viewer)
        now = datetime.now(UTC)
        # The database has checked what it gives; to do so again would take longer than reading it.
        return {row["id"]: weight(Note.model_construct(**{**row, "kind": NoteKind(row["kind"])}), now) for row in rows}

    async def recalled(self, viewer: Viewer, ids: Sequence[int]) -> Sequence[Recalled]:
        """What they are."""
        values = {"org": viewer.org_id, "ids": list(ids)}
        (rows,) = await self._database.run(viewer.org_id, (_RECALLED, values), viewer=viewer)
        return [Recalled.model_validate({**row, "kind": MemoryKind(row["kind"])}) for row in rows]


def _who(viewer: Viewer) -> dict[str, object]:
    return {"org": viewer.org_id, "me": viewer.person_id, "room": viewer.room}


def _any_of(viewer: Viewer) -> str:
    return " OR ".join(f"({condition})" for condition in seen(viewer))


def _candidates(viewer: Viewer) -> str:
    """What is beside is looked for by its conversation, so the conditions of who sees it need no index of their own."""
    some = _any_of(viewer)
    before = _BESIDE.format(seen=some, side="<", within=">= seeds.said_at -", order="DESC")
    after = _BESIDE.format(seen=some, side=">", within="<= seeds.said_at +", order="ASC")
    return _CANDIDATES.format(seen=some, before=before, after=after)


def _candidate(row: DictRow, importance: float) -> Candidate:
    return Candidate(
        id=row["id"],
        speaker=row["speaker"],
        own=bool(row["own"]),  # a summary is nobody's
        said_at=row["said_at"],
        importance=importance,
        asks=row["asks"],
        words=row["words"],
        length=row["length"],
        similarity=row["similarity"] or 0.0,
    )
