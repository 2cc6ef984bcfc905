"""What somebody keeps reaches nobody else: org by person by place by audience, by every way out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.postgres.database import Database
from adapters.postgres.exporting import PostgresExports
from adapters.postgres.memories import PostgresMemories
from adapters.postgres.notes import PostgresNotes
from core.commands import REGISTRY
from core.conversation.context import build_prompt
from core.conversation.handling import Asked, Handlers, Say
from core.conversation.models import Asker, Place, Utterance
from core.conversation.remembering import Remembering
from core.conversation.remembering import told as told_before
from core.conversation.stores import Claim
from core.memory.service import Memory
from core.notes.commands import noting
from core.people.exporting import exporting
from core.people.viewer import Viewer
from core.registry import Invocation
from tests.security.leak_world import EXTERNAL, HERE, PEOPLE, LeakWorld, Person


@pytest.fixture
def world(admin_url: str) -> Iterator[LeakWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield LeakWorld(admin)


def test_the_world_holds_what_each_may_see_and_what_each_may_not(world: LeakWorld) -> None:
    for person, viewer in world.viewers():
        seen = world.visible(person, viewer)
        assert seen or not viewer.org_wide, (person, viewer)
        assert len(seen) < len(world.secrets), (person, viewer)


@pytest.mark.parametrize("table", ["notes", "memories", "tasks"])
async def test_a_hand_written_query_without_a_filter_shows_what_its_reader_may_see_there_and_no_more(
    world: LeakWorld, database: Database, table: str
) -> None:
    for person, viewer in world.viewers():
        (rows,) = await database.run(viewer.org_id, (f"SELECT * FROM {table}", ()), viewer=viewer)
        assert world.found(rows) == world.visible(person, viewer), (person, viewer)


async def test_what_somebody_is_asked_is_seen_in_private_by_them_and_by_the_notes_owner(
    world: LeakWorld, database: Database
) -> None:
    for person, viewer in world.viewers():
        (rows,) = await database.run(viewer.org_id, ("SELECT * FROM consents", ()), viewer=viewer)
        assert world.found(rows) == world.asked(person, viewer), (person, viewer)
    for org_id in world.orgs.values():
        assert await database.run(org_id, ("SELECT * FROM consents", ())) == [[]]


@pytest.mark.parametrize("table", ["notes", "memories", "tasks"])
async def test_a_query_that_does_not_say_who_reads_shows_nothing(
    world: LeakWorld, database: Database, table: str
) -> None:
    for org_id in world.orgs.values():
        assert await database.run(org_id, (f"SELECT * FROM {table}", ())) == [[]]


async def test_a_reader_is_forgotten_with_the_transaction(world: LeakWorld, database: Database) -> None:
    """A pooled connection serves one after the other."""
    ana = Viewer(org_id=world.orgs["home"], person_id=world.ids["ana"], room=HERE, private=True, org_wide=True)
    before = None
    for _ in range(3):
        await database.run(ana.org_id, ("SELECT * FROM notes", ()), viewer=ana)
        (rows,) = await database.run(ana.org_id, ("SELECT * FROM notes", ()))
        before = before or world.found(rows)
        assert world.found(rows) == before
        async with database.app(ana.org_id) as tx:
            rows = await (await tx.execute("SELECT * FROM notes")).fetchall()
        assert world.found(rows) == before


@pytest.mark.parametrize("table", ["notes", "memories", "tasks"])
async def test_nobody_changes_or_removes_what_is_anothers_even_where_they_see_it(
    world: LeakWorld, database: Database, table: str
) -> None:
    humans = {world.ids[person.name]: person.human for person in PEOPLE}
    for person, viewer in world.viewers():
        for statement in (f"UPDATE {table} SET text = text RETURNING owner", f"DELETE FROM {table} RETURNING owner"):
            async with database.app(viewer.org_id, viewer) as tx, tx.transaction(force_rollback=True):
                rows = await (await tx.execute(statement)).fetchall()
            assert {humans[row["owner"]] for row in rows} <= {person.human}, (person, viewer)


async def test_nobody_answers_for_another(world: LeakWorld, database: Database) -> None:
    humans = {world.ids[person.name]: person.human for person in PEOPLE}
    for person, viewer in world.viewers():
        for statement in ("UPDATE consents SET state = 'yes' RETURNING *", "DELETE FROM consents RETURNING *"):
            async with database.app(viewer.org_id, viewer) as tx, tx.transaction(force_rollback=True):
                rows = await (await tx.execute(statement)).fetchall()
            assert all(person.human in (humans[row["person_id"]], humans[row["owner"]]) for row in rows)


@pytest.mark.parametrize("table", ["notes", "tasks"])
async def test_nobody_writes_in_anothers_name(world: LeakWorld, database: Database, table: str) -> None:
    insert = f"INSERT INTO {table} (org_id, owner, text) VALUES (%s, %s, 'x')"
    for person, viewer in world.viewers():
        for other in PEOPLE:
            allowed = other.org == person.org and other.human == person.human
            values = (world.orgs[other.org], world.ids[other.name])
            async with database.app(viewer.org_id, viewer) as tx:
                try:
                    async with tx.transaction(force_rollback=True):
                        await tx.execute(insert, values)
                    written = True
                except InsufficientPrivilege:
                    written = False
            assert written == allowed, (person, other)


def commands(world: LeakWorld, database: Database) -> Handlers:
    """Every command that tells people what is theirs."""
    return {**noting(PostgresNotes(database)), **exporting(PostgresExports(database))}


def asking(person: Person, viewer: Viewer) -> Asker:
    """Somebody who asks where they read."""
    return Asker(
        org_id=viewer.org_id,
        person_id=viewer.person_id,
        account=person.account,
        name=person.name,
        member=person.member,
        overheard=viewer.room == EXTERNAL,
    )


async def told(handlers: Handlers, viewer: Viewer, person: Person, command: str, **arguments: str) -> str:
    """All that a command tells somebody at a place, in its files too."""
    surface, tenant, channel = (viewer.room or f"slack/T1/{person.channel}").split("/")
    place = Place(surface=surface, tenant=tenant, channel=channel, direct=not viewer.room)
    asker = asking(person, viewer)
    invocation = REGISTRY.checked(Invocation(command=command, arguments=arguments))
    said = await handlers[command](Asked(invocation, asker, place, datetime.now(UTC), 1, 1))
    assert isinstance(said, Say)
    more = [button for button in said.buttons if button.label == "More"]
    rest = ""
    if more and more[0].invocation:
        rest = await told(handlers, viewer, person, command, **more[0].invocation.arguments)
    return " ".join([said.text, *(file.data.decode() for file in said.files), rest])


async def test_commands_tell_everybody_what_is_their_own_or_what_they_are_asked_and_nothing_else(
    world: LeakWorld, database: Database
) -> None:
    handlers = commands(world, database)
    for person, viewer in world.viewers():
        own = {one.canary for one in world.secrets if (one.owner.human, one.owner.org) == (person.human, person.org)}
        assert world.found(await told(handlers, viewer, person, "notes")) == own, (person, viewer)
        if viewer.private:
            exported = world.found(await told(handlers, viewer, person, "export"))
            assert exported == own | world.asked(person, viewer), (person, viewer)


async def test_notes_of_a_channel_are_those_that_everybody_there_may_see(world: LeakWorld, database: Database) -> None:
    handlers = commands(world, database)
    for person, viewer in world.viewers():
        if viewer.room:
            everybody = world.visible(person, viewer.model_copy(update={"private": False}))
            found = world.found(await told(handlers, viewer, person, "notes", which="here"))
            assert found == everybody, (person, viewer)


async def test_a_number_shows_a_note_to_its_owner_alone(world: LeakWorld, database: Database) -> None:
    handlers = commands(world, database)
    rows = world.admin.execute("SELECT id, text FROM notes").fetchall()
    for person, viewer in world.viewers():
        for number, text in rows[::7]:
            (secret,) = (one for one in world.secrets if one.canary in str(text))
            own = (secret.owner.human, secret.owner.org) == (person.human, person.org)
            shown = await told(handlers, viewer, person, "show-note", id=str(number))
            assert world.found(shown) == ({secret.canary} if own else set()), (person, viewer)


async def test_a_prompt_holds_what_its_asker_may_see_where_they_ask_and_no_more(
    world: LeakWorld, database: Database
) -> None:
    """As answers recall: a direct message is private, and a channel is not, whoever asks there."""
    remembering = Remembering(Memory(PostgresMemories(database), tuple), limit=200, seconds=60.0)
    question = "Where does Cleo's harbour deal go to?"
    for person, viewer in world.viewers():
        if bool(viewer.room) == viewer.private:
            continue
        surface, tenant, channel = (viewer.room or f"slack/T1/{person.channel}").split("/")
        claim = Claim(
            inbox_id=1,
            fence=1,
            attempts=1,
            place=Place(surface=surface, tenant=tenant, channel=channel, direct=viewer.private),
            conversation_id=1,
            message_id=None,
            platform_id="1",
            text=question,
            occurred_at=datetime.now(UTC),
            asker=asking(person, viewer),
        )
        recalled = await remembering.recall(claim, question)
        asked = Utterance(speaker=person.name, text=question, at=claim.occurred_at)
        prompt = build_prompt(claim.asker, [asked], claim.occurred_at, 100_000, recalled=told_before(recalled, "UTC"))
        assert world.found(str(prompt)) == world.visible(person, viewer), (person, viewer)
