"""What becomes a note, what is one already, and what takes another's place: one policy, whoever found it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from core.notes.grams import tokens
from core.notes.models import TO_DO, Note, NoteKind, Subject
from core.notes.refusals import likeness, stems
from core.notes.sources import LONGEST
from core.reminders.when import NAMES_OF_DAYS
from core.values import Frozen

ALIKE = 0.6
"""From this likeness (the share of words with content that two texts have in common) on, they say the same."""

MEANS_THE_SAME = 0.9
"""From this cosine of their vectors on, two texts mean the same."""

_NO = (
    "not no never nothing cannot instead without against neither nicht nichts kein keine keinen keinem keiner nie doch "
    "statt ohne gegen"
)
_TIMES = (
    "spring summer autumn winter frühling frühjahr sommer herbst morning afternoon evening vormittag nachmittag abend"
)
_COUNTS = (
    "two three four five six seven eight nine ten eleven twelve half twice zwei drei vier fünf sechs sieben acht neun "
    "zehn elf zwölf halb"
)
_NOT = frozenset(_NO.split())
_TIMES_AND_NUMBERS = NAMES_OF_DAYS.union(_TIMES.split(), _COUNTS.split())
_NAME = re.compile(r"(?<=[^.!?] )[A-ZÄÖÜ][\w’-]+")


class Draft(Frozen):
    """A note that may come to be. It is its owner's who said the first of its sources.

    Attributes:
        sources: messages, the first one first.
        replaces: the owner's note that it is a newer state of.
        found_by: as ``Note.found_by``.
    """

    owner: int
    text: str = Field(min_length=1, max_length=LONGEST)
    kind: NoteKind
    importance: float = Field(ge=0, le=1)
    sharing: float = Field(0.0, ge=0, le=1)
    celebration: float = Field(0.0, ge=0, le=1)
    tone: str = ""
    subjects: tuple[Subject, ...] = ()
    said_at: datetime
    due_at: datetime | None = None
    sources: tuple[int, ...] = Field(min_length=1)
    source: str = ""
    replaces: int | None = None
    found_by: str = "detector"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is worth a note, asking whether to share it, and offering to celebrate it."""

    importance: float = 0.7
    sharing: float = 0.8
    celebration: float = 0.6

    def worth(self, draft: Draft) -> bool:
        """Whether it becomes a note."""
        return (
            draft.importance >= self.importance
            or draft.sharing >= self.sharing
            or draft.celebration >= self.celebration
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a draft.

    Attributes:
        same: the note that says it already, and gains its sources; None for a new note.
        ends: the notes whose place the new one takes.
    """

    draft: Draft
    same: int | None = None
    ends: tuple[int, ...] = ()


def settled(draft: Draft, known: Sequence[Note], means: int | None = None) -> Settled:
    """Hold a draft against the owner's notes that hold, the latest first.

    Args:
        draft: what may become a note.
        known: the owner's notes in the same room.
        means: the one of them that means the same, where vectors tell.
    """
    said = stems(draft.text)

    def is_near(note: Note) -> bool:
        if _of_others(draft.text, note.text):
            return False
        return note.id == means or likeness(said, stems(note.text)) >= ALIKE or _updates(draft, said, note)

    def is_another(note: Note) -> bool:
        return note.id != means and _swaps(draft.text, note.text)

    near = [note for note in known if is_near(note)]
    for note in near:
        if not is_another(note) and not _differs(draft.text, note.text):
            return Settled(draft, same=note.id)
    # What somebody decides or says anew takes the old one's place; another thing to do does not.
    newer = [note for note in near if draft.kind not in TO_DO or not is_another(note)]
    older = [note for note in known if note.said_at <= draft.said_at]
    ends = [note for note in older if note in newer and note.kind == draft.kind and not note.pinned]
    ends += [note for note in older if note.id == draft.replaces and note not in ends]
    return Settled(draft, ends=tuple(note.id for note in ends))


def merged(drafts: Sequence[Draft]) -> Sequence[Draft]:
    """The drafts of one look, each thing once."""
    kept: list[Draft] = []
    for draft in drafts:
        for number, other in enumerate(kept):
            if draft.owner == other.owner and _is_said_again(draft.text, other.text):
                kept[number] = _joined(other, draft)
                break
        else:
            kept.append(draft)
    return kept


def _is_said_again(one: str, other: str) -> bool:
    alike = likeness(stems(one), stems(other)) >= ALIKE
    return alike and not (_differs(one, other) or _swaps(one, other) or _of_others(one, other))


def denies(text: str) -> bool:
    """Whether a text says no to something."""
    return "not" in _changing(text)


def _joined(one: Draft, other: Draft) -> Draft:
    weights = {name: max(getattr(one, name), getattr(other, name)) for name in ("importance", "sharing", "celebration")}
    sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
    return one.model_copy(update={**weights, "sources": sources, "due_at": one.due_at or other.due_at})


def _updates(draft: Draft, said: frozenset[str], note: Note) -> bool:
    """Whether both say the same but for a time, a number or a no."""
    changing = stems(" ".join(_changing(draft.text))) | stems(" ".join(_changing(note.text)))
    rest, other = said - changing, stems(note.text) - changing
    return len(rest) > 1 and likeness(rest, other) >= ALIKE


def _differs(one: str, other: str) -> bool:
    """Whether they name different times or numbers, or one of them says no."""
    return set(_changing(one)) != set(_changing(other))


def _swaps(one: str, other: str) -> bool:
    """Whether each has a word with content that the other has not, times and numbers aside: it may be another thing."""
    said, before = (stems(text) - stems(" ".join(_changing(text))) for text in (one, other))
    return bool(said - before) and bool(before - said)


def _of_others(one: str, other: str) -> bool:
    """Whether each names somebody or something that the other does not."""
    names, more = _names(one), _names(other)
    return bool(names - more) and bool(more - names)


def _names(text: str) -> frozenset[str]:
    """The names in a text, as far as capitals tell; days and months are none."""
    words = (word.casefold() for word in _NAME.findall(text))
    return stems(" ".join(word for word in words if word not in NAMES_OF_DAYS))


def _changing(text: str) -> Iterator[str]:
    for word in tokens(text):
        if word in _NOT or word.replace("’", "'").endswith("n't"):
            yield "not"
        elif word.isdecimal() or word in _TIMES_AND_NUMBERS:
            yield word
