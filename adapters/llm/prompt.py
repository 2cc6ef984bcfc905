"""A prompt as the protocols want it."""

from __future__ import annotations

from collections.abc import Iterable

from core.routing.models import ChatMessage


def as_json(messages: Iterable[ChatMessage]) -> list[dict[str, str]]:
    """Role and content. Names go into the text: providers restrict their letters, or have no place for them."""
    return [{"role": m.role, "content": f"{m.name}: {m.content}" if m.name else m.content} for m in messages]
