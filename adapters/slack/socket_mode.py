"""Socket Mode: one connection at a time, whose life is measured by hello and ping/pong.

The SDK's own client retries a used-up connection URL for ever and may connect twice at once when a reconnect takes
long, so the connection is kept here; envelopes and answers are the SDK's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from core.conversation.ports import RateLimited, SendError

logger = logging.getLogger(__name__)

_MAX_ENVELOPE = 32 * 2**20
_PING = b"robbie"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds.

    Attributes:
        ping: between two pings.
        patience: without an answer to pings, or without hello, after which a connection counts as dead.
        drain: for envelopes in hand when a connection is given up.
        backoff, backoff_max: before a new attempt; doubled each time, with jitter.
    """

    ping: float = 10.0
    patience: float = 30.0
    drain: float = 3.0
    backoff: float = 1.0
    backoff_max: float = 60.0


class Reply(AsyncBaseSocketModeClient):
    """What an envelope's handler answers through: the connection that the envelope came in on."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.logger = logger
        self._ws = ws

    async def send_message(self, message: str) -> None:
        """Send a frame."""
        await self._ws.send_str(message)


Handler = Callable[[Reply, SocketModeRequest], Awaitable[None]]


class SocketLink:
    """Keeps one Socket Mode connection. One task owns it: it opens the next after the last one is closed.

    Args:
        open_url: asks for a fresh connection URL. Raises SendError.
        handle: serves one envelope, and acknowledges it when it is safe.
        on_hello: called when Slack says that events will come now, with the seconds since the connection before was
            last known to live (None for the first).
    """

    def __init__(
        self,
        open_url: Callable[[], Awaitable[str]],
        handle: Handler,
        on_hello: Callable[[float | None], None],
        timing: Timing,
        proxy: str | None = None,
    ) -> None:
        self._open_url = open_url
        self._handle = handle
        self._on_hello = on_hello
        self._timing = timing
        self._proxy = proxy
        self._task: asyncio.Task[None] | None = None
        self._handling: set[asyncio.Task[None]] = set()
        self._pong_at: float | None = None
        self._heard_at: float | None = None
        self._hello_at: float | None = None
        self._greeted = False
        self._connections = 0
        self._open = 0
        self._problem = ""

    def start(self) -> None:
        """Connect, and stay connected until ``stop``; what was before an earlier ``stop`` is forgotten."""
        self._heard_at = None
        self._task = asyncio.create_task(self._run(), name="slack-socket")

    async def stop(self) -> None:
        """Take in nothing more, finish what is in hand, and close."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def health(self) -> dict[str, object]:
        """What is known of the connection; ages in seconds."""
        return {
            "connected": self._greeted,
            "last_hello_age": _age(self._hello_at),
            "last_pong_age": _age(self._pong_at),
            "reconnects": max(0, self._connections - 1),
            "sockets": self._open,
            "problem": self._problem,
        }

    async def _run(self) -> None:
        failures = 0
        async with aiohttp.ClientSession() as session:
            while True:
                started = time.monotonic()
                wait = await self._attempt(session)
                lasted = time.monotonic() - started > self._timing.patience
                failures = 0 if lasted else failures + 1
                await asyncio.sleep(max(wait, self._backoff(failures)))

    async def _attempt(self, session: aiohttp.ClientSession) -> float:
        """Live through one connection, and return how long Slack asks to wait before the next."""
        try:
            await self._connection(session)
        except SendError as error:
            self._problem = str(error)
            logger.warning("slack gives no connection: %s", error)
            return error.retry_after if isinstance(error, RateLimited) else 0.0
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._problem = type(error).__name__  # its text may hold the connection's ticket
            logger.warning("slack connection failed: %s", self._problem)
        except Exception as error:
            self._problem = type(error).__name__
            logger.exception("slack connection failed")
        return 0.0

    def _backoff(self, failures: int) -> float:
        if failures == 0:
            return 0.0
        longest = min(self._timing.backoff_max, self._timing.backoff * 2.0 ** min(failures - 1, 16))
        return longest * (0.5 + random.random() / 2)  # noqa: S311 (spreads load; no secret)

    async def _connection(self, session: aiohttp.ClientSession) -> None:
        url = await self._open_url()
        async with asyncio.timeout(self._timing.patience):
            ws = await session.ws_connect(
                url,
                autoping=False,
                proxy=self._proxy,
                max_msg_size=_MAX_ENVELOPE,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
        self._open += 1
        self._connections += 1
        self._pong_at = None
        pinger = asyncio.create_task(self._ping(ws), name="slack-ping")
        try:
            await self._read(ws)
        finally:
            self._greeted = False
            pinger.cancel()
            try:
                await self._drain()
            finally:
                await ws.close()
                self._open -= 1

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Take in frames until the connection ends or Slack asks for another."""
        async for frame in ws:
            if frame.type is aiohttp.WSMsgType.PING:
                await ws.pong(frame.data)
            elif frame.type is aiohttp.WSMsgType.PONG:
                self._pong_at = time.monotonic()
                self._heard_at = self._pong_at if self._greeted else self._heard_at
            elif frame.type is aiohttp.WSMsgType.TEXT and self._take(ws, frame.data):
                return

    def _take(self, ws: aiohttp.ClientWebSocketResponse, data: str) -> bool:
        """Act on a message of Slack, and say whether the connection should be given up."""
        try:
            message = json.loads(data)
            kind = message.get("type")
            request = SocketModeRequest.from_dict(message)
        except (ValueError, AttributeError):
            logger.warning("slack sent something that is no envelope")
            return False
        if kind == "disconnect":
            self._problem = f"disconnect: {message.get('reason')}"
            logger.info("slack asks to reconnect (%s)", message.get("reason"))
            return True
        if kind == "hello":
            self._greet()
        elif request is not None:
            task = asyncio.create_task(self._serve(Reply(ws), request), name="slack-envelope")
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)
        return False

    def _greet(self) -> None:
        silent_for = _age(self._heard_at)
        self._greeted, self._problem = True, ""
        self._hello_at = self._heard_at = time.monotonic()
        self._on_hello(silent_for)

    async def _serve(self, reply: Reply, request: SocketModeRequest) -> None:
        """Handle one envelope. What fails here stays unacknowledged, so that Slack delivers it again."""
        try:
            await self._handle(reply, request)
        except ConnectionError:
            logger.info("slack connection went away before an acknowledgement")
        except Exception as error:
            logger.warning("slack envelope not acknowledged: %s", type(error).__name__, exc_info=True)

    async def _ping(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Ping, and close a connection that does not answer. Silence of people is no sign of anything."""
        allowed = max(1, round(self._timing.patience / self._timing.ping))
        missed = 0  # counted in pings, not seconds: a stall of this process is not the connection's fault
        try:
            while missed < allowed:
                sent = time.monotonic()
                await ws.ping(_PING)
                await asyncio.sleep(self._timing.ping)
                answered = self._greeted and self._pong_at is not None and self._pong_at >= sent
                missed = 0 if answered else missed + 1
        except ConnectionError:
            return  # the reader sees it too
        self._problem = "no answer to pings" if self._greeted else "no hello"
        logger.warning("slack connection replaced: %s", self._problem)
        await ws.close()

    async def _drain(self) -> None:
        if self._handling:
            await asyncio.wait(self._handling, timeout=self._timing.drain)
        for task in self._handling:
            task.cancel()


def _age(moment: float | None) -> float | None:
    return None if moment is None else time.monotonic() - moment
