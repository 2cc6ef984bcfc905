"""Where Robbie has been spoken to of late, for catching up after an outage, and what is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.postgres import directory
from adapters.postgres.database import Database
from core.conversation.models import InboundEvent, Place

_STORED = """
    SELECT surface, tenant, identity FROM inbox_identities
    WHERE (surface, tenant, identity) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))"""


class PostgresPlaces:
    """Reads over all orgs, as robbie_system.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_event(self, surface: str) -> datetime | None:
        """When the latest stored message of a surface happened."""
        async with self._database.system() as tx:
            row = await (
                await tx.execute(
                    """SELECT max(inbox.occurred_at) AS at FROM inbox
                       JOIN conversations ON conversations.id = conversation_id
                       WHERE conversations.surface = %s AND conversations.last_at > now() - interval '7 days'""",
                    (surface,),
                )
            ).fetchone()
        return row["at"] if row else None

    async def unstored(self, events: Sequence[InboundEvent]) -> Sequence[InboundEvent]:
        """Those of the events that no row has yet."""
        keys = [(event.place.surface, event.place.tenant, event.identities[0]) for event in events]
        columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
        async with self._database.system() as tx:
            stored = {tuple(row.values()) for row in await (await tx.execute(_STORED, columns)).fetchall()}
        return [event for key, event in zip(keys, events, strict=True) if key not in stored]

    async def threads(self, surface: str) -> Sequence[Place]:
        """The threads of the last day that Robbie takes part in, latest first."""
        async with self._database.system() as tx:
            rows = await (
                await tx.execute(
                    """SELECT surface, tenant, channel, thread, direct FROM conversations
                       WHERE surface = %s AND thread <> '' AND last_at > now() - interval '1 day'
                       ORDER BY last_at DESC LIMIT 200""",
                    (surface,),
                )
            ).fetchall()
        return [Place(**row) for row in rows]

    async def directs(self, surface: str) -> Sequence[Place]:
        """The direct messages of the last month, latest first."""
        async with self._database.system() as tx:
            rows = await (
                await tx.execute(
                    """SELECT surface, tenant, channel, thread, direct FROM conversations
                       WHERE surface = %s AND direct AND thread = '' AND last_at > now() - interval '30 days'
                       ORDER BY last_at DESC LIMIT 200""",
                    (surface,),
                )
            ).fetchall()
        return [Place(**row) for row in rows]

    async def closed(self, inbox_id: int) -> bool:
        """Whether what came in is carried out, or will not be."""
        async with self._database.system() as tx:
            query = "SELECT state NOT IN ('received', 'claimed') AS so FROM inbox WHERE id = %s"
            row = await (await tx.execute(query, (inbox_id,))).fetchone()
        return row is None or bool(row["so"])

    async def local_org(self, surfaces: Sequence[str]) -> int:
        """The one org of the surfaces without a platform, made when first met."""
        async with self._database.system() as tx:
            org_id = await directory.org(tx, Place(surface=surfaces[0], tenant="local", channel=""))
            await tx.execute(
                """INSERT INTO tenants (surface, tenant, org_id) SELECT surface, 'local', %s
                   FROM unnest(%s::text[]) AS surface ON CONFLICT DO NOTHING""",
                (org_id, list(surfaces)),
            )
        return org_id

    async def writable(self) -> bool:
        """Whether the database takes anything in; a standby does not."""
        async with self._database.system() as tx:
            row = await (
                await tx.execute(
                    """SELECT NOT (pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean) AS so"""
                )
            ).fetchone()
        return bool(row and row["so"])

    async def stuck(self) -> dict[str, int]:
        """How many messages wait, and how many need an operator: by state."""
        async with self._database.system() as tx:
            rows = await (
                await tx.execute(
                    """SELECT 'outbox_' || state AS name, count(*) AS rows FROM outbox
                       WHERE state IN ('ready', 'sending', 'unknown') GROUP BY state
                       UNION ALL
                       SELECT 'inbox_received', count(*) FROM inbox WHERE state = 'received' HAVING count(*) > 0
                       UNION ALL
                       SELECT 'inbox_claimed', count(*) FROM inbox WHERE state = 'claimed' HAVING count(*) > 0"""
                )
            ).fetchall()
        return {row["name"]: row["rows"] for row in rows}
