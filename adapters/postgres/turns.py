"""A worker's hold on a conversation's oldest pending message: fenced, and leased by the database's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.postgres import answers
from adapters.postgres.database import Database
from adapters.postgres.enqueue import Enqueue
from core.conversation.jobs import send_job
from core.conversation.models import Asker, Place, Utterance
from core.conversation.stores import Claim, Finish, Lease

# The update of the conversation serialises claims in it, so that two never take neighbouring rows at once.
_FENCE = """
    UPDATE conversations SET fence = fence + 1 WHERE id = %s AND surface = ANY (%s)
    RETURNING fence, surface, tenant, channel, thread, direct"""

_LAPSED = """
    UPDATE inbox SET state = 'received', lease_until = NULL
    WHERE conversation_id = %s AND state = 'claimed' AND lease_until < clock_timestamp()"""

_CLAIM = """
    WITH claimed AS (
        UPDATE inbox SET state = 'claimed', fence = %(fence)s, attempts = attempts + 1,
                         cancel = nullif(cancel, 'edit'),
                         lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
        WHERE state = 'received' AND id = (
            SELECT id FROM inbox WHERE conversation_id = %(conversation_id)s AND state = 'received' AND kind = 'message'
            ORDER BY occurred_at, id LIMIT 1)
          AND NOT EXISTS (
            SELECT FROM inbox WHERE conversation_id = %(conversation_id)s AND state = 'claimed')
        RETURNING *
    )
    SELECT claimed.id, claimed.attempts, claimed.message_id, claimed.platform_id, claimed.occurred_at, claimed.cancel,
           coalesce(messages.text, '') AS text, people.id AS person_id, people.name, people.zone, accounts.account,
           accounts.refreshed_at IS NULL OR accounts.refreshed_at < now() - interval '1 day' AS stale
    FROM claimed
    JOIN people ON people.id = claimed.person_id
    JOIN accounts ON accounts.person_id = people.id AND (accounts.surface, accounts.tenant) = (%(surface)s, %(tenant)s)
    LEFT JOIN messages ON messages.id = claimed.message_id
    LIMIT 1"""

_OPEN = """
    INSERT INTO outbox (org_id, conversation_id, inbox_id, phase, part, surface, tenant, channel, body)
    VALUES (%(org_id)s, %(conversation_id)s, %(inbox_id)s, 'open', 0, %(surface)s, %(tenant)s, %(channel)s, %(body)s)
    ON CONFLICT (inbox_id, phase, part) DO NOTHING"""

_RENEW = """
    WITH renewed AS (
        UPDATE inbox SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
        WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed' RETURNING id, cancel
    )
    SELECT renewed.cancel, outbox.key::text, outbox.platform_id
    FROM renewed JOIN outbox ON outbox.inbox_id = renewed.id AND outbox.part = 0 AND outbox.edit_of IS NULL"""

_TRANSCRIPT = """
    SELECT messages.text, messages.occurred_at, messages.platform_id, people.name, messages.person_id IS NULL AS own
    FROM messages LEFT JOIN people ON people.id = messages.person_id
    WHERE messages.conversation_id = %(conversation_id)s AND messages.id IS DISTINCT FROM %(message_id)s
      AND NOT EXISTS (
          SELECT FROM inbox WHERE inbox.message_id = messages.id AND inbox.state IN ('received', 'claimed'))
    ORDER BY messages.occurred_at DESC, messages.id DESC LIMIT %(limit)s"""

# The same words of the same person, asked here before, or anywhere in private when this is private.
_REMEMBERED = """
    SELECT answer.text, interactions.created_at
    FROM interactions
    JOIN inbox ON inbox.id = interactions.inbox_id
    JOIN messages AS question ON question.id = inbox.message_id
    JOIN messages AS answer ON answer.id = interactions.answer_id
    JOIN conversations ON conversations.id = interactions.conversation_id
    WHERE interactions.person_id = %(person_id)s AND interactions.outcome = 'answered' AND interactions.level < 5
      AND lower(btrim(question.text)) = lower(btrim(%(text)s))
      AND (conversations.id = %(conversation_id)s OR (%(direct)s AND conversations.direct))
    ORDER BY interactions.created_at DESC LIMIT 1"""

_CLOSE = """
    UPDATE inbox SET state = %(state)s, lease_until = NULL, closed_at = clock_timestamp()
    WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed' RETURNING id"""

# An edit is no failure: it does not count as an attempt. A Stop or deletion that came after it stays.
_RELEASE = """
    UPDATE inbox SET state = 'received', cancel = nullif(cancel, 'edit'), lease_until = NULL, attempts = attempts - 1
    WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed' RETURNING id"""


class PostgresTurns:
    """Implements ``core.conversation.stores.TurnStore`` as robbie_app.

    Args:
        database: the pools.
        enqueue: defers jobs in the transaction.
        lease_seconds: how long a claim holds without being renewed.
    """

    def __init__(self, database: Database, enqueue: Enqueue, *, lease_seconds: float) -> None:
        self._database = database
        self._enqueue = enqueue
        self._lease = lease_seconds

    async def claim(self, org_id: int, conversation_id: int, placeholder: Mapping[str, str]) -> Claim | None:
        """Claim the oldest pending message, and open its answer in the same transaction."""
        async with self._database.app(org_id) as tx:
            place = await (await tx.execute(_FENCE, (conversation_id, list(placeholder)))).fetchone()
            if place is None:
                return None
            await tx.execute(_LAPSED, (conversation_id,))
            values = {**place, "lease": self._lease, "conversation_id": conversation_id, "org_id": org_id}
            row = await (await tx.execute(_CLAIM, values)).fetchone()
            if row is None:
                return None
            body = placeholder[place["surface"]]
            opened = await tx.execute(_OPEN, {**values, "inbox_id": row["id"], "body": body})
            if opened.rowcount:
                await self._enqueue(tx, send_job(org_id, place["surface"], place["tenant"], place["channel"]))
        fence = place.pop("fence")
        return Claim(
            inbox_id=row["id"],
            fence=fence,
            attempts=row["attempts"],
            place=Place(**place),
            conversation_id=conversation_id,
            message_id=row["message_id"],
            platform_id=row["platform_id"],
            text=row["text"],
            occurred_at=row["occurred_at"],
            asker=Asker(
                org_id=org_id,
                person_id=row["person_id"],
                account=row["account"],
                name=row["name"],
                zone=row["zone"] or "UTC",
            ),
            cancel=row["cancel"],
            profile_stale=row["stale"],
        )

    async def renew(self, claim: Claim) -> Lease | None:
        """Extend the lease, and look what a person wants of the running turn."""
        values = {"inbox_id": claim.inbox_id, "fence": claim.fence, "lease": self._lease}
        async with self._database.app(claim.asker.org_id) as tx:
            row = await (await tx.execute(_RENEW, values)).fetchone()
        return Lease(cancel=row["cancel"], open_id=row["platform_id"], open_key=row["key"]) if row else None

    async def transcript(self, claim: Claim, limit: int) -> Sequence[Utterance]:
        """The conversation so far, oldest first."""
        values = {"conversation_id": claim.conversation_id, "message_id": claim.message_id, "limit": limit}
        async with self._database.app(claim.asker.org_id) as tx:
            rows = await (await tx.execute(_TRANSCRIPT, values)).fetchall()
        return [
            Utterance(
                speaker=row["name"] or "",
                text=row["text"],
                at=row["occurred_at"],
                message_id=row["platform_id"] or "",
                by_robbie=row["own"],
            )
            for row in reversed(rows)
        ]

    async def remembered(self, claim: Claim) -> tuple[str, datetime] | None:
        """An earlier answer to the same words."""
        values = {
            "person_id": claim.asker.person_id,
            "conversation_id": claim.conversation_id,
            "text": claim.text,
            "direct": claim.place.direct,
        }
        async with self._database.app(claim.asker.org_id) as tx:
            row = await (await tx.execute(_REMEMBERED, values)).fetchone()
        return (row["text"], row["created_at"]) if row else None

    async def save_profile(self, claim: Claim, name: str, zone: str) -> None:
        """Keep the asker's name and zone, and when they were asked for."""
        values = {"id": claim.asker.person_id, "name": name, "zone": zone}
        async with self._database.app(claim.asker.org_id) as tx:
            await tx.execute(
                """UPDATE people SET name = coalesce(nullif(%(name)s, ''), name),
                                     zone = coalesce(nullif(%(zone)s, ''), zone) WHERE id = %(id)s""",
                values,
            )
            await tx.execute("UPDATE accounts SET refreshed_at = now() WHERE person_id = %(id)s", values)

    async def release(self, claim: Claim) -> bool:
        """Put the row back: its message was edited."""
        async with self._database.app(claim.asker.org_id) as tx:
            closed = await tx.execute(_RELEASE, {"inbox_id": claim.inbox_id, "fence": claim.fence})
        return closed.rowcount == 1

    async def finish(self, claim: Claim, finish: Finish) -> bool:
        """Close the row, record the interaction and fill the outbox, all or nothing."""
        org_id = claim.asker.org_id
        async with self._database.app(org_id) as tx:
            values = {"inbox_id": claim.inbox_id, "fence": claim.fence, "state": finish.state}
            if (await tx.execute(_CLOSE, values)).rowcount == 0:
                return False
            message_id = await answers.record_answer(tx, claim, finish)
            if finish.answer is not None:
                await answers.record_interaction(tx, claim, finish, finish.answer, message_id)
            await answers.fill_outbox(tx, claim, finish.parts, message_id)
            place = claim.place
            await self._enqueue(tx, send_job(org_id, place.surface, place.tenant, place.channel))
        return True
