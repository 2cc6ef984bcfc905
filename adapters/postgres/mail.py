"""Deliveries by mail: taken by one worker at a time, not more in a minute than may be, and their state."""

from __future__ import annotations

from datetime import timedelta

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database, Transaction
from core.mail.models import Mail, MailDelivery
from core.people.viewer import Viewer

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('mail', 0))"

# Who was ended between the first word and the record cannot say whether the server has it.
_UNKNOWN = """
    UPDATE deliveries SET state = 'unknown', lease_until = NULL, mail = NULL,
                          problem = 'its worker ended before the mail server''s answer was recorded'
    WHERE channel = 'email' AND state = 'sending' AND lease_until < clock_timestamp() AND handed_over_at IS NOT NULL"""
_BACK = """
    UPDATE deliveries SET state = 'ready', lease_until = NULL
    WHERE channel = 'email' AND state = 'sending' AND lease_until < clock_timestamp() AND handed_over_at IS NULL"""

_TAKE = """
    WITH lately AS (
        SELECT count(*) AS mails FROM deliveries
        WHERE channel = 'email' AND (handed_over_at > clock_timestamp() - interval '1 minute'
                                     OR state = 'sending' AND handed_over_at IS NULL)
    ), next AS (
        SELECT deliveries.id FROM deliveries CROSS JOIN lately
        WHERE channel = 'email' AND state = 'ready' AND not_before <= clock_timestamp() AND mails < %(per_minute)s
          AND deliveries.created_at > clock_timestamp() - %(patience)s
        ORDER BY not_before, deliveries.id LIMIT 1 FOR UPDATE OF deliveries SKIP LOCKED
    )
    UPDATE deliveries SET state = 'sending', attempts = attempts + 1, handed_over_at = NULL,
                          lease_until = clock_timestamp() + %(lease)s
    FROM next WHERE deliveries.id = next.id
    RETURNING deliveries.id, org_id, owner, brief_id, attempts"""

_HUMAN = "SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)"
# Of several accounts of a human: the address of this one, else one of another.
_ADDRESS = f"""
    SELECT address, stopped_at IS NOT NULL AS stopped, bounced_at IS NOT NULL AS bounced FROM mail_addresses
    WHERE person_id IN ({_HUMAN}) AND verified_at IS NOT NULL
    ORDER BY (stopped_at IS NOT NULL OR bounced_at IS NOT NULL), person_id <> %(me)s, verified_at DESC LIMIT 1"""  # noqa: S608
_OWN = "SELECT key::text, mail FROM deliveries WHERE id = %(id)s"
_WRITE = "UPDATE deliveries SET mail = %(mail)s WHERE id = %(id)s AND attempts = %(attempts)s"

_HAND_OVER = f"""
    UPDATE deliveries SET handed_over_at = clock_timestamp(), lease_until = clock_timestamp() + %(lease)s
    WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'sending' AND EXISTS (
        SELECT FROM mail_addresses WHERE person_id IN ({_HUMAN}) AND address = %(address)s
           AND verified_at IS NOT NULL AND stopped_at IS NULL AND bounced_at IS NULL)
    RETURNING id"""  # noqa: S608
# An answer of the server's counts also where it came so late that the mail was given up as unknown meanwhile. The words
# are kept no longer than they are needed.
_SENT = """
    UPDATE deliveries SET state = 'sent', sent_at = clock_timestamp(), lease_until = NULL, problem = '', mail = NULL
    WHERE id = %(id)s AND attempts = %(attempts)s AND state IN ('sending', 'unknown')"""
_LATER = """
    UPDATE deliveries SET state = 'ready', lease_until = NULL, problem = %(problem)s,
                          not_before = clock_timestamp() + %(pause)s, attempts = attempts - %(taken_back)s
    WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'sending'"""
_ENDED = """
    UPDATE deliveries SET state = %(state)s, lease_until = NULL, problem = %(problem)s, mail = NULL
    WHERE id = %(id)s AND attempts = %(attempts)s AND state IN ('sending', 'unknown')"""
_BOUNCED = f"""
    UPDATE mail_addresses SET bounced_at = clock_timestamp()
    WHERE person_id IN ({_HUMAN}) AND address = %(address)s AND verified_at IS NOT NULL"""  # noqa: S608


class PostgresMails:
    """Implements ``core.mail.ports.Mails``. Words are read and kept in their owner's name only.

    Args:
        database: the pools.
        per_minute: the most that all workers together hand over in a minute.
        lease: longer than making a brief and sending it may take.
        patience: what is older, as after an outage, is not sent any more.
    """

    def __init__(
        self,
        database: Database,
        *,
        per_minute: int,
        lease: timedelta = timedelta(minutes=5),
        patience: timedelta = timedelta(hours=1.5),
    ) -> None:
        self._database = database
        self._patience = patience
        self._per_minute = per_minute
        self._lease = lease

    async def take(self) -> MailDelivery | None:
        """Take one that is due."""
        async with self._database.system() as tx:
            await tx.execute(_ALONE)
            await tx.execute(_UNKNOWN)
            await tx.execute(_BACK)
            values = {"per_minute": self._per_minute, "lease": self._lease, "patience": self._patience}
            row = await (await tx.execute(_TAKE, values)).fetchone()
            if row is None:
                return None
            address, why_not = await _address(tx, row)
        taken = {"id": row["id"], "org_id": row["org_id"], "brief_id": row["brief_id"], "attempts": row["attempts"]}
        taken |= {"person_id": row["owner"] or 0, "address": address, "why_not": why_not}
        if row["owner"] is None:
            return MailDelivery(key="", **taken)
        viewer = Viewer.owner(row["org_id"], row["owner"])
        (own,) = await self._database.run(row["org_id"], (_OWN, {"id": row["id"]}), viewer=viewer)
        mail = Mail.model_validate(own[0]["mail"]) if own and own[0]["mail"] else None
        return MailDelivery(key=own[0]["key"] if own else "", written=mail, **taken)

    async def write(self, item: MailDelivery, mail: Mail) -> None:
        """Keep the mail before it is sent."""
        values = {"id": item.id, "attempts": item.attempts, "mail": Jsonb(mail.model_dump())}
        viewer = Viewer.owner(item.org_id, item.person_id)
        await self._database.run(item.org_id, (_WRITE, values), viewer=viewer)

    async def handing_over(self, item: MailDelivery) -> bool:
        """Note that from now on nobody knows."""
        values = {"me": item.person_id, "address": item.address, "lease": self._lease}
        return await self._step(_HAND_OVER, item, **values)

    async def sent(self, item: MailDelivery) -> None:
        """The server has it."""
        await self._step(_SENT, item)

    async def later(self, item: MailDelivery, pause: timedelta, problem: str, *, counts: bool = True) -> None:
        """Ready again after a pause."""
        await self._step(_LATER, item, pause=pause, problem=problem, taken_back=0 if counts else 1)

    async def failed(self, item: MailDelivery, problem: str, *, bounced: bool = False) -> None:
        """It is not sent."""
        await self._step(_ENDED, item, state="failed", problem=problem)
        if bounced:
            async with self._database.system() as tx:
                await tx.execute(_BOUNCED, {"me": item.person_id, "address": item.address})

    async def unknown(self, item: MailDelivery, problem: str) -> None:
        """It may have been sent."""
        await self._step(_ENDED, item, state="unknown", problem=problem)

    async def _step(self, statement: str, item: MailDelivery, **values: object) -> bool:
        async with self._database.system() as tx:
            done = await tx.execute(statement, {"id": item.id, "attempts": item.attempts, **values})
            return done.rowcount > 0


async def _address(tx: Transaction, row: DictRow) -> tuple[str, str]:
    """Where the person gets mail, else why they get none."""
    if row["owner"] is None:
        return "", "a channel has no mail address"
    found = await (await tx.execute(_ADDRESS, {"me": row["owner"]})).fetchone()
    if found is None:
        return "", "there is no verified address"
    if found["stopped"]:
        return "", "its person wants no mail"
    if found["bounced"]:
        return "", "the address bounced before"
    return found["address"], ""
