"""Discord's REST API: one attempt per call, and what a failed call tells about the message.

discord.py's own client tries again by itself after a 5xx or a 429: it could post twice, or hold a sender for longer
than its lease. So calls are made here; any process with the token can make them, also one without a gateway.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypedDict
from urllib.parse import quote
from urllib.request import getproxies, proxy_bypass

import aiohttp
from discord import __version__ as library
from yarl import URL

from adapters.discord.limits import Limits
from core.conversation.ports import MaybeSent, MessageGone, NotSent, RateLimited, Refused, SendError
from core.rendering.message import Attachment

Json = dict[str, object]

API_URL = "https://discord.com/api/v10"
_AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py {library}) Robbie"
_SHORT_WAIT = 1.0
_WAITS = 5
_UNAUTHORIZED_SECONDS = 30.0
_MAJOR = ("channel", "guild", "token")

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN, UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED = 10015, 50027, 10062, 40060
THREAD_EXISTS = 160004
MISSING_PERMISSIONS, TOO_LARGE = 50013, 40005
# The message is not there, is not ours, is too old to be edited so often, or stands in a thread that is archived.
_GONE = {UNKNOWN_MESSAGE, 30046, 50005, 50083}
# Nothing of the request left this machine.
_UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@dataclass(frozen=True, slots=True)
class WithFiles:
    """A body with files beside it."""

    form: object
    files: Sequence[Attachment]


class _Sent(TypedDict, total=False):
    json: object
    data: aiohttp.FormData


class DiscordRefused(Refused):
    """Discord refused the call for good.

    Attributes:
        code: Discord's JSON error code; the HTTP status where there is none.
    """

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"discord: {status} {code}")
        self.code = code


class DiscordGone(MessageGone):
    """The message is gone, or can be edited no more.

    Attributes:
        code: Discord's JSON error code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"discord: {code}")
        self.code = code


class Unauthorized(NotSent):
    """Discord does not accept the token: an operator mends that; what is to be sent is worth keeping."""

    def __init__(self) -> None:
        super().__init__("discord does not accept DISCORD_TOKEN")


class Calls(Protocol):
    """The REST API, as those see it who only call it."""

    async def call(
        self, method: str, route: str, *, body: object = None, query: Mapping[str, str] | None = None, **ids: str
    ) -> object:
        """Make a call and return its JSON. Raises SendError."""


class DiscordApi:
    """Calls the REST API. The only loop is the caller's: a call is made once, whatever happens to it.

    Args:
        token: the bot token.
        base_url: where the API is.
        timeout: seconds for a whole call.
    """

    def __init__(self, token: str, *, base_url: str = API_URL, timeout: float = 15.0) -> None:
        self._headers = {"Authorization": f"Bot {token}", "User-Agent": _AGENT}
        self.base = base_url.rstrip("/")
        self._proxy = proxy_for(base_url)
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 5.0))
        self._session: aiohttp.ClientSession | None = None
        self._limits = Limits()
        self._unauthorized_until = 0.0

    async def call(
        self, method: str, route: str, *, body: object = None, query: Mapping[str, str] | None = None, **ids: str
    ) -> object:
        """Make one call and return its JSON. Raises SendError.

        Args:
            method: of HTTP.
            route: with the names of ``ids`` in braces.
            body: sent as JSON, with the files beside it where it is a ``WithFiles``.
            query: parameters of the address.
            ids: what fills the route.
        """
        major = "/".join(ids[name] for name in _MAJOR if name in ids)
        await self._allowed(f"{method} {route}", major)
        url = URL(self.base + route.format_map({name: quote(value, safe="@") for name, value in ids.items()}))
        try:
            sent: _Sent = {"data": _form(body)} if isinstance(body, WithFiles) else {"json": body}
            async with self._open().request(
                method, url.with_query(query), headers=self._headers, proxy=self._proxy, **sent
            ) as response:
                text = await response.text(errors="replace")
                self._limits.learn(f"{method} {route}", major, response.headers)
                status, headers = response.status, response.headers
        except _UNREACHED as error:
            raise NotSent(f"discord not reached: {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MaybeSent(f"discord connection lost: {type(error).__name__}") from None
        if status >= 300:
            raise self._refusal(f"{method} {route}", major, status, headers, _read(text))
        return _answered(text)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _allowed(self, route: str, major: str) -> None:
        """Wait a moment for a rate limit, or say that it takes longer."""
        if time.monotonic() < self._unauthorized_until:
            raise Unauthorized  # 10,000 refused calls in ten minutes shut out the whole address
        wait = self._limits.wait(route, major)
        if 0 < wait <= _SHORT_WAIT:
            await asyncio.sleep(wait)
            wait = self._limits.wait(route, major)
        if wait > 0:
            raise RateLimited(wait)

    def _refusal(self, route: str, major: str, status: int, headers: Mapping[str, str], answer: object) -> SendError:
        """What an answer other than 2xx means for the message."""
        body = answer if isinstance(answer, dict) else {}
        given = body.get("code")
        code = given if isinstance(given, int) and given else status
        if status == 429:
            seconds = _retry_after(body, headers)
            # What stands before Discord's API shuts the whole address out, and says so without JSON.
            self._limits.refused(route, major, seconds, everything=bool(body.get("global")) or not body)
            return RateLimited(seconds)
        if status >= 500:
            return MaybeSent(f"discord: {status}")
        if status == 401 and code != INVALID_WEBHOOK_TOKEN:
            self._unauthorized_until = time.monotonic() + _UNAUTHORIZED_SECONDS
            return Unauthorized()
        if not isinstance(answer, dict) and status == 403:
            return NotSent("discord: 403 before its API")
        return DiscordGone(code) if code in _GONE else DiscordRefused(status, code)


class Patient:
    """Calls that nobody waits for: they wait until Discord's rate limits allow them, and not for ever."""

    def __init__(self, api: DiscordApi) -> None:
        self._api = api

    async def call(
        self, method: str, route: str, *, body: object = None, query: Mapping[str, str] | None = None, **ids: str
    ) -> object:
        """Make a call when it may be made. Raises SendError."""
        for _ in range(_WAITS):
            try:
                return await self._api.call(method, route, body=body, query=query, **ids)
            except RateLimited as error:
                await asyncio.sleep(error.retry_after)
        return await self._api.call(method, route, body=body, query=query, **ids)


def _form(body: WithFiles) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps(body.form), content_type="application/json")
    for number, file in enumerate(body.files):
        form.add_field(f"files[{number}]", file.data, filename=file.name, content_type=file.media_type)
    return form


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address."""
    parts = URL(url)
    if parts.host is None or proxy_bypass(parts.host):
        return None
    return getproxies().get("https" if parts.scheme in ("https", "wss") else "http")


def as_object(answer: object) -> Json:
    """An answer that must be an object. Raises MaybeSent."""
    if not isinstance(answer, dict):
        raise MaybeSent("discord answered with something unreadable")
    return answer


def as_list(answer: object) -> list[Json]:
    """An answer that must be a list of objects; of anything else none."""
    return [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []


def _answered(text: str) -> object:
    answer = _read(text) if text else None
    if text and answer is None:
        raise MaybeSent("discord answered with something unreadable")
    return answer


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _retry_after(body: Mapping[str, object], headers: Mapping[str, str]) -> float:
    """Discord's own figure is finer than the header's."""
    for given in (body.get("retry_after"), headers.get("Retry-After")):
        try:
            return max(0.0, float(str(given)))
        except ValueError:
            continue
    return 30.0
