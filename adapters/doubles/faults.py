"""Scripted faults for doubles on HTTP: what the next calls meet instead of an obedient platform."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

# Any: what travels on a platform's wire is JSON whose shape differs per call.
Json = dict[str, Any]


class Behaviour(Protocol):
    """What a fault does, before the platform takes the call and after it did."""

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Return an answer to leave the call untaken. May raise the platform's own refusal."""

    async def after(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Return an answer to give instead of the true one."""


class Plain:
    """A behaviour that does nothing yet."""

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Let the call through."""
        return None

    async def after(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Let the true answer through."""
        return None


@dataclass(frozen=True)
class Answer(Plain):
    """Another answer than the true one; ``taken`` says whether the call is carried out all the same."""

    make: Callable[[], web.StreamResponse]
    taken: bool = False

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Answer early, unless the call is to be taken."""
        return None if self.taken else self.make()

    async def after(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Answer something else although the call was taken."""
        return self.make() if self.taken else None


@dataclass(frozen=True)
class _Drop(Plain):
    taken: bool

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        return None if self.taken else cut(request)

    async def after(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        return cut(request) if self.taken else None


@dataclass(frozen=True)
class _Hold(Plain):
    taken: bool

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        if not self.taken:
            await fault.wait_for_release()
            if request.transport is None:
                return web.Response(status=499)  # the caller died meanwhile: what it sent never arrived
        return None

    async def after(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        if self.taken:
            await fault.wait_for_release()
        return None


@dataclass(frozen=True)
class _Slow(Plain):
    seconds: float

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        await asyncio.sleep(self.seconds)
        return None


def http_status(status: int, taken: bool = False) -> Behaviour:
    """Answer with an HTTP error; ``taken`` says whether the call is carried out all the same."""
    return Answer(lambda: web.Response(status=status, text="upstream is unwell"), taken)


def drop_before() -> Behaviour:
    """Reset the connection without taking the call."""
    return _Drop(taken=False)


def take_then_drop() -> Behaviour:
    """Carry the call out, then reset the connection."""
    return _Drop(taken=True)


def hold_then_take() -> Behaviour:
    """Wait for ``release()``, then carry the call out, if its caller is still there."""
    return _Hold(taken=False)


def take_then_hold() -> Behaviour:
    """Carry the call out, and answer after ``release()``."""
    return _Hold(taken=True)


def slow(seconds: float) -> Behaviour:
    """Take the call late."""
    return _Slow(seconds)


def cut(request: web.Request) -> web.StreamResponse:
    """Reset the connection under a request; what is returned cannot be sent any more."""
    if request.transport is not None:
        reset(request.transport)
    return web.Response()


def reset(transport: asyncio.BaseTransport) -> None:
    """Close a connection so that its peer sees a reset, not an orderly end."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


@dataclass
class Fault:
    """One scripted fault.

    Attributes:
        method: the call it waits for, or ``*``.
        times: for how many calls still; None means for every one.
        arrived: set when a call met it. With a hold, the call is waiting then (and taken, for ``take_then_hold``).
    """

    method: str
    behaviour: Behaviour
    channel: str | None = None
    when: Callable[[Json], bool] | None = None
    times: int | None = 1
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the calls go that are held, and those that would be."""
        self._released.set()

    def cancel(self) -> None:
        """End it: no further call meets it, and those that are held go on."""
        self.times = 0
        self.release()

    async def wait_for_release(self) -> None:
        """Stand still until ``release()``."""
        self.arrived.set()
        await self._released.wait()

    def meets(self, method: str, args: Json) -> bool:
        """Whether this call meets the fault; counts it if so."""
        channel = args.get("channel", args.get("channel_id"))
        if self.times == 0 or self.method not in ("*", method) or self.channel not in (None, channel):
            return False
        if self.when is not None and not self.when(args):
            return False
        if self.times is not None:
            self.times -= 1
        return True
