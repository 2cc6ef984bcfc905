"""Where Robbie was installed: tokens as they were sealed, and what becomes of pending messages when the app goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import DictRow, dict_row

from adapters.postgres import directory
from adapters.postgres.access import Access
from adapters.postgres.database import Database, Transaction
from adapters.postgres.queue_checks import serving
from core.conversation.models import Place
from core.people.installations import Installation

_COLUMNS = """
    SELECT tenant, name, bot_user, bot_id, scopes, installed_by, installed_at, sealed, removed_at, removed_because
    FROM installations WHERE surface = %(surface)s"""

_SAVE = """
    INSERT INTO installations
        (surface, tenant, org_id, name, sealed, bot_user, bot_id, scopes, installed_by, installed_at)
    VALUES (%(surface)s, %(tenant)s, %(org_id)s, %(name)s, %(sealed)s, %(bot_user)s, %(bot_id)s, %(scopes)s,
            %(installed_by)s, %(installed_at)s)
    ON CONFLICT (surface, tenant) DO UPDATE
    SET (name, sealed, bot_user, bot_id, scopes, installed_by, installed_at, removed_at, removed_because)
        = (excluded.name, excluded.sealed, excluded.bot_user, excluded.bot_id, excluded.scopes,
           excluded.installed_by, excluded.installed_at, NULL, '')"""

# A workspace that is served by the settings' token has no row yet. An event of a time before the app was installed
# again, delivered late, changes nothing.
_REMOVED = """
    INSERT INTO installations (surface, tenant, org_id, installed_at, removed_at, removed_because)
    SELECT surface, tenant, org_id, %(at)s, %(at)s, %(because)s FROM tenants
    WHERE surface = %(surface)s AND tenant = %(tenant)s
    ON CONFLICT (surface, tenant) DO UPDATE
    SET sealed = NULL, removed_at = excluded.removed_at, removed_because = excluded.removed_because
    WHERE installations.removed_at IS NULL AND installations.installed_at <= excluded.removed_at
    RETURNING tenant"""

_BACK = """
    UPDATE installations SET removed_at = NULL, removed_because = '', installed_at = clock_timestamp()
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND removed_at IS NOT NULL RETURNING tenant"""

_WAS_REMOVED = """
    SELECT removed_at FROM installations
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND removed_at IS NOT NULL FOR UPDATE"""

_UNSENT = """
    UPDATE outbox SET state = 'failed', lease_until = NULL, error = %(error)s
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND state IN ('ready', 'sending', 'unknown')"""

_UNANSWERED = """
    UPDATE inbox SET state = 'expired', closed_at = clock_timestamp() FROM conversations
    WHERE conversations.id = conversation_id AND surface = %(surface)s AND tenant = %(tenant)s
      AND inbox.state = 'received' AND inbox.kind = 'message'"""


class PostgresInstallations:
    """Implements ``core.people.installations.Installations`` as robbie_system.

    robbie_app, which serves people, may read no token.

    Args:
        database: the pools.
        surface: the platform.
    """

    def __init__(self, database: Database, surface: str) -> None:
        self._database = database
        self._surface = surface

    async def find(self, tenant: str) -> Installation | None:
        """The workspace's installation, if there ever was one."""
        async with self._database.system() as tx:
            row = await (await tx.execute(f"{_COLUMNS} AND tenant = %(tenant)s", self._named(tenant))).fetchone()
        return _installation(row) if row else None

    async def all(self) -> Sequence[Installation]:
        """All installations, in the order in which they were made."""
        async with self._database.system() as tx:
            rows = await (await tx.execute(f"{_COLUMNS} ORDER BY installed_at, tenant", self._named(""))).fetchall()
        return [_installation(row) for row in rows]

    async def save(self, installation: Installation) -> None:
        """Keep a new token in place of any before; what waited when the app was removed is not sent any more."""
        named = self._named(installation.tenant)
        async with self._database.system() as tx:
            org_id = await directory.org(tx, Place(surface=self._surface, tenant=installation.tenant, channel=""))
            if await (await tx.execute(_WAS_REMOVED, named)).fetchone():
                await self._give_up(tx, named)
            await tx.execute(
                _SAVE,
                {
                    **named,
                    "org_id": org_id,
                    "name": installation.name,
                    "sealed": installation.sealed,
                    "bot_user": installation.bot_user,
                    "bot_id": installation.bot_id,
                    "scopes": list(installation.scopes),
                    "installed_by": installation.installed_by,
                    "installed_at": installation.installed_at,
                },
            )

    async def removed(self, tenant: str, at: datetime, because: str) -> bool:
        """Forget the token, and fail what waits; whether there was something to do."""
        named = self._named(tenant)
        async with self._database.system() as tx:
            gone = await (await tx.execute(_REMOVED, {**named, "at": at, "because": because})).fetchone()
            if gone:
                await self._give_up(tx, named)
        return gone is not None

    async def back(self, tenant: str) -> None:
        """The app is there again, with a token of the settings."""
        named = self._named(tenant)
        async with self._database.system() as tx:
            if await (await tx.execute(_BACK, named)).fetchone():
                await self._give_up(tx, named)

    async def _give_up(self, tx: Transaction, named: dict[str, str]) -> None:
        await tx.execute(_UNSENT, {**named, "error": "the app was removed from the workspace"})
        await tx.execute(_UNANSWERED, named)

    def _named(self, tenant: str) -> dict[str, str]:
        return {"surface": self._surface, "tenant": tenant}


async def installations(access: Access, surface: str) -> list[Installation]:
    """All of a platform's, as the doctor reads them. Raises CannotCheck."""
    async with serving(access) as system, system.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(f"{_COLUMNS} ORDER BY tenant", {"surface": surface})
        return [_installation(row) for row in await cursor.fetchall()]


def _installation(row: DictRow) -> Installation:
    sealed = row["sealed"]
    return Installation(**{**row, "scopes": tuple(row["scopes"]), "sealed": None if sealed is None else bytes(sealed)})


class PostgresUsedStates:
    """What may be brought back from a platform's consent page once only, as robbie_system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def use(self, digest: bytes, until: datetime) -> bool:
        """Note that it was brought back; False when it was before.

        Args:
            digest: stands for it.
            until: when it is refused by its age alone.
        """
        async with self._database.system() as tx:
            await tx.execute("DELETE FROM used_states WHERE until < now()")
            added = await tx.execute(
                "INSERT INTO used_states (digest, until) VALUES (%s, %s) ON CONFLICT DO NOTHING", (digest, until)
            )
        return added.rowcount == 1
