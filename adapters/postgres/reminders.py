"""Reminders, and how those that are due become messages of their conversations: once, whoever looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.postgres.database import Database
from core.conversation.models import Asker
from core.reminders.models import Reminder

_ADD = """
    INSERT INTO reminders (org_id, owner, conversation_id, origin, text, due_at)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(origin)s, %(text)s, %(due_at)s)
    ON CONFLICT (org_id, origin) DO NOTHING"""

_COMING = """
    SELECT id, text, due_at FROM reminders WHERE owner = %(owner)s AND handed_over_at IS NULL
    ORDER BY due_at, id LIMIT %(limit)s"""

_ONE = """
    SELECT id, text, due_at, handed_over_at IS NOT NULL AS done FROM reminders
    WHERE owner = %(owner)s AND id = %(id)s"""

_CANCEL = "DELETE FROM reminders WHERE owner = %(owner)s AND id = %(id)s AND handed_over_at IS NULL RETURNING id"

_DUE = """
    SELECT id FROM reminders WHERE handed_over_at IS NULL AND due_at <= %s
    ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED"""

# Each becomes a command in the conversation where it was asked for; the sweep finds that it has no job yet.
_HAND_OVER = """
    WITH handed AS (
        UPDATE reminders SET handed_over_at = clock_timestamp() WHERE id = ANY (%(due)s)
        RETURNING id, org_id, owner, conversation_id
    )
    INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
    SELECT org_id, conversation_id, owner, 'message', 'received', 'reminder:' || id, jsonb_build_object(
        'command', jsonb_build_object(
            'command', 'due-reminder', 'arguments', jsonb_build_object('id', id::text))), %(now)s
    FROM handed"""


class PostgresReminders:
    """Implements ``core.reminders.models.Reminders`` as robbie_app; the ticks hand over as robbie_system.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, asker: Asker, text: str, due_at: datetime, *, origin: int, conversation_id: int) -> None:
        """Keep a reminder, once for each origin."""
        values = {
            "org_id": asker.org_id,
            "owner": asker.person_id,
            "conversation_id": conversation_id,
            "origin": origin,
            "text": text,
            "due_at": due_at,
        }
        await self._database.run(asker.org_id, (_ADD, values))

    async def coming(self, asker: Asker, limit: int) -> Sequence[Reminder]:
        """What is still to come."""
        (rows,) = await self._database.run(asker.org_id, (_COMING, {"owner": asker.person_id, "limit": limit}))
        return [Reminder(**row) for row in rows]

    async def one(self, asker: Asker, reminder_id: int) -> Reminder | None:
        """One of the asker's."""
        (rows,) = await self._database.run(asker.org_id, (_ONE, {"owner": asker.person_id, "id": reminder_id}))
        return Reminder(**rows[0]) if rows else None

    async def cancel(self, asker: Asker, reminder_id: int) -> bool:
        """Delete one that is still to come."""
        (rows,) = await self._database.run(asker.org_id, (_CANCEL, {"owner": asker.person_id, "id": reminder_id}))
        return bool(rows)

    async def hand_over(self, now: datetime) -> int:
        """Put what is due into its conversations, and say how many that were."""
        async with self._database.system() as tx:
            due = [row["id"] for row in await (await tx.execute(_DUE, (now,))).fetchall()]
            if due:  # with nothing to do, a tick waits for nobody's lock on the inbox
                await tx.execute(_HAND_OVER, {"now": now, "due": due})
        return len(due)
