"""What was said in a channel, thread or direct message, as Discord keeps it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from adapters.discord.api import Calls, DiscordGone, DiscordRefused, Json, as_list
from adapters.discord.payload import STARTER, Message, moment
from core.conversation.payload import MalformedEvent, parse

logger = logging.getLogger(__name__)

PAGE = 100


class Histories:
    """Reads messages in pages. What Discord calls no message of a person or app is left out."""

    def __init__(self, api: Calls) -> None:
        self._api = api

    async def after(self, channel: str, last: str, pages: int) -> AsyncIterator[Message | None]:
        """Messages after an id, from the oldest page on; a None at the end where there are more. Raises SendError."""
        for _ in range(pages):
            page = await self._page(channel, after=last)
            for raw in page:
                if message := _spoken(raw):
                    yield message
            if len(page) < PAGE:
                return
            last = str(max(int(str(raw["id"])) for raw in page))
        yield None

    async def latest(self, channel: str, limit: int) -> AsyncIterator[Message]:
        """The latest messages, the newest first, with the one that a thread was made from. Raises SendError."""
        query: dict[str, str] = {}
        while limit > 0:
            page = await self._page(channel, **query)
            for raw in page[:limit]:
                if message := _spoken(raw, starter=True):
                    yield message
            limit -= len(page)
            if len(page) < PAGE:
                return
            query = {"before": str(page[-1]["id"])}

    async def one(self, channel: str, message: str) -> Message | None:
        """One message; None where it is not, or may not be read. Raises SendError."""
        try:
            route = "/channels/{channel}/messages/{message}"
            return _spoken(await self._api.call("GET", route, channel=channel, message=message))
        except (DiscordGone, DiscordRefused):
            return None

    async def _page(self, channel: str, **query: str) -> list[Json]:
        query = {"limit": str(PAGE), **query}
        return as_list(await self._api.call("GET", "/channels/{channel}/messages", query=query, channel=channel))


def _spoken(raw: object, *, starter: bool = False) -> Message | None:
    """What somebody said; if asked for, also the message that the note at a thread's beginning stands for."""
    try:
        message = parse(Message, raw)
        moment(message.id)
    except MalformedEvent as error:
        logger.warning("discord history: %s", error)
        return None
    if message.type == STARTER:
        return message.referenced_message if starter else None
    return message if message.is_speech else None
