"""Who Robbie is on Discord, and which messages are its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from adapters.discord.api import Calls, as_object
from adapters.discord.payload import Message


@dataclass(frozen=True, slots=True)
class Us:
    """The account that Robbie writes with, and the application that owns its webhooks."""

    user: str
    application: str

    def made(self, message: Message) -> bool:
        """Whether a message is Robbie's: its account's, or one of its webhooks'."""
        by_account = message.author is not None and message.author.id == self.user
        return by_account or (message.webhook_id is not None and message.application_id == self.application)


class Who:
    """Asks Discord once."""

    def __init__(self, api: Calls) -> None:
        self._api = api
        self._known: Us | None = None
        self._asking = asyncio.Lock()

    async def us(self) -> Us:
        """Robbie. Raises SendError."""
        async with self._asking:
            if self._known is None:
                user = as_object(await self._api.call("GET", "/users/@me"))
                application = as_object(await self._api.call("GET", "/applications/@me"))
                self._known = Us(str(user["id"]), str(application["id"]))
            return self._known
