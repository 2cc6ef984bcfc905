"""Tasks: each its owner's, made once of what asked for it."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.postgres.database import Database
from adapters.postgres.notes import COLUMNS as NOTE
from adapters.postgres.visible import MINE
from core.conversation.models import Asker
from core.notes.models import Note
from core.people.viewer import Viewer
from core.work.models import Due, Task

_COLUMNS = "id, text, due_at, done_at, note_id"

_ADD = """
    INSERT INTO tasks (org_id, owner, conversation_id, note_id, origin, text, due_at)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(note_id)s, %(origin)s, %(text)s, %(due_at)s)
    ON CONFLICT DO NOTHING"""
_BY_ORIGIN = f"SELECT {_COLUMNS} FROM tasks WHERE origin = %(origin)s AND {MINE}"
_BY_NOTE = f"SELECT {_COLUMNS} FROM tasks WHERE note_id = %(note_id)s AND {MINE}"
_NOTE = f"SELECT {NOTE} FROM notes WHERE id = %(note_id)s AND {MINE} FOR SHARE"
_WAITING = f"""
    SELECT {_COLUMNS} FROM tasks WHERE {MINE} AND done_at IS NULL ORDER BY due_at NULLS LAST, id LIMIT %(limit)s"""
_FINISH = f"""
    UPDATE tasks SET done_at = CASE WHEN %(done)s THEN coalesce(done_at, clock_timestamp()) END
    WHERE id = %(id)s AND {MINE} RETURNING {_COLUMNS}"""


class PostgresTasks:
    """Implements ``core.work.models.Tasks`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, asker: Asker, text: str, due_at: datetime | None, *, origin: int, conversation_id: int) -> Task:
        """Keep a task, once for each origin."""
        values = {
            **_whose(asker),
            "conversation_id": conversation_id,
            "note_id": None,
            "origin": origin,
            "text": text,
            "due_at": due_at,
        }
        _, rows = await self._database.run(asker.org_id, (_ADD, values), (_BY_ORIGIN, values), viewer=_owner(asker))
        return Task(**rows[0])

    async def add_of_note(self, asker: Asker, note_id: int, due: Due, conversation_id: int) -> Task | None:
        """Make a task of a note, once for each note."""
        values: dict[str, object] = {**_whose(asker), "conversation_id": conversation_id, "note_id": note_id}
        async with self._database.app(asker.org_id, _owner(asker)) as tx:
            found = await (await tx.execute(_NOTE, values)).fetchone()
            if found is None:
                return None
            note = Note.model_validate(found)
            await tx.execute(_ADD, {**values, "origin": None, "text": note.text, "due_at": due(note)})
            row = await (await tx.execute(_BY_NOTE, values)).fetchone()
        return Task(**row) if row else None

    async def waiting(self, asker: Asker, limit: int) -> Sequence[Task]:
        """What is still to be done."""
        values = {**_whose(asker), "limit": limit}
        (rows,) = await self._database.run(asker.org_id, (_WAITING, values), viewer=_owner(asker))
        return [Task(**row) for row in rows]

    async def finish(self, asker: Asker, task_id: int, *, done: bool) -> Task | None:
        """Mark one as done, or as not done after all."""
        values = {**_whose(asker), "id": task_id, "done": done}
        (rows,) = await self._database.run(asker.org_id, (_FINISH, values), viewer=_owner(asker))
        return Task(**rows[0]) if rows else None


def _whose(asker: Asker) -> dict[str, object]:
    return {"org_id": asker.org_id, "owner": asker.person_id, "me": asker.person_id}


def _owner(asker: Asker) -> Viewer:
    return Viewer.owner(asker.org_id, asker.person_id)
