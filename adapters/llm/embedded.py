"""The embedded local model as a ``ChatModel``: its server speaks OpenAI's protocol."""

from __future__ import annotations

from dataclasses import replace

from adapters.llm.direct import DirectModel
from adapters.llm.embedded_process import EmbeddedServer
from adapters.llm.errors import from_exception
from adapters.llm.protocols import OpenAIChat
from adapters.llm.timing import Timeouts
from adapters.llm.wire import Evidence, Json
from core.routing.models import ChatRequest, Level, ModelSpec, StreamEnd

# So small a model wanders off and repeats itself at the usual temperature.
_SAMPLING: Json = {"temperature": 0.2, "repeat_penalty": 1.1, "repeat_last_n": 256}
_PATIENT = Timeouts(connect=5.0, first_token=120.0, between_tokens=60.0, total=300.0)


def embedded_spec(name: str = "embedded/smollm2-135m", context_tokens: int = 4096) -> ModelSpec:
    """Level 4, free, and small enough to want a short prompt."""
    return ModelSpec(name, Level.LOCAL, context_tokens=context_tokens, max_output_tokens=256, small=True)


class EmbeddedModel(DirectModel):
    """The model that the shared server holds; it is started by the first question, or by ``warm``."""

    def __init__(self, server: EmbeddedServer, spec: ModelSpec | None = None, timeouts: Timeouts = _PATIENT) -> None:
        # A connection for each question: the server may close a kept one in the moment in which it is used again.
        super().__init__(spec or embedded_spec(), "embedded", OpenAIChat(), timeouts=timeouts, keep_alive=False)
        self._server = server

    async def warm(self) -> None:
        """Have the server running. Raises ModelError."""
        try:
            await self._server.ensure()
        except OSError as error:
            raise from_exception(error, Evidence()) from error

    async def aclose(self) -> None:
        """Close connections, and stop being a user of the server."""
        await super().aclose()
        await self._server.aclose()

    async def _where(self) -> tuple[str, str]:
        endpoint = await self._server.ensure()
        return f"{endpoint.url}/v1", endpoint.key

    def _end(self, evidence: Evidence) -> StreamEnd:
        return replace(super()._end(evidence), model=self.spec.name)  # the server does not know what it serves

    def _body(self, request: ChatRequest) -> Json:
        return {**super()._body(request), **_SAMPLING}
