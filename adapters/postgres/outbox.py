"""A sender's hold on a channel's oldest unsent row, and what became of it."""

from __future__ import annotations

from adapters.postgres.database import Database, Transaction
from adapters.postgres.enqueue import Enqueue
from core.conversation.jobs import control_job
from core.conversation.models import OutboxState, Place
from core.conversation.stores import Parcel, Wait

# Parked rows (nobody can tell whether they were posted) wait until infinity and do not hold up the channel.
_NEXT = """
    SELECT outbox.id, outbox.state, outbox.phase, outbox.key::text, outbox.body, outbox.attempts, outbox.looks,
           outbox.created_at,
           outbox.edit_of, outbox.error, conversations.thread, conversations.direct,
           coalesce(outbox.lease_until > clock_timestamp(), false) AS busy,
           extract(epoch FROM greatest(outbox.not_before, now()) - now())::float AS wait
    FROM outbox JOIN conversations ON conversations.id = outbox.conversation_id
    WHERE outbox.surface = %(surface)s AND outbox.tenant = %(tenant)s AND outbox.channel = %(channel)s
      AND outbox.state IN ('ready', 'sending', 'unknown') AND outbox.not_before < 'infinity'
    ORDER BY outbox.id LIMIT 1 FOR UPDATE OF outbox"""

_TAKE = """
    UPDATE outbox SET state = %(state)s, attempts = attempts + 1, looks = looks + %(looks)s,
                      lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    WHERE id = %(id)s"""

_EDITED = "SELECT platform_id FROM outbox WHERE id = %s"

_SENT = """
    UPDATE outbox SET state = 'sent', platform_id = %(platform_id)s, sent_at = clock_timestamp(), lease_until = NULL,
                      error = NULL
    WHERE id = %(id)s AND state <> 'sent'
    RETURNING message_id, conversation_id, surface, tenant, channel"""

_NAME_MESSAGE = "UPDATE messages SET platform_id = %s WHERE id = %s AND platform_id IS NULL"

_EARLY_REACTIONS = """
    UPDATE inbox SET conversation_id = %(conversation_id)s
    WHERE kind = 'reaction' AND state = 'received' AND conversation_id IS NULL AND platform_id = %(platform_id)s
      AND detail ->> 'channel' IS NOT DISTINCT FROM %(channel)s
    RETURNING id"""

# Only for the sender that has it: attempts grow with every take.
_BACK = """
    UPDATE outbox SET state = %(state)s, lease_until = NULL, error = %(reason)s,
                      not_before = coalesce(clock_timestamp() + make_interval(secs => %(seconds)s), 'infinity')
    WHERE id = %(id)s AND state <> 'sent' AND attempts = %(attempts)s"""


class PostgresOutbox:
    """Implements ``core.conversation.stores.OutboxStore`` as robbie_app.

    Args:
        database: the pools.
        enqueue: defers jobs in the transaction.
        lease_seconds: longer than any call to a platform may take.
    """

    def __init__(self, database: Database, enqueue: Enqueue, *, lease_seconds: float) -> None:
        self._database = database
        self._enqueue = enqueue
        self._lease = lease_seconds

    async def take(self, org_id: int, surface: str, tenant: str, channel: str) -> Parcel | Wait | None:
        """Take the oldest unsent row of a channel."""
        async with self._database.app(org_id) as tx:
            values = {"surface": surface, "tenant": tenant, "channel": channel}
            row = await (await tx.execute(_NEXT, values)).fetchone()
            if row is None or row["busy"]:
                return None
            if row["wait"] > 0:
                return Wait(row["wait"])
            # A sender that died while sending leaves it open whether its post was made.
            look_first = row["state"] != OutboxState.READY
            state = OutboxState.UNKNOWN if look_first else OutboxState.SENDING
            await tx.execute(_TAKE, {"id": row["id"], "state": state, "looks": int(look_first), "lease": self._lease})
            edit_id = await _edit_id(tx, row["edit_of"])
        place = Place(surface=surface, tenant=tenant, channel=channel, thread=row["thread"], direct=row["direct"])
        return Parcel(
            outbox_id=row["id"],
            key=row["key"],
            place=place,
            body=row["body"],
            edit_id=edit_id,
            attempts=row["attempts"] + 1,
            looks=row["looks"] + int(look_first),
            created_at=row["created_at"],
            look_first=look_first,
        )

    async def sent(self, org_id: int, parcel: Parcel, platform_id: str) -> None:
        """Record the platform's id; reactions that were quicker find their message now."""
        async with self._database.app(org_id) as tx:
            row = await (await tx.execute(_SENT, {"id": parcel.outbox_id, "platform_id": platform_id})).fetchone()
            if row is None:
                return
            if row["message_id"] is None:  # an opening: its reactions wait for the answer
                return
            await tx.execute(_NAME_MESSAGE, (platform_id, row["message_id"]))
            early = await tx.execute(_EARLY_REACTIONS, {**row, "platform_id": platform_id})
            if early.rowcount:
                await self._enqueue(tx, control_job(org_id, row["conversation_id"]))

    async def later(self, org_id: int, parcel: Parcel, seconds: float, reason: str) -> None:
        """Ready again after so many seconds."""
        await self._back(org_id, parcel, OutboxState.READY, reason, seconds=seconds)

    async def unknown(self, org_id: int, parcel: Parcel, reason: str, *, seconds: float | None) -> None:
        """It may have been posted: look again later, or leave it to the operator."""
        await self._back(org_id, parcel, OutboxState.UNKNOWN, reason, seconds=seconds)

    async def failed(self, org_id: int, parcel: Parcel, reason: str) -> None:
        """The platform refuses for good."""
        await self._back(org_id, parcel, OutboxState.FAILED, reason)

    async def repost(self, org_id: int, parcel: Parcel) -> None:
        """The row becomes a new post."""
        values = _back(parcel, OutboxState.READY, "the message to edit is gone")
        async with self._database.app(org_id) as tx:
            if (await tx.execute(_BACK, values)).rowcount:
                await tx.execute("UPDATE outbox SET edit_of = NULL WHERE id = %s", (parcel.outbox_id,))

    async def _back(
        self, org_id: int, parcel: Parcel, state: OutboxState, reason: str, *, seconds: float | None = 0.0
    ) -> None:
        async with self._database.app(org_id) as tx:
            await tx.execute(_BACK, _back(parcel, state, reason, seconds))


def _back(parcel: Parcel, state: OutboxState, reason: str, seconds: float | None = 0.0) -> dict[str, object]:
    return {
        "id": parcel.outbox_id,
        "attempts": parcel.attempts,
        "state": state,
        "reason": reason,
        "seconds": seconds,
    }


async def _edit_id(tx: Transaction, edit_of: int | None) -> str | None:
    """The message to edit; None when there is none (it was never posted), and the row is a post."""
    if edit_of is None:
        return None
    row = await (await tx.execute(_EDITED, (edit_of,))).fetchone()
    return row["platform_id"] if row else None
