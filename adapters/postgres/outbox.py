"""A sender's hold on a channel's oldest unsent row, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from adapters.postgres.enqueue import Enqueue
from adapters.postgres.messages import message, persona
from core.conversation.jobs import control_job
from core.conversation.models import OutboxState, Place
from core.conversation.stores import Parcel, Wait

# Parked rows (nobody can tell whether they were posted) wait until infinity and do not hold up the channel. A sender
# that died while sending leaves it open whether its post was made.
_TAKE = """
    WITH next AS (
        SELECT outbox.id, outbox.state <> 'ready' AS doubtful, outbox.key::text, outbox.body, outbox.extras,
               outbox.phase = 'gone' AS gone,
               outbox.attempts,
               outbox.looks, outbox.created_at, outbox.edit_of, conversations.thread, conversations.direct,
               coalesce(outbox.lease_until > clock_timestamp(), false) AS busy,
               extract(epoch FROM greatest(outbox.not_before, now()) - now())::float AS wait
        FROM outbox JOIN conversations ON conversations.id = outbox.conversation_id
        WHERE outbox.surface = %(surface)s AND outbox.tenant = %(tenant)s AND outbox.channel = %(channel)s
          AND outbox.state IN ('ready', 'sending', 'unknown') AND outbox.not_before < 'infinity'
        ORDER BY outbox.id LIMIT 1 FOR UPDATE OF outbox
    ),
    taken AS (
        UPDATE outbox SET state = CASE WHEN doubtful THEN 'unknown' ELSE 'sending' END, attempts = next.attempts + 1,
                          looks = next.looks + doubtful::int,
                          lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
        FROM next WHERE outbox.id = next.id AND NOT busy AND wait <= 0
    )
    SELECT next.*, edited.platform_id AS edit_id, edited.extras AS edited
    FROM next LEFT JOIN outbox AS edited ON edited.id = next.edit_of"""

_SENT = """
    WITH sent AS (
        UPDATE outbox SET state = 'sent', platform_id = %(platform_id)s, sent_at = clock_timestamp(),
                          lease_until = NULL, error = NULL
        WHERE id = %(id)s AND state <> 'sent'
        RETURNING message_id
    )
    UPDATE messages SET platform_id = %(platform_id)s FROM sent
    WHERE messages.id = sent.message_id AND messages.platform_id IS NULL"""

# What was taken back before it was sent has been sent meanwhile: all rows of a channel leave in their order.
_FORGET = """
    UPDATE outbox SET body = '', shown = NULL, extras = outbox.extras - 'buttons' - 'files' - 'page' FROM outbox AS gone
    WHERE gone.id = %(id)s AND outbox.id <> gone.id
      AND (outbox.id = gone.edit_of OR outbox.edit_of = gone.edit_of)"""

# An opening's reactions wait for the answer.
_EARLY_REACTIONS = """
    UPDATE inbox SET conversation_id = outbox.conversation_id FROM outbox
    WHERE outbox.id = %(id)s AND outbox.message_id IS NOT NULL
      AND inbox.kind IN ('reaction', 'vote') AND inbox.state = 'received' AND inbox.conversation_id IS NULL
      AND inbox.platform_id = %(platform_id)s AND detail ->> 'channel' IS NOT DISTINCT FROM outbox.channel
    RETURNING inbox.conversation_id"""

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
        values = {"surface": surface, "tenant": tenant, "channel": channel, "lease": self._lease}
        (rows,) = await self._database.run(org_id, (_TAKE, values))
        if not rows:
            # It may have stood at a row that another sender was just done with, and so not have seen the next.
            (rows,) = await self._database.run(org_id, (_TAKE, values))
        return _parcel(values, rows)

    async def sent(self, org_id: int, parcel: Parcel, platform_id: str) -> Parcel | Wait | None:
        """Record the platform's id; reactions that were quicker find their message now; and take the next."""
        place = parcel.place
        values = {
            "id": parcel.outbox_id,
            "platform_id": platform_id,
            "surface": place.surface,
            "tenant": place.tenant,
            "channel": place.channel,
            "lease": self._lease,
        }
        _, early, rows = await self._database.run(org_id, (_SENT, values), (_EARLY_REACTIONS, values), (_TAKE, values))
        if parcel.gone:
            await self._database.run(org_id, (_FORGET, {"id": parcel.outbox_id}))
        if early:
            async with self._database.app(org_id) as tx:
                await self._enqueue(tx, control_job(org_id, early[0]["conversation_id"]))
        return _parcel(values, rows)

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


def _parcel(channel: Mapping[str, object], rows: Sequence[DictRow]) -> Parcel | Wait | None:
    """What ``_TAKE`` found."""
    if not rows or rows[0]["busy"]:
        return None
    row = rows[0]
    if row["wait"] > 0:
        return Wait(row["wait"])
    place = {name: channel[name] for name in ("surface", "tenant", "channel")}
    said = message(row["body"], row["extras"])
    if row["edit_id"] is not None:
        said = said.model_copy(update={"persona": persona(row["edited"])})
    if row["gone"]:
        said = said.model_copy(update={"only_for": (row["edited"] or {}).get("only_for", "")})
    return Parcel(
        outbox_id=row["id"],
        key=row["key"],
        place=Place.model_validate({**place, "thread": row["thread"], "direct": row["direct"]}),
        message=said,
        edit_id=row["edit_id"],  # None also where there is nothing to edit: it was never posted, and this is a post
        attempts=row["attempts"] + 1,
        looks=row["looks"] + int(row["doubtful"]),
        created_at=row["created_at"],
        look_first=row["doubtful"] and not row["gone"],
        gone=row["gone"],
    )
