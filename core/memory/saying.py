"""What people say becomes memories: which messages do, and how much of a long one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.commands import PREFIXES, REGISTRY
from core.conversation.models import Place
from core.registry import Registry

LONGEST = 20_000
"""Characters of a message that are remembered: more than platforms take, and what the full-text index can hold."""


_NOT_TO_REMEMBER = re.compile(
    r"\A(?:this is |strictly )?off the record\b|\A(?:ganz )?unter uns\b"
    r"|(?:\A|[.,;:!?()–—\n-] ?|\b(?:but|and|please) )(?:please,? )?"
    r"(?:do not|don['’]t|dont) (?:remember|note|memori[sz]e) (?:that|this|it)(?:,? please)?\W*\Z"
    r"|\bmerk dir das (?:bitte )?nicht\W*\Z",
    re.IGNORECASE,
)


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

    What somebody tells Robbie to do is not something that they said, in whatever way they ask for it. Nor is what they
    say to be off the record, or not to be remembered, in the same breath.
    """
    text = said.text.strip()
    if said.command or said.by_bot or said.off_record or _NOT_TO_REMEMBER.search(text):
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
