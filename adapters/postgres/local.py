"""The surfaces without a platform: web chat and terminal read the conversation from the database itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import psycopg

from adapters.postgres.database import Database
from adapters.postgres.messages import message
from adapters.postgres.uploads import fetch_upload
from core.conversation.models import FileRef, Outcome, Place, Profile, Shown, Utterance
from core.rendering.message import Attachment, Outgoing

_SHOW = """
    WITH shown AS (UPDATE outbox SET shown = %s WHERE key = %s::uuid RETURNING conversation_id)
    SELECT pg_notify('robbie_shown', conversation_id::text) FROM shown"""

# The content of files is fetched one by one.
_LIGHT = """
    CASE WHEN said.extras ? 'files' THEN jsonb_set(said.extras, '{files}', (
        SELECT jsonb_agg(file || '{"data": ""}') FROM jsonb_array_elements(said.extras -> 'files') AS file))
    ELSE said.extras END"""
_FILE = """
    SELECT extras #> ARRAY['files', %(number)s::text] AS file FROM outbox JOIN messages ON messages.id = message_id
    WHERE outbox.conversation_id = %(id)s AND outbox.phase = 'final' AND message_id = (
        SELECT message_id FROM outbox WHERE conversation_id = %(id)s AND platform_id = %(about)s LIMIT 1)
    ORDER BY outbox.id DESC LIMIT 1"""

# A finished answer is a message; one being written is its outbox row; one not begun yet is its inbox row. All three
# carry the id of the question, so that they are the same thing on a screen. A purged one has but its own. An answer
# that is being given again stands there until the new one does.
_SHOWN = f"""
    SELECT CASE WHEN messages.person_id IS NULL THEN coalesce('a' || outbox.inbox_id, 'p' || messages.id)
                ELSE 'm' || messages.id END AS id,
           messages.person_id IS NULL AS by_robbie, coalesce(people.name, 'Robbie') AS author, messages.text,
           messages.occurred_at AS at,
           NOT EXISTS (SELECT FROM inbox AS again WHERE again.conversation_id = %(id)s
                         AND again.state IN ('received', 'claimed')
                         AND again.detail ->> 'redo_of' = outbox.inbox_id::text) AS final,
           {_LIGHT} AS extras, coalesce(outbox.platform_id, '') AS about, coalesce(voted.value, 0) AS vote,
           ARRAY(SELECT file ->> 'name' FROM jsonb_array_elements(messages.files) AS file) AS files
    FROM messages LEFT JOIN people ON people.id = messages.person_id
    LEFT JOIN outbox ON outbox.conversation_id = %(id)s AND outbox.message_id = messages.id AND outbox.part = 0
                        AND outbox.edit_of IS NULL
    LEFT JOIN LATERAL (
        SELECT extras FROM outbox AS part WHERE part.message_id = messages.id AND part.phase = 'final'
        ORDER BY part.id DESC LIMIT 1) AS said ON true
    LEFT JOIN LATERAL (
        SELECT feedback.value FROM interactions LEFT JOIN feedback ON feedback.interaction_id = interactions.id
        WHERE interactions.answer_id = messages.id ORDER BY interactions.id DESC LIMIT 1) AS voted ON true
    WHERE messages.conversation_id = %(id)s AND (messages.text <> '' OR messages.files <> '[]')
    UNION ALL
    SELECT 'a' || inbox.id, true, 'Robbie', coalesce(outbox.shown, ''), coalesce(outbox.created_at, inbox.received_at),
           false, outbox.extras, '', 0, '{{}}'::text[]
    FROM inbox LEFT JOIN outbox ON outbox.inbox_id = inbox.id AND outbox.part = 0 AND outbox.edit_of IS NULL
    WHERE inbox.conversation_id = %(id)s AND inbox.kind = 'message' AND inbox.state IN ('received', 'claimed')
      AND NOT inbox.detail ? 'redo_of'
    ORDER BY at, id"""  # noqa: S608  (put together from constants)


_OUTCOME = """
    SELECT messages.text AS answer, interactions.level, interactions.model, interactions.cost_usd,
           interactions.latency_ms, said.extras
    FROM inbox
    JOIN outbox ON outbox.inbox_id = inbox.id AND outbox.part = 0 AND outbox.edit_of IS NULL
    JOIN messages ON messages.id = outbox.message_id
    LEFT JOIN LATERAL (
        SELECT extras FROM outbox AS part WHERE part.message_id = messages.id AND part.phase = 'final'
        ORDER BY part.id DESC LIMIT 1) AS said ON true
    LEFT JOIN interactions ON interactions.inbox_id = inbox.id
    WHERE inbox.id = %s AND inbox.state NOT IN ('received', 'claimed')"""


class LocalSurface:
    """Implements ``core.conversation.ports.Surface`` for the web chat or the terminal.

    Posting is showing: the row's text becomes visible, and whoever watches the conversation is told.

    Args:
        database: the pools.
        name: ``web`` or ``console``.
    """

    part_limit = 1_000_000
    most_parts = 0
    edit_interval = 0.25
    placeholder = "…"

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self.name = name

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        """Show the row; its key is its id."""
        return await self._show(key, "" if message.body == self.placeholder else message.body)

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        """Show the text that replaces it."""
        await self._show(message_id, message.body)

    async def delete(self, place: Place, message_id: str, message: Outgoing) -> None:
        """The transcript does not hold it any more: whoever watches is told."""
        await self._show(message_id, "")

    async def find(self, place: Place, key: str, *, message: Outgoing, since: datetime) -> str | None:
        """Showing again is the same as once, so there is nothing to look for."""
        return None

    async def history(self, place: Place, limit: int) -> Sequence[Utterance]:
        """The database holds everything already."""
        return []

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        """A file that was uploaded here. Raises Unreadable."""
        return await fetch_upload(self._database, place, file, limit)

    async def profile(self, tenant: str, account: str) -> Profile:
        """The events carry what is known."""
        return Profile(name="")

    async def working(self, place: Place, *, on: bool) -> None:
        """An answer that is not final yet is shown as being written."""

    async def _show(self, key: str, body: str) -> str:
        async with self._database.system() as tx:
            await tx.execute(_SHOW, (body, key))
        return key


class PostgresView:
    """Implements ``core.conversation.ports.ConversationView``; one listening connection serves all watchers.

    Args:
        database: the pools.
        org_id: the org of the local surfaces.
    """

    def __init__(self, database: Database, org_id: int) -> None:
        self._database = database
        self._org_id = org_id
        self._watchers: dict[asyncio.Event, int | None] = {}
        self._listener: asyncio.Task[None] | None = None

    async def shown(self, place: Place) -> Sequence[Shown]:
        """Everything in the conversation, oldest first."""
        conversation_id = await self._conversation(place)
        if conversation_id is None:
            return []
        async with self._database.app(self._org_id) as tx:
            rows = await (await tx.execute(_SHOWN, {"id": conversation_id})).fetchall()
        return [Shown(**{**row, "extras": message("", row["extras"] or {})}) for row in rows]

    async def file(self, place: Place, about: str, number: int) -> Attachment | None:
        """A file of one of Robbie's messages."""
        values = {"id": await self._conversation(place), "about": about, "number": str(number)}
        async with self._database.app(self._org_id) as tx:
            row = await (await tx.execute(_FILE, values)).fetchone()
        return Attachment.model_validate(row["file"]) if row and row["file"] else None

    async def changes(self, place: Place) -> AsyncIterator[None]:
        """Yield at the start, at each change, and every few seconds (a notification can be lost)."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="shown listener")
        changed = asyncio.Event()
        self._watchers[changed] = await self._conversation(place)
        try:
            while True:
                yield
                try:
                    await asyncio.wait_for(changed.wait(), 5.0 if self._watchers[changed] else 0.3)
                except TimeoutError:
                    if self._watchers[changed] is None:
                        self._watchers[changed] = await self._conversation(place)
                changed.clear()
        finally:
            del self._watchers[changed]

    async def outcome(self, inbox_id: int) -> Outcome | None:
        """What came of a message; None while it is not closed."""
        async with self._database.app(self._org_id) as tx:
            row = await (await tx.execute(_OUTCOME, (inbox_id,))).fetchone()
        if row is None:
            return None
        said = message("", row.pop("extras") or {})
        return Outcome(**row, buttons=said.buttons, files=said.files)

    async def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def _conversation(self, place: Place) -> int | None:
        async with self._database.app(self._org_id) as tx:
            row = await (
                await tx.execute(
                    """SELECT id FROM conversations WHERE surface = %(surface)s AND tenant = %(tenant)s
                       AND channel = %(channel)s AND thread = %(thread)s""",
                    place.model_dump(),
                )
            ).fetchone()
        return row["id"] if row else None

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._database.system_url, autocommit=True
                ) as connection:
                    await connection.execute("LISTEN robbie_shown")
                    async for notice in connection.notifies():
                        self._tell(int(notice.payload))
            except psycopg.OperationalError:
                await asyncio.sleep(0.5)

    def _tell(self, conversation_id: int) -> None:
        for changed, watched in self._watchers.items():
            if watched == conversation_id:
                changed.set()
