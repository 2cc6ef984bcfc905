"""What a task is, and where tasks are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.models import Asker
from core.notes.models import Note

LONGEST = 1_000

Due = Callable[[Note], datetime | None]
"""When something is to be done that a note speaks of; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that its owner wants to have done. Nobody else sees it.

    Attributes:
        note_id: the note that it was made of.
    """

    id: int
    text: str
    due_at: datetime | None = None
    done_at: datetime | None = None
    note_id: int | None = None


class Tasks(Protocol):
    """Keeps tasks. Each is its owner's: every question carries who asks."""

    async def add(self, asker: Asker, text: str, due_at: datetime | None, *, origin: int, conversation_id: int) -> Task:
        """Keep a task, once for each ``origin`` (the inbox row that asked for it)."""

    async def add_of_note(self, asker: Asker, note_id: int, due: Due, conversation_id: int) -> Task | None:
        """Make a task of one of the asker's notes, once for each note; None where there is no such note."""

    async def waiting(self, asker: Asker, limit: int) -> Sequence[Task]:
        """What is still to be done: what is due first, then the rest."""

    async def finish(self, asker: Asker, task_id: int, *, done: bool) -> Task | None:
        """Mark one of the asker's as done, or as not done after all; None where there is none of that id."""
