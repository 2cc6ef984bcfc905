"""Webhook personas, forum posts with tags, and files at the Discord double: what is taken, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import Client, connected
from tests.contract.discord_wire import Rest, rest

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (640).to_bytes(4) + (480).to_bytes(4)


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def client(double: DiscordDouble) -> AsyncIterator[Client]:
    async with connected(double) as connection:
        yield connection


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


async def hook(double: DiscordDouble, client: Client, channel: str = "general") -> discord.Webhook:
    found = await client.fetch_channel(int(double.channel(channel).id))
    assert isinstance(found, discord.TextChannel | discord.ForumChannel)
    return await found.create_webhook(name="Robbie")


async def test_a_webhook_speaks_under_a_name_and_picture_that_an_edit_keeps(
    double: DiscordDouble, client: Client
) -> None:
    persona = await hook(double, client)
    made = await persona.send("E = mc²", username="Einstein", avatar_url="https://x.org/einstein.png", wait=True)
    await made.edit(content="E = mc², mostly")
    (message,) = double.bot_messages("general")
    assert message.identity is not None
    assert (message.identity["username"], message.content, message.edits) == ("Einstein", "E = mc², mostly", 1)
    assert double.webhooks.pictures[message.id] == "https://x.org/einstein.png"
    await made.delete()
    assert double.messages("general") == []


async def test_people_react_to_a_webhooks_message(double: DiscordDouble, client: Client) -> None:
    persona = await hook(double, client)
    made = await persona.send("hello", username="Einstein", wait=True)
    await double.react("Ben", "general", str(made.id), "👍")
    event = await client.until("raw_reaction_add")
    assert (event.message_id, str(event.emoji), str(event.user_id)) == (made.id, "👍", double.user_id("Ben"))


async def test_a_webhook_posts_twice_what_has_the_same_nonce(double: DiscordDouble, call: Rest) -> None:
    _, made = await call("POST", f"/channels/{double.channel('general').id}/webhooks", {"name": "Robbie"})
    for _ in range(2):
        form = {"content": "x", "nonce": "1", "enforce_nonce": True}
        assert (await call("POST", f"/webhooks/{made['id']}/{made['token']}", form))[0] == 204
    assert len(double.messages("general")) == 2


async def test_a_webhook_writes_into_a_thread_and_is_edited_there(double: DiscordDouble, client: Client) -> None:
    said = await double.say("Ana", "general", "x")
    thread = discord.Object(int(await double.open_thread("Ana", "general", "t", said.id)))
    persona = await hook(double, client)
    made = await persona.send("hello", username="Einstein", thread=thread, wait=True)
    await persona.edit_message(made.id, content="good day", thread=thread)
    assert [m.content for m in double.bot_messages(str(thread.id))] == ["good day"]


async def test_forum_posts_carry_their_tags(double: DiscordDouble, client: Client, call: Rest) -> None:
    double.set_tags("questions", "how-to", "bug", required=True)
    await client.until("guild_channel_update")
    forum = await client.fetch_channel(int(double.channel("questions").id))
    assert isinstance(forum, discord.ForumChannel)
    assert forum.flags.require_tag
    tag = next(tag for tag in forum.available_tags if tag.name == "bug")
    made = await forum.create_thread(name="It breaks", content="Look", applied_tags=[tag])
    assert [found.id for found in made.thread.applied_tags] == [tag.id]
    post = await double.post("Ben", "questions", "How?", "Tell me", tags=["how-to"])
    heard = await client.until("message", 2)
    assert (heard.channel.name, heard.content) == ("How?", "Tell me")
    status, body = await call("PATCH", f"/channels/{post.channel_id}", {"applied_tags": [str(tag.id)]})
    assert (status, body["applied_tags"]) == (200, [str(tag.id)])
    with pytest.raises(LookupError):
        await double.post("Ben", "questions", "Why?", "Tell me")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.pdf", "application/pdf"),
        ("a.png", "image/png"),
        ("a", "application/octet-stream"),
    ],
)
async def test_a_persons_file_arrives_with_its_type(
    double: DiscordDouble, client: Client, name: str, kind: str
) -> None:
    await double.say("Ana", "general", "look", files=[double.attach("general", name, PNG)])
    (file,) = (await client.until("message")).attachments
    assert (file.filename, file.content_type, file.size) == (name, kind, len(PNG))
    assert (file.width, file.height) == (640, 480)
    assert await file.read() == PNG


async def test_a_files_link_ends_and_a_message_read_again_has_a_new_one(double: DiscordDouble, call: Rest) -> None:
    file = double.attach("general", "my notes.txt", b"a")
    said = await double.say("Ana", "general", "look", files=[file])
    old = file.url
    double.world.expire_links()
    _, read = await call("GET", f"/channels/{said.channel_id}/messages/{said.id}")
    async with aiohttp.ClientSession() as session:
        async with session.get(old) as gone:
            assert (gone.status, await gone.text()) == (404, "This content is no longer available.")
        async with session.get(read["attachments"][0]["url"]) as good:
            assert (good.status, await good.read()) == (200, b"a")


async def test_files_are_named_and_described_by_their_numbers(double: DiscordDouble, call: Rest) -> None:
    form = aiohttp.FormData()
    about: list[dict[str, Any]] = [{"id": 7, "filename": "seven.txt", "description": "the seventh"}, {"id": 3}]
    form.add_field("payload_json", json.dumps({"content": "x", "attachments": about}))
    form.add_field("files[3]", b"three", filename="three.txt")
    form.add_field("files[7]", b"seven", filename="x.txt")
    path = f"/channels/{double.channel('general').id}/messages"
    status, made = await call("POST", path, data=form)
    assert status == 200
    assert [(a["filename"], a.get("description")) for a in made["attachments"]] == [
        ("three.txt", None),
        ("seven.txt", "the seventh"),
    ]
    kept = {"attachments": [{"id": made["attachments"][1]["id"]}]}
    _, edited = await call("PATCH", f"{path}/{made['id']}", kept)
    assert [a["filename"] for a in edited["attachments"]] == ["seven.txt"]


async def test_a_file_is_shown_where_a_component_names_it(double: DiscordDouble, client: Client) -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.File("attachment://a.txt"))
    place = client.get_partial_messageable(int(double.channel("general").id))
    made = await place.send(view=view, file=discord.File(__file__, filename="a.txt"))
    assert (made.attachments[0].filename, made.flags.components_v2) == ("a.txt", True)
