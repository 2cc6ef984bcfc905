"""A Slack workspace with the real app in it, between doubles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres.roles import RoleUrls
from bot.app import App
from tests.inprocess import running
from tests.patience import PATIENCE
from tests.robbie_process import provider_environment, slack_environment
from tests.settled import settled, unacknowledged
from tests.shown import shown_in


class Office:
    """A Slack workspace with Robbie in it."""

    def __init__(self, slack: SlackDouble, providers: ProviderDouble, roles: RoleUrls, folder: Path) -> None:
        self.slack = slack
        self.providers = providers
        self._roles = roles
        self._folder = folder
        self.stack = AsyncExitStack()

    async def open(self, **environment: str) -> App:
        """Robbie comes in."""
        given = {**slack_environment(self.slack), **provider_environment(self.providers), **environment}
        return await self.stack.enter_async_context(running(self._roles, given, self._folder))

    def answers(self, channel: str, thread: str | None = None) -> list[str]:
        """What Robbie shows."""
        return shown_in(self.slack, channel, thread)

    async def ask(self, text: str, channel: str = "C1", thread: str | None = None, user: str = "U1") -> str:
        """Say it, and return the answer when it is final."""
        before = len(self.answers(channel, thread))
        said = await self.slack.say(user, channel, text, thread_ts=thread)
        place = thread or (said.ts if channel.startswith("C") else None)
        await self.until(lambda: len(self.answers(channel, place)) > (before if thread or not place else 0))
        await self.settled()
        return self.answers(channel, place)[-1]

    async def until(self, condition: object, timeout: float = PATIENCE) -> None:
        """Wait until it holds."""
        assert callable(condition)
        await self.slack.wait_for(lambda _slack: condition(), timeout=timeout)

    async def settled(self) -> None:
        """Nothing is pending any more, nor on its way from Slack."""
        await settled(self.rows, unacknowledged(self.slack))

    async def command(self, line: str, channel: str, thread: str | None = None, user: str = "U1") -> None:
        """Type a command, and wait until it is carried out; its answer may be for one person's eyes only."""
        done = "SELECT 1 FROM inbox WHERE state = 'answered' AND kind = 'message'"
        before = len(await self.rows(done))
        await self.slack.say(user, channel, f"!robbie {line}", thread_ts=thread)
        async with asyncio.timeout(PATIENCE):
            while len(await self.rows(done)) == before:
                await asyncio.sleep(0.05)
        await self.settled()

    async def until_rows(self, query: str, rows: list[tuple[object, ...]]) -> None:
        """Wait until a query gives these rows."""
        async with asyncio.timeout(PATIENCE):
            while await self.rows(query) != rows:
                await asyncio.sleep(0.05)

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows over all orgs."""
        async with await psycopg.AsyncConnection.connect(self._roles.system) as connection:
            return await (await connection.execute(query)).fetchall()

    @asynccontextmanager
    async def app_rows(self, org_id: int = 1) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
        """A transaction within one org."""
        async with await psycopg.AsyncConnection.connect(self._roles.app) as connection:
            await connection.execute("SELECT set_config('app.org', %s, true)", (str(org_id),))
            yield connection

    def prompt(self, number: int = -1) -> str:
        """What a model was given to read."""
        return "\n".join(str(message["content"]) for message in self.providers.requests[number].messages)
