"""Who and where, as ids: orgs by tenant, people by account, conversations by place; made when first met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import scalar_row

from adapters.postgres.database import Transaction
from core.conversation.models import Author, InboundEvent, Place

ONE_ACCOUNT_EVERYWHERE = ("discord",)
"""Platforms on which an account is the same in every place."""

WANDERING = "dm-"
"""What the name of a tenant begins with that is no workspace: its direct messages belong to their person's home."""

_ORG = """
    WITH known AS (SELECT org_id FROM tenants WHERE surface = %(surface)s AND tenant = %(tenant)s),
    org AS (
        INSERT INTO organizations (name) SELECT %(tenant)s WHERE NOT EXISTS (SELECT FROM known) RETURNING id
    ),
    made AS (
        INSERT INTO tenants (surface, tenant, org_id) SELECT %(surface)s, %(tenant)s, id FROM org RETURNING org_id
    )
    SELECT org_id FROM known UNION ALL SELECT org_id FROM made"""

# Where an account is the same everywhere, a person who is met in another place is known: one human, with what that
# human has chosen.
_PERSON = """
    WITH known AS (
        SELECT person_id FROM accounts
        WHERE surface = %(surface)s AND tenant = %(tenant)s AND account = %(account)s
    ),
    twin AS (
        UPDATE people SET human = coalesce(human, gen_random_uuid())
        WHERE %(everywhere)s AND NOT EXISTS (SELECT FROM known) AND id = (
            SELECT person_id FROM accounts WHERE surface = %(surface)s AND account = %(account)s ORDER BY id LIMIT 1)
        RETURNING human, settings - 'once' AS settings
    ),
    person AS (
        INSERT INTO people (org_id, name, zone, human, settings, unsettled)
        SELECT %(org_id)s, %(name)s, %(zone)s, (SELECT human FROM twin), coalesce((SELECT settings FROM twin), '{}'),
               starts_with(%(tenant)s, %(wandering)s) AND EXISTS (SELECT FROM twin)
        WHERE NOT EXISTS (SELECT FROM known) RETURNING id
    ),
    made AS (
        INSERT INTO accounts (org_id, person_id, surface, tenant, account, is_bot)
        SELECT %(org_id)s, id, %(surface)s, %(tenant)s, %(account)s, %(is_bot)s FROM person RETURNING person_id
    )
    SELECT person_id FROM known UNION ALL SELECT person_id FROM made"""

# Direct messages that are in no workspace belong to their person's home, so their accounts' org is not the tenant's.
_WANDERER = """
    SELECT org_id, person_id FROM accounts
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND account = %(account)s"""

_RENAME = """
    UPDATE people SET name = coalesce(nullif(%(name)s, ''), name), zone = coalesce(nullif(%(zone)s, ''), zone)
    WHERE id = %(person_id)s AND (name, zone) IS DISTINCT FROM
        (coalesce(nullif(%(name)s, ''), name), coalesce(nullif(%(zone)s, ''), zone))"""

_CONVERSATION = """
    INSERT INTO conversations (org_id, surface, tenant, channel, thread, direct)
    VALUES (%(org_id)s, %(surface)s, %(tenant)s, %(channel)s, %(thread)s, %(direct)s)
    ON CONFLICT (surface, tenant, channel, thread) DO UPDATE SET last_at = now()
    RETURNING id"""

# Robbie takes part from the first message on that was for it: histories, read after an outage, also hold what was
# said before. Of a conversation whose rows are purged that cannot be told any more.
_TAKES_PART = """
    SELECT (SELECT coalesce(
                (SELECT min(occurred_at) <= %(at)s FROM inbox WHERE conversation_id = conversations.id), true)
            FROM conversations
            WHERE surface = %(surface)s AND tenant = %(tenant)s AND channel = %(channel)s AND thread = %(thread)s)
        AS takes_part,
        (SELECT listens FROM channel_settings
         WHERE surface = %(surface)s AND tenant = %(tenant)s AND channel = %(channel)s) AS listens"""

# Whether people of other companies read in a channel. It is written when it is first said, and when it has changed.
_READ_BY = """
    INSERT INTO channel_settings (org_id, surface, tenant, channel, external)
    SELECT %(org_id)s, %(surface)s, %(tenant)s, %(channel)s, %(external)s WHERE NOT EXISTS (
        SELECT FROM channel_settings
        WHERE surface = %(surface)s AND tenant = %(tenant)s AND channel = %(channel)s AND external = %(external)s)
    ON CONFLICT (surface, tenant, channel) DO UPDATE SET external = excluded.external"""


@dataclass(frozen=True, slots=True)
class Ids:
    """An event's org and person."""

    org_id: int
    person_id: int


class Directory:
    """Most ids never change once given, so those met before are remembered (bounded)."""

    def __init__(self, size: int = 50_000) -> None:
        self._size = size
        self._known: dict[tuple[str, str, str], Ids] = {}
        self._internal: set[tuple[str, str, str]] = set()

    async def ids(self, tx: Transaction, event: InboundEvent) -> Ids:
        """The event's org and person, made when first met."""
        key = (event.place.surface, event.place.tenant, event.author.account)
        ids = self._known.get(key)
        if ids is None and wanders(event.place.tenant):
            ids = await _wanderer(tx, event.place, event.author)
        if ids is None:
            org_id = await org(tx, event.place)
            ids = Ids(org_id, await _person(tx, org_id, event.place, event.author))
        if event.author.name or event.author.zone:
            values = {"person_id": ids.person_id, "name": event.author.name, "zone": event.author.zone}
            await tx.execute(_RENAME, values)
        await self._read_by(tx, event, ids.org_id)
        return ids

    async def _read_by(self, tx: Transaction, event: InboundEvent, org_id: int) -> None:
        """Keep whether people of other companies read in the channel.

        That they do is written each time: another process may have written something else since.
        """
        if event.external is None or event.place.direct or (_channel(event) in self._internal and not event.external):
            return
        await tx.execute(_READ_BY, {**event.place.model_dump(), "org_id": org_id, "external": event.external})

    def remember(self, event: InboundEvent, ids: Ids) -> None:
        """Keep ids whose transaction was committed. Who may move to another org is looked up each time."""
        if wanders(event.place.tenant):
            return
        if event.external is False:
            if len(self._internal) >= self._size:
                self._internal.clear()
            self._internal.add(_channel(event))
        elif event.external:
            self._internal.discard(_channel(event))
        if len(self._known) >= self._size:
            self._known.clear()
        self._known[event.place.surface, event.place.tenant, event.author.account] = ids

    def unknown(self, event: InboundEvent) -> bool:
        """Drop what is remembered of an author who may be forgotten; whether there was anything."""
        key = (event.place.surface, event.place.tenant, event.author.account)
        return self._known.pop(key, None) is not None


def _channel(event: InboundEvent) -> tuple[str, str, str]:
    return event.place.surface, event.place.tenant, event.place.channel


async def _lock(tx: Transaction, *names: str) -> None:
    """Let one transaction at a time make what these names stand for."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ("\n".join(names),))


async def org(tx: Transaction, place: Place) -> int:
    """The org of a place's tenant, made when first met."""
    await _lock(tx, "org", place.surface, place.tenant)
    return await _id(tx, _ORG, place.model_dump())


async def lock_person(tx: Transaction, surface: str, tenant: str, account: str) -> None:
    """Let one transaction at a time meet an account, or move it."""
    await _lock(tx, "person", surface, "" if surface in ONE_ACCOUNT_EVERYWHERE else tenant, account)


def wanders(tenant: str) -> bool:
    """Whether it is no workspace."""
    return tenant.startswith(WANDERING)


async def _wanderer(tx: Transaction, place: Place, author: Author) -> Ids | None:
    """Where somebody is now; nobody moves before this transaction has ended."""
    await lock_person(tx, place.surface, place.tenant, author.account)
    values = {**place.model_dump(), "account": author.account}
    found = await (await tx.execute(_WANDERER, values)).fetchone()
    return Ids(found["org_id"], found["person_id"]) if found else None


async def _person(tx: Transaction, org_id: int, place: Place, author: Author) -> int:
    await lock_person(tx, place.surface, place.tenant, author.account)
    values = {
        **place.model_dump(),
        **author.model_dump(),
        "org_id": org_id,
        "everywhere": place.surface in ONE_ACCOUNT_EVERYWHERE,
        "wandering": WANDERING,
    }
    return await _id(tx, _PERSON, values)


async def conversation(tx: Transaction, org_id: int, place: Place) -> int:
    """The conversation at a place, made when first met."""
    return await _id(tx, _CONVERSATION, {**place.model_dump(), "org_id": org_id})


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether Robbie was part of a conversation at that time, and whether its channel is listened to."""

    takes_part: bool
    listens: bool


async def presence(tx: Transaction, place: Place, at: datetime) -> Presence:
    """What Robbie has to do with a place."""
    found = await (await tx.execute(_TAKES_PART, {**place.model_dump(), "at": at})).fetchone()
    return Presence(bool(found and found["takes_part"]), bool(found and found["listens"] and not place.direct))


def heard(place: Place) -> Place:
    """The conversation that holds what is heard in a channel: people speak in it, but never with Robbie."""
    return place.model_copy(update={"thread": ""})


async def _id(tx: Transaction, query: str, values: dict[str, object]) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(query, values)
        found = await cursor.fetchone()
        if not isinstance(found, int):
            raise LookupError("the database gave no id back")
        return found
