"""What people say becomes memories: which messages do, and how much of a long one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.commands import PREFIXES, REGISTRY
from core.conversation.models import Place
from core.registry import Registry

LONGEST = 20_000
"""Characters of a message that are remembered: more than platforms take, and what the full-text index can hold."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a person.

    Attributes:
        command: whether it came as a command, e.g. from a menu or a button.
        by_bot: whether another bot wrote it.
        off_record: whether its conversation is off the record now.
    """

    place: Place
    text: str
    command: bool = False
    by_bot: bool = False
    off_record: bool = False


def memorable(said: Said, registry: Registry = REGISTRY) -> str:
    """What is remembered of a message; empty for nothing.

    What somebody tells Robbie to do is not something that they said, in whatever way they ask for it.
    """
    text = said.text.strip()
    if said.command or said.by_bot or said.off_record:
        return ""
    typed = registry.line(text, PREFIXES.get(said.place.surface, "/"))
    if typed or registry.spoken(text, direct=said.place.direct):
        return ""
    return text[:LONGEST]


Memorable = Callable[[Said], str]


class Sayings(Protocol):
    """The messages that wait to become memories, shared by all workers."""

    async def remember(self) -> int:
        """Make memories of a batch of them, and say how many messages were looked at."""

    async def count_uses(self) -> None:
        """Count with each note the answers that were given it."""
