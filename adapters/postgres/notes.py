"""Notes: each its owner's, seen where it was said and where it is shared."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.postgres.database import Database
from core.conversation.models import Asker
from core.notes.models import Note
from core.people.viewer import Viewer

_ADD = """
    INSERT INTO notes (org_id, owner, conversation_id, origin, text, source)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(origin)s, %(text)s, %(source)s)
    ON CONFLICT (org_id, origin) DO NOTHING"""

COLUMNS = """id, owner, text, kind, importance, sharing, celebration, tone, subjects, created_at, said_at, due_at, room,
    shared_with, pinned, uses, used_at, valid_to, superseded_by, found_by, conversation_id, source"""

# A human's accounts own together what they have in this org.
MINE = """owner = ANY (ARRAY(
    SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)))"""

_FIND = f"""
    SELECT {COLUMNS} FROM notes WHERE {MINE} AND strpos(lower(text), lower(%(words)s)) > 0
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s"""  # noqa: S608  (put together from constants)

_FORGET = f"DELETE FROM notes WHERE id = %(id)s AND {MINE} RETURNING id"  # noqa: S608


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
        await self._database.run(asker.org_id, (_ADD, values), viewer=Viewer.owner(asker.org_id, asker.person_id))

    async def find(self, viewer: Viewer, words: str, limit: int) -> Sequence[Note]:
        """The viewer's own notes with these words."""
        values = {"me": viewer.person_id, "words": words, "limit": limit}
        (rows,) = await self._database.run(viewer.org_id, (_FIND, values), viewer=viewer)
        return [Note.model_validate(row) for row in rows]

    async def forget(self, viewer: Viewer, note_id: int) -> bool:
        """Delete one of the viewer's own notes."""
        values = {"id": note_id, "me": viewer.person_id}
        (rows,) = await self._database.run(viewer.org_id, (_FORGET, values), viewer=viewer)
        return bool(rows)
