"""Notes: each its owner's, seen where it was said and where it is shared."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from adapters.postgres.forgetting import forget_note
from adapters.postgres.visible import MINE
from adapters.postgres.wins import take_back_win
from core.conversation.models import Asker
from core.notes.models import Listed, Note, Source, Wanted
from core.people.viewer import Viewer

_ADD = """
    INSERT INTO notes (org_id, owner, conversation_id, origin, text, source)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(origin)s, %(text)s, %(source)s)
    ON CONFLICT (org_id, origin) DO NOTHING"""

COLUMNS = """id, owner, text, kind, importance, sharing, celebration, tone, subjects, created_at, said_at, due_at, room,
    shared_with, pinned, uses, used_at, valid_to, superseded_by, found_by, conversation_id, source"""

WEIGHED = """id, owner, '' AS text, kind, importance, said_at AS created_at, said_at, due_at, uses, used_at, pinned,
    shared_with, found_by"""
"""What a note weighs by (core/notes/decay.py), without what it says."""

_BESIDE = """
    (SELECT name FROM people WHERE people.id = notes.owner) AS speaker,
    (SELECT text FROM notes AS later WHERE later.id = notes.superseded_by) AS replaced_by"""

# Ids grow with time, so that a page has an end that no later change moves.
_FIND = f"""
    SELECT {COLUMNS}, {_BESIDE} FROM notes
    WHERE {{whose}} AND (valid_to IS NOT NULL) = %(closed)s
      AND (%(kind)s::text IS NULL OR kind = %(kind)s) AND (pinned OR NOT %(pinned)s)
      AND NOT EXISTS (
        SELECT FROM unnest(%(words)s::text[]) AS word WHERE strpos(lower(text), lower(word)) = 0)
      AND (%(last)s::bigint IS NULL OR (pinned, id) < (%(last_pinned)s, %(last)s))
    ORDER BY pinned DESC, id DESC LIMIT %(limit)s"""  # noqa: S608  (put together from constants)
_FIND_MINE = _FIND.format(whose=MINE)
_FIND_HERE = _FIND.format(whose="(room = %(room)s OR shared_with IN ('*', %(room)s))")

_ONE = f"SELECT {COLUMNS}, {_BESIDE} FROM notes WHERE id = %(id)s AND {MINE}"  # noqa: S608

# What a note was made of by hand stands in the note itself, since that message need not be known.
_SOURCES = f"""
    SELECT conversations.surface, conversations.tenant, conversations.channel, conversations.thread,
           messages.platform_id AS message
    FROM notes JOIN note_sources ON note_sources.note_id = notes.id JOIN messages ON messages.id = message_id
    JOIN conversations ON conversations.id = messages.conversation_id
    WHERE notes.id = %(id)s AND {MINE} AND messages.platform_id IS NOT NULL
    ORDER BY messages.occurred_at LIMIT 10"""  # noqa: S608
_SOURCE = f"SELECT source FROM notes WHERE id = %(id)s AND {MINE} AND source <> ''"  # noqa: S608

_EDIT = f"""
    UPDATE notes SET text = %(text)s, edited_at = clock_timestamp() WHERE id = %(id)s AND {MINE}
    RETURNING {COLUMNS}"""  # noqa: S608

_PIN = f"UPDATE notes SET pinned = %(pinned)s WHERE id = %(id)s AND {MINE} RETURNING id"  # noqa: S608


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

    async def find(self, viewer: Viewer, wanted: Wanted, limit: int) -> Sequence[Listed]:
        """What the viewer wants to see of what the viewer may see."""
        last_pinned, _, last = wanted.after.partition("-")
        values = {
            **wanted.model_dump(include={"kind", "pinned", "closed"}),
            "me": viewer.person_id,
            "room": viewer.room,
            "words": wanted.words.replace("\0", "").split(),
            "last": int(last) if last.isdecimal() and len(last) < 19 else None,
            "last_pinned": last_pinned == "1",
            "limit": limit,
        }
        query = _FIND_HERE if wanted.here else _FIND_MINE
        (rows,) = await self._database.run(viewer.org_id, (query, values), viewer=viewer)
        return list(map(_listed, rows))

    async def one(self, viewer: Viewer, note_id: int) -> Listed | None:
        """One of the viewer's own notes."""
        (rows,) = await self._database.run(viewer.org_id, (_ONE, _of(viewer, note_id)), viewer=viewer)
        return _listed(rows[0]) if rows else None

    async def sources(self, viewer: Viewer, note_id: int) -> Sequence[Source]:
        """What messages a note was made of."""
        of = _of(viewer, note_id)
        found, by_hand = await self._database.run(viewer.org_id, (_SOURCES, of), (_SOURCE, of), viewer=viewer)
        sources = [Source.model_validate(row) for row in found]
        for row in by_hand:
            surface, tenant, channel, message = (row["source"].split("/", 3) + [""] * 3)[:4]
            sources.append(Source(surface=surface, tenant=tenant, channel=channel, message=message))
        return sources

    async def edit(self, viewer: Viewer, note_id: int, text: str) -> Note | None:
        """Change what a note says; triggers have it embedded anew, and shared no more."""
        values = {**_of(viewer, note_id), "text": text.replace("\0", "")}
        async with self._database.app(viewer.org_id, viewer) as tx:
            row = await (await tx.execute(_EDIT, values)).fetchone()
            if row and not row["shared_with"]:
                await take_back_win(tx, note_id)
        return Note.model_validate(row) if row else None

    async def pin(self, viewer: Viewer, note_id: int, *, pinned: bool) -> bool:
        """Pin a note, or let it go."""
        values = {**_of(viewer, note_id), "pinned": pinned}
        (rows,) = await self._database.run(viewer.org_id, (_PIN, values), viewer=viewer)
        return bool(rows)

    async def forget(self, viewer: Viewer, note_id: int) -> bool:
        """Delete one of the viewer's own notes, and its words wherever Robbie wrote them down."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            return await forget_note(tx, viewer, note_id)


def _of(viewer: Viewer, note_id: int) -> dict[str, object]:
    return {"id": note_id, "me": viewer.person_id}


def _listed(row: DictRow) -> Listed:
    beside = {name: row.pop(name) or "" for name in ("speaker", "replaced_by")}
    return Listed(note=Note.model_validate(row), **beside)
