"""Ollama's own chat protocol: one JSON object a line, the last one says ``"done": true``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.doubles.providers.dialect import Exchange, Refusal, require_messages
from adapters.doubles.providers.script import Json

_ROLES = frozenset({"system", "user", "assistant", "tool"})
_ERRORS = {
    400: "invalid request",
    401: "unauthorized",
    404: "model not found, try pulling it first",
    429: "too many requests",
    503: "server busy, please try again.  maximum pending requests exceeded",
}


class Ollama:
    """``POST /api/chat``. A prompt that is too long is cut silently, as Ollama does."""

    stream_type = "application/x-ndjson"
    malformed = b'{"model":"llama","created_at":"2026-01-01T00:00:00Z","message":{"role":"assi\n'
    ping = b"\n"
    terminator = b""  # the last line says it

    def admit(self, headers: Mapping[str, str]) -> None:
        """Everybody: there is no key."""

    def check(self, headers: Mapping[str, str], body: Json, models: Mapping[str, int]) -> None:
        """Model and messages; there is no key."""
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Refusal(400, "model is required")
        if model not in models:
            raise Refusal(404, f"model '{model}' not found")
        require_messages(body, _ROLES, "")

    def streams(self, body: Json) -> bool:
        """Unless told otherwise."""
        return body.get("stream") is not False

    def output_limit(self, body: Json) -> int | None:
        """``options.num_predict``."""
        options = body.get("options")
        limit = options.get("num_predict") if isinstance(options, dict) else None
        return limit if isinstance(limit, int) and limit > 0 else None

    def error(self, status: int, message: str | None, kind: str | None, param: str | None = None) -> Json:
        """``{"error": text}``."""
        return {"error": message or _ERRORS.get(status, "llama runner process has terminated: exit status 2")}

    def whole(self, exchange: Exchange) -> Json:
        """The one object of an answer without a stream."""
        return {**_head(exchange), "message": {"role": "assistant", "content": exchange.sent}, **_end(exchange)}

    def opening(self, exchange: Exchange) -> bytes:
        """Nothing opens the stream."""
        return b""

    def piece(self, exchange: Exchange, text: str) -> bytes:
        """A line with a piece of the message."""
        return _line({**_head(exchange), "message": {"role": "assistant", "content": text}, "done": False})

    def closing(self, exchange: Exchange) -> bytes:
        """The line that says ``done``, with the counts."""
        return _line({**_head(exchange), "message": {"role": "assistant", "content": ""}, **_end(exchange)})

    def error_event(self) -> bytes:
        """A line with an error."""
        return _line(self.error(500, None, None))


def tags(models: Mapping[str, int]) -> Json:
    """The body of ``GET /api/tags``."""
    return {
        "models": [
            {
                "name": name,
                "model": name,
                "modified_at": "2026-01-01T00:00:00Z",
                "size": 1_000_000,
                "digest": "0" * 64,
                "details": {
                    "format": "gguf",
                    "family": "llama",
                    "parameter_size": "8B",
                    "quantization_level": "Q4_K_M",
                },
            }
            for name in models
        ]
    }


def _head(exchange: Exchange) -> Json:
    created = datetime.fromtimestamp(exchange.created, UTC)
    return {"model": exchange.model, "created_at": created.strftime("%Y-%m-%dT%H:%M:%S.000000Z")}


def _end(exchange: Exchange) -> Json:
    return {
        "done": True,
        "done_reason": "length" if exchange.finish == "length" else "stop",
        "total_duration": 5_000_000,
        "load_duration": 1_000_000,
        "prompt_eval_count": exchange.prompt_tokens,
        "prompt_eval_duration": 1_000_000,
        "eval_count": exchange.output_tokens,
        "eval_duration": 3_000_000,
    }


def _line(data: Json) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"
