"""What only one person may read, where no command's token shows it to them alone: a direct message."""

from __future__ import annotations

import logging
from datetime import datetime

from adapters.discord.api import DiscordApi, DiscordRefused, as_object
from adapters.discord.posts import Posts
from adapters.discord.render import render
from adapters.discord.threads import Target
from core.conversation.models import Place
from core.conversation.ports import SendError
from core.registry import Registry
from core.rendering.message import Outgoing

logger = logging.getLogger(__name__)

_KEPT = 10_000


class Private:
    """Writes to a person, and says so where they asked.

    Args:
        api: the REST API.
        posts: how it is posted.
        registry: the commands.
    """

    def __init__(self, api: DiscordApi, posts: Posts, registry: Registry) -> None:
        self._api = api
        self._posts = posts
        self._registry = registry
        self._channels: dict[str, str] = {}

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        """Post it to its reader, and return its id. Raises SendError."""
        try:
            target = await self._target(message.only_for)
            posted = await self._posts.post_in(target, key, render(message, self._registry))
        except DiscordRefused as error:
            logger.info("discord does not let Robbie write to a person (%s)", error)
            return await self._posts.post(place, key, Outgoing(body=_refused(message.only_for)))
        await self._tell(place, message.only_for)
        return posted

    async def edit(self, message_id: str, message: Outgoing) -> None:
        """Replace what was posted to its reader. Raises SendError."""
        await self._posts.edit_in(await self._target(message.only_for), message_id, render(message, self._registry))

    async def delete(self, message_id: str, message: Outgoing) -> None:
        """Delete what was posted to its reader. Raises SendError."""
        await self._posts.delete_in(await self._target(message.only_for), message_id)

    async def alike(self, message: Outgoing, since: datetime) -> str | None:
        """What was posted to its reader after a moment and says this. Raises SendError."""
        return await self._posts.alike_in(await self._target(message.only_for), message, since)

    async def _target(self, account: str) -> Target:
        if account not in self._channels:
            made = as_object(await self._api.call("POST", "/users/@me/channels", body={"recipient_id": account}))
            if len(self._channels) >= _KEPT:
                self._channels.pop(next(iter(self._channels)))
            self._channels[account] = str(made["id"])
        return Target(self._channels[account])

    async def _tell(self, place: Place, account: str) -> None:
        """One line where it was asked. Best effort; the same nonce makes one of those that come close together."""
        try:
            key = f"told:{place.channel}:{place.thread}:{account}"
            await self._posts.post(place, key, Outgoing(body=_told(account)))
        except SendError as error:
            logger.info("discord: it could not be said where an answer is: %s", error)


def _told(account: str) -> str:
    return f"<@{account}> I have answered you in a direct message, since only you should read it."


def _refused(account: str) -> str:
    return (
        f"<@{account}> Only you should read the answer, and I may not write to you. "
        "Use the command with `/` instead of `!robbie`: then only you see what I say here."
    )
