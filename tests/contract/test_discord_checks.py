"""What the doctor sees of a Discord application, at a double that refuses what Discord refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.discord.api import DiscordApi
from adapters.discord.checks import discord
from adapters.discord.commands import application_commands, sync
from adapters.doubles.discord import DiscordDouble, drop_before, error, http_status, rate_limited
from core.commands import REGISTRY
from core.health.models import Finding
from tests.findings import findings, statuses

SECRET = "do-not-show-this"
WELL = dict.fromkeys(("bot token", "intents", "gateway", "commands", "servers"), "ok")


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as double:
        api = DiscordApi(double.token, base_url=double.api_url)
        await sync(api, double.bot_user, application_commands(REGISTRY))
        await api.close()
        yield double


async def looked_at(double: DiscordDouble, token: str = "", gateway_url: str | None = None) -> dict[str, Finding]:
    found = await findings(discord(token or double.token, double.api_url, gateway_url))
    said = "".join(finding.found + finding.mend for finding in found.values())
    assert SECRET not in said
    assert double.token not in said
    return found


async def test_an_application_that_is_well_is_well(double: DiscordDouble) -> None:
    found = await looked_at(double)
    assert statuses(found) == WELL
    assert found["servers"].found == "Double"
    assert found["gateway"].found == "it greets; 1000 new sessions are left today"
    assert double.gateway.identifies == 0, "sessions are limited, so looking begins none"


async def test_a_wrong_token_is_said_to_be_wrong(double: DiscordDouble) -> None:
    found = await looked_at(double, token=SECRET)
    assert statuses(found) == {"bot token": "problem"}
    assert found["bot token"].found == "DISCORD_TOKEN was refused (401)"
    assert "Reset Token" in found["bot token"].mend


async def test_a_missing_intent_is_named_with_where_it_is_switched_on(double: DiscordDouble) -> None:
    double.world.privileged.clear()
    found = await looked_at(double)
    assert statuses(found) == {**WELL, "intents": "problem"}
    assert "Message Content Intent" in found["intents"].found
    assert "Privileged Gateway Intents" in found["intents"].mend


@pytest.mark.parametrize(("left", "status"), [(5, "warning"), (0, "problem")])
async def test_too_many_sessions_are_said_before_discord_resets_the_token(
    double: DiscordDouble, left: int, status: str
) -> None:
    double.gateway.identify_total = left
    assert statuses(await looked_at(double)) == {**WELL, "gateway": status}


async def test_a_gateway_that_does_not_greet_is_a_problem(double: DiscordDouble) -> None:
    found = await looked_at(double, gateway_url="ws://127.0.0.1:1")
    assert statuses(found) == {**WELL, "gateway": "problem"}


async def test_commands_that_are_not_registered_are_named(double: DiscordDouble) -> None:
    del double.commands.everywhere["ask", 1]
    double.commands.everywhere["help", 1]["description"] = "Something else"
    found = await looked_at(double)
    assert statuses(found) == {**WELL, "commands": "warning"}
    assert found["commands"].found == "not registered as they are: help, ask"


async def test_without_a_server_the_address_to_invite_it_is_shown(double: DiscordDouble) -> None:
    del double.world.members[double.bot_user]
    found = await looked_at(double)
    assert statuses(found) == {**WELL, "servers": "warning"}
    assert f"oauth2/authorize?client_id={double.bot_user}" in found["servers"].mend
    assert "applications.commands" in found["servers"].mend


async def test_a_discord_that_is_unwell_is_told_from_a_wrong_token(double: DiscordDouble) -> None:
    for fault, status, said in (
        (rate_limited(30), "warning", "asks to wait for 30 s"),
        (http_status(503), "problem", "Discord cannot be asked"),
        (drop_before(), "problem", "Discord cannot be asked"),
        (error(403, 50001, SECRET), "problem", "Discord cannot be asked"),
    ):
        # aiohttp asks once more where a connection that it kept was dropped.
        double.fault("application", fault, times=2 if fault == drop_before() else 1)
        found = await looked_at(double)
        assert (found["api"].status, said in found["api"].found) == (status, True), found


async def test_a_discord_that_is_not_there_cannot_be_reached() -> None:
    found = await findings(discord(SECRET, "http://127.0.0.1:1/api/v10", None))
    assert statuses(found) == {"api": "problem"}
    assert SECRET not in found["api"].found
