"""``/link`` from Slack to Discord, end to end between both doubles."""

from __future__ import annotations

import re

from adapters.doubles.discord import DiscordDouble
from tests.office import Office
from tests.robbie_process import discord_environment


async def test_a_code_from_slack_joins_discord_and_its_direct_message_comes_home(office: Office) -> None:
    async with DiscordDouble() as discord:
        office.providers.reply("Hallo")
        await office.open(**discord_environment(discord))

        async def write(text: str) -> str:
            before = len(discord.bot_messages("Ana"))
            await discord.say("Ana", "Ana", text)
            await discord.wait_for(lambda d: len(d.bot_messages("Ana")) > before, timeout=30)
            await office.settled()
            return discord.bot_messages("Ana")[-1].content

        await write("hello")
        await office.command("language German", "U1")
        said = await office.ask("!robbie link", "U1")
        code = re.search(r"[A-Z]{4}-[A-Z]{4}", said)
        assert code is not None
        assert "Joined." in await write(f"!robbie link {code[0]}")
        where = "SELECT DISTINCT org_id FROM {} WHERE surface = 'discord'"
        home = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
        await office.until_rows(where.format("conversations"), home)
        assert await write("and now?") == "Hallo"
        assert await office.rows(where.format("outbox")) == home
        assert "German" in office.prompt()
        assert "not valid" in await write(f"!robbie link {code[0][::-1]}")
