"""Whether a note, or a deal's next step, says what a task says already.

In doubt it does not: to tell a thing twice is better than to lose it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.briefs.found import FoundNote, FoundTask
from core.notes.models import TO_DO

NEAR = timedelta(hours=36)
"""How far apart the due times of the same thing are said to be: `by tomorrow` has no hour."""
_SHARED = 0.8  # of the words of the longer
_FEWEST = 2  # words: one alone says too little
_WORD = re.compile(r"[^\W_]+(?:['’]\w+)?")
# What does not change what is to be done: who says it, when it is due (the due times are compared), and little words.
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "to",
        "of",
        "for",
        "by",
        "on",
        "in",
        "at",
        "until",
        "till",
        "before",
        "i",
        "i'll",
        "i’ll",
        "we",
        "we'll",
        "we’ll",
        "will",
        "shall",
        "must",
        "have",
        "has",
        "need",
        "needs",
        "should",
        "today",
        "tonight",
        "tomorrow",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "next",
        "week",
        "promised",
        "promise",
        "ich",
        "wir",
        "werde",
        "werden",
        "muss",
        "müssen",
        "soll",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "ein",
        "eine",
        "einen",
        "bis",
        "zum",
        "zur",
        "heute",
        "morgen",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
    ]
)
_ENDINGS = re.compile(r"(?<=\w{3})(?:es|s|e|ing|ed)$")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says. ``exact``: names and numbers, which have to be the same."""

    words: frozenset[str]
    exact: frozenset[str]
    due_at: datetime | None


def not_said_twice(notes: Sequence[FoundNote], tasks: Sequence[FoundTask], name: str) -> list[FoundNote]:
    """The notes without the reader's own of which a task says the same; that it was done in the meantime counts, too.

    Args:
        notes: all that were found.
        tasks: the reader's.
        name: the reader's, who is spoken of in their own notes.
    """
    mine = frozenset(_stems(name))
    known = [_said(task.text, task.due_at, mine) for task in tasks] if any(map(_own, notes)) else []
    return [one for one in notes if not _own(one) or not _among(_said(one.text, one.due_at, mine), known)]


def covered(step: str, task: str) -> bool:
    """Whether a task says all that a next step of its deal says."""
    words = frozenset(_stems(step))
    return len(words) >= _FEWEST and words <= frozenset(_stems(task))


def _own(note: FoundNote) -> bool:
    return note.mine and note.kind in TO_DO


def _among(said: _Said, known: Iterable[_Said]) -> bool:
    return any(_same(said, other) for other in known)


def _same(one: _Said, other: _Said) -> bool:
    if one.exact != other.exact or len(one.words & other.words) < _FEWEST:
        return False
    if len(one.words & other.words) < _SHARED * max(len(one.words), len(other.words)):
        return False
    return one.due_at is None or other.due_at is None or abs(one.due_at - other.due_at) <= NEAR


def _said(text: str, due_at: datetime | None, mine: frozenset[str]) -> _Said:
    words = frozenset(_stems(text)) - mine
    return _Said(words, frozenset(_exact(text)) - mine, due_at)


def _stems(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        if word not in _EMPTY:
            yield _ENDINGS.sub("", word)


def _exact(text: str) -> Iterator[str]:
    """Numbers, what is denied, and what has a capital letter within the sentence: mostly names."""
    for number, word in enumerate(_WORD.findall(text)):
        lower = word.casefold()
        named = word[0].isupper() and (number > 0)
        if lower not in _EMPTY and (named or word[0].isdigit() or lower in ("not", "no", "never", "nicht", "kein")):
            yield _ENDINGS.sub("", lower)
