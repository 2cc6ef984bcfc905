"""A prompt as the protocols want it."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from core.routing.models import ChatMessage, Picture

Json = dict[str, object]


def text_of(message: ChatMessage) -> str:
    """Names go into the text: providers restrict their letters, or have no place for them."""
    return f"{message.name}: {message.content}" if message.name else message.content


def as_json(messages: Iterable[ChatMessage]) -> list[Json]:
    """Role and content, as OpenAI has them; content is a list of parts where a person shows pictures."""
    return [{"role": message.role, "content": _content(message)} for message in messages]


def encoded(picture: Picture) -> str:
    """The bytes as text."""
    return base64.b64encode(picture.data).decode("ascii")


def _content(message: ChatMessage) -> object:
    text = text_of(message)
    if not message.pictures:
        return text
    shown: list[Json] = [
        {"type": "image_url", "image_url": {"url": f"data:{picture.media_type};base64,{encoded(picture)}"}}
        for picture in message.pictures
    ]
    return [{"type": "text", "text": text}, *shown] if text.strip() else shown
