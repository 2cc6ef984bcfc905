"""Files from a platform's own hosts: over no redirect, to no private address, no more than so many bytes.

A file's address comes with a message, and a token may go with the request: so it goes where the platform's files are,
and nowhere else.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.request import getproxies_environment

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.public import Allowed, is_public
from core.conversation.models import Problem
from core.conversation.ports import Unreadable

_PIECE = 65_536
_STATUS = {401: Problem.FORBIDDEN, 403: Problem.FORBIDDEN, 404: Problem.GONE, 410: Problem.GONE}


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came, and what its host calls it."""

    data: bytes
    media_type: str


class CheckedNames(AbstractResolver):
    """Names that lead to addresses that are not allowed, such as those of a private network, lead nowhere.

    What is connected to is the very address that was checked.

    Args:
        allowed: which addresses are.
    """

    def __init__(self, allowed: Allowed = is_public) -> None:
        self._resolver = aiohttp.ThreadedResolver()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that a name has and that are allowed. Raises OSError where there are none."""
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if self._allowed(one["host"])]
        if not public:
            raise OSError("not a public address")
        return public

    async def close(self) -> None:
        """Look up nothing more."""
        await self._resolver.close()


class Downloads:
    """Fetches files from some origins only.

    Args:
        origins: scheme, name and port, such as ``https://files.slack.com``.
        public: whether they must have public addresses; not where an operator has named one.
        timeout: seconds until it is connected, and between two pieces.
    """

    def __init__(self, origins: Collection[str], *, public: bool = True, timeout: float = 15.0) -> None:
        self._origins = frozenset(URL(origin).origin() for origin in origins)
        self._public = public
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=min(timeout, 5.0), sock_read=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def get(self, address: str, limit: int, headers: Mapping[str, str] | None = None) -> Downloaded:
        """Fetch a file. Raises Unreadable.

        Args:
            address: where it is.
            limit: the most bytes.
            headers: sent to our origins only.
        """
        url = self._allowed(address)
        try:
            async with self._open().get(
                url, headers={"Accept-Encoding": "identity", **(headers or {})}, allow_redirects=False
            ) as response:
                _check(response, limit)
                return Downloaded(await _body(response, limit), response.content_type)
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unreadable(Problem.UNREACHABLE) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _allowed(self, address: str) -> URL:
        try:
            url = URL(address)
            known = url.origin() in self._origins and url.user is None and url.password is None
        except ValueError:
            known = False
        if not known:
            raise Unreadable(Problem.ELSEWHERE)
        return url

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            proxied = bool(getproxies_environment())  # then the proxy looks names up, and has a private one itself
            resolver = CheckedNames() if self._public and not proxied else None
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer would become a large one
                trust_env=proxied,
            )
        return self._session


def _check(response: aiohttp.ClientResponse, limit: int) -> None:
    if response.status != 200:
        passing = response.status == 429 or response.status >= 500
        moved = Problem.FORBIDDEN if 300 <= response.status < 400 else Problem.GONE  # moved: to a page to sign in at
        raise Unreadable(Problem.UNREACHABLE if passing else _STATUS.get(response.status, moved))
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreadable(Problem.UNREACHABLE)
    if (response.content_length or 0) > limit:
        raise Unreadable(Problem.TOO_LARGE, response.content_length or 0)


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        data += piece
        if len(data) > limit:
            raise Unreadable(Problem.TOO_LARGE)
    return bytes(data)
