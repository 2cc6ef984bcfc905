"""What only one person may read, and what goes out with a message."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord import DiscordSurface
from adapters.discord.render import PART_LIMIT
from adapters.doubles.discord import DiscordDouble, error, take_then_drop
from core.conversation.ports import MaybeSent, Refused
from core.conversation.stores import Owed
from core.registry import Invocation
from core.rendering.message import Attachment, Button, Outgoing, Page, Section
from tests.contract.discord_surfaces import KEY, Book, asked, at, defer, made

LONG_AGO = timedelta(minutes=5)
CHART = Attachment(name="chart.png", media_type="image/png", data=b"cG5n", alt="a chart")


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


def hush(discord: DiscordDouble, body: str = "the vault is open") -> Outgoing:
    return Outgoing(body=body, only_for=discord.user_id("Ana"))


async def test_every_part_of_a_private_answer_is_for_its_person_alone(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    """CASE 12."""
    used = await asked(discord, book)
    await defer(discord, used, hidden=True)
    place = at(discord, "general", f"ask-{used.id}")
    await surface.post(place, KEY, hush(discord, "first"))
    second = str(uuid.uuid4())
    book.owes[second] = Owed(reply=book.owes[KEY].reply, first=False)
    await surface.post(place, second, hush(discord, "second"))
    assert [(message.content, message.is_ephemeral) for message in used.messages] == [("first", True), ("second", True)]
    assert discord.bot_messages("general") == []


@pytest.mark.parametrize("token", ["none", "over"])
async def test_without_a_token_a_private_answer_is_a_direct_message_and_the_place_is_told(
    discord: DiscordDouble, surface: DiscordSurface, book: Book, token: str
) -> None:
    """CASE 12: a command that was typed in a channel."""
    if token == "over":
        await asked(discord, book, until=datetime.now(UTC) - timedelta(seconds=1))
    said = await discord.say("Ana", "general", "!robbie notes")
    place = at(discord, "general", said.id)
    for number in range(2):
        await surface.post(place, KEY if not number else str(uuid.uuid4()), hush(discord, f"part {number}"))
    assert [message.content for message in discord.bot_messages("Ana")] == ["part 0", "part 1"]
    (told,) = discord.bot_messages(said.id)
    assert "direct message" in told.content
    assert "part" not in told.content
    assert discord.pings == []


async def test_who_takes_no_direct_messages_is_told_how_to_read_it(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 12: in doubt nothing is posted."""
    discord.world.users[discord.user_id("Ana")].refuses_dms = True
    said = await discord.say("Ana", "general", "!robbie notes")
    await surface.post(at(discord, "general", said.id), KEY, hush(discord))
    (told,) = discord.bot_messages(said.id)
    assert "vault" not in told.content
    assert "`/`" in told.content


async def test_a_direct_message_whose_answer_is_lost_is_looked_for_there(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    """CASE 26."""
    said = await discord.say("Ana", "general", "!robbie notes")
    place = at(discord, "general", said.id)
    discord.fault("create_message", take_then_drop())
    with pytest.raises(MaybeSent):
        await surface.post(place, KEY, hush(discord))
    since = datetime.now(UTC)
    assert await surface.find(place, KEY, message=hush(discord), since=since) is None
    assert await surface.find(place, KEY, message=hush(discord), since=since - LONG_AGO) is not None
    await surface.post(place, KEY, hush(discord))
    assert len(discord.bot_messages("Ana")) == 1


async def test_files_go_out_with_a_post_an_edit_and_a_commands_answer(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    shown = Outgoing(body="here", files=(CHART,))
    posted = await surface.post(at(discord, "Ana"), str(uuid.uuid4()), shown)
    for _ in range(2):
        await surface.edit(at(discord, "Ana"), posted, str(uuid.uuid4()), shown)
    used = await asked(discord, book)
    await defer(discord, used)
    await surface.post(at(discord, "general", f"ask-{used.id}"), KEY, shown)
    for message in (*discord.bot_messages("Ana"), *discord.bot_messages("general")):
        (file,) = message.attachments
        assert (file.name, file.content, file.content_type, file.description) == (
            "chart.png", b"png", "image/png", "a chart",
        )  # fmt: skip


async def test_what_is_too_large_for_discord_is_named_and_the_rest_goes_out(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    large = CHART.model_copy(update={"name": "film.mp4", "data": b"x" * (10 * 2**20 + 1)})
    await surface.post(at(discord, "Ana"), KEY, Outgoing(body="here", files=(large, CHART)))
    (message,) = discord.bot_messages("Ana")
    assert [file.name for file in message.attachments] == ["chart.png"]
    assert "film.mp4" in message.content


async def test_where_no_files_may_be_the_text_is_said_all_the_same(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    discord.deny("general", "ATTACH_FILES")
    said = await discord.say("Ana", "general", "why?")
    place = at(discord, "general", said.id)
    posted = await surface.post(place, KEY, Outgoing(body="here", files=(CHART,)))
    (message,) = discord.bot_messages(said.id)
    assert message.content.startswith("here")
    assert "chart.png" in message.content
    discord.fault("edit_message", error(403, 50013))
    await surface.edit(place, posted, KEY, Outgoing(body="there", files=(CHART,)))
    assert message.content.startswith("there")
    assert "chart.png" in message.content


async def test_buttons_stand_under_a_message_until_an_edit_takes_them_away(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    place, button = at(discord, "Ana"), Button(label="More", invocation=Invocation(command="continue"))
    posted = await surface.post(place, KEY, Outgoing(body="x" * PART_LIMIT, buttons=(button,)))
    (message,) = discord.bot_messages("Ana")
    assert [one["custom_id"] for row in message.components for one in row["components"]] == ["continue"]
    await surface.edit(place, posted, KEY, Outgoing(body="done"))
    assert message.components == []


async def test_a_text_that_discord_refuses_for_its_content_is_not_posted_without_its_files(
    discord: DiscordDouble, surface: DiscordSurface
) -> None:
    discord.fault("create_message", error(400, 50035))
    with pytest.raises(Refused):
        await surface.post(at(discord, "Ana"), KEY, Outgoing(body="here", files=(CHART,)))


CHANGE = Button(label="Change", invocation=Invocation(command="save-settings"), style="primary")
PAGE = Page(title="Settings", sections=(
    Section(title="You", text="- **Mood:** calm", buttons=(CHANGE,)), Section(title="Notes", text="none"),
))  # fmt: skip


async def test_a_page_that_answers_a_command_has_its_buttons_below_each_part(
    discord: DiscordDouble, surface: DiscordSurface, book: Book
) -> None:
    """CASE 15: and as text where it cannot be shown so."""
    shown = Outgoing(body="**You** calm", buttons=(CHANGE,), page=PAGE)
    used = await asked(discord, book)
    await defer(discord, used, hidden=True)
    await surface.post(at(discord, "general", f"ask-{used.id}"), KEY, shown)
    assert used.original is not None
    (container,) = used.original.components
    assert [one["type"] for one in container["components"]] == [10, 1, 14, 10]
    assert container["components"][0]["content"] == "### You\n- **Mood:** calm"
    assert used.original.content == ""
    assert used.original.is_ephemeral
    await surface.post(at(discord, "Ana"), str(uuid.uuid4()), shown)
    assert [message.content for message in discord.bot_messages("Ana")] == ["**You** calm"]


@pytest.mark.parametrize("why", ["refused", "too many", "too long"])
async def test_a_page_that_discord_does_not_take_is_text_with_its_buttons(
    discord: DiscordDouble, surface: DiscordSurface, book: Book, why: str
) -> None:
    """CASE 15."""
    section = PAGE.sections[0]
    sections = {"too many": (section,) * 20, "too long": (section.model_copy(update={"text": "x" * 4_100}),)}
    page = PAGE.model_copy(update={"sections": sections.get(why, PAGE.sections)})
    used = await asked(discord, book)
    await defer(discord, used)
    if why == "refused":
        discord.fault("edit_webhook_message", error(400, 50035))
    shown = Outgoing(body="**You** calm", buttons=(CHANGE,), page=page)
    await surface.post(at(discord, "general", f"ask-{used.id}"), KEY, shown)
    assert used.shown == "**You** calm"
    assert used.original is not None
    assert used.original.components[0]["components"][0]["custom_id"] == "save-settings"
