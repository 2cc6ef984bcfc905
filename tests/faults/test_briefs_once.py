"""A brief is said once and the same, wherever in its making a worker is killed."""

from __future__ import annotations

import asyncio
from functools import partial

import psycopg
import pytest

from tests.brief_delivery import HAND_OVER
from tests.faults.conftest import World
from tests.settled import settled, unacknowledged

_WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{table}%'"


async def _rows(world: World, query: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(world.database_url) as connection:
        cursor = await connection.execute(query)
        return await cursor.fetchall() if cursor.description else []


async def _until(world: World, query: str, *, some: bool = True) -> None:
    async with asyncio.timeout(60):
        while bool(await _rows(world, query)) is not some:
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("locked", "reached"),
    [
        ("brief_lines", _WAITS.format(table="brief_lines")),
        ("outbox", "SELECT 1 FROM briefs WHERE facts IS NOT NULL"),
    ],
    ids=["between facts and keeping", "between keeping and posting"],
)
async def test_a_brief_is_said_once_after_a_kill(world: World, locked: str, reached: str) -> None:
    robbie = await world.robbie()
    dm = world.slack.dm("U1")
    await world.slack.say("U1", dm, "!robbie task Send Ben the contract by tomorrow")
    await world.until(lambda: any("Send Ben" in text for text in world.answers(dm)))
    await settled(partial(_rows, world), unacknowledged(world.slack))
    async with await psycopg.AsyncConnection.connect(world.database_url) as lock:
        await lock.execute(f"LOCK TABLE {locked} IN EXCLUSIVE MODE")
        await _rows(world, HAND_OVER.format(account="U1", kind="morning", direct=True, key=""))
        await _until(world, reached)
        await robbie.kill()
        await lock.rollback()
    kept = await _rows(world, "SELECT facts FROM briefs WHERE facts IS NOT NULL")
    if kept:  # what has changed since then is for the next brief to say
        await _rows(world, "UPDATE tasks SET text = 'Something else'")
    await world.robbie()
    await world.until(lambda: any("### Good" in text for text in world.answers(dm)))
    await settled(partial(_rows, world), unacknowledged(world.slack))
    (brief,) = [text for text in world.answers(dm) if "### Good" in text]
    assert "Send Ben the contract" in brief
    assert bool(kept) is (locked == "outbox")
    lines = await _rows(world, "SELECT count(*), count(DISTINCT number) FROM brief_lines")
    assert lines[0][0] == lines[0][1] != 0
