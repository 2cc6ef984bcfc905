"""What the Discord double refuses in threads, forums and webhooks, and of people, files and reactions."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import connected
from tests.contract.discord_wire import Rest, rest


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


async def test_threads_only_where_there_can_be_some(double: DiscordDouble, call: Rest) -> None:
    async def thread_on(channel: str) -> tuple[int, int | None]:
        said = await double.say("Ana", channel, "x")
        path = f"/channels/{said.channel_id}/messages/{said.id}/threads"
        status, body = await call("POST", path, {"name": "t"})
        return status, body.get("code")

    assert await thread_on("general") == (201, None)
    assert await thread_on("lounge") == (400, 50024)
    assert await thread_on("Ana") == (400, 50024)
    assert await thread_on("readonly") == (403, 50013)
    assert await thread_on("hidden") == (403, 50001)


async def test_a_message_has_one_thread(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "x")
    path = f"/channels/{said.channel_id}/messages/{said.id}/threads"
    assert (await call("POST", path, {"name": "t"}))[1]["id"] == said.id
    assert (await call("POST", path, {"name": "t"}))[1]["code"] == 160004
    assert (await call("POST", path, {"name": "x" * 101}))[1]["code"] in (50035, 160004)


@pytest.mark.parametrize("form", [{}, {"name": "x" * 101}, {"name": "x", "auto_archive_duration": 7}])
async def test_threads_that_are_named_or_timed_wrongly(double: DiscordDouble, call: Rest, form: dict[str, Any]) -> None:
    said = await double.say("Ana", "general", "x")
    status, body = await call("POST", f"/channels/{said.channel_id}/messages/{said.id}/threads", form)
    assert (status, body["code"]) == (400, 50035)


async def test_a_thread_wakes_up_when_somebody_writes_unless_it_is_locked(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "x")
    await call("POST", f"/channels/{said.channel_id}/messages/{said.id}/threads", {"name": "t"})
    path = f"/channels/{said.id}"
    await call("PATCH", path, {"archived": True})
    assert (await call("POST", f"{path}/messages", {"content": "x"}))[0] == 200
    assert double.channel(said.id).archived is False
    await call("PATCH", path, {"archived": True, "locked": True})
    assert (await call("POST", f"{path}/messages", {"content": "x"}))[1]["code"] == 160005


async def test_forum_posts_need_a_message(double: DiscordDouble, call: Rest) -> None:
    path = f"/channels/{double.channel('questions').id}/threads"
    assert (await call("POST", path, {"name": "t"}))[1]["code"] == 50035
    assert (await call("POST", path, {"name": "t", "message": {"content": ""}}))[1]["code"] == 50006
    assert double.threads("questions") == []


async def test_reactions_that_are_no_emoji(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "x")
    path = f"/channels/{said.channel_id}/messages/{said.id}/reactions"
    assert (await call("PUT", f"{path}/thumbsup/@me"))[1]["code"] == 10014
    assert (await call("PUT", f"{path}/%F0%9F%91%8D/@me"))[0] == 204
    assert (await call("PUT", f"{path}/party:123456/@me"))[0] == 204


async def test_reactions_take_a_permission_where_nobody_has_reacted(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "x")
    await double.react("Ben", "general", said.id, "👍")
    double.deny("general", "ADD_REACTIONS")
    path = f"/channels/{said.channel_id}/messages/{said.id}/reactions"
    assert (await call("PUT", f"{path}/👍/@me"))[0] == 204
    assert (await call("PUT", f"{path}/👎/@me"))[1]["code"] == 50013


async def test_files_over_the_limit(double: DiscordDouble) -> None:
    double.world.attachment_limit = 10
    async with connected(double) as client:
        channel = client.get_partial_messageable(int(double.channel("general").id))
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send(file=discord.File(__file__))
    assert (refused.value.status, refused.value.code) == (413, 40005)


async def test_an_attachments_address_is_sealed(double: DiscordDouble, call: Rest) -> None:
    file = double.attach("general", "a.txt", b"a")
    async with aiohttp.ClientSession() as session:
        async with session.get(file.url) as good:
            assert (good.status, await good.read()) == (200, b"a")
        async with session.get(file.url[:-1] + "x") as bad:
            assert bad.status == 404


async def test_webhooks_need_a_permission_a_proper_name_and_a_channel(double: DiscordDouble, call: Rest) -> None:
    path = f"/channels/{double.channel('general').id}/webhooks"
    for name in ("", "x" * 81, "my discord hook", "Clyde"):
        assert (await call("POST", path, {"name": name}))[1]["code"] == 50035
    assert (await call("POST", f"/channels/{double.dm('Ana')}/webhooks", {"name": "x"}))[1]["code"] == 50024
    for _ in range(15):
        assert (await call("POST", path, {"name": "x"}))[0] == 200
    assert (await call("POST", path, {"name": "x"}))[1]["code"] == 30007
    double.deny("random", "MANAGE_WEBHOOKS")
    path = f"/channels/{double.channel('random').id}/webhooks"
    assert (await call("POST", path, {"name": "x"}))[1]["code"] == 50013


async def test_a_webhooks_token_is_all_it_needs_and_must_be_right(double: DiscordDouble, call: Rest) -> None:
    _, hook = await call("POST", f"/channels/{double.channel('general').id}/webhooks", {"name": "x"})
    path = f"/webhooks/{hook['id']}"
    good, bad = f"{path}/{hook['token']}", f"{path}/wrong"
    assert (await call("POST", good, {"content": "x"}, token="none"))[0] == 204
    assert (await call("POST", f"{good}?wait=true", {"content": "x", "username": "discord"}))[1]["code"] == 50035
    assert (await call("POST", bad, {"content": "x"}))[1] == {"message": "Invalid Webhook Token", "code": 50027}
    assert (await call("POST", f"/webhooks/1/{hook['token']}", {"content": "x"}))[1]["code"] == 10015
    assert (await call("DELETE", path))[0] == 204
    assert (await call("POST", good, {"content": "x"}))[1]["code"] == 10015


async def test_webhooks_write_into_threads_and_forums_by_their_rules(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "x")
    thread = await double.open_thread("Ana", "general", "t", said.id)
    _, hook = await call("POST", f"/channels/{said.channel_id}/webhooks", {"name": "x"})
    path = f"/webhooks/{hook['id']}/{hook['token']}"
    assert (await call("POST", f"{path}?wait=true&thread_id={thread}", {"content": "x"}))[1]["channel_id"] == thread
    assert (await call("POST", f"{path}?thread_id={double.channel('random').id}", {"content": "x"}))[1]["code"] == 10003
    _, hook = await call("POST", f"/channels/{double.channel('questions').id}/webhooks", {"name": "x"})
    path = f"/webhooks/{hook['id']}/{hook['token']}"
    assert (await call("POST", path, {"content": "x"}))[1]["code"] == 220001
    _, post = await call("POST", f"{path}?wait=true", {"content": "x", "thread_name": "t"})
    assert post["id"] == post["channel_id"]


async def test_a_webhooks_message_cannot_be_edited_as_the_apps(double: DiscordDouble, call: Rest) -> None:
    _, hook = await call("POST", f"/channels/{double.channel('general').id}/webhooks", {"name": "x"})
    _, made = await call("POST", f"/webhooks/{hook['id']}/{hook['token']}?wait=true", {"content": "x"})
    status, body = await call("PATCH", f"/channels/{made['channel_id']}/messages/{made['id']}", {"content": "y"})
    assert (status, body["code"]) == (403, 50005)


async def test_people_and_members_that_are_not_there(double: DiscordDouble, call: Rest) -> None:
    assert (await call("GET", "/users/1"))[1]["code"] == 10013
    assert (await call("GET", f"/guilds/{double.guild_id}/members/1"))[1]["code"] == 10007
    assert (await call("GET", f"/guilds/{double.guild_id}/members/{double.user_id('Ana')}"))[0] == 200
    assert (await call("GET", f"/guilds/{double.guild_id}/members?limit=5"))[1]["code"] == 50001
    assert (await call("POST", "/users/@me/channels", {"recipient_id": "1"}))[1]["code"] == 50033
