"""What is where in a guild, as the gateway has told it, or as Discord says when it is asked."""

from __future__ import annotations

from collections.abc import Callable

import discord

from adapters.discord.api import Calls
from adapters.discord.payload import ChannelObject
from core.conversation.payload import parse

_KEPT = 5_000


class Channels:
    """Knows channels, threads and direct messages by their ids.

    Args:
        api: the REST API.
        client: what the gateway has told.
    """

    def __init__(self, api: Calls, client: Callable[[], discord.Client]) -> None:
        self._api = api
        self._client = client
        self._asked: dict[str, ChannelObject] = {}

    async def of(self, channel: str, guild: str | None) -> ChannelObject:
        """What kind of place it is. Raises SendError, where Discord has to be asked and does not answer."""
        if guild is None:
            return ChannelObject(id=channel, type=1)
        known = self._client().get_channel(int(channel))
        if isinstance(known, discord.Thread):
            return ChannelObject(
                id=channel,
                type=known.type.value,
                guild_id=guild,
                parent_id=str(known.parent_id),
                public=not known.is_private() and _is_public(known.parent),
            )
        if isinstance(known, discord.abc.GuildChannel):
            return ChannelObject(id=channel, type=known.type.value, guild_id=guild, public=_is_public(known))
        if channel not in self._asked:
            answer = await self._api.call("GET", "/channels/{channel}", channel=channel)
            if len(self._asked) >= _KEPT:
                self._asked.clear()
            self._asked[channel] = parse(ChannelObject, answer)
        return self._asked[channel]

    def roles(self, guild: str) -> frozenset[str]:
        """Robbie's own role in a guild, which it was given when it was invited."""
        known = self._client().get_guild(int(guild)) if guild else None
        role = known.self_role if known else None
        return frozenset({str(role.id)}) if role else frozenset()


def _is_public(channel: discord.abc.GuildChannel | None) -> bool:
    """Whether whoever is in the guild can read a channel."""
    if channel is None:
        return False
    allowed = channel.permissions_for(channel.guild.default_role)
    return allowed.view_channel and allowed.read_message_history
