"""Embedding models of providers: OpenAI's protocol by a client of ours, all others through litellm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from math import isfinite
from typing import Any
from urllib.request import getproxies_environment

import aiohttp
from pydantic import SecretStr

from adapters.llm.errors import BODY_LIMIT, from_exception, from_status
from adapters.llm.library import litellm_ready
from adapters.llm.protocols import OpenAIChat
from adapters.llm.tap import Tapped, current, tapped_client
from adapters.llm.wire import Evidence, Json
from core.memory.ports import Embedded
from core.routing.models import ErrorClass, ModelError


class DirectEmbeddings:
    """One embedding model at one address that speaks OpenAI's protocol; implements ``EmbeddingModel``.

    Args:
        name: its unique name.
        model: its name at the provider.
        api_key: the key, where one is needed.
        base: the provider's address, if it is not OpenAI's.
        size: the length of vectors to ask for; None for the model's own.
        seconds: how long an answer may take.
    """

    def __init__(
        self,
        name: str,
        model: str,
        *,
        api_key: SecretStr | None = None,
        base: str | None = None,
        size: int | None = None,
        seconds: float = 10.0,
    ) -> None:
        self.name = name
        self._asked: Json = {"model": model, "encoding_format": "float"} | ({"dimensions": size} if size else {})
        self._headers = OpenAIChat().headers(api_key.get_secret_value() if api_key else "")
        self._url = f"{(base or OpenAIChat.default_base).rstrip('/')}/embeddings"
        self._seconds = seconds
        self._http: aiohttp.ClientSession | None = None  # it wants a running loop

    async def aclose(self) -> None:
        """Close its connections."""
        if self._http is not None:
            await self._http.close()

    async def ask(self, texts: Sequence[str]) -> Embedded:
        """Ask once; see ``core.memory.ports.EmbeddingModel``."""
        evidence = Evidence(asked=True)
        failure: ModelError
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._post(texts, evidence)
            return _read(json.loads(body), len(texts))
        except ModelError as error:
            failure = error
        except (aiohttp.ClientError, OSError, ValueError, TypeError) as error:
            failure = from_exception(error, evidence)
        raise failure  # outside of the handler: what it caught may quote keys and must not hang on it

    async def _post(self, texts: Sequence[str], evidence: Evidence) -> bytes:
        asked = {**self._asked, "input": list(texts)}
        async with self._session().post(
            self._url, json=asked, headers=self._headers, allow_redirects=False
        ) as response:
            evidence.status = response.status
            evidence.retry_after = response.headers.get("Retry-After")
            body = await response.read()
            if response.status >= 300:
                evidence.body = body[:BODY_LIMIT]
                raise from_status(evidence)
            return body

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(trust_env=bool(getproxies_environment()))
        return self._http


class LiteLLMEmbeddings:
    """One embedding model by its litellm id, such as ``cohere/embed-v4.0``; implements ``EmbeddingModel``.

    Without a key, litellm takes it from the environment, by its own names. Where the provider cannot shorten vectors,
    litellm leaves the wish out.
    """

    def __init__(
        self,
        name: str,
        model: str,
        *,
        api_key: SecretStr | None = None,
        base: str | None = None,
        size: int | None = None,
        seconds: float = 10.0,
    ) -> None:
        self.name = name
        self._key, self._base = api_key.get_secret_value() if api_key else None, base
        self._asked: Json = {
            "model": model,
            "api_base": base,
            "api_key": self._key,
            "timeout": seconds,
            "num_retries": 0,
            **({"dimensions": size} if size else {}),
        }
        self._seconds = seconds
        self._http = tapped_client(seconds)
        self._client: Any = None  # the library's class is not imported before it is needed

    async def aclose(self) -> None:
        """Close its connections; most are litellm's own."""
        await self._http.aclose()

    async def ask(self, texts: Sequence[str]) -> Embedded:
        """Ask once; see ``core.memory.ports.EmbeddingModel``."""
        tapped = Tapped()
        failure: ModelError
        try:
            litellm = await litellm_ready()
            async with asyncio.timeout(self._seconds):
                answer = await self._call(litellm, texts, tapped)
            return _read(answer.model_dump(), len(texts))
        except ModelError as error:
            failure = error
        except Exception as error:
            failure = from_exception(error, tapped.evidence)
        raise failure  # outside of the handler: litellm's own exception quotes texts and must not hang on it

    async def _call(self, litellm: Any, texts: Sequence[str], tapped: Tapped) -> Any:  # Any: litellm has no types
        token = current.set(tapped)
        try:
            return await litellm.aembedding(input=list(texts), **self._asked, **self._library_client())
        finally:
            current.reset(token)

    def _library_client(self) -> Json:
        """OpenAI's SDK over our connections, which show what they receive."""
        if not str(self._asked["model"]).startswith("openai/"):
            return {}
        if self._client is None:
            from openai import AsyncOpenAI

            self._client = AsyncOpenAI(api_key=self._key, base_url=self._base, http_client=self._http, max_retries=0)
        return {"client": self._client}


def _read(answer: object, count: int) -> Embedded:
    """The vectors in the order of the texts. Raises ModelError(MALFORMED) where one is missing or is none."""
    data = answer.get("data") if isinstance(answer, dict) else None
    listed = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    found = {item.get("index", place): _vector(item.get("embedding")) for place, item in enumerate(listed)}
    vectors = [vector for number in range(count) if (vector := found.get(number))]
    if len(listed) != count or len(vectors) != count:
        raise ModelError(ErrorClass.MALFORMED, "not a vector for each text")
    return Embedded(vectors, _tokens(answer))


def _vector(value: object) -> list[float]:
    """Its numbers; none where it is no vector."""
    numbers = value if isinstance(value, list) else []
    return numbers if all(isinstance(number, float | int) and isfinite(number) for number in numbers) else []


def _tokens(answer: object) -> int:
    usage = answer.get("usage") if isinstance(answer, dict) else None
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) else 0
