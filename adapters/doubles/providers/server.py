"""The doubles on one port: a route per provider, and a control route for tests in other processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from aiohttp import web

from adapters.doubles import jitter
from adapters.doubles.providers import ollama
from adapters.doubles.providers.anthropic import Anthropic
from adapters.doubles.providers.control import add_control
from adapters.doubles.providers.dialect import Dialect
from adapters.doubles.providers.embeddings import Embeddings
from adapters.doubles.providers.exchange import Pace, reset, respond
from adapters.doubles.providers.listing import list_models
from adapters.doubles.providers.ollama import Ollama
from adapters.doubles.providers.openai import OpenAI
from adapters.doubles.providers.script import Fault, FaultKind, LoggedRequest, Reply, Script

DEFAULT_MODELS: Mapping[str, int] = {
    "gpt-4o": 128_000,
    "gpt-4o-mini": 128_000,
    "gpt-5.2": 400_000,
    "claude-sonnet-4-5": 200_000,
    "claude-opus-4-5": 200_000,
    "openai/gpt-oss-120b": 131_072,
    "openai/gpt-oss-20b": 131_072,
    "llama-3.3-70b": 131_072,
    "llama3.2": 8_192,
}


class ProviderDouble:
    """OpenAI, an OpenAI-compatible host, Anthropic and Ollama on 127.0.0.1, scripted.

    Routes, as faults name them: ``openai``, ``groq``, ``anthropic``, ``ollama`` (native), ``ollama_openai``,
    ``embeddings`` for all of OpenAI's protocol, and ``models`` for all lists of models.

    Attributes:
        models: the models that exist, with their context length in tokens; change it freely.
        pace: size of the pieces of a stream and the seconds between them.
    """

    def __init__(
        self,
        models: Mapping[str, int] | None = None,
        *,
        port: int = 0,
        piece_size: int = 16,
        piece_delay: float = 0.0,
        log_size: int = 1000,
    ) -> None:
        self.models = dict(DEFAULT_MODELS if models is None else models)
        self.pace = Pace(piece_size, piece_delay)
        self._script = Script(log_size)
        self._port = port
        self._refusing = False
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go what waits, and stop."""
        self.clear_faults()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The root of all routes."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai_url(self) -> str:
        """Base URL for OpenAI's protocol."""
        return f"{self.url}/v1"

    @property
    def groq_url(self) -> str:
        """Base URL of a compatible host, with Groq's path."""
        return f"{self.url}/groq/openai/v1"

    @property
    def anthropic_url(self) -> str:
        """Base URL for Anthropic's protocol."""
        return f"{self.url}/anthropic"

    @property
    def ollama_url(self) -> str:
        """Base URL of Ollama; its OpenAI-compatible route is below ``/v1``."""
        return f"{self.url}/ollama"

    @property
    def requests(self) -> deque[LoggedRequest]:
        """The last requests, oldest first."""
        return self._script.requests

    @property
    def streaming(self) -> int:
        """How many streams are being written right now."""
        return self._script.streaming

    @property
    def connections(self) -> int:
        """How many connections chat requests came on."""
        return len(self._script.peers)

    def hide_usage(self) -> None:
        """Report no tokens on the OpenAI routes, as some hosts do even when asked."""
        self._script.report_usage = False

    def reply(self, reply: Reply, model: str | None = None) -> None:
        """Answer with this text, or with what this function makes of the request's body."""
        self._script.reply(reply, model)

    def fault(
        self,
        kind: FaultKind,
        *,
        status: int = 500,
        retry_after: str | float | None = None,
        after: int = 0,
        seconds: float | None = None,
        message: str | None = None,
        code: str | None = None,
        model: str | None = None,
        route: str | None = None,
        times: int | None = None,
    ) -> Fault:
        """Script a fault; see ``FaultKind`` and ``Fault``. The first that matches hits."""
        wait = None if retry_after is None else str(retry_after)
        fault = Fault(kind, status, wait, after, seconds, message, code, model, route, times)
        self._script.faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        """Behave again, and let go what waits."""
        self._script.clear()

    async def refuse_connections(self) -> None:
        """Stop listening: new connections are refused, open ones are reset when they ask."""
        self._refusing = True
        if self._site is not None:
            await self._site.stop()

    async def accept_connections(self) -> None:
        """Listen again, on the same port."""
        self._refusing = False
        await self._listen()

    async def _listen(self) -> None:
        if self._runner is None:
            raise RuntimeError("use `async with`")
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=512)
        await self._site.start()
        self._port = self._runner.addresses[-1][1]

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=32 * 1024**2, middlewares=[jitter.late])
        self._add_chat(app, "openai", "/v1/chat/completions", OpenAI())
        self._add_chat(app, "groq", "/groq/openai/v1/chat/completions", OpenAI())
        self._add_chat(app, "anthropic", "/anthropic/v1/messages", Anthropic())
        self._add_chat(app, "ollama", "/ollama/api/chat", Ollama())
        self._add_chat(app, "ollama_openai", "/ollama/v1/chat/completions", OpenAI(keyless=True))
        self._add_chat(app, "embeddings", "/v1/embeddings", Embeddings())
        self._add_chat(app, "embeddings", "/groq/openai/v1/embeddings", Embeddings())
        self._add_chat(app, "embeddings", "/ollama/v1/embeddings", Embeddings(keyless=True))
        self._add_list(app, "/v1", OpenAI())
        self._add_list(app, "/groq/openai/v1", OpenAI())
        self._add_list(app, "/anthropic/v1", Anthropic())
        self._add_list(app, "/ollama/v1", OpenAI(keyless=True))
        app.router.add_get("/health", self._health)
        app.router.add_get("/ollama/api/tags", self._ollama_tags)
        app.router.add_get("/ollama/api/version", self._ollama_version)
        add_control(app, self._script)
        return app

    def _add_chat(self, app: web.Application, route: str, path: str, dialect: Dialect) -> None:
        async def handle(request: web.Request) -> web.StreamResponse:
            if self._refusing:
                reset(request)
            return await respond(request, route, dialect, self._script, self.models, self.pace)

        app.router.add_post(path, handle)

    def _add_list(self, app: web.Application, prefix: str, dialect: Dialect) -> None:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await list_models(request, dialect, self._script, self.models)

        app.router.add_get(f"{prefix}/models", handle)

    async def _ollama_tags(self, request: web.Request) -> web.Response:
        return web.json_response(ollama.tags(self.models))

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})  # llama.cpp's, so that the double can stand in for its server

    async def _ollama_version(self, request: web.Request) -> web.Response:
        return web.json_response({"version": "0.12.6"})
