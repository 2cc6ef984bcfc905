"""The control lane: edits, deletions, stops and reactions take effect at once, beside a running turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from adapters.postgres.database import Database, Transaction
from core.conversation.models import Kind

# A row's fields as psycopg gives them; their types are the schema's.
Row = dict[str, Any]

# Claims take the same lock: a message is either claimed before an edit or deletion of it, or after.
_ALONE = "SELECT FROM conversations WHERE id = %s FOR NO KEY UPDATE"

_PENDING = """
    SELECT id, kind, platform_id, detail, occurred_at, person_id, org_id, conversation_id
    FROM inbox WHERE conversation_id = %s AND state = 'received' AND kind <> 'message'
    ORDER BY occurred_at, id FOR UPDATE"""

_DONE = "UPDATE inbox SET state = 'answered', closed_at = clock_timestamp() WHERE id = %s"

_EDIT = """
    UPDATE messages SET text = %(text)s, edited_at = %(occurred_at)s
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s
      AND coalesce(edited_at, '-infinity') < %(occurred_at)s"""

_CANCEL_ONE = """
    UPDATE inbox SET cancel = %(cancel)s
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND kind = 'message'
      AND state = 'claimed'"""

# A stop concerns what was asked before it, waiting questions too.
_STOP = """
    UPDATE inbox SET cancel = 'stop'
    WHERE conversation_id = %(conversation_id)s AND kind = 'message' AND state IN ('received', 'claimed')
      AND occurred_at <= %(occurred_at)s AND cancel IS DISTINCT FROM 'delete'"""

_IGNORE = """
    UPDATE inbox SET state = 'ignored', closed_at = clock_timestamp()
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND kind = 'message'
      AND state = 'received'"""

_DELETE = "DELETE FROM messages WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s"

_REACT = """
    INSERT INTO reactions (org_id, message_id, person_id, name, occurred_at)
    SELECT %(org_id)s, message_id, %(person_id)s, %(name)s, %(occurred_at)s FROM outbox
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND message_id IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM inbox AS later
        WHERE later.conversation_id = %(conversation_id)s AND later.platform_id = %(platform_id)s
          AND later.kind = 'reaction' AND later.person_id = %(person_id)s AND later.detail ->> 'name' = %(name)s
          AND (later.detail ->> 'removed')::boolean AND later.occurred_at > %(occurred_at)s)
    LIMIT 1
    ON CONFLICT (message_id, person_id, name) DO UPDATE SET occurred_at = excluded.occurred_at"""

_UNREACT = """
    DELETE FROM reactions USING outbox
    WHERE outbox.conversation_id = %(conversation_id)s AND outbox.platform_id = %(platform_id)s
      AND reactions.message_id = outbox.message_id AND reactions.person_id = %(person_id)s
      AND reactions.name = %(name)s AND reactions.occurred_at <= %(occurred_at)s"""

# The answer is still being written: its reactions wait for it as early ones do. Its end waits for this lock.
_UNFINISHED = """
    SELECT true AS found FROM outbox
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND phase = 'open'
      AND message_id IS NULL FOR NO KEY UPDATE"""
_EARLY = "UPDATE inbox SET conversation_id = NULL WHERE id = %(id)s"


class PostgresControl:
    """Implements ``core.conversation.stores.ControlStore`` as robbie_app."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def apply(self, org_id: int, conversation_id: int) -> int:
        """Apply what is pending in one transaction: it is quick, and asks nobody."""
        async with self._database.app(org_id) as tx:
            await tx.execute(_ALONE, (conversation_id,))
            rows = await (await tx.execute(_PENDING, (conversation_id,))).fetchall()
            for row in rows:
                if row["kind"] == Kind.REACTION and await _is_early(tx, row):
                    await tx.execute(_EARLY, row)
                    continue
                await _APPLY[Kind(row["kind"])](tx, row)
                await tx.execute(_DONE, (row["id"],))
        return len(rows)


async def _edit(tx: Transaction, row: Row) -> None:
    edited = await tx.execute(_EDIT, {**row, "text": row["detail"]["text"]})
    if edited.rowcount:
        await tx.execute(_CANCEL_ONE, {**row, "cancel": "edit"})


async def _delete(tx: Transaction, row: Row) -> None:
    await tx.execute(_IGNORE, row)
    await tx.execute(_CANCEL_ONE, {**row, "cancel": "delete"})
    await tx.execute(_DELETE, row)


async def _stop(tx: Transaction, row: Row) -> None:
    await tx.execute(_STOP, row)


async def _is_early(tx: Transaction, row: Row) -> bool:
    return await (await tx.execute(_UNFINISHED, row)).fetchone() is not None


async def _react(tx: Transaction, row: Row) -> None:
    query = _UNREACT if row["detail"]["removed"] else _REACT
    await tx.execute(query, {**row, "name": row["detail"]["name"]})


_APPLY: dict[Kind, Callable[[Transaction, Row], Awaitable[None]]] = {
    Kind.EDIT: _edit,
    Kind.DELETE: _delete,
    Kind.STOP: _stop,
    Kind.REACTION: _react,
}
