"""Doubles of the outside world, and Robbie processes between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from tests.robbie_process import Robbie, provider_environment, slack_environment
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

    async def until(self, condition: Callable[[], bool], timeout: float = 45.0) -> None:
        """Wait until the condition holds."""
        await self.slack.wait_for(lambda _slack: condition(), timeout=timeout)


@pytest.fixture
async def world(admin_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Doubles that redeliver quickly, and a fresh database."""
    async with (
        SlackDouble(retry_delays=(0.0, 1.0, 5.0)) as slack,
        ProviderDouble(piece_size=8) as providers,
    ):
        world = World(slack, providers, tmp_path, admin_url)
        async with world.stack:
            yield world
