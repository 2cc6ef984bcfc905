"""A brief is said once and the same, wherever in its making a worker is killed."""

from __future__ import annotations

import psycopg
import pytest

from tests.brief_delivery import HAND_OVER
from tests.faults.conftest import World

_WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{table}%'"


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
    await world.settled()
    async with await psycopg.AsyncConnection.connect(world.database_url) as lock:
        await lock.execute(f"LOCK TABLE {locked} IN EXCLUSIVE MODE")
        await world.rows(HAND_OVER.format(account="U1", kind="morning", direct=True, key=""))
        await world.until_rows(reached)
        await robbie.kill()
        await lock.rollback()
    await world.end_leases()
    kept = await world.rows("SELECT facts FROM briefs WHERE facts IS NOT NULL")
    if kept:  # what has changed since then is for the next brief to say
        await world.rows("UPDATE tasks SET text = 'Something else'")
    await world.robbie()
    await world.until(lambda: any("### Good" in text for text in world.answers(dm)))
    await world.settled()
    (brief,) = [text for text in world.answers(dm) if "### Good" in text]
    assert "Send Ben the contract" in brief
    assert bool(kept) is (locked == "outbox")
    lines = await world.rows("SELECT count(*), count(DISTINCT number) FROM brief_lines")
    assert lines[0][0] == lines[0][1] != 0
