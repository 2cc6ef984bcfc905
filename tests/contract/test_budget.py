"""What the port promises of the day's money, kept by PostgreSQL."""

from __future__ import annotations

import asyncio

from adapters.postgres.budget import PostgresBudget
from adapters.postgres.database import Database


async def org(database: Database, name: str) -> int:
    async with database.system() as tx:
        made = await tx.execute("INSERT INTO organizations (name) VALUES (%s) RETURNING id", (name,))
        return int((await made.fetchall())[0]["id"])


async def test_the_cap_holds_under_fifty_parallel_calls(database: Database) -> None:
    """CASE 18: money is held before a call, in one statement, whoever asks at the same time."""
    budget, mine = PostgresBudget(database, daily_usd=10.0), await org(database, "mine")
    held = await asyncio.gather(*(budget.hold(mine, 1.0) for _ in range(50)))
    assert sum(day is not None for day in held) == 10


async def test_what_was_held_too_much_can_be_spent_by_others_and_by_other_orgs_never(database: Database) -> None:
    budget, mine, other = PostgresBudget(database, daily_usd=1.0), await org(database, "mine"), await org(database, "b")
    day = await budget.hold(mine, 1.0)
    assert day is not None
    assert await budget.hold(mine, 0.5) is None
    assert await budget.hold(other, 1.0) is not None
    await budget.settle(mine, day, 1.0, 0.25)
    assert await budget.hold(mine, 0.75) is not None
    assert await budget.hold(mine, 0.01) is None
