"""Files that people attach in Discord: public for whoever has the address, which is good for a day."""

from __future__ import annotations

from yarl import URL

from adapters.discord.api import API_URL, DiscordApi
from adapters.discord.events import carried
from adapters.discord.histories import Histories
from adapters.download import Downloads
from core.conversation.models import FileRef, Problem
from core.conversation.ports import SendError, Unreadable

_HOSTS = ("https://cdn.discordapp.com", "https://media.discordapp.net")


class DiscordFiles:
    """Fetches files, without the token; an address that has ended is read anew from its message."""

    def __init__(self, api: DiscordApi) -> None:
        self._histories = Histories(api)
        own = URL(api.base).host == URL(API_URL).host
        self._downloads = Downloads(_HOSTS if own else [str(URL(api.base).origin())], public=own)

    async def fetch(self, message_id: str, file: FileRef, limit: int) -> bytes:
        """The bytes. Raises Unreadable."""
        try:
            return (await self._downloads.get(file.url, limit)).data
        except Unreadable as error:
            if error.problem not in (Problem.GONE, Problem.FORBIDDEN):
                raise
        return (await self._downloads.get(await self._renewed(message_id, file), limit)).data

    async def close(self) -> None:
        """Close the connections."""
        await self._downloads.close()

    async def _renewed(self, message_id: str, file: FileRef) -> str:
        """The address as the message has it now. The old one says in which channel that is."""
        _, kind, channel, *_ = *URL(file.url).parts, "", "", ""
        if kind != "attachments" or not channel.isdecimal() or not message_id.isdecimal():
            raise Unreadable(Problem.GONE)
        try:
            message = await self._histories.one(channel, message_id)
        except SendError:
            raise Unreadable(Problem.UNREACHABLE) from None
        for attachment in carried(message) if message else ():
            if attachment.id == file.id and attachment.url:
                return attachment.url
        raise Unreadable(Problem.GONE)
