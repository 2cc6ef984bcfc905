"""discord.py's client and socket: the protocol of the gateway, and what is where in a guild."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
from discord.gateway import DiscordWebSocket

# Messages and reactions: in guilds and in direct messages.
INTENTS = discord.Intents(guilds=True, messages=True, message_content=True, reactions=True)

Frame = dict[str, object]


class Client(discord.Client):
    """discord.py's client, for its knowledge of guilds, channels and threads. It dispatches nothing itself.

    Args:
        on_frame: hears every frame, before the client does.
        identify_pause: seconds to wait before a new session begins.
        options: of discord.py.
    """

    def __init__(self, on_frame: Callable[[Frame], None], identify_pause: Callable[[], float], **options: Any) -> None:
        # Any: discord.py's options are of all types.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
        super().__init__(
            intents=INTENTS,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=True,
            **options,
        )
        self._on_frame = on_frame
        self._identify_pause = identify_pause

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Hear the raw frames; nothing here waits for discord.py's own events."""
        if event == "socket_raw_receive":
            self._on_frame(json.loads(args[0]))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Keep the pause that Discord asks for between sessions."""
        await asyncio.sleep(self._identify_pause())


def keeping(sockets: list[DiscordWebSocket]) -> type[DiscordWebSocket]:
    """discord.py's socket, which can be closed also when it was given up before it had identified itself."""

    class Kept(DiscordWebSocket):
        def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop) -> None:
            super().__init__(socket, loop=loop)
            sockets.append(self)

    return Kept
