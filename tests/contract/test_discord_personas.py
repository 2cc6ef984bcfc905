"""Mentors on Discord: under their own name and face where that can be, and named in the text where not."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.discord import DiscordSurface
from adapters.doubles.discord import DiscordDouble, error, http_status, take_then_drop
from core.conversation.models import Place
from core.conversation.ports import MaybeSent, MessageGone, NotSent
from core.rendering.message import Outgoing, Persona
from tests.contract.discord_surfaces import KEY, Book, at, made
from tests.say import say

JOBS = Persona(id="jobs", name="Steve Jobs", mood="confident", avatar="jobs-confident")
CHILD = Persona(id="child", name="Julia Child", mood="thoughtful", avatar="child-thoughtful")


def speaks(body: str, persona: Persona = JOBS) -> Outgoing:
    return Outgoing(body=body, persona=persona)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as double:
        yield double


@pytest.fixture
async def surface(discord: DiscordDouble) -> AsyncIterator[DiscordSurface]:
    async with made(discord, Book(), pictures="https://robbie.example/avatars/") as surface:
        yield surface


async def thread(discord: DiscordDouble, channel: str = "general") -> Place:
    said = await discord.say("Ana", channel, f"{discord.mention()} why?")
    return at(discord, channel, said.id)


def seen(discord: DiscordDouble, channel: str) -> list[tuple[str, str]]:
    """What stands there: who is seen to speak, and what they say."""
    return [
        (message.identity["username"] if message.identity else "Robbie", message.content)
        for message in discord.bot_messages(channel)
    ]


async def test_a_mentor_speaks_under_its_own_name_and_face_and_keeps_them_in_every_edit(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27."""
    place = await thread(discord)
    posted = await surface.post(place, KEY, speaks("_Thinking…_"))
    await surface.edit(place, posted, KEY, speaks("Focus."))
    await surface.post(place, str(uuid.uuid4()), speaks("Taste it.", CHILD))
    assert seen(discord, place.thread) == [("Steve Jobs (AI)", "Focus."), ("Julia Child (AI)", "Taste it.")]
    assert discord.webhooks.pictures[posted] == "https://robbie.example/avatars/jobs-confident.png"
    assert not discord.called("edit_message")


async def test_a_channel_gets_one_webhook_which_every_process_finds_again(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    for _ in range(2):
        await surface.post(await thread(discord), str(uuid.uuid4()), speaks("Focus."))
    async with made(discord, Book()) as other:
        await other.post(await thread(discord), str(uuid.uuid4()), speaks("Focus."))
    assert len(discord.webhooks.by_id) == 1
    assert len(discord.called("create_webhook")) == 1
    assert len(discord.called("list_webhooks")) == 2


@pytest.mark.parametrize("where", ["without the permission", "in a direct message", "where it replies"])
async def test_where_no_webhook_can_be_the_name_stands_in_the_text_of_post_and_edit(
    discord: DiscordDouble, where: str
) -> None:
    """CASE 27: without the scope the name moves into the text."""
    if where == "without the permission":
        discord.deny("general", "MANAGE_WEBHOOKS")
    reply_in = "channel" if where == "where it replies" else "thread"
    async with made(discord, Book(), reply_in) as surface:
        place = at(discord, "Ana") if where == "in a direct message" else await thread(discord)
        posted = await surface.post(place, KEY, speaks("_Thinking…_"))
        await surface.edit(place, posted, KEY, speaks("Focus."))
        await surface.edit(place, posted, KEY, speaks("Focus. Simplify."))
    channel = {"in a direct message": "Ana", "where it replies": "general"}.get(where, place.thread)
    assert seen(discord, channel) == [("Robbie", "**Steve Jobs (AI)**\nFocus. Simplify.")]


async def test_a_name_that_discord_takes_from_nobody_stands_in_the_text(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27."""
    place = await thread(discord)
    clyde = Persona(id="clyde", name="Clyde *Barrow*", mood="confident", avatar="clyde")
    await surface.post(place, KEY, speaks("Drive.", clyde))
    assert seen(discord, place.thread) == [("Robbie", "**Clyde Barrow (AI)**\nDrive.")]


async def test_what_one_process_posted_in_its_own_name_another_with_the_permission_edits_so(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27: which way a message was posted is told by Discord."""
    place = await thread(discord)
    discord.deny("general", "MANAGE_WEBHOOKS")
    async with made(discord, Book()) as before:
        posted = await before.post(place, KEY, speaks("_Thinking…_"))
    discord.allow("general", "MANAGE_WEBHOOKS")
    for text in ("Fo", "Focus."):
        await surface.edit(place, posted, KEY, speaks(text))
    assert seen(discord, place.thread) == [("Robbie", "**Steve Jobs (AI)**\nFocus.")]
    assert len(discord.called("edit_webhook_message")) == 1, "it is tried once"


async def test_when_its_webhook_was_deleted_a_mentor_speaks_through_a_new_one(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27."""
    place = await thread(discord)
    posted = await surface.post(place, KEY, speaks("_Thinking…_"))
    discord.webhooks.by_id.clear()
    with pytest.raises(MessageGone):
        await surface.edit(place, posted, KEY, speaks("Focus."))
    await surface.post(place, KEY, speaks("Focus."))
    messages = discord.messages(place.thread)
    assert [m.identity["username"] for m in messages if m.identity] == ["Steve Jobs (AI)"] * 2
    assert len(discord.called("create_webhook")) == 2


async def test_a_webhook_that_is_deleted_while_it_is_used_is_replaced_in_the_same_post(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27."""
    first, second = await thread(discord), await thread(discord)
    await surface.post(first, KEY, speaks("Focus."))
    discord.webhooks.by_id.clear()
    await surface.post(second, str(uuid.uuid4()), speaks("Simplify."))
    assert seen(discord, second.thread) == [("Steve Jobs (AI)", "Simplify.")]


async def test_a_mentors_post_whose_answer_is_lost_is_looked_for_and_found(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASES 26 and 27: a webhook knows no nonce."""
    place, since = await thread(discord), datetime.now(UTC)
    discord.fault("execute_webhook", take_then_drop())
    with pytest.raises(MaybeSent):
        await surface.post(place, KEY, speaks("Focus."))
    found = await surface.find(place, KEY, message=speaks("Focus."), since=since)
    (message,) = discord.bot_messages(place.thread)
    assert found == message.id
    assert await surface.find(place, KEY, message=speaks("Something else."), since=since) is None


async def test_a_webhook_that_cannot_be_made_right_now_lets_the_message_wait_and_not_lose_its_face(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27."""
    place = await thread(discord)
    discord.fault("create_webhook", http_status(503))
    with pytest.raises(NotSent):
        await surface.post(place, KEY, speaks("Focus."))
    await surface.post(place, KEY, speaks("Focus."))
    assert seen(discord, place.thread) == [("Steve Jobs (AI)", "Focus.")]


async def test_a_channel_with_all_the_webhooks_that_it_may_have_names_the_mentor_in_the_text(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 27."""
    place = await thread(discord)
    discord.fault("create_webhook", error(400, 30007))
    await surface.post(place, KEY, speaks("Focus."))
    assert seen(discord, place.thread) == [("Robbie", "**Steve Jobs (AI)**\nFocus.")]


async def test_a_mentor_that_writes_mass_mentions_pings_nobody(discord: DiscordDouble, surface: DiscordSurface) -> None:
    """CASE 13: through a webhook too, in posts and edits."""
    place, text = await thread(discord), f"@everyone @here {discord.mention('Ben')}"
    posted = await surface.post(place, KEY, speaks(text))
    await surface.edit(place, posted, KEY, speaks(f"again {text}"))
    assert discord.pings == []


async def test_what_a_mentor_said_is_known_as_robbies_own(discord: DiscordDouble, surface: DiscordSurface) -> None:
    place = await thread(discord)
    await surface.post(place, KEY, speaks("Focus."))
    history = await surface.history(place, 10)
    assert [(said.by_robbie, said.text) for said in history] == [(False, "why?"), (True, "Focus.")]


async def test_robbies_own_voice_asks_for_no_webhook(discord: DiscordDouble, surface: DiscordSurface) -> None:
    await surface.post(await thread(discord), KEY, say("So it is."))
    assert not discord.called("list_webhooks")


async def test_in_a_forum_post_and_in_an_archived_thread_a_mentor_speaks_too(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    post = await discord.post("Ana", "questions", "why?", "please tell")
    await surface.post(at(discord, "questions", post.id), KEY, speaks("Focus."))
    assert seen(discord, post.id) == [("Steve Jobs (AI)", "Focus.")]
    discord.channel(post.id).archived = True
    await surface.post(at(discord, "questions", post.id), str(uuid.uuid4()), speaks("Simplify."))
    assert not discord.channel(post.id).archived


@pytest.mark.parametrize("hooked", [True, False])
async def test_what_a_mentor_said_can_be_deleted_however_it_was_posted(
    discord: DiscordDouble, surface: DiscordSurface, hooked: bool
) -> None:
    place = await thread(discord)
    if not hooked:
        discord.deny("general", "MANAGE_WEBHOOKS")
    posted = await surface.post(place, KEY, speaks("Focus."))
    await surface.delete(place, posted, speaks("Focus."))
    assert discord.bot_messages(place.thread) == []
