"""A Discord guild with the real app in it, between doubles."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.providers import ProviderDouble
from adapters.postgres.roles import RoleUrls
from bot.app import App, build
from bot.roles import Role
from bot.run import gateway, working
from bot.settings import load
from tests.inprocess import running
from tests.patience import PATIENCE
from tests.robbie_process import QUICK, discord_environment, provider_environment
from tests.settled import settled


class Guild:
    """A guild with Robbie in it."""

    def __init__(
        self, discord: DiscordDouble, providers: ProviderDouble, roles: RoleUrls, admin_url: str, folder: Path
    ) -> None:
        self.discord = discord
        self.providers = providers
        self._roles = roles
        self._admin_url = admin_url
        self._folder = folder
        self._apps: list[App] = []
        self.stack = AsyncExitStack()

    def environment(self, **more: str) -> dict[str, str]:
        """What connects a process to the doubles."""
        return {**discord_environment(self.discord), **provider_environment(self.providers), **more}

    async def open(self, **environment: str) -> App:
        """Robbie comes in, and is ready for commands."""
        app = await self.stack.enter_async_context(running(self._roles, self.environment(**environment), self._folder))
        self._apps.append(app)
        await self.until(lambda: ("ask", 1) in self.discord.commands.everywhere)
        return app

    async def part(self, role: Role, **environment: str) -> App:
        """One role's process."""
        environ = {**QUICK, "ROBBIE_HOME": str(self._folder / "var"), **self.environment(**environment)}
        settings = load(env_file=self._folder / "none.env", environ=environ)
        app = await build(settings, self._roles, frozenset({role}))
        self._apps.append(app)
        self.stack.push_async_callback(app.close)
        if app.work:
            await app.work.load(lambda _text: None)
            await self.stack.enter_async_context(working(app))
        else:
            await self.stack.enter_async_context(gateway(app))
            await self.until(lambda: ("ask", 1) in self.discord.commands.everywhere)
        return app

    def shown(self, channel: str) -> list[str]:
        """What Robbie shows in a channel, thread or direct message."""
        return [message.content for message in self.discord.bot_messages(channel)]

    async def mention(self, text: str, channel: str = "general", user: str = "Ana") -> str:
        """Mention Robbie in a channel, and return the id of the message (and of its thread)."""
        said = await self.discord.say(user, channel, f"{self.discord.mention()} {text}")
        return said.id

    async def answered(self, thread: str, count: int = 1) -> list[str]:
        """What Robbie shows in a thread when it has answered so often."""
        await self.until(lambda: thread in self.discord.world.channels and len(self.shown(thread)) >= count)
        await self.settled()
        return self.shown(thread)

    async def until(self, condition: object, timeout: float = PATIENCE) -> None:
        """Wait until it holds."""
        assert callable(condition)
        await self.discord.wait_for(lambda _discord: condition(), timeout=timeout)

    async def settled(self) -> None:
        """Nothing is pending any more, nor on its way from Discord."""
        await settled(self.rows, self._on_its_way)

    async def _on_its_way(self) -> bool:
        """Discord hears from nobody that an event is stored; who took it in knows."""
        await self.discord.heard()
        return any(gateway.health()["waiting"] for app in self._apps for gateway in app.gateways.values())

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows over all orgs."""
        async with await psycopg.AsyncConnection.connect(self._admin_url) as connection:
            return await (await connection.execute(query)).fetchall()

    async def becomes(self, query: str, rows: list[tuple[object, ...]]) -> None:
        """Wait until a query gives these rows."""
        async with asyncio.timeout(PATIENCE):
            while await self.rows(query) != rows:
                await asyncio.sleep(0.05)

    def prompt(self, number: int = -1) -> str:
        """What a model was given to read."""
        return "\n".join(str(message["content"]) for message in self.providers.requests[number].messages)
