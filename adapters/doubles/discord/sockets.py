"""One WebSocket of the gateway: what it still has to send, compressed as its client asked."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from adapters.doubles import jitter
from adapters.doubles.discord.sessions import Session
from adapters.doubles.faults import reset

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE = 0, 1, 2, 3, 4
RESUME, RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 6, 7, 8, 9, 10, 11
COMMANDS_PER_MINUTE = 120


class Closing(Exception):
    """The gateway ends a connection.

    Attributes:
        code: the close code.
        reason: what goes with it.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


@dataclass(eq=False)
class Socket:
    """One open connection of the app.

    Attributes:
        half_dead: it stays open, but carries nothing and answers no heartbeat.
        heartbeats: how many came.
        heard: the number of the last event that the client has read, as it said with its last heartbeat.
        compressed: whether it speaks ``zlib-stream``.
        ended_with: the code that the gateway ends it with.
    """

    ws: web.WebSocketResponse
    transport: asyncio.BaseTransport | None
    compressed: bool
    resuming_address: bool = False
    session: Session | None = None
    half_dead: bool = False
    heartbeats: int = 0
    heard: int = 0
    ended_with: int | None = None
    last_beat: float = field(default_factory=time.monotonic)
    _queue: asyncio.Queue[tuple[float, str | Closing]] = field(default_factory=asyncio.Queue)
    _commands: deque[float] = field(default_factory=deque)

    def push(self, text: str) -> None:
        """Send a payload when its turn comes, unless the socket is half dead."""
        if not self.half_dead:
            self._put(text)

    def op(self, op: int, data: object = None) -> None:
        """Send a payload that is no event."""
        self.push(json.dumps({"op": op, "d": data, "s": None, "t": None}, separators=(",", ":")))

    def close(self, code: int, reason: str = "") -> None:
        """End the connection when what is queued has been sent."""
        self.ended_with = self.ended_with or code
        self._put(Closing(code, reason))

    def cut(self) -> None:
        """Reset the connection."""
        if self.transport is not None:
            reset(self.transport)

    def count_command(self) -> None:
        """Note one payload of the client; over 120 in a minute the connection ends."""
        now = time.monotonic()
        self._commands.append(now)
        while self._commands[0] < now - 60:
            self._commands.popleft()
        if len(self._commands) > COMMANDS_PER_MINUTE:
            raise Closing(4008, "You are being rate limited.")

    async def write(self) -> Closing:
        """Send what is queued, in one compression context, until the gateway wants to end the connection."""
        deflate = zlib.compressobj() if self.compressed else None
        while True:
            due, item = await self._queue.get()
            await asyncio.sleep(due - time.monotonic())
            if isinstance(item, Closing):
                return item
            if deflate is None:
                await self.ws.send_str(item)
            else:
                data = deflate.compress(item.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
                await self.ws.send_bytes(data)

    def _put(self, item: str | Closing) -> None:
        self._queue.put_nowait((time.monotonic() + jitter.seconds(), item))
