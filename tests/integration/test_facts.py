"""What briefs may say of people's work, on a real database: what is there, as of a moment, and no more."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from core.briefs.models import BriefKind
from tests.integration.brief_world import BriefWorld, at


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        found = BriefWorld(admin)
        for name in ("Ana", "Ben"):
            found.person(name)
        yield found


@pytest.fixture
def facts(database: Database) -> PostgresFacts:
    return PostgresFacts(database)


async def test_a_task_that_was_done_later_was_open_then_and_one_that_was_made_later_was_not_there(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.task("Ana", "Done by now", due_at=at(23, 17), done_at=at(24, 9))
    world.task("Ana", "Made later", due_at=at(23, 17), created_at=at(23, 12))
    then = await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(23, 8))
    assert [one.text for one in then.priorities] == ["Done by now"]
    later = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(24, 18))
    assert [one.text for one in later.done] == ["Done by now"]
    assert [one.text for one in later.tomorrow] == ["Made later"]


async def test_nothing_at_all_gives_empty_facts_of_each_kind(world: BriefWorld, facts: PostgresFacts) -> None:
    for kind in BriefKind:
        found = await facts.gather(world.reader("Ana"), kind, at(23, 8))
        assert found.empty
        assert found.first
