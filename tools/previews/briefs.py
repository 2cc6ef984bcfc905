"""Makes the pictures of briefs anew: ``PYTHONPATH=. .venv/bin/python -m tools.previews.briefs``."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Literal

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.roles import bootstrap
from core.briefs.composing import compose
from core.briefs.html import as_html
from core.briefs.models import Act, Facts, Line
from tests.brief_facts import AFTERNOON, EVENING, MORNING
from tests.guild import Guild
from tests.office import Office
from tools.previews.__main__ import IMAGES, database
from tools.previews.discord import direct as discord_direct
from tools.previews.picture import take
from tools.previews.scenes import discord_briefs, slack_briefs
from tools.previews.script import answer
from tools.previews.slack import direct as slack_direct

Scheme = Literal["light", "dark"]
MAILS: tuple[tuple[str, Facts, int, Scheme], ...] = (
    ("brief-mail-morning", MORNING, 640, "light"),
    ("brief-mail-afternoon-dark", AFTERNOON, 640, "dark"),
    ("brief-mail-evening-phone", EVENING, 360, "light"),
)


def _link(line: Line, act: Act) -> str:
    return f"https://robbie.example/brief/act?n={line.number}&act={act}"


async def _slack(url: str, folder: Path) -> str:
    async with SlackDouble() as slack, ProviderDouble() as providers:
        providers.reply(answer)
        office = Office(slack, providers, bootstrap(url), folder)
        async with office.stack:
            await slack_briefs(office)
            return slack_direct(slack, "U1")


async def _discord(url: str, folder: Path) -> str:
    async with DiscordDouble() as discord, ProviderDouble() as providers:
        providers.reply(answer)
        guild = Guild(discord, providers, bootstrap(url), url, folder)
        async with guild.stack:
            await discord_briefs(guild)
            return discord_direct(discord, "Ana")


async def _draw(pages: dict[str, str]) -> None:
    for title, html in pages.items():
        await take(html, IMAGES / f"{title}.png")
    footer = (("Change times", "https://robbie.example"), ("Unsubscribe", "https://robbie.example"))
    for title, facts, width, scheme in MAILS:
        await take(as_html(compose(facts), link=_link, footer=footer), IMAGES / f"{title}.png", width, scheme)


def main() -> None:
    """Play, draw, and keep the pictures."""
    os.environ.pop("DATABASE_URL", None)
    with (
        tempfile.TemporaryDirectory() as name,
        EmbeddedPostgres(Path(name) / "pg", settings={"fsync": "off"}) as server,
    ):
        with database(server, "slack") as url:
            pages = {"slack-briefs": asyncio.run(_slack(url, Path(name)))}
        with database(server, "discord") as url:
            pages["discord-briefs"] = asyncio.run(_discord(url, Path(name)))
    asyncio.run(_draw(pages))


if __name__ == "__main__":
    main()
