"""Where people get mail: an address counts once its person gave back the code that was sent to it."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta

from adapters.postgres.database import Database
from core.mail.models import Address
from core.mail.policy import ASKS_AN_HOUR, TRIES
from core.mail.ports import Asking, Verified

_HUMAN = "SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)"

# The same of several addresses as mail goes to (mail.py): a link is held against it.
_STATE = f"""
    SELECT CASE WHEN verified_at IS NULL THEN '' ELSE address END AS address, stopped_at IS NOT NULL AS stopped,
           bounced_at IS NOT NULL AS bounced,
           CASE WHEN digest IS NOT NULL AND until > clock_timestamp() THEN wanted ELSE '' END AS wanted
    FROM mail_addresses WHERE person_id IN ({_HUMAN})
    ORDER BY verified_at IS NULL, (stopped_at IS NOT NULL OR bounced_at IS NOT NULL), person_id <> %(me)s,
             verified_at DESC LIMIT 1"""

_FIRST = "INSERT INTO mail_addresses (person_id, org_id) VALUES (%(me)s, %(org_id)s) ON CONFLICT DO NOTHING"
# One after the other for an address, so that two people do not both find that it has had few codes.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('mail address ' || lower(%(wanted)s), 0))"
_LATELY = """
    SELECT coalesce(sum(asks) FILTER (WHERE person_id = %(me)s), 0) AS mine,
           coalesce(sum(asks) FILTER (WHERE lower(wanted) = lower(%(wanted)s)), 0) AS there
    FROM mail_addresses WHERE asks_since > clock_timestamp() - interval '1 hour'"""
_ASK = """
    UPDATE mail_addresses SET wanted = %(wanted)s, digest = %(digest)s, until = clock_timestamp() + %(valid)s,
        tries = 0, asked_at = clock_timestamp(),
        asks = CASE WHEN asks_since > clock_timestamp() - interval '1 hour' THEN asks + 1 ELSE 1 END,
        asks_since = CASE WHEN asks_since > clock_timestamp() - interval '1 hour' THEN asks_since
                          ELSE clock_timestamp() END
    WHERE person_id = %(me)s"""

_CODE = f"""
    SELECT person_id, wanted, digest, tries FROM mail_addresses
    WHERE person_id IN ({_HUMAN}) AND digest IS NOT NULL AND until > clock_timestamp()
    ORDER BY asked_at DESC LIMIT 1 FOR UPDATE"""
_VERIFIED = """
    UPDATE mail_addresses SET address = wanted, wanted = '', digest = NULL, until = NULL, tries = 0,
        verified_at = clock_timestamp(), stopped_at = NULL, bounced_at = NULL WHERE person_id = %(person_id)s"""
_WRONG = "UPDATE mail_addresses SET tries = tries + 1 WHERE person_id = %(person_id)s"

_STOP = f"""
    UPDATE mail_addresses SET stopped_at = coalesce(stopped_at, clock_timestamp())
    WHERE person_id IN ({_HUMAN}) AND verified_at IS NOT NULL"""
_START = f"""
    UPDATE mail_addresses SET stopped_at = NULL
    WHERE person_id IN ({_HUMAN}) AND verified_at IS NOT NULL AND bounced_at IS NULL"""


class PostgresMailAddresses:
    """Implements ``core.mail.ports.Addresses``. Accounts of one human may be in several orgs: it crosses them.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, person_id: int) -> Address:
        """What is known of a person."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_STATE, {"me": person_id})).fetchone()
        return Address(**row) if row else Address()

    async def ask(self, org_id: int, person_id: int, wanted: str, digest: bytes, valid: timedelta) -> Asking:
        """Keep that a code goes to an address."""
        values: dict[str, object] = {"me": person_id, "org_id": org_id, "wanted": wanted}
        await self._database.run(org_id, (_FIRST, values))
        async with self._database.system() as tx:
            await tx.execute(_ALONE, values)
            lately = await (await tx.execute(_LATELY, values)).fetchone()
            if lately and lately["mine"] >= ASKS_AN_HOUR:
                return Asking.TOO_MANY
            if lately and lately["there"] >= ASKS_AN_HOUR:
                return Asking.TOO_MANY_THERE
            await tx.execute(_ASK, {**values, "digest": digest, "valid": valid})
        return Asking.ASKED

    async def verify(self, person_id: int, digest: Callable[[int, str], bytes]) -> Verified:
        """Compare with the code that was sent."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_CODE, {"me": person_id})).fetchone()
            if row is None:
                return Verified.NONE
            if row["tries"] >= TRIES:
                return Verified.SPENT
            good = hmac.compare_digest(row["digest"], digest(row["person_id"], row["wanted"]))
            await tx.execute(_VERIFIED if good else _WRONG, {"person_id": row["person_id"]})
        return Verified.YES if good else Verified.WRONG

    async def stop(self, person_id: int) -> bool:
        """Send no more mail."""
        return await self._changed(_STOP, person_id)

    async def start(self, person_id: int) -> bool:
        """Send mail again."""
        return await self._changed(_START, person_id)

    async def _changed(self, statement: str, person_id: int) -> bool:
        async with self._database.system() as tx:
            return (await tx.execute(statement, {"me": person_id})).rowcount > 0
