"""Calendars that are files at an address which only their owner knows, as Google, Outlook and iCloud give it."""

from __future__ import annotations

import ipaddress
import re
import zlib
from collections.abc import Mapping
from urllib.parse import unquote
from urllib.request import getproxies_environment

import aiohttp
from yarl import URL

from adapters.calendar.expanding import Expanding
from adapters.download import CheckedNames
from adapters.public import Allowed, is_public
from core.routing.models import ErrorClass
from core.work.calendar import CalendarError, Reading, Source

_PIECE = 65_536
_REDIRECTS = 5
_EMAIL = re.compile(r"[^@/\s]+@[^@/\s]+\.[^@/\s]+")

PRIVATE = (
    "Its address leads into a private network, where I do not go. "
    "Whoever runs me can allow it with `calendar.allow_private`."
)
_ELSEWHERE = "Its address leads to another place, again and again. Copy the address once more."
_DOWNGRADED = "Its server wants to send it in the clear, which I refuse. Copy the address once more."
_PACKED = "Its server packs it in a way that I do not know."
_GONE = "There is nothing at its address any more. Copy the address once more, and add it again."
_FORBIDDEN = "Its server does not let me in: the address is not valid any more. Copy it once more, and add it again."
_UNREACHABLE = "Its server does not answer. I try again later."


class IcsReader:
    """Implements ``core.work.calendar.CalendarReader`` for files.

    Args:
        expanding: finds the events in them.
        allowed: the addresses that may be connected to.
        most: bytes of a file.
        timeout: seconds until it is connected, and between two pieces.
    """

    def __init__(
        self, expanding: Expanding, *, allowed: Allowed = is_public, most: int = 10_000_000, timeout: float = 20.0
    ) -> None:
        self._expanding = expanding
        self._allowed = allowed
        self._most = most
        self._timeout = aiohttp.ClientTimeout(total=5 * timeout, sock_connect=min(timeout, 5.0), sock_read=timeout)

    async def read(self, source: Source) -> Reading:
        """What is in the file now; nothing where its server says that it is the same. Raises CalendarError."""
        # A file that is the same holds other days tomorrow, and times without a zone are others in another zone.
        known = {"day": str(source.today), "zone": source.zone}
        same = all(source.state.get(name) == value for name, value in known.items())
        address = source.address.get_secret_value()
        text, version = await self._fetch(address, source.state if same else {})
        if text is None:
            return Reading(events=None, state=source.state, left_out=source.state.get("left_out", ""))
        emails = [*source.emails, *_EMAIL.findall(unquote(address))]
        reading = await self._expanding.read([text], source, emails)
        return reading.model_copy(update={"state": {**known, **version, "left_out": reading.left_out}})

    async def _fetch(self, address: str, state: Mapping[str, str]) -> tuple[str | None, dict[str, str]]:
        """The text and its version; None for what has not changed."""
        conditions = {"If-None-Match": state.get("etag", ""), "If-Modified-Since": state.get("modified", "")}
        headers = {
            "Accept": "text/calendar, */*;q=0.5",
            "Accept-Encoding": "gzip",
            **{name: value for name, value in conditions.items() if value},
        }
        proxied = bool(getproxies_environment())  # then the proxy looks names up, and has a private one itself
        try:
            async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=None if proxied else CheckedNames(self._allowed)),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer would become a large one
                trust_env=proxied,
            ) as session:
                return await self._follow(session, URL(address), headers)
        except CalendarError:
            raise
        except TimeoutError:
            raise CalendarError(_UNREACHABLE, ErrorClass.TIMEOUT) from None
        except aiohttp.ClientConnectorError as error:
            private = "not a public address" in str(error.os_error)
            raise _refused(PRIVATE) if private else CalendarError(_UNREACHABLE, ErrorClass.CONNECTION) from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise CalendarError(_UNREACHABLE, ErrorClass.CONNECTION) from None

    async def _follow(
        self, session: aiohttp.ClientSession, url: URL, headers: Mapping[str, str]
    ) -> tuple[str | None, dict[str, str]]:
        for _ in range(_REDIRECTS):
            self._check(url)
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status not in (301, 302, 303, 307, 308):
                    return await self._text(response)
                url, before = url.join(URL(response.headers.get("Location", ""))), url
            if before.scheme == "https" and url.scheme == "http":
                raise _refused(_DOWNGRADED)
        raise _refused(_ELSEWHERE)

    def _check(self, url: URL) -> None:
        """Raises CalendarError for an address that is none, or not allowed; names are checked when looked up."""
        if url.scheme not in ("http", "https") or not url.host:
            raise _refused(_ELSEWHERE)
        try:
            ipaddress.ip_address(url.host)
        except ValueError:
            return
        if not self._allowed(url.host):
            raise _refused(PRIVATE)

    async def _text(self, response: aiohttp.ClientResponse) -> tuple[str | None, dict[str, str]]:
        if response.status == 304:
            return None, {}
        _check_status(response.status)
        names = {"etag": "ETag", "modified": "Last-Modified"}
        given = {key: response.headers.get(name, "") for key, name in names.items()}
        # Other letters cannot be kept, nor sent back.
        version = {key: value[:500] for key, value in given.items() if value and value.isascii()}
        return _decoded(await self._body(response)), version

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """All of it, unpacked; what is too large is not read to its end, nor unpacked to it."""
        packing = response.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
        if packing not in ("identity", "gzip", "x-gzip"):
            raise _refused(_PACKED)
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packing != "identity" else None
        data = bytearray()
        try:
            async for piece in response.content.iter_chunked(_PIECE):
                data += unpack.decompress(piece, self._most + 1 - len(data)) if unpack else piece
                if len(data) > self._most:
                    raise _refused(f"It is larger than {self._most // 1_000_000} MB.")
        except zlib.error:
            raise _refused(_PACKED) from None
        return bytes(data)


def _refused(problem: str) -> CalendarError:
    return CalendarError(problem, hopeless=True)


def _check_status(status: int) -> None:
    """Raises CalendarError for everything but a file."""
    if status == 200:
        return
    if status == 429 or status >= 500:
        raise CalendarError(f"Its server has trouble (status {status}). I try again later.", ErrorClass.SERVER)
    if status in (401, 403):
        raise _refused(_FORBIDDEN)
    raise _refused(_GONE if status in (404, 410) else f"Its server refused (status {status}).")


def _decoded(data: bytes) -> str:
    """As text, also where a server writes in the letters of an old Windows."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
