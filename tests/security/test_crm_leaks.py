"""What a team keeps reaches its members alone, and what somebody keeps alone reaches nobody else."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.postgres.contacts import PostgresCrm
from adapters.postgres.database import Database
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Place
from core.people.viewer import Viewer
from core.registry import Invocation
from core.work.contacts import Wanted
from core.work.crm_commands import keeping_contacts
from tests.security.leak_world import EXTERNAL, PEOPLE, LeakWorld, Person

TABLES = ("companies", "contacts", "deals", "activities")
_INSERTS = {
    "companies": "INSERT INTO companies (org_id, owner, shared_with, name) VALUES (%s, %s, %s, %s)",
    "contacts": "INSERT INTO contacts (org_id, owner, shared_with, name) VALUES (%s, %s, %s, %s)",
    "deals": "INSERT INTO deals (org_id, owner, shared_with, name) VALUES (%s, %s, %s, %s)",
    "activities": """INSERT INTO activities (org_id, owner, shared_with, text, kind, happened_at)
                     VALUES (%s, %s, %s, %s, 'call', now())""",
}


@dataclass(frozen=True)
class Kept:
    """Something that is kept, and who may see it."""

    canary: str
    table: str
    owner: Person
    shared_with: str

    def seen_by(self, person: Person, viewer: Viewer) -> bool:
        """The rule in words of its own: the team's by members where no outsider reads, one's own in private."""
        if self.owner.org != person.org:
            return False
        if self.shared_with == "*":
            mine = viewer.private and person.human == self.owner.human
            return mine or (person.member and (viewer.private or viewer.room != EXTERNAL))
        return viewer.private and person.human == self.owner.human


@pytest.fixture
def world(admin_url: str) -> Iterator[LeakWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield LeakWorld(admin)


@pytest.fixture
def kept(world: LeakWorld) -> list[Kept]:
    """One of each table of everybody, shared and not."""
    made = []
    for person, table, shared in itertools.product(PEOPLE, TABLES, ("*", "")):
        one = Kept(f"canary{uuid.uuid4().hex[:12]}", table, person, shared)
        values = (world.orgs[person.org], world.ids[person.name], shared, f"harbour {one.canary}")
        world.admin.execute(_INSERTS[table].encode(), values)
        made.append(one)
    return made


def found(kept: Sequence[Kept], text: object) -> set[str]:
    """The canaries that stand in something."""
    return {one.canary for one in kept if one.canary in str(text)}


def visible(kept: Sequence[Kept], person: Person, viewer: Viewer, *tables: str) -> set[str]:
    """The canaries that this one may see there."""
    return {one.canary for one in kept if one.table in (tables or TABLES) and one.seen_by(person, viewer)}


@pytest.mark.parametrize("table", TABLES)
async def test_a_query_without_a_filter_shows_what_its_reader_may_see_there_and_no_more(
    world: LeakWorld, kept: list[Kept], database: Database, table: str
) -> None:
    for person, viewer in world.viewers():
        (rows,) = await database.run(viewer.org_id, (f"SELECT * FROM {table}", ()), viewer=viewer)
        assert found(kept, rows) == visible(kept, person, viewer, table), (person, viewer)


@pytest.mark.parametrize("table", TABLES)
async def test_a_query_that_does_not_say_who_reads_shows_nothing(
    world: LeakWorld, kept: list[Kept], database: Database, table: str
) -> None:
    for org_id in world.orgs.values():
        assert await database.run(org_id, (f"SELECT * FROM {table}", ())) == [[]]


@pytest.mark.parametrize("table", TABLES)
async def test_nobody_changes_or_deletes_what_they_may_not_see(
    world: LeakWorld, kept: list[Kept], database: Database, table: str
) -> None:
    column = "text" if table == "activities" else "name"
    for person, viewer in world.viewers():
        for statement in (
            f"UPDATE {table} SET {column} = {column} RETURNING {column}",
            f"DELETE FROM {table} RETURNING {column}",
        ):
            async with database.app(viewer.org_id, viewer) as tx, tx.transaction(force_rollback=True):
                rows = await (await tx.execute(statement)).fetchall()
            assert found(kept, rows) <= visible(kept, person, viewer, table), (person, viewer)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
async def test_nobody_keeps_something_for_another_alone_and_outsiders_keep_nothing_for_the_team(
    world: LeakWorld, database: Database, table: str
) -> None:
    for person, viewer in world.viewers():
        for other, shared in itertools.product(PEOPLE, ("*", "")):
            own = other.org == person.org and other.human == person.human
            allowed = own or (shared == "*" and viewer.org_wide and other.org == person.org)
            values = (world.orgs[other.org], world.ids[other.name], shared, "x")
            async with database.app(viewer.org_id, viewer) as tx:
                try:
                    async with tx.transaction(force_rollback=True):
                        await tx.execute(_INSERTS[table], values)
                    written = True
                except InsufficientPrivilege:
                    written = False
            assert written == allowed, (person, other, shared)


async def test_commands_tell_what_may_be_seen_and_no_more(
    world: LeakWorld, kept: list[Kept], database: Database
) -> None:
    """A private command is read by who asks alone, so also in a channel it tells what is theirs."""
    crm = keeping_contacts(PostgresCrm(database))
    for person, viewer in world.viewers():
        surface, tenant, channel = (viewer.room or f"slack/T1/{person.channel}").split("/")
        place = Place(surface=surface, tenant=tenant, channel=channel, direct=not viewer.room)
        asker = Asker(
            org_id=viewer.org_id,
            person_id=viewer.person_id,
            account=person.account,
            name=person.name,
            member=person.member,
            overheard=viewer.room == EXTERNAL,
        )
        alone = viewer.model_copy(update={"private": True, "org_wide": person.member})
        for command, tables in (("contacts", ("contacts",)), ("deals", ("deals",))):
            told = ""
            wanted: Invocation | None = REGISTRY.checked(Invocation(command=command))
            while wanted is not None:
                said = await crm[command](Asked(wanted, asker, place, datetime.now(UTC), 1, 1))
                assert isinstance(said, Say)
                told += said.text
                wanted = next((one.invocation for one in said.buttons if one.label == "More"), None)
            assert found(kept, told) == visible(kept, person, alone, *tables), (person, viewer, command)


async def test_a_number_shows_nothing_to_whom_it_is_not_for(
    world: LeakWorld, kept: list[Kept], database: Database
) -> None:
    crm = PostgresCrm(database)
    rows = world.admin.execute("SELECT id, name FROM contacts").fetchall()
    for person, viewer in world.viewers():
        for id_, name in rows[::3]:
            (one,) = (one for one in kept if one.canary in str(name))
            shown = await crm.contacts.one(viewer, int(str(id_)))
            assert (shown is not None) == one.seen_by(person, viewer), (person, viewer, one)


async def test_where_strangers_meet_nothing_is_shared_whatever_is_asked(database: Database, admin_url: str) -> None:
    """In an org that is only a platform's direct messages, everybody counts as a member and nobody is a colleague."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("INSERT INTO organizations (id, name) OVERRIDING SYSTEM VALUE VALUES (900, 'dm-9')")
        admin.execute("INSERT INTO tenants VALUES ('discord', 'dm-9', 900)")
        for person in (901, 902):
            admin.execute(
                "INSERT INTO people (id, org_id, name) OVERRIDING SYSTEM VALUE VALUES (%s, 900, 'x')", (person,)
            )
    crm = PostgresCrm(database)
    ana, eve = (Viewer(org_id=900, person_id=person, private=True, org_wide=True) for person in (901, 902))
    made = await crm.contacts.add(ana, {"name": "Ana's contact"}, shared=True)
    assert not made.shared
    assert not (await crm.companies.add(ana, {"name": "Acme"}, shared=True)).shared
    again = await crm.contacts.share(ana, made.id, shared=True)
    assert again is not None
    assert not again.shared
    assert await crm.contacts.find(eve, Wanted(), 10) == []
    assert await crm.contacts.one(eve, made.id) is None
    assert len(await crm.contacts.find(ana, Wanted(), 10)) == 1


async def test_what_a_guest_keeps_is_the_guests_alone(world: LeakWorld, database: Database) -> None:
    crm = PostgresCrm(database)
    eve = Viewer(org_id=world.orgs["home"], person_id=world.ids["eve"], private=True)
    made = await crm.deals.add(eve, {"name": "mine"}, shared=True)
    assert not made.shared
    ben = Viewer(org_id=world.orgs["home"], person_id=world.ids["ben"], private=True, org_wide=True)
    assert await crm.deals.one(ben, made.id) is None
    again = await crm.deals.share(eve, made.id, shared=True)
    assert again is not None
    assert not again.shared
    assert await crm.deals.one(ben, made.id) is None


async def test_only_its_owner_makes_an_entry_private(world: LeakWorld, database: Database) -> None:
    crm = PostgresCrm(database)
    ana, ben = (
        Viewer(org_id=world.orgs["home"], person_id=world.ids[name], private=True, org_wide=True)
        for name in ("ana", "ben")
    )
    made = await crm.contacts.add(ana, {"name": "Zoe"})
    assert await crm.contacts.share(ben, made.id, shared=False) is None
    alone = await crm.contacts.share(ana, made.id, shared=False)
    assert alone is not None
    assert await crm.contacts.one(ben, made.id) is None
