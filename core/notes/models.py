"""What a note is, and where notes are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import Field

from core.conversation.models import Asker
from core.people.viewer import Viewer
from core.values import Frozen

LONGEST = 4_000

EVERYBODY = "*"
"""What a note is shared with that the whole org may see."""


class NoteKind(StrEnum):
    """What a note is about. ``NOTE`` is one that a person wrote, of whatever kind."""

    NOTE = "note"
    DECISION = "decision"
    COMMITMENT = "commitment"
    ACTION = "action"
    DEADLINE = "deadline"
    INSIGHT = "insight"
    WIN = "win"
    CONCERN = "concern"
    PERSONAL = "personal"
    FEEDBACK = "feedback"


TO_DO = frozenset({NoteKind.COMMITMENT, NoteKind.ACTION, NoteKind.DEADLINE})
"""What can become a task."""


PERSONAL = frozenset({NoteKind.NOTE, NoteKind.PERSONAL, NoteKind.CONCERN, NoteKind.FEEDBACK})
"""Of these kinds, a note on somebody else is shared only if that person agrees, too: what somebody wrote may be any."""


class Subject(Frozen):
    """Who or what a note is about; to be one gives nobody access.

    Attributes:
        person_id: of a person whom Robbie knows.
    """

    kind: Literal["person", "company", "project"]
    name: str
    person_id: int | None = None


class Note(Frozen):
    """Something that matters, in a sentence. It is its owner's: of who said it, or who wrote it down.

    Attributes:
        importance, sharing, celebration: from 0 to 1: how much it matters, what others would gain from it, and
            whether it is worth celebrating.
        tone: in a word, such as ``proud``; empty where it is plain.
        said_at: when it was said.
        due_at: until when something is to be done.
        room: where it was said, as ``Place.room``; whoever reads there may see it. Empty for a direct message.
        shared_with: a further room, ``*`` for the whole org, or empty.
        uses: how often an answer or a brief drew on it.
        valid_to: since when it no longer holds.
        superseded_by: the note that took its place.
        found_by: ``hand``, ``detector``, or the model that found it.
    """

    id: int
    owner: int
    text: str
    kind: NoteKind = NoteKind.NOTE
    importance: float = Field(0.5, ge=0, le=1)
    sharing: float = Field(0.0, ge=0, le=1)
    celebration: float = Field(0.0, ge=0, le=1)
    tone: str = ""
    subjects: tuple[Subject, ...] = ()
    created_at: datetime
    said_at: datetime
    due_at: datetime | None = None
    room: str = ""
    shared_with: str = ""
    pinned: bool = False
    uses: int = 0
    used_at: datetime | None = None
    valid_to: datetime | None = None
    superseded_by: int | None = None
    found_by: str = "hand"
    conversation_id: int | None = None
    source: str = ""


class Wanted(Frozen):
    """Which notes somebody wants to see.

    Attributes:
        words: all of them are in it; empty for any.
        closed: those that do not hold any more, instead of those that do.
        here: what everybody may see in the viewer's room, instead of what is the viewer's own.
        after: the end of the page before, as ``Listed.end``.
    """

    words: str = ""
    kind: NoteKind | None = None
    pinned: bool = False
    closed: bool = False
    here: bool = False
    after: str = ""


class Listed(Frozen):
    """A note with what a list says beside it.

    Attributes:
        speaker: its owner's name.
        replaced_by: what the note says that took its place; empty for none that the viewer may see.
    """

    note: Note
    speaker: str = ""
    replaced_by: str = ""

    @property
    def end(self) -> str:
        """Where a page ends whose last one this is. It stands still, whatever is added or removed meanwhile."""
        return f"{int(self.note.pinned)}-{self.note.id}"


class Source(Frozen):
    """A message that a note was made of.

    Attributes:
        message: the platform's id.
    """

    surface: str
    tenant: str
    channel: str
    message: str
    thread: str = ""


class Notes(Protocol):
    """Keeps notes. The store sees what the viewer may see, and changes what is the viewer's own."""

    async def add(self, asker: Asker, text: str, *, origin: int, conversation_id: int, source: str) -> None:
        """Keep a note that somebody wrote, once for each ``origin`` (the inbox row that asked for it).

        Args:
            asker: whose it is.
            text: what it says.
            origin: the inbox row.
            conversation_id: where it was made.
            source: the message that it was made of, as ``surface/tenant/channel/message``; empty for none.
        """

    async def find(self, viewer: Viewer, wanted: Wanted, limit: int) -> Sequence[Listed]:
        """Notes that the viewer may see: what is pinned, and then the latest first."""

    async def one(self, viewer: Viewer, note_id: int) -> Listed | None:
        """One of the viewer's own notes; None where there is none of that id."""

    async def sources(self, viewer: Viewer, note_id: int) -> Sequence[Source]:
        """What messages one of the viewer's own notes was made of, the first first."""

    async def edit(self, viewer: Viewer, note_id: int, text: str) -> Note | None:
        """Change what one of the viewer's own notes says. What was shared was its old words: it is private again.

        Returns the note as it is now; None where there is none of that id.
        """

    async def pin(self, viewer: Viewer, note_id: int, *, pinned: bool) -> bool:
        """Pin one of the viewer's own notes, or let it go; False where there is none of that id."""

    async def forget(self, viewer: Viewer, note_id: int) -> bool:
        """Delete one of the viewer's own notes, with its vectors; False where there is none of that id."""
