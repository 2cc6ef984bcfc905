"""What a note is, and where notes are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.models import Asker

LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Note:
    """Something that somebody wants to find again."""

    id: int
    text: str
    created_at: datetime


class Notes(Protocol):
    """Keeps notes. Each is its owner's alone: every question carries who asks."""

    async def add(self, asker: Asker, text: str, *, origin: int, conversation_id: int, source: str) -> None:
        """Keep a note, once for each ``origin`` (the inbox row that asked for it).

        Args:
            asker: whose it is.
            text: what it says.
            origin: the inbox row.
            conversation_id: where it was made.
            source: the message that it was made of, as ``surface/tenant/channel/message``; empty for none.
        """

    async def find(self, org_id: int, person_id: int, words: str, limit: int) -> Sequence[Note]:
        """The person's notes that hold these words (all for none), the latest first."""

    async def forget(self, asker: Asker, note_id: int) -> bool:
        """Delete one of the asker's notes; False where there is none of that id."""
