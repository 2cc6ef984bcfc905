"""What the three protocols have in common: an exchange, a refusal, and how each is written."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from adapters.doubles.providers.script import Json, text_of, tokens_in

Finish = Literal["stop", "length", "filter", "refusal"]


class Refusal(Exception):
    """A request that the real provider would refuse, before it is asked for an answer.

    Attributes:
        kind: the provider's word for it: its error type or code.
    """

    def __init__(self, status: int, message: str, kind: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.param = param


@dataclass
class Exchange:
    """One accepted request with its answer."""

    body: Json
    model: str
    text: str
    finish: Finish
    created: int
    report_usage: bool = True
    sent: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:24])

    @property
    def prompt_tokens(self) -> int:
        """Tokens of everything that was asked."""
        return prompt_tokens(self.body)

    @property
    def output_tokens(self) -> int:
        """Tokens of everything that was answered."""
        return tokens_in(self.sent)


class Dialect(Protocol):
    """How one provider's protocol looks on the wire."""

    @property
    def stream_type(self) -> str:
        """The content type of a stream."""

    @property
    def malformed(self) -> bytes:
        """A piece that is framed like the protocol and cannot be parsed."""

    @property
    def ping(self) -> bytes:
        """A sign of life without text."""

    @property
    def terminator(self) -> bytes:
        """What says that the stream is over."""

    def admit(self, headers: Mapping[str, str]) -> None:
        """Raises Refusal where the headers do not let anybody in."""

    def check(self, headers: Mapping[str, str], body: Json, models: Mapping[str, int]) -> None:
        """Raises Refusal where the real provider refuses."""

    def streams(self, body: Json) -> bool:
        """Whether the request asks for a stream."""

    def output_limit(self, body: Json) -> int | None:
        """The largest answer that the request allows, in tokens."""

    def error(self, status: int, message: str | None, kind: str | None, param: str | None = None) -> Json:
        """The provider's error body."""

    def whole(self, exchange: Exchange) -> Json:
        """The answer in one piece."""

    def opening(self, exchange: Exchange) -> bytes:
        """What a stream starts with."""

    def piece(self, exchange: Exchange, text: str) -> bytes:
        """One piece of text of a stream."""

    def closing(self, exchange: Exchange) -> bytes:
        """How a stream ends, up to its terminator."""

    def error_event(self) -> bytes:
        """The provider's error in the middle of a stream."""


def prompt_tokens(body: Json) -> int:
    """Tokens of the prompt, system text included."""
    messages = body.get("messages")
    listed = messages if isinstance(messages, list) else []
    return tokens_in(text_of(body.get("system"))) + sum(
        tokens_in(text_of(m.get("content"))) + _picture_tokens(m.get("content")) + 3
        for m in listed
        if isinstance(m, dict)
    )


def _picture_tokens(content: object) -> int:
    parts = content if isinstance(content, list) else []
    return 1_000 * sum(isinstance(part, dict) and part.get("type") in ("image", "image_url") for part in parts)


def require_messages(body: Json, roles: frozenset[str], kind: str) -> None:
    """Refuse a prompt that is missing, empty, or has a role that the protocol does not know."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "messages: a non-empty list is required", kind, "messages")
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in roles:
            raise Refusal(400, f"messages.{number}.role: Invalid value: {role!r}", kind, f"messages[{number}].role")
        if not isinstance(message.get("content"), str | list):
            raise Refusal(400, f"messages.{number}.content: Field required", kind, f"messages[{number}].content")


def sse(data: Json, event: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()
