"""What can be recalled, and what a recall brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.values import Frozen


class MemoryKind(StrEnum):
    """What a memory is of."""

    NOTE = "note"
    MESSAGE = "message"
    SUMMARY = "summary"


class Recalled(Frozen):
    """Something that was found again, with where it comes from.

    Attributes:
        id: of the memory.
        speaker: who said it; empty for a summary.
        room: where it was said, as ``Place.room``; empty for a direct message.
        shared_with: as in ``Note``.
        note_id, message_id: what it is of; the message by its row, not by the platform's id.
        conversation_id: where it was said.
        score: higher is better.
        fits: whether it has to do with the question at all, and is not just the best of what is there.
    """

    id: int
    kind: MemoryKind
    text: str
    speaker: str
    said_at: datetime
    room: str = ""
    shared_with: str = ""
    note_id: int | None = None
    message_id: int | None = None
    conversation_id: int | None = None
    score: float = 0.0
    fits: bool = False


@dataclass(frozen=True, slots=True)
class WordHits:
    """What shares words with a question, of all that somebody may see.

    Attributes:
        ids: the memories, those that hold the rarer words first.
        asked: the question's words, as the index writes words.
        holders: in how many of the rows that are seen each of them is; those that are in none, are missing.
        speakers: who said something of it, each with the words of the name.
    """

    ids: tuple[int, ...]
    asked: frozenset[str]
    holders: Mapping[str, int]
    speakers: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory that may fit a question.

    Attributes:
        id: of the memory.
        speaker: who said it; empty for a summary.
        own: whether it is the viewer's own.
        said_at: when.
        importance: from 0 to 1.
        asks: whether it ends with a question.
        words: how often each word of the question is in it, as the index writes words; those that are not, are missing.
        length: how many different words it has.
        similarity: the cosine between its vector and the question's; 0 where there is none.
    """

    id: int
    speaker: str
    own: bool
    said_at: datetime
    importance: float
    asks: bool
    words: Mapping[str, int]
    length: int
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may fit a question, of all that somebody may see.

    Attributes:
        found: in no order.
        runs: some of them as they followed each other in a conversation, the earliest first.
    """

    found: tuple[Candidate, ...]
    runs: tuple[tuple[int, ...], ...] = ()
