"""Notes, each its owner's alone."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.postgres.database import Database
from core.conversation.models import Asker
from core.notes.models import Note

_ADD = """
    INSERT INTO notes (org_id, owner, conversation_id, origin, text, source)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(origin)s, %(text)s, %(source)s)
    ON CONFLICT (org_id, origin) DO NOTHING"""

# A human's accounts own together what they have in this org.
_FIND = """
    SELECT id, text, created_at FROM notes
    WHERE (owner = %(owner)s OR owner IN (
            SELECT id FROM people WHERE human = (SELECT human FROM people WHERE id = %(owner)s)))
      AND strpos(lower(text), lower(%(words)s)) > 0
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s"""

_FORGET = """
    DELETE FROM notes WHERE id = %(id)s AND (owner = %(owner)s OR owner IN (
        SELECT id FROM people WHERE human = (SELECT human FROM people WHERE id = %(owner)s)))
    RETURNING id"""


class PostgresNotes:
    """Implements ``core.notes.models.Notes`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, asker: Asker, text: str, *, origin: int, conversation_id: int, source: str) -> None:
        """Keep a note, once for each origin."""
        values = {
            "org_id": asker.org_id,
            "owner": asker.person_id,
            "conversation_id": conversation_id,
            "origin": origin,
            "text": text,
            "source": source,
        }
        await self._database.run(asker.org_id, (_ADD, values))

    async def find(self, org_id: int, person_id: int, words: str, limit: int) -> Sequence[Note]:
        """The person's notes that hold these words."""
        values = {"owner": person_id, "words": words, "limit": limit}
        (rows,) = await self._database.run(org_id, (_FIND, values))
        return [Note(**row) for row in rows]

    async def forget(self, asker: Asker, note_id: int) -> bool:
        """Delete one of the asker's notes."""
        (rows,) = await self._database.run(asker.org_id, (_FORGET, {"id": note_id, "owner": asker.person_id}))
        return bool(rows)
