"""What a brief says of meetings that are longer than its day."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from core.briefs.composing import compose
from core.briefs.models import BriefKind
from core.briefs.rendering import as_text
from tests.integration.brief_world import BriefWorld, at


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        found = BriefWorld(admin)
        found.person("Ana")
        yield found


async def said(world: BriefWorld, database: Database, day: int, kind: BriefKind = BriefKind.MORNING) -> str:
    hour = 18 if kind is BriefKind.EVENING else 8
    return as_text(compose(await PostgresFacts(database).gather(world.reader("Ana"), kind, at(day, hour))))


async def test_a_meeting_of_several_days_is_said_as_it_is_on_each(world: BriefWorld, database: Database) -> None:
    world.event("Ana", "Fair", at(23, 14), minutes=2 * 24 * 60 - 60)  # until Wednesday, 13:00
    assert "14:00–00:00 Fair" in await said(world, database, 23)
    assert "all day Fair" in await said(world, database, 24)
    assert "00:00–13:00 Fair" in await said(world, database, 25)


async def test_what_goes_on_over_midnight_is_whole_on_its_first_day_and_no_first_meeting_of_the_next(
    world: BriefWorld, database: Database
) -> None:
    world.event("Ana", "Release", at(23, 22), minutes=480)
    world.event("Ana", "Standup", at(24, 9), minutes=15)
    assert "22:00–06:00 Release" in await said(world, database, 23)
    evening = " ".join((await said(world, database, 23, BriefKind.EVENING)).split())
    assert "First meeting: Standup at 09:00." in evening
