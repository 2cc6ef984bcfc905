"""Which accounts are one human's, and where that human's home is. It crosses orgs, so it runs as robbie_system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database, Transaction
from adapters.postgres.directory import ONE_ACCOUNT_EVERYWHERE, WANDERING
from core.people.linking import Account, Redeemed

_WRONG_AN_HOUR = 5

# Joining is rare: one after the other keeps it simple.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('links', 0))"

_KEEP = """
    INSERT INTO links (person_id, org_id, digest, until)
    SELECT id, org_id, %(digest)s, clock_timestamp() + %(valid)s FROM people WHERE id = %(person_id)s
    ON CONFLICT (person_id) DO UPDATE SET digest = excluded.digest, until = excluded.until, used_by = NULL"""

_TRIES = """
    INSERT INTO links (person_id, org_id) SELECT id, org_id FROM people WHERE id = %(person_id)s
    ON CONFLICT (person_id) DO UPDATE SET
        tries = CASE WHEN links.tries_since < now() - interval '1 hour' THEN 0 ELSE links.tries END,
        tries_since = CASE WHEN links.tries_since < now() - interval '1 hour' THEN now() ELSE links.tries_since END
    RETURNING tries"""
_WRONG = "UPDATE links SET tries = tries + 1 WHERE person_id = %s"

_CODE = """
    SELECT person_id FROM links
    WHERE digest = %(digest)s AND (used_by = %(person_id)s OR used_by IS NULL AND until > clock_timestamp())"""
_USED = "UPDATE links SET used_by = %(person_id)s WHERE digest = %(digest)s"

_GROUP = """
    SELECT people.id, people.org_id, people.human, people.home, people.settings, people.name, accounts.surface,
           accounts.tenant, accounts.account, accounts.is_bot, starts_with(accounts.tenant, %(wandering)s) AS wanders,
           coalesce((SELECT nullif(installations.name, '') FROM installations
                     WHERE installations.org_id = people.org_id LIMIT 1),
                    CASE WHEN starts_with(organizations.name, %(wandering)s) THEN 'direct messages'
                         ELSE organizations.name END) AS org
    FROM people JOIN accounts ON accounts.person_id = people.id JOIN organizations ON organizations.id = people.org_id
    WHERE people.id = %(id)s OR people.human = (SELECT human FROM people WHERE id = %(id)s)
       OR accounts.surface = ANY (%(everywhere)s) AND (accounts.surface, accounts.account) IN (
            SELECT surface, account FROM accounts WHERE person_id = %(id)s)
    ORDER BY people.id"""

_JOIN = """
    UPDATE people SET human = %(human)s, settings = %(settings)s, home = id IS NOT DISTINCT FROM %(home)s,
                      unsettled = id = ANY (%(wandering)s)
    WHERE id = ANY (%(ids)s)"""

_PART = """
    UPDATE people SET human = %(human)s, home = home AND %(human)s::uuid IS NOT NULL,
                      unsettled = id = ANY (%(wandering)s)
    WHERE id = ANY (%(ids)s)"""

# A code that has joined two may not join them again once they are apart.
_SPOIL = "UPDATE links SET digest = NULL, until = NULL, used_by = NULL WHERE person_id = ANY (%(ids)s)"

_NO_HOME = "UPDATE people SET home = false WHERE id = ANY (%(ids)s)"
_HOME = """
    UPDATE people SET human = %(human)s, home = id IS NOT DISTINCT FROM %(home)s, unsettled = id = ANY (%(wandering)s)
    WHERE id = ANY (%(ids)s)"""


class PostgresLinks:
    """Implements ``core.people.linking.Links``.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, person_id: int, digest: bytes, valid: timedelta) -> None:
        """A new code in place of the one before."""
        async with self._database.system() as tx:
            await tx.execute(_KEEP, {"person_id": person_id, "digest": digest, "valid": valid})

    async def redeem(self, person_id: int, digest: bytes) -> Redeemed:
        """Join the person with whose code it is."""
        values = {"person_id": person_id, "digest": digest}
        async with self._database.system() as tx:
            await tx.execute(_ALONE)
            tried = await (await tx.execute(_TRIES, values)).fetchone()
            if tried is None or tried["tries"] >= _WRONG_AN_HOUR:
                return Redeemed.TOO_MANY
            code = await (await tx.execute(_CODE, values)).fetchone()
            if code is None:
                await tx.execute(_WRONG, (person_id,))
                return Redeemed.WRONG
            if code["person_id"] == person_id:
                return Redeemed.SELF
            redeemed = await _join(tx, await _group(tx, code["person_id"]), await _group(tx, person_id), person_id)
            if redeemed is Redeemed.JOINED:
                await tx.execute(_USED, values)
        return redeemed

    async def undo(self, person_id: int) -> bool:
        """Take the person's account on this platform out."""
        async with self._database.system() as tx:
            await tx.execute(_ALONE)
            group = await _group(tx, person_id)
            own = next(_identity(row) for row in group if row["id"] == person_id)
            mine = [row for row in group if _identity(row) == own]
            others = [row for row in group if _identity(row) != own]
            if not others:
                return False
            await tx.execute(_NO_HOME, {"ids": _ids(mine)})
            await tx.execute(_SPOIL, {"ids": _ids(group)})
            for part in (mine, others):
                human = uuid4() if len(part) > 1 else None
                await tx.execute(_PART, {"ids": _ids(part), "human": human, "wandering": _wandering(part)})
        return True

    async def accounts(self, person_id: int) -> Sequence[Account]:
        """The human's accounts."""
        async with self._database.system() as tx:
            group = await _group(tx, person_id)
        return [
            Account(row["surface"], row["name"], row["org_id"], row["org"], home=row["home"], wanders=row["wanders"])
            for row in group
        ]

    async def settle(self, person_id: int, org_id: int | None) -> None:
        """Choose the home."""
        async with self._database.system() as tx:
            await tx.execute(_ALONE)
            group = await _group(tx, person_id)
            home = next((row["id"] for row in group if row["org_id"] == org_id and not row["wanders"]), None)
            values = {"ids": _ids(group), "human": _human(group), "home": home, "wandering": _wandering(group)}
            await tx.execute(_NO_HOME, values)
            await tx.execute(_HOME, values)


async def _group(tx: Transaction, person_id: int) -> list[DictRow]:
    values = {"id": person_id, "everywhere": list(ONE_ACCOUNT_EVERYWHERE), "wandering": WANDERING}
    return await (await tx.execute(_GROUP, values)).fetchall()


async def _join(tx: Transaction, one: list[DictRow], other: list[DictRow], person_id: int) -> Redeemed:
    """Make one human of two. Whose code it was keeps settings and home."""
    if any(row["id"] == person_id for row in one):
        return Redeemed.ALREADY
    both = [*one, *other]
    if any(row["is_bot"] for row in both):
        return Redeemed.BOT
    if all(len({_identity(row) for row in group}) > 1 for group in (one, other)):
        return Redeemed.TWO_HUMANS
    homes = sorted((row for row in both if not row["wanders"]), key=lambda row: not row["home"])
    settings = {**other[0]["settings"], **one[0]["settings"]}
    settings.pop("once", None)
    values = {
        "ids": _ids(both),
        "human": _human(both),
        "settings": Jsonb(settings),
        "home": homes[0]["id"] if homes else None,
        "wandering": _wandering(both),
    }
    await tx.execute(_NO_HOME, values)
    await tx.execute(_JOIN, values)
    return Redeemed.JOINED


def _identity(row: DictRow) -> tuple[str, str, str]:
    """An account as its platform counts it: Discord's are the same in every guild."""
    tenant = "" if row["surface"] in ONE_ACCOUNT_EVERYWHERE else row["tenant"]
    return row["surface"], tenant, row["account"]


def _human(group: Iterable[DictRow]) -> UUID:
    return next((row["human"] for row in group if row["human"]), None) or uuid4()


def _ids(group: Iterable[DictRow]) -> list[int]:
    return [row["id"] for row in group]


def _wandering(group: Iterable[DictRow]) -> list[int]:
    return [row["id"] for row in group if row["wanders"]]
