"""OpenAI Chat Completions, as OpenAI, Groq and other compatible hosts speak it (Ollama's without a key)."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.providers.dialect import Exchange, Refusal, prompt_tokens, require_messages, sse
from adapters.doubles.providers.pictures import check_openai
from adapters.doubles.providers.script import Json

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
_INVALID = "invalid_request_error"
_ERRORS: dict[int, tuple[str, str | None, str]] = {
    400: (_INVALID, None, "We could not parse the JSON body of your request."),
    401: (_INVALID, "invalid_api_key", "Incorrect API key provided."),
    403: ("request_forbidden", "unsupported_country_region_territory", "Country, region, or territory not supported"),
    404: (_INVALID, "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached on requests per min (RPM): Limit 3, Used 3."),
    503: ("service_unavailable", None, "The engine is currently overloaded, please try again later"),
}
_SERVER_ERROR = ("server_error", None, "The server had an error while processing your request. Sorry about that!")


class OpenAI:
    """Chat Completions; ``keyless`` as on Ollama's compatible route."""

    stream_type = "text/event-stream; charset=utf-8"
    malformed = b'data: {"id":"chatcmpl-1","choices":[{"delta":{"content":"ha\n\n'
    ping = b": keep-alive\n\n"
    terminator = b"data: [DONE]\n\n"

    def __init__(self, keyless: bool = False) -> None:
        self._keyless = keyless

    def admit(self, headers: Mapping[str, str]) -> None:
        """The key, where there is one."""
        if not self._keyless:
            _check_key(headers.get("Authorization", ""))

    def check(self, headers: Mapping[str, str], body: Json, models: Mapping[str, int]) -> None:
        """Key, model, messages, and the length of the prompt."""
        self.admit(headers)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Refusal(400, "you must provide a model parameter", "")
        if model not in models:
            message = f"The model `{model}` does not exist or you do not have access to it."
            raise Refusal(404, message, "model_not_found")
        if "max_tokens" in body and model.startswith("gpt-5"):
            message = "Unsupported parameter: 'max_tokens' is not supported with this model."
            raise Refusal(400, message, "unsupported_parameter", "max_tokens")
        require_messages(body, _ROLES, "invalid_value")
        check_openai(body, model)
        used, limit = prompt_tokens(body), models[model]
        if used > limit:
            message = (
                f"This model's maximum context length is {limit} tokens. However, your messages resulted in "
                f"{used} tokens. Please reduce the length of the messages."
            )
            raise Refusal(400, message, "context_length_exceeded", "messages")

    def streams(self, body: Json) -> bool:
        """Only when asked for."""
        return body.get("stream") is True

    def output_limit(self, body: Json) -> int | None:
        """Under its new or its old name."""
        limit = body.get("max_completion_tokens", body.get("max_tokens"))
        return limit if isinstance(limit, int) else None

    def error(self, status: int, message: str | None, kind: str | None, param: str | None = None) -> Json:
        """``{"error": {message, type, param, code}}``."""
        type_, code, text = _ERRORS.get(status, _SERVER_ERROR)
        if kind == "insufficient_quota":
            type_ = kind
        return {"error": {"message": message or text, "type": type_, "param": param, "code": kind or code}}

    def whole(self, exchange: Exchange) -> Json:
        """A ``chat.completion``."""
        refused = exchange.finish == "refusal"
        message: Json = {
            "role": "assistant",
            "content": None if refused else exchange.sent,
            "refusal": exchange.sent if refused else None,
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(exchange)}
        return {**_head(exchange, "chat.completion"), "choices": [choice], "usage": _usage(exchange)}

    def opening(self, exchange: Exchange) -> bytes:
        """The chunk with the role."""
        return _chunk(exchange, {"role": "assistant", "content": "", "refusal": None})

    def piece(self, exchange: Exchange, text: str) -> bytes:
        """A content (or refusal) delta."""
        return _chunk(exchange, {"refusal" if exchange.finish == "refusal" else "content": text})

    def closing(self, exchange: Exchange) -> bytes:
        """The finish reason, and the usage if it was asked for."""
        end = _chunk(exchange, {}, _finish(exchange))
        if _wants_usage(exchange):
            head = _head(exchange, "chat.completion.chunk")
            end += sse({**head, "choices": [], "usage": _usage(exchange)})
        return end

    def error_event(self) -> bytes:
        """An error object instead of a chunk."""
        return sse(self.error(500, None, None))


def _check_key(authorization: str) -> None:
    scheme, _, key = authorization.partition(" ")
    if scheme != "Bearer" or not key:
        raise Refusal(401, "You didn't provide an API key.", "")
    if key == "invalid":
        raise Refusal(401, f"Incorrect API key provided: {key}.", "invalid_api_key")


def _finish(exchange: Exchange) -> str:
    return {"filter": "content_filter", "length": "length"}.get(exchange.finish, "stop")


def _wants_usage(exchange: Exchange) -> bool:
    options = exchange.body.get("stream_options")
    return exchange.report_usage and isinstance(options, dict) and bool(options.get("include_usage"))


def _head(exchange: Exchange, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{exchange.id}",
        "object": kind,
        "created": exchange.created,
        "model": exchange.model,
        "service_tier": "default",
        "system_fingerprint": "fp_double",
    }


def _chunk(exchange: Exchange, delta: Json, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    usage: Json = {"usage": None} if _wants_usage(exchange) else {}
    return sse({**_head(exchange, "chat.completion.chunk"), "choices": [choice], **usage})


def _usage(exchange: Exchange) -> Json:
    asked, answered = exchange.prompt_tokens, exchange.output_tokens
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}
