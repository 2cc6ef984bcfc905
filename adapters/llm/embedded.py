"""The embedded local model as a ``ChatModel``. It speaks through httpx, so that litellm need not be loaded for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import httpx

from adapters.llm.embedded_process import EmbeddedServer
from adapters.llm.errors import from_evidence, from_exception
from adapters.llm.prompt import as_json
from adapters.llm.timing import Timeouts, limited
from adapters.llm.wire import Evidence, Json, first_choice, look_at
from core.routing.models import ChatRequest, Chunk, Level, ModelError, ModelSpec, StreamEnd, TextDelta, Usage

# So small a model wanders off and repeats itself at the usual temperature.
_SAMPLING: Json = {"temperature": 0.2, "repeat_penalty": 1.1, "repeat_last_n": 256}
_PATIENT = Timeouts(connect=5.0, first_token=120.0, between_tokens=60.0, total=300.0)


def embedded_spec(name: str = "embedded/smollm2-135m", context_tokens: int = 4096) -> ModelSpec:
    """Level 4, free, and small enough to want a short prompt."""
    return ModelSpec(name, Level.LOCAL, context_tokens=context_tokens, max_output_tokens=256, small=True)


class EmbeddedModel:
    """The model that the shared server holds; it is started by the first question, or by ``warm``."""

    def __init__(self, server: EmbeddedServer, spec: ModelSpec | None = None, timeouts: Timeouts = _PATIENT) -> None:
        self._server = server
        self._spec = spec or embedded_spec()
        self._timeouts = timeouts
        # A connection for each question: the server may close a kept one in the moment in which it is used again.
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=timeouts.connect),
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

    @property
    def spec(self) -> ModelSpec:
        """What is known of it."""
        return self._spec

    async def warm(self) -> None:
        """Have the server running. Raises ModelError."""
        try:
            await self._server.ensure()
        except OSError as error:
            raise from_exception(error, Evidence()) from error

    async def aclose(self) -> None:
        """Close connections, and stop being a user of the server."""
        await self._http.aclose()
        await self._server.aclose()

    async def stream(self, request: ChatRequest) -> AsyncIterator[Chunk]:
        """Ask once; see ``core.routing.ports.ChatModel``."""
        evidence = Evidence()
        failure: ModelError
        try:
            async with aclosing(self._ask(request, evidence)) as chunks:
                async for chunk in limited(chunks, self._timeouts):
                    yield chunk
            return
        except ModelError as error:
            failure = ModelError(error.kind, error.detail, error.retry_after)
        except (httpx.HTTPError, OSError, ValueError, TypeError) as error:
            failure = from_exception(error, evidence)
        raise failure

    async def _ask(self, request: ChatRequest, evidence: Evidence) -> AsyncGenerator[Chunk, None]:
        endpoint = await self._server.ensure()
        headers = {"Authorization": f"Bearer {endpoint.key}"}
        url, body = f"{endpoint.url}/v1/chat/completions", self._body(request)
        evidence.asked = True
        async with self._http.stream("POST", url, json=body, headers=headers) as response:
            await look_at(response, evidence)
            usage, length = None, False
            async for line in response.aiter_lines():
                data = evidence.line(line.encode()) or {}
                length = length or first_choice(data).get("finish_reason") == "length"
                usage = _usage(data) or usage
                text = _text(data)
                if text:
                    yield TextDelta(text)
        error = from_evidence(evidence)
        if error is not None:
            raise error
        yield StreamEnd(usage or Usage(0, 0, estimated=True), self._spec.name, "length" if length else "stop")

    def _body(self, request: ChatRequest) -> Json:
        return {
            "model": "embedded",
            "messages": as_json(request.messages),
            **_SAMPLING,
            "max_tokens": min(request.max_output_tokens, self._spec.max_output_tokens),
            "stream": True,
            "stream_options": {"include_usage": True},
        }


def _text(data: Json) -> str:
    delta = first_choice(data).get("delta")
    return str(delta.get("content") or "") if isinstance(delta, dict) else ""


def _usage(data: Json) -> Usage | None:
    usage = data.get("usage")
    if not isinstance(usage, dict):
        return None
    return Usage(int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0)))
