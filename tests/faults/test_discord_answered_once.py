"""Every accepted message gets exactly one answer on Discord too, whoever is killed, and whenever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest

from adapters.doubles.discord import DiscordDouble, hold_then_take, take_then_hold
from adapters.doubles.providers import ProviderDouble
from tests.faults.conftest import final
from tests.leases import end_leases
from tests.patience import PATIENCE
from tests.robbie_process import Robbie, discord_environment, provider_environment
from tests.settled import settled


class Guild:
    """A Discord server, a model provider, a database, and Robbie processes between them."""

    def __init__(self, discord: DiscordDouble, providers: ProviderDouble, folder: Path, database_url: str) -> None:
        self.discord = discord
        self.providers = providers
        self._folder = folder
        self._database_url = database_url
        self._robbies: list[Robbie] = []
        self.stack = AsyncExitStack()

    async def robbie(self, **environment: str) -> Robbie:
        """Start a Robbie that is killed when the test ends, and wait for its connection: Discord says nothing twice."""
        before = list(self.discord.sockets)
        given = {
            **discord_environment(self.discord),
            **provider_environment(self.providers),
            "DATABASE_URL": self._database_url,
            **environment,
        }
        robbie = await self.stack.enter_async_context(Robbie(self._folder, given))
        self._robbies.append(robbie)
        await self.until(lambda: any(one.session for one in self.discord.sockets if one not in before))
        return robbie

    async def another(self) -> Robbie:
        """Start the next one, when the time is over that it gives to one that was killed."""
        await end_leases(self._database_url)
        return await self.robbie()

    async def mention(self, text: str, *, drop: bool = False) -> str:
        """Mention Robbie; the id of the message, and of its thread."""
        return (await self.discord.say("Ana", "general", f"{self.discord.mention()} {text}", drop=drop)).id

    def shown(self, channel: str) -> list[str]:
        """What Robbie shows there."""
        if channel not in self.discord.world.channels and not channel.isalpha():
            return []
        return [message.content for message in self.discord.bot_messages(channel)]

    async def until(self, condition: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Wait until the condition holds."""
        await self.discord.wait_for(lambda _discord: condition(), timeout=timeout)

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows over all orgs."""
        async with await psycopg.AsyncConnection.connect(self._database_url) as connection:
            return await (await connection.execute(query)).fetchall()

    async def settled(self) -> None:
        """Nothing is pending any more, nor on its way from Discord."""
        await settled(self.rows, self._on_its_way)

    async def _on_its_way(self) -> bool:
        """Discord hears from nobody that an event is stored; who took it in knows."""
        await self.discord.heard()
        states = [await robbie.health() for robbie in self._robbies if robbie.lives]
        return any(state["discord"]["waiting"] for state in states)


@pytest.fixture
async def guild(admin_url: str, tmp_path: Path) -> AsyncIterator[Guild]:
    """Doubles, and a fresh database."""
    async with DiscordDouble() as discord, ProviderDouble(piece_size=8) as providers:
        guild = Guild(discord, providers, tmp_path, admin_url)
        async with guild.stack:
            yield guild


async def test_reply_is_posted_once_after_kill_between_post_and_recording(guild: Guild) -> None:
    hold = guild.discord.fault("create_message", take_then_hold())
    robbie = await guild.robbie()
    thread = await guild.mention("hi")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    await robbie.kill()
    hold.release()
    assert len(guild.shown(thread)) == 1
    await guild.another()
    await guild.until(lambda: guild.shown(thread) == ["You said: hi"])
    await guild.settled()
    assert guild.shown(thread) == ["You said: hi"]


async def test_reply_is_found_again_when_its_nonce_is_forgotten(guild: Guild) -> None:
    """After two minutes Discord takes the same nonce again; the text in the history tells."""
    hold = guild.discord.fault("create_message", take_then_hold())
    robbie = await guild.robbie()
    thread = await guild.mention("hi")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    await robbie.kill()
    hold.release()
    guild.discord.platform.nonces.clear()
    async with await psycopg.AsyncConnection.connect(guild._database_url, autocommit=True) as connection:
        await connection.execute("UPDATE outbox SET created_at = created_at - interval '5 minutes'")
    await guild.another()
    await guild.until(lambda: guild.shown(thread) == ["You said: hi"])
    await guild.settled()
    assert guild.shown(thread) == ["You said: hi"]


async def test_reply_is_posted_once_after_kill_between_commit_and_post(guild: Guild) -> None:
    shown = partial(guild.discord.fault, "edit_message", hold_then_take(), when=lambda args: "You said" in str(args))
    hold = shown()
    robbie = await guild.robbie()
    thread = await guild.mention("hi")
    hold = await final(hold, shown, guild.rows)
    await robbie.kill()
    hold.release()
    await guild.another()
    await guild.until(lambda: guild.shown(thread) == ["You said: hi"])
    await guild.settled()
    assert guild.shown(thread) == ["You said: hi"]
    assert len(guild.providers.requests) == 1


async def test_what_was_said_while_every_process_was_dead_is_answered(guild: Guild) -> None:
    robbie = await guild.robbie()
    first = await guild.mention("first")
    await guild.until(lambda: guild.shown(first) == ["You said: first"])
    await guild.settled()
    await robbie.kill()
    missed = await guild.mention("second", drop=True)
    await guild.discord.say("Ben", first, "third", drop=True)
    await guild.another()
    await guild.until(lambda: guild.shown(missed) == ["You said: second"] and len(guild.shown(first)) == 2)
    await guild.settled()
    assert len(guild.shown(first)) == 2


async def test_a_commands_answer_is_finished_after_a_kill_in_the_middle(guild: Guild) -> None:
    """CASE 24: who comes next reads the token from the database."""
    hold = guild.providers.fault("stall", after=1, times=1)
    robbie = await guild.robbie()
    await guild.until(lambda: ("ask", 1) in guild.discord.commands.everywhere)
    asked = await guild.discord.slash("Ana", "general", "ask", text="why?")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    await guild.until(lambda: asked.state in ("deferred", "answered"))
    await robbie.kill()
    await guild.another()
    await guild.until(lambda: asked.shown == "You said: why?")
    await guild.settled()
    assert guild.shown("general") == ["You said: why?"]
    assert not guild.discord.called("create_message")
