"""Anthropic Messages."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.providers.dialect import Exchange, Refusal, prompt_tokens, require_messages, sse
from adapters.doubles.providers.pictures import check_anthropic
from adapters.doubles.providers.script import Json

_ROLES = frozenset({"user", "assistant"})
_INVALID = "invalid_request_error"
_NO_PREFILL = frozenset({"claude-sonnet-5", "claude-opus-4-6"})
_ERRORS = {
    400: (_INVALID, "messages: at least one message is required"),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "There is an issue with your billing or payment information."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model: not found"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute."),
    504: ("timeout_error", "Request timed out"),
    529: ("overloaded_error", "Overloaded"),
}


class Anthropic:
    """``POST /v1/messages``."""

    stream_type = "text/event-stream; charset=utf-8"
    malformed = b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"te\n\n'
    ping = sse({"type": "ping"}, "ping")
    terminator = sse({"type": "message_stop"}, "message_stop")

    def admit(self, headers: Mapping[str, str]) -> None:
        """Key and version."""
        key = headers.get("x-api-key", "")
        if not key or key == "invalid":
            raise Refusal(401, "invalid x-api-key" if key else "x-api-key header is required", "authentication_error")
        if not headers.get("anthropic-version"):
            raise Refusal(400, "anthropic-version: header is required", _INVALID)

    def check(self, headers: Mapping[str, str], body: Json, models: Mapping[str, int]) -> None:
        """Key, version, model, ``max_tokens``, messages, and the length of the prompt."""
        self.admit(headers)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Refusal(400, "model: Field required", _INVALID)
        if model not in models:
            raise Refusal(404, f"model: {model}", "not_found_error")
        if not isinstance(body.get("max_tokens"), int):
            raise Refusal(400, "max_tokens: Field required", _INVALID)
        require_messages(body, _ROLES, _INVALID)
        check_anthropic(body)
        _check_texts(body, prefill=model not in _NO_PREFILL)
        used, limit = prompt_tokens(body), models[model]
        if used > limit:
            raise Refusal(400, f"prompt is too long: {used} tokens > {limit} maximum", _INVALID)

    def streams(self, body: Json) -> bool:
        """Only when asked for."""
        return body.get("stream") is True

    def output_limit(self, body: Json) -> int | None:
        """``max_tokens``, which is required."""
        limit = body.get("max_tokens")
        return limit if isinstance(limit, int) else None

    def error(self, status: int, message: str | None, kind: str | None, param: str | None = None) -> Json:
        """``{"type": "error", "error": {type, message}}``."""
        type_, text = _ERRORS.get(status, ("api_error", "Internal server error"))
        return {
            "type": "error",
            "error": {"type": kind or type_, "message": message or text},
            "request_id": "req_double",
        }

    def whole(self, exchange: Exchange) -> Json:
        """A ``message``."""
        content = [{"type": "text", "text": exchange.sent}] if exchange.sent else []
        return {**_message(exchange), "content": content, **_stop(exchange), "usage": _usage(exchange, final=True)}

    def opening(self, exchange: Exchange) -> bytes:
        """``message_start`` with an empty message, the start of the text block, and a ping as the real one sends."""
        message = {
            **_message(exchange),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": _usage(exchange, final=False),
        }
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        return (
            sse({"type": "message_start", "message": message}, "message_start")
            + sse(block, "content_block_start")
            + self.ping
        )

    def piece(self, exchange: Exchange, text: str) -> bytes:
        """A ``text_delta``."""
        delta = {"type": "text_delta", "text": text}
        return sse({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")

    def closing(self, exchange: Exchange) -> bytes:
        """The end of the block, and the stop reason with the usage."""
        usage = {"output_tokens": exchange.output_tokens}
        return sse({"type": "content_block_stop", "index": 0}, "content_block_stop") + sse(
            {"type": "message_delta", "delta": _stop(exchange), "usage": usage}, "message_delta"
        )

    def error_event(self) -> bytes:
        """An ``error`` event, as under high load."""
        return sse(self.error(529, None, None), "error")


def _check_texts(body: Json, *, prefill: bool) -> None:
    """No message is empty, and where the model does not go on with what it is given, a user speaks last."""
    listed = body.get("messages")
    messages = listed if isinstance(listed, list) else []
    for number, message in enumerate(messages):
        content = message.get("content")
        if not content or (isinstance(content, str) and not content.strip()):
            raise Refusal(400, f"messages.{number}: text content blocks must be non-empty", _INVALID)
    if not prefill and messages[-1].get("role") == "assistant":
        raise Refusal(400, "This model does not support assistant message prefill.", _INVALID)


def _message(exchange: Exchange) -> Json:
    return {"id": f"msg_{exchange.id}", "type": "message", "role": "assistant", "model": exchange.model}


def _stop(exchange: Exchange) -> Json:
    reason = {"length": "max_tokens", "filter": "refusal", "refusal": "refusal"}.get(exchange.finish, "end_turn")
    return {"stop_reason": reason, "stop_sequence": None}


def _usage(exchange: Exchange, final: bool) -> Json:
    return {
        "input_tokens": exchange.prompt_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": exchange.output_tokens if final else 1,
        "service_tier": "standard",
    }
