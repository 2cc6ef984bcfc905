"""Which reply a message of the outbox belongs to. The tokens are sealed: this only keeps them, and not for long."""

from __future__ import annotations

from adapters.postgres.database import Database, Transaction
from core.conversation.models import InboundEvent, Reply
from core.conversation.stores import Owed

_KEEP = "INSERT INTO reply_tokens (inbox_id, org_id, sealed, until) VALUES (%s, %s, %s, %s)"

_OWED = """
    SELECT sealed, until, outbox.part = 0 AND outbox.edit_of IS NULL AS first
    FROM outbox JOIN reply_tokens USING (inbox_id) WHERE outbox.key = %s::uuid AND until > now()"""


async def keep(tx: Transaction, org_id: int, inbox_id: int, event: InboundEvent) -> None:
    """Store the event's reply with its row, so that nobody works on the one without the other."""
    if event.reply is not None:
        await tx.execute(_KEEP, (inbox_id, org_id, event.reply.sealed, event.reply.until))


class PostgresReplies:
    """Reads over all orgs, as robbie_system: a surface knows a message by its key alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owed(self, key: str) -> Owed | None:
        """The reply that a message belongs to, while it can be given."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_OWED, (key,))).fetchone()
        if row is None:
            return None
        return Owed(reply=Reply(sealed=bytes(row["sealed"]), until=row["until"]), first=row["first"])
