"""Makes the pictures anew: ``PYTHONPATH=. .venv/bin/python -m tools.previews``."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import bootstrap
from bot.health import Health
from tests.guild import Guild
from tests.inprocess import running
from tests.office import Office
from tests.robbie_process import provider_environment
from tests.web_room import served
from tools.previews.chat import photograph
from tools.previews.discord import conversation as discord_conversation
from tools.previews.picture import take
from tools.previews.scenes import discord_scene, notes_scene, slack_scene
from tools.previews.script import answer
from tools.previews.slack import conversation as slack_conversation
from tools.previews.slack import home as slack_home

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


@contextmanager
def database(server: EmbeddedPostgres, name: str) -> Iterator[str]:
    """A database of its own; gives its URL."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    upgrade(bootstrap(server.url(database=name)).owner)
    yield server.url(database=name)


async def _slack(url: str, folder: Path) -> dict[str, str]:
    async with SlackDouble() as slack, ProviderDouble() as providers:
        providers.reply(answer)
        office = Office(slack, providers, bootstrap(url), folder)
        async with office.stack:
            thread = await slack_scene(office)
            return {
                "slack-conversation": slack_conversation(slack, "C1", thread),
                "slack-home": slack_home(slack, "U2"),
            }


async def _notes(url: str, folder: Path) -> dict[str, str]:
    async with SlackDouble() as slack, ProviderDouble() as providers:
        providers.reply(answer)
        office = Office(slack, providers, bootstrap(url), folder)
        async with office.stack:
            return {"slack-notes": slack_conversation(slack, "C1", await notes_scene(office), "U1")}


async def _discord(url: str, folder: Path) -> dict[str, str]:
    async with DiscordDouble() as discord, ProviderDouble() as providers:
        providers.reply(answer)
        guild = Guild(discord, providers, bootstrap(url), url, folder)
        async with guild.stack:
            return {"discord-conversation": discord_conversation(discord, await discord_scene(guild), "Chika")}


async def _web_chat(url: str, folder: Path) -> None:
    async with (
        ProviderDouble() as providers,
        running(bootstrap(url), provider_environment(providers), folder) as app,
        served(app.web(Health(app).state)) as address,
    ):
        providers.reply(answer)
        await photograph(address, IMAGES / "conversation.png")


def main() -> None:
    """Play, draw, and keep the pictures."""
    os.environ.pop("DATABASE_URL", None)
    with (
        tempfile.TemporaryDirectory() as name,
        EmbeddedPostgres(Path(name) / "pg", settings={"fsync": "off"}) as server,
    ):
        with database(server, "slack") as url:
            pages = asyncio.run(_slack(url, Path(name)))
        with database(server, "notes") as url:
            pages |= asyncio.run(_notes(url, Path(name) / "notes"))
        with database(server, "discord") as url:
            pages |= asyncio.run(_discord(url, Path(name)))
        with database(server, "web_chat") as url:
            asyncio.run(_web_chat(url, Path(name) / "web"))
    for title, html in pages.items():
        asyncio.run(take(html, IMAGES / f"{title}.png"))
    for title in ("conversation", *pages):
        print(f"docs/images/{title}.png", (IMAGES / f"{title}.png").stat().st_size // 1024, "KB")


if __name__ == "__main__":
    main()
