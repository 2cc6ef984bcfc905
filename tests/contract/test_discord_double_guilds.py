"""Several guilds at the Discord double: each with its own members, roles, channels and commands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import connected
from tests.contract.discord_wire import Rest, rest

OTHER = "1300000000000000010"


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        running.add_guild(OTHER, "Other", "Ben")
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


async def test_discord_py_sees_every_guild_with_its_own_channels(double: DiscordDouble) -> None:
    async with connected(double) as client:
        found = {guild.name: [channel.name for channel in guild.text_channels] for guild in client.guilds}
        assert (set(found), found["Other"]) == ({"Double", "Other"}, ["general"])
        await double.say("Ben", "Other/general", "hello")
        message = await client.until("message")
    assert (message.guild.name, message.author.display_name, message.content) == ("Other", "Ben", "hello")


async def test_a_guild_is_joined_and_left_while_connected(double: DiscordDouble) -> None:
    async with connected(double) as client:
        double.add_guild("1400000000000000010", "Third")
        assert (await client.until("guild_join")).name == "Third"
        double.leave_guild(OTHER)
        assert (await client.until("guild_remove")).name == "Other"
        await double.say("Ben", "Other/general", "nobody hears this")
        await double.say("Ben", "general", "this is heard")
        assert (await client.until("message")).content == "this is heard"


async def test_who_is_no_member_of_a_guild_sees_and_does_nothing_there(double: DiscordDouble, call: Rest) -> None:
    await call("PUT", f"/applications/{double.bot_user}/commands", [{"name": "ask", "description": "x"}])
    await double.say("Ben", "Other/general", "hello")
    assert [m.content for m in double.sees("Ben", "Other/general")] == ["hello"]
    assert double.sees("Chika", "Other/general") == []
    assert (await double.slash("Ben", "Other/general", "ask")).user == double.user_id("Ben")
    with pytest.raises(LookupError):
        await double.slash("Chika", "Other/general", "ask")
    assert (await call("GET", f"/guilds/{OTHER}/members/{double.user_id('Chika')}"))[1]["code"] == 10007


async def test_each_guild_has_its_own_commands(double: DiscordDouble, call: Rest) -> None:
    path = f"/applications/{double.bot_user}/guilds/{OTHER}/commands"
    assert (await call("PUT", path, [{"name": "only", "description": "x"}]))[0] == 200
    used = await double.slash("Ben", "Other/general", "only")
    assert used.data["guild_id"] == OTHER
    for channel in ("general", "Ben"):
        with pytest.raises(LookupError):
            await double.slash("Ben", channel, "only")


async def test_permissions_are_those_of_the_guild(double: DiscordDouble, call: Rest) -> None:
    double.deny("Other/general", "SEND_MESSAGES")
    assert (await call.post("Other/general", content="x"))[1]["code"] == 50013
    assert (await call.post("general", content="x"))[0] == 200
    assert double.may("Ana", "Other/general", "MANAGE_CHANNELS"), "its owner may do everything"
    assert not double.may("Ben", "Other/general", "MANAGE_CHANNELS")


async def test_a_guild_that_the_app_has_left_is_unknown(double: DiscordDouble, call: Rest) -> None:
    double.leave_guild(OTHER)
    assert (await call("GET", f"/guilds/{OTHER}"))[1]["code"] == 10004
    assert (await call.post("Other/general", content="x"))[1]["code"] == 50001
    assert [guild["name"] for guild in (await call("GET", "/users/@me/guilds"))[1]] == ["Double"]


async def test_each_person_has_one_direct_message_for_all_guilds(double: DiscordDouble, call: Rest) -> None:
    opened = [await call("POST", "/users/@me/channels", {"recipient_id": double.user_id(who)}) for who in ("Ben",) * 2]
    other = await call("POST", "/users/@me/channels", {"recipient_id": double.user_id("Ana")})
    assert opened[0][1]["id"] == opened[1][1]["id"] == double.dm("Ben") != other[1]["id"]
