from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord import DiscordApi, DiscordSurface, Replies, Threads
from adapters.doubles.discord import DiscordDouble, banned, error, rate_limited, take_then_drop
from adapters.doubles.discord.state import PRIVATE_THREAD, Role
from core.conversation.ports import MaybeSent, MessageGone, NotSent, RateLimited, Refused, Surface
from core.conversation.stores import Owed
from tests.contract.discord_surfaces import KEY, Book, asked, at, defer, made
from tests.say import say


@pytest.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as double:
        double.commands.everywhere["ask", 1] = {"id": "77", "name": "ask", "type": 1, "options": [
            {"type": 3, "name": "text", "description": "what", "required": True}
        ]}  # fmt: skip
        yield double


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def surface(discord: DiscordDouble, book: Book) -> AsyncIterator[DiscordSurface]:
    async with made(discord, book) as surface:
        yield surface


async def test_it_is_a_surface(surface: DiscordSurface) -> None:
    kept: Surface = surface
    assert kept.name == "discord"


async def test_a_mention_gets_a_thread_that_is_called_by_its_question(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    said = await discord.say("Ana", "general", f"{discord.mention()} where is   the wiki? {'x' * 200}")
    place = at(discord, "general", said.id)
    await asyncio.gather(surface.post(place, KEY, say("here")), surface.working(place, on=True))
    (thread,) = discord.threads("general")
    assert thread.id == said.id
    assert thread.name.startswith("where is the wiki? xxx")
    assert len(thread.name) == 80
    assert [message.content for message in discord.bot_messages(thread.id)] == ["here"]
    assert discord.bot_messages("general") == []


async def test_a_mention_without_words_gets_a_thread_too(discord: DiscordDouble, surface: DiscordSurface) -> None:
    said = await discord.say("Ana", "general", discord.mention())
    await surface.post(at(discord, "general", said.id), KEY, say("yes?"))
    assert [thread.name for thread in discord.threads("general")] == ["Robbie"]


async def test_a_thread_that_is_there_already_is_used_by_any_process(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    said = await discord.say("Ana", "general", "why?")
    place = at(discord, "general", said.id)
    async with made(discord, book) as other:
        await asyncio.gather(*(one.post(place, str(uuid.uuid4()), say("hi")) for one in (surface, other)))
    (thread,) = discord.threads("general")
    assert len(discord.bot_messages(thread.id)) == 2


@pytest.mark.parametrize("kind", ["free", "post"])
async def test_a_thread_that_hangs_on_no_message_is_answered_in(
    discord: DiscordDouble, surface: DiscordSurface, kind: str
) -> None:
    if kind == "free":
        thread, channel = await discord.open_thread("Ana", "general", "by itself"), "general"
    else:
        thread, channel = (await discord.post("Ana", "questions", "why?", "please tell")).id, "questions"
    await surface.post(at(discord, channel, thread), KEY, say("here"))
    assert [message.content for message in discord.bot_messages(thread)] == ["here"]


async def test_where_no_thread_can_be_the_answer_is_a_reply(discord: DiscordDouble, surface: DiscordSurface) -> None:
    discord.deny("general", "CREATE_PUBLIC_THREADS")
    for channel in ("general", "lounge"):
        said = await discord.say("Ana", channel, "why?")
        await surface.post(at(discord, channel, said.id), str(uuid.uuid4()), say("so"))
        (answer,) = discord.bot_messages(channel)
        assert answer.reference is not None
        assert answer.reference["message_id"] == said.id
    assert discord.pings == []


async def test_a_setting_makes_answers_replies_but_threads_stay_threads(discord: DiscordDouble, book: Book) -> None:
    async with made(discord, book, "channel") as surface:
        said = await discord.say("Ana", "general", "why?")
        await surface.post(at(discord, "general", said.id), KEY, say("so"))
        thread = await discord.open_thread("Ana", "general", "by itself")
        await surface.post(at(discord, "general", thread), str(uuid.uuid4()), say("here"))
    assert [message.content for message in discord.bot_messages("general")] == ["so"]
    assert [message.content for message in discord.bot_messages(thread)] == ["here"]


async def test_a_private_thread_that_is_gone_is_never_answered_in_its_channel(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 12: in doubt nothing is posted."""
    thread = await discord.open_thread("Ana", "general", "hush")
    discord.channel(thread).type = PRIVATE_THREAD
    place = at(discord, "general", thread)
    await surface.post(place, KEY, say("between us"))
    del discord.world.channels[thread]
    with pytest.raises(NotSent):
        await surface.post(place, str(uuid.uuid4()), say("between us"))
    with pytest.raises(Refused):
        await surface.post(place, str(uuid.uuid4()), say("between us"))
    assert discord.bot_messages("general") == []


async def test_nobody_is_pinged_and_nothing_is_previewed(discord: DiscordDouble, surface: DiscordSurface) -> None:
    """CASE 13."""
    text = f"@everyone @here <@{discord.user_id('Ben')}> <@&{discord.guild_id}> https://example.org"
    place = at(discord, "Ana")
    posted = await surface.post(place, KEY, say(text))
    await surface.edit(place, posted, KEY, say(f"again {text}"))
    assert discord.pings == []
    (message,) = discord.bot_messages("Ana")
    assert message.flags & 4


async def test_a_post_is_repeated_with_its_nonce(discord: DiscordDouble, surface: DiscordSurface) -> None:
    place = at(discord, "Ana")
    first = await surface.post(place, KEY, say("hello"))
    assert await surface.find(place, KEY, message=say("hello"), since=datetime.now(UTC)) is None
    assert await surface.post(place, KEY, say("hello")) == first
    assert await surface.post(place, str(uuid.uuid4()), say("hello")) != first
    assert len(discord.bot_messages("Ana")) == 2


async def test_of_two_posts_that_look_alike_nobody_can_tell(discord: DiscordDouble, surface: DiscordSurface) -> None:
    from core.conversation.ports import CannotTell

    place, since = at(discord, "Ana"), datetime.now(UTC) - timedelta(minutes=5)
    for _ in range(2):
        await surface.post(place, str(uuid.uuid4()), say("hello"))
    with pytest.raises(CannotTell):
        await surface.find(place, KEY, message=say("hello"), since=since)
    assert await surface.find(place, KEY, message=say("other"), since=since) is None


async def test_a_post_is_found_however_discord_treats_its_spaces(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    place, body = at(discord, "Ana"), "@\u200beveryone  said:\r\n\n- one \n- two"
    posted = await surface.post(place, KEY, say(body))
    discord.channel("Ana").message(posted).content = "@everyone said:\n- one\n- two"
    since = datetime.now(UTC) - timedelta(minutes=5)
    assert await surface.find(place, KEY, message=say(body), since=since) == posted


async def test_what_was_posted_before_is_not_looked_at(discord: DiscordDouble, surface: DiscordSurface) -> None:
    place = at(discord, "Ana")
    old = await surface.post(place, KEY, say("hello"))
    message = discord.channel("Ana").message(old)
    discord.channel("Ana").remove(message)
    message.id = str(int(old) - (3600_000 << 22))
    discord.channel("Ana").add(message)
    since = datetime.now(UTC) - timedelta(minutes=5)
    assert await surface.find(place, KEY, message=say("hello"), since=since) is None


async def test_limits_that_discord_tells_are_kept(discord: DiscordDouble, surface: DiscordSurface) -> None:
    discord.rate_limits()
    place, sent, waits = at(discord, "Ana"), 0, 0
    while sent < 8:
        try:
            await surface.post(place, str(uuid.uuid4()), say(f"part {sent}"))
            sent += 1
        except RateLimited as error:
            waits += 1
            await asyncio.sleep(error.retry_after)
    assert waits
    assert not discord.limits.invalid


async def test_a_global_limit_stops_every_call(discord: DiscordDouble, surface: DiscordSurface) -> None:
    discord.fault("create_message", rate_limited(30, "global"))
    for channel in ("Ana", "Ben"):
        with pytest.raises(RateLimited):
            await surface.post(at(discord, channel), KEY, say("hello"))
    assert len(discord.called("create_message")) == 1


async def test_an_address_that_is_shut_out_waits(discord: DiscordDouble, surface: DiscordSurface) -> None:
    discord.fault("create_message", banned())
    with pytest.raises(RateLimited) as caught:
        await surface.post(at(discord, "Ana"), KEY, say("hello"))
    assert caught.value.retry_after == 600


async def test_a_wrong_token_is_not_shown_to_discord_again_and_again(discord: DiscordDouble, book: Book) -> None:
    """CASE 25: ten thousand refusals in ten minutes shut the whole address out."""
    api = DiscordApi("wrong", base_url=discord.api_url)
    surface = DiscordSurface(api, Threads(api), Replies(api, book, book))
    for _ in range(20):
        with pytest.raises(NotSent):
            await surface.post(at(discord, "Ana"), KEY, say("hello"))
    assert len(discord.limits.invalid) == 1
    await surface.close()


@pytest.mark.parametrize("code", [10008, 30046, 50005, 50083])
async def test_what_cannot_be_edited_is_gone(discord: DiscordDouble, surface: DiscordSurface, code: int) -> None:
    place = at(discord, "Ana")
    posted = await surface.post(place, KEY, say("hello"))
    discord.fault("edit_message", error(400, code))
    with pytest.raises(MessageGone):
        await surface.edit(place, posted, KEY, say("bye"))


async def test_an_edit_in_a_thread_that_is_gone_is_gone(discord: DiscordDouble, surface: DiscordSurface) -> None:
    said = await discord.say("Ana", "general", "why?")
    place = at(discord, "general", said.id)
    posted = await surface.post(place, KEY, say("so"))
    del discord.world.channels[said.id]
    with pytest.raises(MessageGone):
        await surface.edit(place, posted, KEY, say("so it is"))


async def test_a_person_who_takes_no_messages_refuses(discord: DiscordDouble, surface: DiscordSurface) -> None:
    discord.world.users[discord.user_id("Ana")].refuses_dms = True
    with pytest.raises(Refused):
        await surface.post(at(discord, "Ana"), KEY, say("hello"))


async def test_typing_is_shown_while_a_turn_runs_and_not_after(discord: DiscordDouble, surface: DiscordSurface) -> None:
    place = at(discord, "Ana")
    await surface.working(place, on=True)
    await surface.working(place, on=True)
    await discord.wait_for(lambda d: d.typing)
    await surface.working(place, on=False)
    assert discord.typing == [discord.dm("Ana")]
    assert [task for task in asyncio.all_tasks() if task.get_name() == "discord-typing"] == []


async def test_the_history_of_a_thread_begins_with_its_message(discord: DiscordDouble, surface: DiscordSurface) -> None:
    root = await discord.say("Ana", "general", f"{discord.mention()} and {discord.mention('Ben')}: why?")
    thread = await discord.open_thread("Ana", "general", "why?", root.id)
    for number in range(4):
        await discord.say("Ben", thread, f"because {number}")
    found = await surface.history(at(discord, "general", thread), 10)
    assert [said.text for said in found] == ["and @Ben: why?", *(f"because {number}" for number in range(4))]
    assert [said.text for said in await surface.history(at(discord, "general", thread), 2)] == [
        "because 2",
        "because 3",
    ]


async def test_the_history_of_a_conversation_of_replies_is_what_it_began_with(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    said = await discord.say("Ana", "lounge", "why?")
    assert [one.text for one in await surface.history(at(discord, "lounge", said.id), 10)] == ["why?"]
    assert not discord.threads("lounge")


async def test_who_left_the_guild_still_has_a_name(discord: DiscordDouble, surface: DiscordSurface) -> None:
    ben = discord.user_id("Ben")
    del discord.world.members[ben]
    assert (await surface.profile(discord.guild_id, ben)).name == "Ben"
    assert (await surface.profile("dm-1", discord.user_id("Ana"))).name == "Ana"


async def test_who_may_manage_the_guild_administers_it(discord: DiscordDouble, surface: DiscordSurface) -> None:
    guild, ben, chika = discord.world.guild, discord.user_id("Ben"), discord.user_id("Chika")
    guild.roles["77"] = Role("77", "Managers", 1 << 5)
    guild.members[ben].append("77")
    assert (await surface.profile(guild.id, guild.owner)).admin
    assert (await surface.profile(guild.id, ben)).admin
    assert not (await surface.profile(guild.id, chika)).admin
    assert not (await surface.profile("dm-1", ben)).admin
    assert (await surface.profile(guild.id, ben)).org == guild.name


async def test_a_commands_answer_takes_the_place_that_was_held_for_it(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    """CASE 24."""
    used = await asked(discord, book)
    await defer(discord, used)
    place = at(discord, "general", f"ask-{used.id}")
    posted = await surface.post(place, KEY, say(surface.placeholder))
    await surface.edit(place, posted, KEY, say("because"))
    assert used.shown == "because"
    assert [message.id for message in discord.bot_messages("general")] == [posted]
    assert not discord.called("create_message")


async def test_an_answer_that_is_quicker_than_the_acknowledgement_waits_for_it(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    used = await asked(discord, book)
    posting = asyncio.create_task(surface.post(at(discord, "general", f"ask-{used.id}"), KEY, say("because")))
    await discord.wait_for(lambda d: d.called("edit_webhook_message"))
    await defer(discord, used)
    await posting
    assert used.shown == "because"


async def test_a_commands_answer_that_was_taken_on_a_dropped_connection_is_given_once(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    used = await asked(discord, book)
    await defer(discord, used)
    place = at(discord, "general", f"ask-{used.id}")
    discord.fault("edit_webhook_message", take_then_drop())
    with pytest.raises(MaybeSent):
        await surface.post(place, KEY, say("because"))
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    assert await surface.find(place, KEY, message=say("because"), since=long_ago) is None
    await surface.post(place, KEY, say("because"))
    assert [message.content for message in discord.bot_messages("general")] == ["because"]


@pytest.mark.parametrize("why", ["over", "another key", "never acknowledged", "deleted"])
async def test_without_its_token_a_commands_answer_is_an_ordinary_message(
    discord: DiscordDouble, surface: DiscordSurface, book: Book, why: str
) -> None:
    changes = {"until": datetime.now(UTC) - timedelta(seconds=1)} if why == "over" else {}
    if why == "never acknowledged":
        discord.interaction_book.timeout = 0.2
    used = await asked(discord, book, **changes)
    if why == "never acknowledged":
        await discord.wait_for(lambda _: used.failure)
    else:
        await defer(discord, used)
    if why == "deleted":
        assert used.original is not None
        discord.channel("general").remove(used.original)
    book.shut = why == "another key"
    place = at(discord, "general", f"ask-{used.id}")
    posted = await surface.post(place, KEY, say("because"))
    assert posted in [message.id for message in discord.bot_messages("general") if message.content == "because"]
    await surface.edit(place, posted, KEY, say("because it is so"))
    assert [m.content for m in discord.bot_messages("general") if m.id == posted] == ["because it is so"]
    if why == "over":  # Discord would still take it here
        assert not discord.called("edit_webhook_message")


async def test_a_token_that_discord_refuses_is_not_shown_to_it_again_and_again(
    discord: DiscordDouble, book: Book
) -> None:
    """10,000 refused calls in ten minutes shut out the whole address."""
    api = DiscordApi("wrong", base_url=discord.api_url)
    try:
        for _ in range(3):
            with pytest.raises(NotSent):
                await api.call("GET", "/users/@me")
    finally:
        await api.close()
    assert len(discord.calls) == 1


async def test_an_answer_begun_through_a_token_is_ended_without_it(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    used = await asked(discord, book)
    await defer(discord, used)
    place = at(discord, "general", f"ask-{used.id}")
    posted = await surface.post(place, KEY, say(surface.placeholder))
    discord.interaction_book.token_seconds = 0
    await surface.edit(place, posted, KEY, say("because"))
    assert used.shown == "because"


async def test_in_a_channel_that_robbie_does_not_see_the_rest_follows_through_the_token(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    """CASE 14: nothing is dropped."""
    used = await asked(discord, book, "hidden")
    await defer(discord, used)
    place = at(discord, "hidden", f"ask-{used.id}")
    await surface.post(place, KEY, say("first"))
    second = str(uuid.uuid4())
    book.owes[second] = Owed(reply=book.owes[KEY].reply, first=False)
    await surface.post(place, second, say("second"))
    assert [message.content for message in used.messages] == ["first", "second"]
