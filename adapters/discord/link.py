"""The gateway connection: discord.py's client and socket, kept by a loop of ours.

discord.py's own loop connects again at once however often it fails, and knows no limit on identifying; this one backs
off, asks Discord how often it may identify, and says what is wrong in words for an operator.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, KeepAliveHandler, ReconnectWebSocket
from yarl import URL

from adapters.discord.api import DiscordApi, Unauthorized, as_object, proxy_for
from adapters.discord.client import Client, Frame, keeping
from core.conversation.ports import RateLimited, SendError

logger = logging.getLogger(__name__)

_SITE = "discord.com/developers/applications, your application, Bot"
BAD_TOKEN = (
    "Discord does not accept DISCORD_TOKEN. "
    f"Get a new one ({_SITE}, Reset Token), put it into .env, and start Robbie again."
)
NO_INTENT = (
    "Discord lets Robbie read no messages. Switch on the Message Content Intent "
    f"({_SITE}, Privileged Gateway Intents); Robbie tries again by itself."
)
_RESUMES = 3
_PROBLEMS = {4004: BAD_TOKEN, 4013: NO_INTENT, 4014: NO_INTENT}


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds.

    Attributes:
        patience: until Discord has greeted, after which a connection counts as dead.
        silence: without a sign of life, heartbeats' answers included, after which it does, too.
        backoff, backoff_max: before a new attempt; doubled each time, with jitter.
        identify: between two new sessions.
        refused: before a new attempt where an operator must mend something.
    """

    patience: float = 30.0
    silence: float = 60.0
    backoff: float = 1.0
    backoff_max: float = 60.0
    identify: float = 5.0
    refused: float = 300.0


@dataclass(frozen=True, slots=True)
class _Session:
    """What is needed to go on where a connection broke off."""

    id: str
    sequence: int | None
    gateway: URL


class Link:
    """Keeps one gateway connection. One task owns it: it opens the next after the last one is closed.

    Args:
        api: the REST API.
        token: the bot token.
        gateway_url: where the gateway is; by default where the API says.
        before: awaited once, before the first connection.
        on_event: hears events: name, data, and what tells this delivery from all others.
        on_greeting: called when Discord says that events will come now: with READY's data for a new session (None when
            the old one goes on), and the seconds since the connection was last known to live (None for the first).
        timing: of the connection.
    """

    def __init__(
        self,
        api: DiscordApi,
        token: str,
        gateway_url: str | None,
        *,
        before: Callable[[], Awaitable[None]],
        on_event: Callable[[str, Frame, str], None],
        on_greeting: Callable[[Frame | None, float | None], None],
        timing: Timing,
    ) -> None:
        self._api = api
        self._token = token
        self._gateway_url = gateway_url
        self._before = before
        self._on_event = on_event
        self._on_greeting = on_greeting
        self._timing = timing
        self._task: asyncio.Task[None] | None = None
        self._sockets: list[DiscordWebSocket] = []
        self._socket_type = keeping(self._sockets)
        self._client = Client(self._frame, self._identify_pause, proxy=proxy_for(gateway_url or "wss://discord.gg"))
        self._session: _Session | None = None
        self._session_id = ""
        self._greeted = False
        self._heard_at: float | None = None
        self._ready_at: float | None = None
        self._beat_at: float | None = None
        self._identified_at: float | None = None
        self._connections = 0
        self._lost = 0
        self._problem = ""

    @property
    def client(self) -> discord.Client:
        """What is known of guilds, channels and threads."""
        return self._client

    def start(self) -> None:
        """Connect, and stay connected until ``stop``."""
        self._task = asyncio.create_task(self._run(), name="discord-gateway")

    async def stop(self) -> None:
        """Take in nothing more, and close."""
        self._session = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.close()

    def health(self) -> dict[str, object]:
        """What is known of the connection; ages in seconds."""
        return {
            "connected": self._greeted,
            "last_ready_age": _age(self._ready_at),
            "last_heartbeat_age": _age(self._beat_at),
            "reconnects": max(0, self._connections - 1),
            "sockets": sum(socket.open for socket in self._sockets),
            "problem": self._problem,
        }

    async def _run(self) -> None:
        await self._before()
        failures = 0
        while True:
            started = time.monotonic()
            wait = await self._attempt()
            lasted = time.monotonic() - started > self._timing.patience
            failures = 0 if lasted else failures + 1
            await asyncio.sleep(max(wait, self._backoff(failures)))

    async def _attempt(self) -> float:
        """Live through one connection, and return how long to wait before the next."""
        try:
            await self._connection()
        except ReconnectWebSocket as end:
            self._problem = "" if self._greeted else "the connection ended before Discord had greeted"
            logger.info("discord connection ended; %s", "resuming" if end.resume else "a new session begins")
            self._session = self._kept() if end.resume else None
        except discord.ConnectionClosed as error:
            self._session = None
            return self._refused(_PROBLEMS.get(error.code, ""), f"closed with {error.code}")
        except (discord.LoginFailure, Unauthorized):
            return self._refused(BAD_TOKEN, "")
        except SendError as error:
            self._failed(str(error))
            return error.retry_after if isinstance(error, RateLimited) else 0.0
        except (aiohttp.ClientError, TimeoutError, OSError, discord.HTTPException) as error:
            self._session = self._kept()
            self._failed(type(error).__name__)  # its text may hold an address
        except Exception as error:
            self._session = self._kept()
            self._problem = type(error).__name__
            logger.exception("discord connection failed")
        finally:
            self._greeted = False
            await self._close_sockets()
        return 0.0

    def _kept(self) -> _Session | None:
        """The session of the last socket, if it can go on; one that often could not is given up."""
        self._lost = 0 if self._greeted else self._lost + 1
        if self._lost > _RESUMES:
            return None
        socket = self._sockets[-1] if self._sockets else None
        if socket is None or not socket.session_id:
            return self._session
        return _Session(socket.session_id, socket.sequence, socket.gateway)

    def _failed(self, problem: str) -> None:
        self._problem = problem
        logger.warning("discord connection failed: %s", problem)

    def _refused(self, problem: str, otherwise: str) -> float:
        """Discord does not want this connection; an operator can read why."""
        if not problem:
            self._failed(otherwise)
            return 0.0
        if problem != self._problem:
            logger.error("%s", problem)
        self._problem = problem
        return self._timing.refused

    async def _connection(self) -> None:
        if self._client.user is None:
            await self._log_in()
        session = self._session
        gateway = session.gateway if session else await self._gateway()
        async with asyncio.timeout(self._timing.patience + self._timing.identify):
            socket = await self._socket_type.from_client(
                self._client,
                gateway=gateway,
                session=session.id if session else None,
                sequence=session.sequence if session else None,
                resume=session is not None,
            )
            self._connections += 1
            while not self._greeted:
                await socket.poll_event()
        while True:
            await socket.poll_event()

    async def _log_in(self) -> None:
        """Tell discord.py's client what it would ask for before it connects: our calls are made once, and can fail."""
        answers = {path: await self._api.call("GET", path) for path in ("/users/@me", "/oauth2/applications/@me")}

        async def told(route: discord.http.Route, **_options: object) -> object:
            return answers[route.path]

        self._client.http.request = told  # type: ignore[method-assign]
        self._client._connection.heartbeat_timeout = self._timing.silence
        await self._client.login(self._token)

    async def _gateway(self) -> URL:
        """Where a new session may begin. Waits while Discord allows none."""
        answer = as_object(await self._api.call("GET", "/gateway/bot"))
        limit = answer.get("session_start_limit")
        if isinstance(limit, dict) and limit.get("remaining") == 0:
            seconds = float(limit.get("reset_after") or 0) / 1000
            self._failed(f"Discord allows no new session for {seconds:.0f} s: too many were begun")
            await asyncio.sleep(seconds)
        return URL(self._gateway_url or str(answer.get("url")))

    def _identify_pause(self) -> float:
        now = time.monotonic()
        pause = 0.0 if self._identified_at is None else self._identified_at + self._timing.identify - now
        self._identified_at = now + max(0.0, pause)
        return max(0.0, pause)

    def _frame(self, frame: Frame) -> None:
        name, data = frame.get("t"), frame.get("d")
        if self._greeted:  # before that, nothing that happened is heard
            self._heard_at = time.monotonic()
        if frame.get("op") == DiscordWebSocket.HEARTBEAT_ACK:
            self._beat_at = time.monotonic()
        if name in ("READY", "RESUMED"):
            self._greet(data if isinstance(data, dict) and name == "READY" else None)
        elif isinstance(name, str) and isinstance(data, dict):
            self._on_event(name, data, f"{self._session_id}:{frame.get('s')}")

    def _greet(self, ready: Frame | None) -> None:
        silent_for = _age(self._heard_at)
        self._greeted, self._problem = True, ""
        self._ready_at = self._beat_at = self._heard_at = time.monotonic()
        if ready is not None:
            self._session_id = str(ready.get("session_id"))
        self._on_greeting(ready, silent_for)

    async def _close_sockets(self) -> None:
        """Close what is open; a session that is to go on is not ended by it."""
        for socket in self._sockets:
            keepers = [one for one in threading.enumerate() if isinstance(one, KeepAliveHandler) and one.ws is socket]
            try:
                async with asyncio.timeout(2.0):
                    await socket.close(4000 if self._session else 1000)
                    for keeper in keepers:  # a thread in the middle of a beat still asks for our loop
                        await asyncio.to_thread(keeper.join, 1.0)
            except (TimeoutError, aiohttp.ClientError, OSError):
                logger.debug("discord connection was not closed in order")
        self._sockets.clear()

    def _backoff(self, failures: int) -> float:
        if failures == 0:
            return 0.0
        longest = min(self._timing.backoff_max, self._timing.backoff * 2.0 ** min(failures - 1, 16))
        return longest * (0.5 + random.random() / 2)  # noqa: S311 (spreads load; no secret)


def _age(moment: float | None) -> float | None:
    return None if moment is None else time.monotonic() - moment
