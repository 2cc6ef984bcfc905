"""What is recorded of answers, for who asks why one is as it is."""

from __future__ import annotations

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from core.conversation.links import source_link
from core.conversation.models import Place
from core.conversation.why import Explained, Source
from core.people.viewer import Viewer

_WHICH = """
    FROM interactions
    WHERE conversation_id = %(conversation_id)s AND (%(about)s = '' OR answer_id = (
        SELECT message_id FROM outbox
        WHERE outbox.conversation_id = %(conversation_id)s AND platform_id = %(about)s LIMIT 1))
    ORDER BY id DESC LIMIT 1"""

_LAST = f"""
    SELECT mentor, mood, coalesce(voice ->> 'reason', '') AS reason, level, model, cost_usd, latency_ms,
           ARRAY(SELECT model_calls.model FROM model_calls WHERE interaction_id = interactions.id
                   AND error IS NOT NULL AND error NOT IN ('breaker_open', 'budget') ORDER BY id) AS passed_over
    {_WHICH}"""  # noqa: S608  (from constants, as below)

# Row-level security leaves out what this asker may not see here, whatever the answer was given elsewhere.
_SOURCES = f"""
    SELECT memories.owner, memories.kind, memories.speaker, memories.text, memories.said_at, messages.platform_id,
           surface, tenant, channel, thread, direct
    FROM drawn_on JOIN memories ON memories.id = memory_id
    LEFT JOIN messages ON messages.id = coalesce(memories.message_id, (
        SELECT min(note_sources.message_id) FROM note_sources WHERE note_sources.note_id = memories.note_id))
    LEFT JOIN conversations ON conversations.id = messages.conversation_id
    WHERE interaction_id = (SELECT id {_WHICH}) AND memories.valid_to IS NULL
    ORDER BY memories.said_at, memories.id LIMIT 10"""  # noqa: S608


class PostgresInteractions:
    """Implements ``core.conversation.why.Records`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, viewer: Viewer, conversation_id: int, about: str) -> Explained | None:
        """The conversation's last answer, or the one with that platform id."""
        which = {"conversation_id": conversation_id, "about": about}
        rows, sources = await self._database.run(viewer.org_id, (_LAST, which), (_SOURCES, which), viewer=viewer)
        if not rows:
            return None
        told = tuple(_source(row, viewer) for row in sources)
        return Explained(**{**rows[0], "passed_over": tuple(rows[0]["passed_over"]), "sources": told})


def _source(row: DictRow, viewer: Viewer) -> Source:
    return Source(row["speaker"], row["text"], row["said_at"], note=row["kind"] == "note", link=_link(row, viewer))


def _link(row: DictRow, viewer: Viewer) -> str:
    """Where it was said, for who reads there, or said it: a note may be shared beyond the place that it comes from."""
    if not row["platform_id"]:
        return ""
    place = Place(**{name: row[name] for name in Place.model_fields})
    if not ((place.room and place.room == viewer.room) or (viewer.private and row["owner"] == viewer.person_id)):
        return ""
    return source_link(place.surface, place.tenant, place.channel, row["platform_id"], place.thread)
