"""A model of a provider, asked through litellm: for the providers that Robbie does not speak to itself.

The bytes are seen beside the library, and what happened is decided from them. Where litellm asks through a provider's
own SDK, or in a protocol that is not known here, its word is all there is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.llm.errors import from_evidence, from_exception
from adapters.llm.library import litellm_ready
from adapters.llm.prompt import as_json
from adapters.llm.tap import Tapped, current, tapped_client
from adapters.llm.timing import Timeouts, limited
from adapters.llm.wire import Evidence
from core.routing.models import ChatRequest, Chunk, ErrorClass, ModelError, ModelSpec, StreamEnd, TextDelta, Usage

_OURS = ("openai", "anthropic")  # asked over a client of ours


class LiteLLMModel:
    """One model, by its litellm id, such as ``gemini/gemini-3-pro``.

    Without a key, litellm takes it from the environment, by its own names.
    """

    def __init__(
        self,
        spec: ModelSpec,
        model_id: str,
        *,
        api_key: SecretStr | None = None,
        api_base: str | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._spec = spec
        self._model_id = model_id
        self._api_key = api_key
        self._api_base = api_base
        self._timeouts = timeouts or Timeouts()
        self._provider = model_id.partition("/")[0]
        self._http = tapped_client(self._timeouts.connect)
        self._client: Any = None  # litellm's or openai's client class: neither is imported before it is needed

    @property
    def spec(self) -> ModelSpec:
        """What is known of it."""
        return self._spec

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def stream(self, request: ChatRequest) -> AsyncIterator[Chunk]:
        """Ask once; see ``core.routing.ports.ChatModel``."""
        tapped = Tapped()
        failure: ModelError
        try:
            async with aclosing(self._ask(request, tapped)) as chunks:
                async for chunk in limited(chunks, self._timeouts):
                    yield chunk
            return
        except ModelError as error:
            failure = ModelError(error.kind, error.detail, error.retry_after)
        except Exception as error:
            failure = from_exception(error, tapped.evidence)
        finally:
            if tapped.response is not None:
                await tapped.response.aclose()
        raise failure  # outside of the handler: litellm's own exception quotes prompts and must not hang on it

    async def _ask(self, request: ChatRequest, tapped: Tapped) -> AsyncGenerator[Chunk, None]:
        litellm = await litellm_ready()
        token = current.set(tapped)
        try:
            answer = await litellm.acompletion(**self._arguments(request))
        finally:
            current.reset(token)
        end = _End(self._model_id)
        async for part in answer:
            text = end.read(part)
            if text:
                yield TextDelta(text)
        evidence = tapped.evidence if tapped.evidence.understood or self._provider in _OURS else None
        error = from_evidence(evidence) if evidence else None
        if error is not None:
            raise error
        yield end.chunk(evidence)

    def _arguments(self, request: ChatRequest) -> dict[str, object]:
        return {
            "model": self._model_id,
            "messages": as_json(request.messages),
            "max_tokens": min(request.max_output_tokens, self._spec.max_output_tokens),
            "stream": True,
            "stream_options": {"include_usage": True},
            "api_base": self._api_base,
            "api_key": self._key(),
            **self._library_client(),
            "timeout": httpx.Timeout(self._timeouts.total, connect=self._timeouts.connect),
            "num_retries": 0,
            "max_retries": 0,
        }

    def _key(self) -> str | None:
        return self._api_key.get_secret_value() if self._api_key is not None else None

    def _library_client(self) -> dict[str, object]:
        """The provider's client over our connections, where we know how to make one."""
        if self._client is None and self._provider in _OURS:
            self._client = self._openai_client() if self._provider == "openai" else self._anthropic_client()
        return {} if self._client is None else {"client": self._client}

    def _openai_client(self) -> object:
        from openai import AsyncOpenAI

        return AsyncOpenAI(api_key=self._key(), base_url=self._api_base, http_client=self._http, max_retries=0)

    def _anthropic_client(self) -> object:
        from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

        handler = AsyncHTTPHandler()
        handler.client = self._http
        return handler


class _End:
    """Collects from litellm's chunks what the end of the stream is made of."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._finish = ""
        self._usage: Usage | None = None

    def read(self, part: Any) -> str:  # litellm's chunk: the library is not imported for its types
        """Note what the chunk says, and return its text."""
        self._model = part.model or self._model
        usage = getattr(part, "usage", None)
        if usage is not None:
            self._usage = Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0)
        if not part.choices:
            return ""
        self._finish = part.choices[0].finish_reason or self._finish
        return str(part.choices[0].delta.content or "")

    def chunk(self, evidence: Evidence | None) -> StreamEnd:
        """The end, once the evidence says that it is one, or litellm does. Raises ModelError."""
        if self._finish == "content_filter":
            raise ModelError(ErrorClass.REFUSED, "content filter")
        if evidence is None and not self._finish:
            raise ModelError(ErrorClass.TRUNCATED, "no finish reason")
        usage = self._usage or Usage(0, 0, estimated=True)
        if evidence is not None and not evidence.usage_seen:
            usage = Usage(usage.input_tokens, usage.output_tokens, estimated=True)
        return StreamEnd(usage, self._model, "length" if self._finish == "length" else "stop")
