"""An HTTP client for litellm that shows what it receives to the evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import ContextVar

import httpx

from adapters.llm.errors import BODY_LIMIT
from adapters.llm.wire import Evidence

current: ContextVar[Tapped | None] = ContextVar("tapped", default=None)


class Tapped:
    """One call of litellm: its evidence, and the response to close."""

    def __init__(self) -> None:
        self.evidence = Evidence()
        self.response: httpx.Response | None = None

    async def look_at(self, response: httpx.Response) -> None:
        """Note status and headers, and the body of an error."""
        self.response = response
        self.evidence.status = response.status_code
        self.evidence.retry_after = response.headers.get("retry-after")
        if response.status_code >= 400:
            self.evidence.body = (await response.aread())[:BODY_LIMIT]
        elif isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Tap(response.stream, self.evidence)


class _Tap(httpx.AsyncByteStream):
    """Passes a response's bytes on, and shows them to the evidence."""

    def __init__(self, stream: httpx.AsyncByteStream, evidence: Evidence) -> None:
        self._stream = stream
        self._evidence = evidence

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._stream:
            self._evidence.feed(data)
            yield data

    async def aclose(self) -> None:
        await self._stream.aclose()


def tap_handlers() -> None:
    """Have litellm's own clients show what they receive too. Not those that it makes from a provider's SDK."""
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    create = AsyncHTTPHandler.create_client

    def tapped(
        self: AsyncHTTPHandler, timeout: object, event_hooks: Mapping[str, object] | None, *args: object, **more: object
    ) -> httpx.AsyncClient:
        client: httpx.AsyncClient = create(self, timeout, {**(event_hooks or {}), **_HOOKS}, *args, **more)
        return client

    AsyncHTTPHandler.create_client = tapped


def tapped_client(connect_seconds: float) -> httpx.AsyncClient:
    """A client that shows what it receives to the ``current`` call. It asks for uncompressed answers."""
    return httpx.AsyncClient(timeout=httpx.Timeout(None, connect=connect_seconds), event_hooks=_HOOKS)


async def _on_request(request: httpx.Request) -> None:
    tapped = current.get()
    if tapped is not None:
        tapped.evidence.asked = True
        request.headers["Accept-Encoding"] = "identity"


async def _on_response(response: httpx.Response) -> None:
    tapped = current.get()
    if tapped is not None:
        await tapped.look_at(response)


_HOOKS: Mapping[str, list[Callable[..., object]]] = {"request": [_on_request], "response": [_on_response]}
