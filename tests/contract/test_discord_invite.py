"""The invitation asks for what Robbie uses, and each of it is used."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

import pytest

from adapters.discord import DiscordSurface
from adapters.discord.invite import FOR_PERSONAS, PERMISSIONS
from adapters.doubles.discord import DiscordDouble
from core.conversation.ports import SendError
from core.rendering.message import Attachment, Outgoing, Persona
from tests.contract.discord_surfaces import Book, at, made
from tests.say import say

JOBS = Persona(id="jobs", name="Steve Jobs", mood="confident", avatar="jobs-confident")
CHART = Attachment(name="chart.png", media_type="image/png", data=b"cG5n")


async def _answered(discord: DiscordDouble, surface: DiscordSurface, message: Outgoing) -> str:
    """The thread of a question that was answered there."""
    said = await discord.say("Ana", "general", "why?")
    await surface.post(at(discord, "general", said.id), str(uuid.uuid4()), message)
    assert len(discord.bot_messages(said.id)) == 1
    return said.id


async def _threaded(discord: DiscordDouble, surface: DiscordSurface) -> None:
    await _answered(discord, surface, say("so"))


async def _replied(discord: DiscordDouble, surface: DiscordSurface) -> None:
    said = await discord.say("Ana", "lounge", "why?")
    await surface.post(at(discord, "lounge", said.id), str(uuid.uuid4()), say("so"))


async def _attached(discord: DiscordDouble, surface: DiscordSurface) -> None:
    thread = await _answered(discord, surface, Outgoing(body="so", files=(CHART,)))
    assert discord.bot_messages(thread)[0].attachments


async def _remembered(discord: DiscordDouble, surface: DiscordSurface) -> None:
    thread = await discord.open_thread("Ben", "general", "coffee")
    await discord.say("Ben", thread, "it is broken")
    assert await surface.history(at(discord, "general", thread), 10)


async def _impersonated(discord: DiscordDouble, surface: DiscordSurface) -> None:
    thread = await _answered(discord, surface, Outgoing(body="so", persona=JOBS))
    assert discord.bot_messages(thread)[0].identity


USED: dict[str, Callable[[DiscordDouble, DiscordSurface], Awaitable[None]]] = {
    "read_messages": _replied,
    "send_messages": _replied,
    "send_messages_in_threads": _threaded,
    "create_public_threads": _threaded,
    "read_message_history": _remembered,
    "attach_files": _attached,
    "manage_webhooks": _impersonated,
}
CALLED = {"read_messages": "VIEW_CHANNEL"}


def test_nothing_is_asked_for_that_has_no_use() -> None:
    assert {name for name, asked in PERMISSIONS | FOR_PERSONAS if asked} == set(USED)


@pytest.mark.parametrize("permission", USED)
async def test_without_a_permission_something_is_missing(permission: str) -> None:
    for allowed in (True, False):
        async with DiscordDouble() as discord, made(discord, Book()) as surface:
            if allowed:
                await USED[permission](discord, surface)
                continue
            for channel in ("general", "lounge"):
                discord.deny(channel, CALLED.get(permission, permission.upper()))
            with pytest.raises((SendError, AssertionError, LookupError)):
                await USED[permission](discord, surface)
