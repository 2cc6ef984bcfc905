"""A surface at the Discord double, and the commands that its answers belong to."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord import DiscordApi, DiscordSurface, Replies, Threads
from adapters.discord.interaction import Interaction as Asked
from adapters.discord.replies import reply_for
from adapters.doubles.discord import DiscordDouble, Interaction
from core.conversation.models import Place
from core.conversation.stores import Owed

KEY = str(uuid.UUID(int=1))


class Book:
    """The replies that are owed, by key; and a vault that hides nothing, or opens nothing any more."""

    def __init__(self) -> None:
        self.owes: dict[str, Owed] = {}
        self.shut = False

    async def owed(self, key: str) -> Owed | None:
        return self.owes.get(key)

    def seal(self, secret: str) -> bytes:
        return secret.encode()

    def open(self, sealed: bytes) -> str | None:
        return None if self.shut else sealed.decode()


@asynccontextmanager
async def made(
    discord: DiscordDouble, book: Book, reply_in: str = "thread", **options: str
) -> AsyncIterator[DiscordSurface]:
    api = DiscordApi(discord.token, base_url=discord.api_url)
    surface = DiscordSurface(api, Threads(api, reply_in), Replies(api, book, book), **options)  # type: ignore[arg-type]
    yield surface
    await surface.close()


def at(discord: DiscordDouble, channel: str, thread: str = "") -> Place:
    found = discord.channel(channel)
    return Place(
        surface="discord", tenant="dm-1" if found.is_dm else discord.guild_id, channel=found.id, thread=thread,
        direct=found.is_dm,
    )  # fmt: skip


async def asked(discord: DiscordDouble, book: Book, channel: str = "general", **changes: object) -> Interaction:
    """A command that was deferred, and whose answer the key's message opens."""
    used = await discord.slash("Ana", channel, "ask", text="why?")
    told = Asked(id=used.id, application_id=discord.bot_user, type=2, token=used.token)
    book.owes[KEY] = Owed(reply=reply_for(told, book).model_copy(update=changes), first=True)
    return used


async def defer(discord: DiscordDouble, used: Interaction, *, hidden: bool = False) -> None:
    api = DiscordApi(discord.token, base_url=discord.api_url)
    route = "/interactions/{interaction}/{token}/callback"
    body = {"type": 5, "data": {"flags": 64 if hidden else 0}}
    await api.call("POST", route, body=body, interaction=used.id, token=used.token)
    await api.close()
