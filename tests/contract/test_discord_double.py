"""The Discord double through the real discord.py client: what a bot does on an ordinary day."""

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import Client, connected


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def client(double: DiscordDouble) -> AsyncIterator[Client]:
    async with connected(double) as ready:
        yield ready


async def heard(client: Client, count: int = 1) -> discord.Message:
    message = await client.until("message", count)
    assert isinstance(message, discord.Message)
    return message


async def test_a_client_becomes_ready_and_sees_what_it_may_see(double: DiscordDouble, client: Client) -> None:
    (guild,) = client.guilds
    assert (str(guild.id), guild.name, guild.unavailable) == (double.guild_id, "Double", False)
    assert {channel.name for channel in guild.channels} == {
        "general", "random", "secret", "readonly", "lounge", "questions"
    }  # fmt: skip
    assert client.user is not None
    assert str(client.user.id) == double.bot_user
    assert client.application_id == client.user.id


async def test_a_mention_is_heard_with_its_author_and_answered(double: DiscordDouble, client: Client) -> None:
    said = await double.say("Ana", "general", f"{double.mention()} hello")
    message = await heard(client)
    assert (str(message.id), message.author.display_name, message.channel.name) == (said.id, "Ana", "general")
    assert client.user in message.mentions
    await message.reply("hello Ana", mention_author=False)
    (answer,) = double.bot_messages("general")
    assert (answer.content, answer.type, answer.reference) == (
        "hello Ana",
        19,
        {"type": 0, "channel_id": said.channel_id, "message_id": said.id, "guild_id": double.guild_id},
    )


async def test_a_direct_message_is_heard_and_answered(double: DiscordDouble, client: Client) -> None:
    await double.say("Ben", "Ben", "psst")
    message = await heard(client)
    assert isinstance(message.channel, discord.DMChannel)
    assert (message.content, message.guild) == ("psst", None)
    await message.channel.send("yes?")
    assert [m.content for m in double.messages("Ben")] == ["psst", "yes?"]


async def test_a_direct_message_is_opened_once_per_person(double: DiscordDouble, client: Client) -> None:
    ana = await client.fetch_user(int(double.user_id("Ana")))
    first, second = await ana.create_dm(), await client.create_dm(ana)
    assert str(first.id) == str(second.id) == double.dm("Ana")


async def test_an_answer_grows_by_edits_and_each_is_an_event(double: DiscordDouble, client: Client) -> None:
    answer = await client.get_partial_messageable(int(double.channel("general").id)).send("…")
    for text in ("one", "one two", "one two three"):
        await answer.edit(content=text)
    await client.until("raw_message_edit", 3)
    (shown,) = double.bot_messages("general")
    assert (shown.content, shown.edits) == ("one two three", 3)
    assert (await answer.fetch()).edited_at is not None


async def test_reactions_come_and_go_in_both_directions(double: DiscordDouble, client: Client) -> None:
    said = await double.say("Ana", "general", "vote")
    message = await heard(client)
    await message.add_reaction("👍")
    assert await double.react("Ben", "general", said.id, "👍")
    assert not await double.react("Ben", "general", said.id, "👍")
    assert await double.unreact("Ben", "general", said.id, "👍")
    own, bens = await client.until("raw_reaction_add"), await client.until("raw_reaction_add", 2)
    taken = await client.until("raw_reaction_remove")
    assert (str(own.user_id), str(bens.user_id), str(taken.user_id)) == (
        double.bot_user, double.user_id("Ben"), double.user_id("Ben")
    )  # fmt: skip
    assert (bens.emoji.name, bens.member.display_name, str(bens.message_id)) == ("👍", "Ben", said.id)
    fetched = await message.fetch()
    assert [(r.emoji, r.count, r.me) for r in fetched.reactions] == [("👍", 1, True)]
    await message.remove_reaction("👍", discord.Object(int(double.bot_user)))
    assert (await message.fetch()).reactions == []


async def test_edits_and_deletions_of_people_are_heard(double: DiscordDouble, client: Client) -> None:
    said = await double.say("Ana", "general", "frist")
    await double.edit_message("general", said.id, "first")
    edited = await client.until("raw_message_edit")
    assert edited.data["content"] == "first"
    await double.delete_message("general", said.id)
    gone = await client.until("raw_message_delete")
    assert str(gone.message_id) == said.id
    assert double.messages("general") == []


async def test_typing_is_noted(double: DiscordDouble, client: Client) -> None:
    async with client.get_partial_messageable(int(double.channel("general").id)).typing():
        assert double.typing == [double.channel("general").id]


async def test_a_thread_hangs_on_its_message_and_has_its_id(double: DiscordDouble, client: Client) -> None:
    said = await double.say("Ana", "general", "long story")
    message = await heard(client)
    thread = await message.create_thread(name="story")
    assert str(thread.id) == said.id
    await thread.send("once upon a time")
    await double.say("Ben", str(thread.id), "and then?")
    reply = next(m for m in [await heard(client, n) for n in range(2, 5)] if m.content == "and then?")
    assert isinstance(reply.channel, discord.Thread)
    assert [m.type.name async for m in thread.history(oldest_first=True)] == [
        "thread_starter_message", "default", "default"
    ]  # fmt: skip
    assert (await message.fetch()).thread is not None


async def test_a_forum_post_is_a_thread_with_its_first_message(double: DiscordDouble, client: Client) -> None:
    forum = client.get_channel(int(double.channel("questions").id))
    assert isinstance(forum, discord.ForumChannel)
    made = await forum.create_thread(name="How?", content="Like this.")
    assert made.thread.id == made.message.id
    post = await double.post("Ana", "questions", "Why?", f"{double.mention()} tell me")
    asked = next(m for m in [await heard(client, n) for n in (1, 2)] if m.content.endswith("tell me"))
    assert (str(asked.id), str(asked.channel.id)) == (post.id, post.channel_id)


async def test_files_go_up_and_come_down(double: DiscordDouble, client: Client) -> None:
    note = double.attach("general", "note.txt", b"read me")
    await double.say("Ana", "general", "see file", files=[note])
    message = await heard(client)
    assert await message.attachments[0].read() == b"read me"
    sent = await message.channel.send("mine", file=discord.File(__file__, "mine.py", description="a test"))
    (stored,) = double.bot_messages("general")[0].attachments
    assert (stored.name, stored.description) == ("mine.py", "a test")
    assert await sent.attachments[0].read() == stored.content


async def test_webhooks_speak_under_a_name_of_their_own_and_keep_it_in_edits(
    double: DiscordDouble, client: Client
) -> None:
    channel = client.get_channel(int(double.channel("general").id))
    assert isinstance(channel, discord.TextChannel)
    hook = await channel.create_webhook(name="mentors")
    spoken = await hook.send("Think.", username="Ada", avatar_url="https://example.org/ada.png", wait=True)
    await spoken.edit(content="Think twice.")
    (shown,) = double.bot_messages("general")
    assert shown.identity is not None
    assert (shown.content, shown.identity["username"]) == ("Think twice.", "Ada")
    assert double.webhooks.pictures[shown.id] == "https://example.org/ada.png"
    await spoken.delete()
    assert [hook.name for hook in await channel.webhooks()] == ["mentors"]
    assert double.bot_messages("general") == []


async def test_history_pages_before_after_and_around(double: DiscordDouble, client: Client) -> None:
    ids = [(await double.say("Ana", "general", str(number))).id for number in range(7)]
    channel = client.get_partial_messageable(int(double.channel("general").id))
    middle = discord.Object(int(ids[3]))

    async def texts(**where: object) -> str:
        return "".join([m.content async for m in channel.history(**where)])  # type: ignore[arg-type]

    assert await texts() == "6543210"
    assert await texts(before=middle, limit=2) == "21"
    assert await texts(after=middle, limit=2) == "45"
    assert await texts(around=middle, limit=3) == "432"
    assert await texts(oldest_first=True) == "0123456"


async def test_ids_carry_the_time_and_only_grow(double: DiscordDouble, client: Client) -> None:
    ids = [int((await double.say("Ana", "general", str(n))).id) for n in range(50)]
    assert ids == sorted(set(ids))
    age = discord.utils.utcnow() - discord.utils.snowflake_time(ids[-1])
    assert abs(age.total_seconds()) < 5


async def test_several_clients_hear_everything(double: DiscordDouble, client: Client) -> None:
    async with connected(double) as second:
        await double.say("Ana", "general", "both of you")
        messages = await asyncio.gather(heard(client), heard(second))
    assert [m.content for m in messages] == ["both of you", "both of you"]
