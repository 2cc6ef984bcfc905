"""What a reminder is, and where reminders are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.models import Asker


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that somebody wants to be told at a time.

    Attributes:
        done: whether it was handed to its conversation.
    """

    id: int
    text: str
    due_at: datetime
    done: bool = False


class Reminders(Protocol):
    """Keeps reminders. Each is its owner's: every question carries who asks."""

    async def add(self, asker: Asker, text: str, due_at: datetime, *, origin: int, conversation_id: int) -> None:
        """Keep a reminder, once for each ``origin`` (the inbox row that asked for it)."""

    async def coming(self, asker: Asker, limit: int) -> Sequence[Reminder]:
        """What the asker is still to be reminded of, the next first."""

    async def one(self, asker: Asker, reminder_id: int) -> Reminder | None:
        """One of the asker's; None where there is none of that id."""

    async def cancel(self, asker: Asker, reminder_id: int) -> bool:
        """Delete one that is still to come; False where there is none."""
