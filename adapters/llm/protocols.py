"""The two protocols that the default levels speak: what is sent, and where the text stands in what comes back."""

from __future__ import annotations

from typing import Protocol

from adapters.llm.prompt import as_json, encoded, text_of
from adapters.llm.wire import Json, first_choice
from core.routing.models import ChatMessage, ChatRequest

NO_KEY = "none"  # hosts without a key still want the header
_ANTHROPIC_VERSION = "2023-06-01"
_LEFT_OUT = "(What was said before is left out.)"


class ChatProtocol(Protocol):
    """How one provider is asked, and read."""

    @property
    def default_base(self) -> str:
        """The provider's own address."""

    def url(self, base: str) -> str:
        """Where to post."""

    def headers(self, key: str) -> dict[str, str]:
        """The key, as this provider wants it."""

    def body(self, model: str, request: ChatRequest, stream: bool) -> Json:
        """The question."""

    def text(self, event: Json) -> str:
        """The text in one event of a stream."""

    def whole(self, answer: Json) -> str:
        """The text of an answer in one piece."""


class OpenAIChat:
    """Chat Completions. OpenAI itself wants the output limit under a new name, which other hosts do not know.

    Args:
        limit_name: what the output limit is called.
        schemas: whether the host knows JSON schemas; others are asked for JSON of any kind.
    """

    default_base = "https://api.openai.com/v1"

    def __init__(self, limit_name: str = "max_tokens", *, schemas: bool = False) -> None:
        self._limit_name = limit_name
        self._schemas = schemas

    def url(self, base: str) -> str:
        """Where to post."""
        return f"{base.rstrip('/')}/chat/completions"

    def headers(self, key: str) -> dict[str, str]:
        """A bearer."""
        return {"Authorization": f"Bearer {key or NO_KEY}"}

    def body(self, model: str, request: ChatRequest, stream: bool) -> Json:
        """With the usage asked for, which a stream would leave out."""
        usage: Json = {"stream_options": {"include_usage": True}} if stream else {}
        return {
            "model": model,
            "messages": as_json(request.messages),
            self._limit_name: request.max_output_tokens,
            "stream": stream,
            **usage,
            **self._format(request),
        }

    def _format(self, request: ChatRequest) -> Json:
        if request.schema is None:
            return {}
        if not self._schemas:
            return {"response_format": {"type": "json_object"}}
        schema = {"name": "answer", "strict": True, "schema": dict(request.schema)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}

    def text(self, event: Json) -> str:
        """A delta's content."""
        return _content(first_choice(event).get("delta"))

    def whole(self, answer: Json) -> str:
        """The message's content."""
        return _content(first_choice(answer).get("message"))


class AnthropicMessages:
    """Messages: the system text has a field of its own, a user speaks first, and nothing may be empty."""

    default_base = "https://api.anthropic.com"

    def url(self, base: str) -> str:
        """Where to post."""
        return f"{base.rstrip('/').removesuffix('/v1')}/v1/messages"

    def headers(self, key: str) -> dict[str, str]:
        """The key and the protocol's version."""
        return {"x-api-key": key, "anthropic-version": _ANTHROPIC_VERSION}

    def body(self, model: str, request: ChatRequest, stream: bool) -> Json:
        """With the system messages taken out."""
        messages = [message for message in request.messages if message.content.strip() or message.pictures]
        system = "\n\n".join(text_of(message) for message in messages if message.role == "system")
        said: list[Json] = [
            {"role": message.role, "content": _blocks(message)} for message in messages if message.role != "system"
        ]
        if said and said[0]["role"] != "user":
            said.insert(0, {"role": "user", "content": _LEFT_OUT})
        body: Json = {"model": model, "messages": said, "max_tokens": request.max_output_tokens, "stream": stream}
        return {**body, "system": system} if system else body

    def text(self, event: Json) -> str:
        """A text delta's text; what the model thinks is none."""
        delta = event.get("delta")
        return str(delta.get("text") or "") if isinstance(delta, dict) and delta.get("type") == "text_delta" else ""

    def whole(self, answer: Json) -> str:
        """The text blocks."""
        return _texts(answer.get("content"))


def _blocks(message: ChatMessage) -> object:
    """A message as Anthropic wants it: what is shown comes before what is said of it."""
    text = text_of(message)
    if not message.pictures:
        return text
    shown: list[Json] = [
        {"type": "image", "source": {"type": "base64", "media_type": picture.media_type, "data": encoded(picture)}}
        for picture in message.pictures
    ]
    return [*shown, {"type": "text", "text": text}] if text.strip() else shown


def _content(message: object) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else _texts(content)


def _texts(blocks: object) -> str:
    """Some hosts send content as a list of parts."""
    parts = blocks if isinstance(blocks, list) else []
    return "".join(str(p.get("text") or "") for p in parts if isinstance(p, dict) and p.get("type") == "text")
