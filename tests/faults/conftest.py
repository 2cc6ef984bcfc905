"""Doubles of the outside world, and Robbie processes between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest

from adapters.doubles.faults import Fault
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from tests.leases import end_leases
from tests.patience import PATIENCE
from tests.robbie_process import Robbie, provider_environment, slack_environment
from tests.settled import Rows, settled, unacknowledged
from tests.shown import shown_in


class World:
    """A Slack workspace, a model provider, a database, and any number of Robbies."""

    def __init__(self, slack: SlackDouble, providers: ProviderDouble, folder: Path, database_url: str) -> None:
        self.slack = slack
        self.providers = providers
        self.folder = folder
        self.database_url = database_url
        self.environment = {
            **slack_environment(slack),
            **provider_environment(providers),
            "DATABASE_URL": database_url,
        }
        self.stack = AsyncExitStack()

    async def robbie(self, **environment: str) -> Robbie:
        """Start a Robbie that is killed when the test ends."""
        return await self.stack.enter_async_context(Robbie(self.folder, {**self.environment, **environment}))

    async def role(self, role: str, **environment: str) -> Robbie:
        """Start a process with one role, or several with commas between them."""
        robbie = Robbie(self.folder, {**self.environment, **environment}, "run", "--role", role)
        return await self.stack.enter_async_context(robbie)

    def answers(self, channel: str = "C1", thread_ts: str | None = None) -> list[str]:
        """What Robbie shows in a channel or thread right now."""
        return shown_in(self.slack, channel, thread_ts)

    async def until(self, condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait until the condition holds."""
        await self.slack.wait_for(lambda _slack: condition(), timeout=timeout)

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query gives, if anything."""
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            cursor = await connection.execute(query)
            return await cursor.fetchall() if cursor.description else []

    async def until_rows(self, query: str, *, some: bool = True) -> None:
        """Wait until a query gives some rows, or none any more."""
        async with asyncio.timeout(PATIENCE):
            while bool(await self.rows(query)) is not some:
                await asyncio.sleep(0.05)

    async def settled(self) -> None:
        """Wait until nothing is pending any more, nor on its way from Slack."""
        await settled(self.rows, unacknowledged(self.slack))

    async def end_leases(self) -> None:
        """As if the time were over that others give a process that is gone, or stands still. None may run."""
        await end_leases(self.database_url)


async def final(hold: Fault, again: Callable[[], Fault], rows: Rows) -> Fault:
    """Wait for the call in which an answer is shown that is committed.

    Args:
        hold: what holds the call in which it may be shown; a slow turn shows what there is of it before it commits.
        again: makes another hold, for the next such call.
        rows: asks the database.
    """
    while True:
        await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
        if await rows("SELECT id FROM interactions"):
            return hold
        growing, hold = hold, again()
        growing.release()


@pytest.fixture
async def world(admin_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Doubles that redeliver quickly and for long, and a fresh database."""
    async with (
        SlackDouble(retry_delays=(0.0, 1.0, 5.0, 10.0, 20.0, 40.0, 80.0)) as slack,
        ProviderDouble(piece_size=8) as providers,
    ):
        world = World(slack, providers, tmp_path, admin_url)
        async with world.stack:
            yield world
