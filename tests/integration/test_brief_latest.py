"""Which brief is meant by who names a line by its number alone."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.database import Database
from tests import brief_facts
from tests.integration.brief_world import BriefWorld, at

FACTS = brief_facts.MORNING.model_dump(mode="json")


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        found = BriefWorld(admin)
        found.person("Ana")
        yield found


async def latest(world: BriefWorld, database: Database) -> int:
    due = await PostgresBriefs(database).latest(world.org_id, world.ids["Ana"])
    assert due is not None
    return due.id


async def test_the_latest_brief_is_the_latest_that_came(world: BriefWorld, database: Database) -> None:
    morning = world.brief("Ana", "morning", at(23, 8), facts=FACTS)
    failed = world.brief("Ana", "afternoon", at(23, 14), "undelivered", facts=FACTS)
    world.brief("Ana", "evening", at(23, 18), "empty", facts=FACTS)
    world.of("Ana", "deliveries", brief_id=failed, channel="chat", state="failed")
    assert await latest(world, database) == morning
    on_its_way = world.brief("Ana", "morning", at(24, 8), "composed", facts=FACTS)
    assert await latest(world, database) == on_its_way


async def test_a_brief_of_which_nobody_can_tell_may_have_come(world: BriefWorld, database: Database) -> None:
    world.brief("Ana", "morning", at(23, 8), facts=FACTS)
    unknown = world.brief("Ana", "afternoon", at(23, 14), "undelivered", facts=FACTS)
    world.of("Ana", "deliveries", brief_id=unknown, channel="chat", state="unknown")
    assert await latest(world, database) == unknown
