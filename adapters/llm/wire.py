"""What a provider really sent, read from the bytes beside the client library.

litellm reports a truncated stream as ``stop``, invents the usage that was not sent, and drops refusals and broken
lines; only the wire tells.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field

import httpx

Json = dict[str, object]
_BODY_LIMIT = 65_536


@dataclass
class Evidence:
    """What was seen of one request.

    Attributes:
        asked: whether a request was sent at all.
        status: the HTTP status; 0 while nothing came back.
        body: the body of an error answer.
        terminated: whether the protocol's terminator came.
        error: the error object that came inside a stream.
        refused: whether the model or a content filter refused.
        usage_seen: whether the provider itself reported tokens.
    """

    asked: bool = False
    status: int = 0
    retry_after: str | None = None
    body: bytes = b""
    terminated: bool = False
    malformed: bool = False
    refused: bool = False
    usage_seen: bool = False
    error: Json | None = None
    response: httpx.Response | None = None
    _rest: bytes = field(default=b"", repr=False)

    def feed(self, data: bytes) -> None:
        """Read a piece of a stream, in any cut."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.line(line.rstrip(b"\r"))
        if self._rest.removeprefix(b"data:").strip() == b"[DONE]":  # some hosts leave out the last newline
            self.terminated = True

    def line(self, line: bytes) -> Json | None:
        """Read one line of server-sent events, and return its JSON if it carries one."""
        name, _, value = line.partition(b":")
        if name != b"data":
            return None
        value = value.strip()
        if value == b"[DONE]":
            self.terminated = True
            return None
        try:
            data = json.loads(value)
        except ValueError:
            self.malformed = True
            return None
        if not isinstance(data, dict):
            self.malformed = True
            return None
        self._note(data)
        return data

    def _note(self, data: Json) -> None:
        error = data.get("error")
        if error:
            self.error = error if isinstance(error, dict) else {"message": str(error)}
        self.terminated = self.terminated or data.get("type") == "message_stop"
        self.usage_seen = self.usage_seen or bool(data.get("usage"))
        delta = first_choice(data).get("delta") or data.get("delta")
        if isinstance(delta, dict):
            self.refused = self.refused or bool(delta.get("refusal")) or delta.get("stop_reason") == "refusal"
        self.refused = self.refused or first_choice(data).get("finish_reason") == "content_filter"


def first_choice(data: Json) -> Json:
    """The first choice of a Chat Completions chunk, or nothing."""
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


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


current: ContextVar[Evidence | None] = ContextVar("evidence", default=None)


async def _on_request(request: httpx.Request) -> None:
    evidence = current.get()
    if evidence is not None:
        evidence.asked = True


async def _on_response(response: httpx.Response) -> None:
    evidence = current.get()
    if evidence is not None:
        await look_at(response, evidence)
        if response.status_code < 400 and isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Tap(response.stream, evidence)


async def look_at(response: httpx.Response, evidence: Evidence) -> None:
    """Note status and headers, and the body of an error."""
    evidence.status = response.status_code
    evidence.response = response
    evidence.retry_after = response.headers.get("retry-after")
    if response.status_code >= 400:
        evidence.body = (await response.aread())[:_BODY_LIMIT]


def tapped_client(connect_seconds: float) -> httpx.AsyncClient:
    """A client that shows what it receives to the ``current`` evidence. It asks for uncompressed answers."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=connect_seconds),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"request": [_on_request], "response": [_on_response]},
    )
