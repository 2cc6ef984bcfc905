"""Which events the Discord double sends to whom, and with what in them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.discord.state import HELPERS_ROLE
from tests.contract.discord_client import connected, intents_of
from tests.contract.discord_wire import ALL_INTENTS, rest, wire

CONTENT, MESSAGES = 1 << 15, 1 << 9


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


async def test_contents_are_empty_without_the_intent_unless_they_concern_the_app(double: DiscordDouble) -> None:
    async with wire(double) as socket, rest(double) as call:
        await socket.identify(double.token, ALL_INTENTS & ~CONTENT)
        note = double.attach("general", "a.txt", b"a")
        await double.say("Ana", "general", "not for you", files=[note])
        await double.say("Ana", "general", f"{double.mention()} for you")
        await double.say("Ana", "Ana", "in private")
        await call.post("general", content="my own")
        heard = [await socket.until("MESSAGE_CREATE") for _ in range(4)]
    assert [m["content"] for m in heard] == ["", f"{double.mention()} for you", "in private", "my own"]
    assert heard[0]["attachments"] == []


async def test_rest_empties_contents_when_the_portal_does_not_allow_them(double: DiscordDouble) -> None:
    double.world.privileged.discard("MESSAGE_CONTENT")
    said = await double.say("Ana", "general", "secret")
    async with rest(double) as call:
        _, body = await call("GET", f"/channels/{said.channel_id}/messages/{said.id}")
        _, app = await call("GET", "/applications/@me")
    assert body["content"] == ""
    assert not app["flags"] & (1 << 19)


async def test_only_events_that_were_asked_for_come(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        await socket.identify(double.token, MESSAGES | CONTENT)
        said = await double.say("Ana", "general", "one")
        await double.react("Ben", "general", said.id, "👍")
        await double.say("Ana", "Ana", "in private")
        await double.say("Ana", "general", "two")
        names = [(await socket.receive())["t"] for _ in range(2)]
    assert names == ["MESSAGE_CREATE", "MESSAGE_CREATE"]


async def test_nothing_is_heard_of_channels_that_the_app_cannot_see(double: DiscordDouble) -> None:
    async with connected(double) as client:
        await double.say("Ana", "hidden", "behind its back")
        await double.say("Ana", "secret", "among us")
        assert (await client.until("message")).content == "among us"


async def test_events_can_be_held_reordered_doubled_and_lost(double: DiscordDouble) -> None:
    async with connected(double) as client:
        first = await double.say("Ana", "general", "first", hold=True)
        second = await double.say("Ana", "general", "second", hold=True)
        await double.say("Ana", "general", "lost", drop=True)
        await double.say("Ana", "general", "twice", deliveries=2)
        double.release(second.event, first.event)
        await client.until("message", 4)
        assert [m.content for m in client.all("message")] == ["twice", "twice", "second", "first"]
    assert len(double.messages("general")) == 4


async def test_everything_can_be_held(double: DiscordDouble) -> None:
    async with connected(double) as client:
        double.sessions.paused = True
        await double.say("Ana", "general", "waits")
        double.sessions.paused = False
        await double.say("Ana", "general", "goes")
        await client.until("message")
        double.release()
        await client.until("message", 2)
        assert [m.content for m in client.all("message")] == ["goes", "waits"]


async def test_shards_share_the_guild_and_the_first_has_the_direct_messages(double: DiscordDouble) -> None:
    home = (int(double.guild_id) >> 22) % 2
    async with wire(double) as zero, wire(double) as one:
        await zero.identify(double.token, shard=[0, 2])
        await one.identify(double.token, shard=[1, 2])
        await double.say("Ana", "Ana", "private")
        await double.say("Ana", "general", "public")
        first = await zero.until("MESSAGE_CREATE")
        assert first["content"] == "private"
        at_home = await (zero, one)[home].until("MESSAGE_CREATE")
        assert at_home["content"] == "public"


async def test_members_are_sent_on_request(double: DiscordDouble) -> None:
    double.world.privileged.add("GUILD_MEMBERS")
    async with connected(double, intents_of(members=True)) as client:
        async with asyncio.timeout(10):
            while not client.guilds[0].chunked:
                await asyncio.sleep(0.01)
        assert {m.display_name for m in client.guilds[0].members} == {"Ana", "Ben", "Chika", "Other bot", "Robbie"}


async def test_several_messages_go_at_once(double: DiscordDouble) -> None:
    async with connected(double) as client:
        ids = [(await double.say("Ana", "general", str(number))).id for number in range(3)]
        await double.clear("general", ids[:2])
        gone = await client.until("raw_bulk_message_delete")
    assert gone.message_ids == {int(ids[0]), int(ids[1])}
    assert [m.id for m in double.messages("general")] == ids[2:]


async def test_a_forwarded_message_carries_a_copy(double: DiscordDouble) -> None:
    said = await double.say("Ben", "general", "look at this")
    async with connected(double) as client:
        await double.forward("Ana", "general", said.id, "random")
        message = await client.until("message")
    assert (message.content, message.message_snapshots[0].content) == ("", "look at this")


async def test_a_links_preview_is_an_update_without_an_edit(double: DiscordDouble) -> None:
    said = await double.say("Ben", "general", "https://example.org")
    async with connected(double) as client:
        await double.unfurl("general", said.id, {"type": "link", "url": "https://example.org", "title": "Example"})
        updated = await client.until("raw_message_edit")
    assert (updated.data["edited_timestamp"], updated.data["embeds"][0]["title"]) == (None, "Example")


async def test_another_app_and_a_role_are_recognised(double: DiscordDouble) -> None:
    async with connected(double) as client:
        await double.bot_says("general", f"<@&{HELPERS_ROLE}> beep")
        message = await client.until("message")
    assert message.author.bot
    assert [role.name for role in message.role_mentions] == ["helpers"]
