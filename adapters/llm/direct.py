"""A model that is asked over HTTP without a library in between.

On aiohttp: for a streamed answer it takes a third of the processor time of httpx (docs/decisions/0013).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from urllib.request import getproxies_environment

import aiohttp
from pydantic import SecretStr

from adapters.llm.errors import BODY_LIMIT, from_evidence, from_exception, from_status
from adapters.llm.protocols import ChatProtocol
from adapters.llm.timing import Patience, Timeouts
from adapters.llm.wire import Evidence, Json
from core.routing.models import ChatRequest, Chunk, ModelError, ModelSpec, StreamEnd, TextDelta, Usage
from core.routing.policy import shows_pictures

# Once the model has said that it is done: for the usage and the terminator, and for the end of the connection's answer,
# which lets the connection be used again.
_LAST_WORDS = 2.0
_FAREWELL = 0.25
_LENGTH = frozenset({"length", "max_tokens"})


class DirectModel:
    """One model at one address.

    Args:
        spec: what is known of it.
        model: its name at the provider.
        protocol: how the provider speaks.
        base: the provider's address, if it is not the usual one.
        stream: whether the host can stream; if not, the answer is asked for in one piece.
        keep_alive: whether connections are kept for the next question.
    """

    def __init__(
        self,
        spec: ModelSpec,
        model: str,
        protocol: ChatProtocol,
        *,
        api_key: SecretStr | None = None,
        base: str | None = None,
        timeouts: Timeouts | None = None,
        stream: bool = True,
        keep_alive: bool = True,
    ) -> None:
        self._spec = spec
        self._model = model
        self._protocol = protocol
        self._api_key = api_key
        self._base = base or protocol.default_base
        self._timeouts = timeouts or Timeouts()
        self.streams = stream
        self._keep_alive = keep_alive
        self._http: aiohttp.ClientSession | None = None  # it wants a running loop

    @property
    def spec(self) -> ModelSpec:
        """What is known of it."""
        return self._spec

    async def aclose(self) -> None:
        """Close its connections."""
        if self._http is not None:
            await self._http.close()

    async def stream(self, request: ChatRequest) -> AsyncIterator[Chunk]:
        """Ask once; see ``core.routing.ports.ChatModel``."""
        evidence, patience = Evidence(), Patience(self._timeouts, stream=self.streams)
        failure: ModelError
        try:
            async with aclosing(self._ask(request, evidence, patience)) as texts:
                async for text in texts:
                    yield TextDelta(text)
            yield self._end(evidence)
            return
        except ModelError as error:
            failure = ModelError(error.kind, error.detail, error.retry_after)
        except (aiohttp.ClientError, OSError, ValueError, TypeError) as error:
            failure = from_exception(error, evidence)
        raise failure  # outside of the handlers: what they caught may quote keys and must not hang on it

    async def _where(self) -> tuple[str, str]:
        """Address and key."""
        return self._base, self._api_key.get_secret_value() if self._api_key is not None else ""

    def _body(self, request: ChatRequest) -> Json:
        limit = min(request.max_output_tokens, self._spec.max_output_tokens)
        return self._protocol.body(self._model, replace(request, max_output_tokens=limit), self.streams)

    async def _encoded(self, request: ChatRequest) -> bytes:
        """The question's bytes. Pictures are megabytes of them: other turns need not wait for that."""

        def encode() -> bytes:
            return json.dumps(self._body(request)).encode()

        return await asyncio.to_thread(encode) if shows_pictures(request.messages) else encode()

    async def _ask(self, request: ChatRequest, evidence: Evidence, patience: Patience) -> AsyncGenerator[str, None]:
        """Yield the text as it comes; when it ends, it was whole."""
        base, key = await patience.wait(self._where())
        question = await self._encoded(request)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", **self._protocol.headers(key)}
        evidence.asked = True
        response = await patience.wait(
            self._session().post(
                self._protocol.url(base),
                data=question,
                headers=headers,
                allow_redirects=False,
            )
        )
        try:
            evidence.status = response.status
            evidence.retry_after = response.headers.get("Retry-After")
            if not response.ok or response.status >= 300:
                evidence.body = (await patience.wait(response.read()))[:BODY_LIMIT]
                raise from_status(evidence)
            async with aclosing(self._read(response, evidence, patience)) as texts:
                async for text in texts:
                    yield text
        finally:
            response.close()  # a connection whose answer was read to its end is free already

    async def _read(
        self, response: aiohttp.ClientResponse, evidence: Evidence, patience: Patience
    ) -> AsyncGenerator[str, None]:
        whole = (
            not self.streams or response.content_type == "application/json"
        )  # some hosts stream nothing when asked to
        if whole:
            answer = evidence.read(await patience.wait(response.read()))
            evidence.terminated = answer is not None
            if answer is not None and not evidence.broken:
                yield self._protocol.whole(answer)
        while not (whole or evidence.broken):
            data = await self._next(response.content, evidence, patience)
            if not data:
                break
            text = "".join(map(self._protocol.text, evidence.feed(data)))
            if text:
                patience.spoke()
                yield text
        error = from_evidence(evidence)
        if error is not None:
            raise error

    async def _next(self, content: aiohttp.StreamReader, evidence: Evidence, patience: Patience) -> bytes:
        """The next bytes; none when nothing more comes, or nothing more is needed."""
        if not evidence.complete:
            return await patience.wait(content.readany())
        patience.hurry(_FAREWELL if evidence.terminated else _LAST_WORDS)
        try:
            return await patience.wait(content.readany())
        except (ModelError, aiohttp.ClientError, OSError):
            return b""

    def _end(self, evidence: Evidence) -> StreamEnd:
        usage = Usage(evidence.input_tokens, evidence.output_tokens, estimated=not evidence.usage_seen)
        model = evidence.model or self._model
        return StreamEnd(usage, model, "length" if evidence.finish in _LENGTH else "stop")

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=not self._keep_alive),
                timeout=aiohttp.ClientTimeout(total=None, connect=self._timeouts.connect),
                trust_env=bool(getproxies_environment()),  # looking for a proxy at each question costs time
            )
        return self._http
