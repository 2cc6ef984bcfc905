"""A real discord.py client, connected to the Discord double."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.doubles.discord import DiscordDouble


class Client(discord.Client):
    """Notes what it is told: every event by its name, with its arguments."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        super().__init__(intents=intents, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        self._told = asyncio.Condition()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append((event, args))
        super().dispatch(event, *args, **kwargs)

    def all(self, event: str) -> list[Any]:
        """The first argument of every event of a name."""
        return [args[0] if args else None for name, args in self.heard if name == event]

    async def until(self, event: str, count: int = 1) -> Any:
        """Wait for the count-th event of a name, and return its first argument."""
        async with asyncio.timeout(15):
            while len(self.all(event)) < count:
                await asyncio.sleep(0.01)
        return self.all(event)[count - 1]


def intents_of(**wanted: bool) -> discord.Intents:
    """Default intents with message content, changed as asked."""
    flags = dict(discord.Intents.default()) | {"message_content": True} | wanted
    return discord.Intents(**flags)


@asynccontextmanager
async def connected(
    double: DiscordDouble, intents: discord.Intents | None = None, **options: Any
) -> AsyncIterator[Client]:
    """A client that is ready. ``Route.BASE`` and ``DEFAULT_GATEWAY`` are the double's meanwhile."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = double.api_url, yarl.URL(double.gateway_url)
    client = Client(intents or intents_of(), guild_ready_timeout=0.05, **options)
    running: asyncio.Task[None] | None = None
    try:
        await client.login(double.token)
        running = asyncio.create_task(client.connect())
        await client.until("ready")
        yield client
    finally:
        await client.close()
        if running is not None:
            await asyncio.gather(running, return_exceptions=True)
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
