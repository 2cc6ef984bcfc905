"""The control lane: edits, deletions, stops, reactions and votes take effect at once, beside a running turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.postgres import again, votes, withdrawing
from adapters.postgres.database import Database, Transaction
from adapters.postgres.enqueue import Enqueue
from core.conversation.jobs import Job, send_job, turn_job
from core.conversation.models import Kind
from core.learning.votes import VotePolicy

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

# A stop concerns what was asked before it, waiting questions too.
_STOP = """
    UPDATE inbox SET cancel = 'stop'
    WHERE conversation_id = %(conversation_id)s AND kind = 'message' AND state IN ('received', 'claimed')
      AND occurred_at <= %(occurred_at)s AND cancel IS DISTINCT FROM 'delete'"""

_DELETE = "DELETE FROM messages WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s"

# An answer that is being written may have been given it, and is written anew without it.
_ANEW = """
    UPDATE inbox SET cancel = 'edit' FROM messages AS gone
    WHERE inbox.conversation_id = %(conversation_id)s AND inbox.kind = 'message' AND inbox.state = 'claimed'
      AND inbox.cancel IS NULL AND NOT inbox.detail ? 'command'
      AND gone.conversation_id = inbox.conversation_id AND gone.platform_id = %(platform_id)s
      AND gone.person_id IS NOT NULL AND gone.occurred_at < inbox.occurred_at"""

# What was said lives on in no row either, in whichever order an edit and the deletion came.
_NOT_SAID = """
    UPDATE inbox SET detail = detail - 'text' - 'command'
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND kind IN ('message', 'edit')
      AND (detail ? 'text' OR detail ? 'command') AND EXISTS (
        SELECT FROM inbox AS gone WHERE gone.conversation_id = %(conversation_id)s
          AND gone.platform_id = %(platform_id)s AND gone.kind = 'delete')"""

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


_TELL = "SELECT pg_notify('robbie_shown', %s)"


class PostgresControl:
    """Implements ``core.conversation.stores.ControlStore`` as robbie_app.

    Args:
        database: the pools.
        enqueue: defers jobs in the transaction.
        votes: which reactions are votes.
    """

    def __init__(self, database: Database, enqueue: Enqueue, votes: VotePolicy | None = None) -> None:
        self._database = database
        self._enqueue = enqueue
        self._votes = votes or VotePolicy()
        self._apply: Mapping[Kind, Callable[[Transaction, Row], Awaitable[Job | None]]] = {
            Kind.EDIT: _edit,
            Kind.DELETE: _delete,
            Kind.STOP: _stop,
            Kind.AGAIN: _again,
            Kind.REACTION: self._react,
            Kind.VOTE: _vote,
        }

    async def apply(self, org_id: int, conversation_id: int) -> int:
        """Apply what is pending in one transaction: it is quick, and asks nobody."""
        async with self._database.app(org_id) as tx:
            await tx.execute(_ALONE, (conversation_id,))
            rows = await (await tx.execute(_PENDING, (conversation_id,))).fetchall()
            for row in rows:
                if row["kind"] in (Kind.REACTION, Kind.VOTE) and await _is_early(tx, row):
                    await tx.execute(_EARLY, row)
                    continue
                job = await self._apply[Kind(row["kind"])](tx, row)
                await tx.execute(_DONE, (row["id"],))
                if job is not None:
                    await self._enqueue(tx, job)
            await tx.execute(_TELL, (str(conversation_id),))
        return len(rows)

    async def _react(self, tx: Transaction, row: Row) -> None:
        name, removed = row["detail"]["name"], row["detail"]["removed"]
        reacted = await tx.execute(_UNREACT if removed else _REACT, {**row, "name": name})
        if removed or reacted.rowcount:
            await votes.by_reaction(tx, row, name, removed=removed, policy=self._votes)


async def _edit(tx: Transaction, row: Row) -> Job | None:
    edited = await tx.execute(_EDIT, {**row, "text": row["detail"].get("text", "")})
    if not edited.rowcount:
        await tx.execute(_NOT_SAID, row)
        return None
    await withdrawing.edited(tx, row)
    await tx.execute(again.CANCEL, {**row, "cancel": "edit"})
    return _turn(row) if await again.after_edit(tx, row) else None


async def _delete(tx: Transaction, row: Row) -> Job | None:
    channel = await again.take_back(tx, row)
    await withdrawing.deleted(tx, row)
    await tx.execute(_ANEW, row)
    await tx.execute(_DELETE, row)
    await tx.execute(_NOT_SAID, row)
    return send_job(row["org_id"], *channel) if channel else None


async def _stop(tx: Transaction, row: Row) -> None:
    await tx.execute(_STOP, row)


async def _again(tx: Transaction, row: Row) -> Job | None:
    return _turn(row) if await again.wanted(tx, row) else None


async def _vote(tx: Transaction, row: Row) -> None:
    await votes.by_button(tx, row, row["detail"]["vote"])


async def _is_early(tx: Transaction, row: Row) -> bool:
    return await (await tx.execute(_UNFINISHED, row)).fetchone() is not None


def _turn(row: Row) -> Job:
    return turn_job(row["org_id"], row["conversation_id"])
