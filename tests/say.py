"""A message of text alone, as tests send it."""

from __future__ import annotations

from core.rendering.message import Outgoing


def say(body: str) -> Outgoing:
    return Outgoing(body=body)
