"""What somebody keeps reaches nobody else: org by person by place by audience, by every way out."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.postgres.database import Database
from core.people.viewer import Viewer
from tests.security.leak_world import PEOPLE, LeakWorld


@pytest.fixture
def world(admin_url: str) -> Iterator[LeakWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield LeakWorld(admin)


def test_the_world_holds_what_each_may_see_and_what_each_may_not(world: LeakWorld) -> None:
    for person, viewer in world.viewers():
        seen = world.visible(person, viewer)
        assert seen, (person, viewer)
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
async def test_a_query_that_does_not_say_who_reads_shows_what_the_whole_org_may_see(
    world: LeakWorld, database: Database, table: str
) -> None:
    for org, org_id in world.orgs.items():
        (rows,) = await database.run(org_id, (f"SELECT * FROM {table}", ()))
        shared = {one.canary for one in world.secrets if one.owner.org == org and one.shared_with == "*"}
        assert world.found(rows) == shared


async def test_a_reader_is_forgotten_with_the_transaction(world: LeakWorld, database: Database) -> None:
    """A pooled connection serves one after the other."""
    ana = Viewer.owner(world.orgs["home"], world.ids["ana"])
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
