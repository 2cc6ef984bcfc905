"""How much a note weighs as time goes by: it fades by its kind, more slowly the more often it was of use.

A forgetting curve (Ebbinghaus 1885), as an exponential: the weight halves with every half-life, counted from when the
note was said, last used, or is due, whichever is the latest. Use makes the half-life longer by the logarithm of how
often, since what is recalled is forgotten more slowly. What its owner pinned or shared does not fade.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from core.notes.models import Note, NoteKind

HALF_LIFE: Mapping[NoteKind, timedelta] = {
    NoteKind.NOTE: timedelta(days=365),
    NoteKind.PERSONAL: timedelta(days=365),
    NoteKind.DECISION: timedelta(days=180),
    NoteKind.INSIGHT: timedelta(days=180),
    NoteKind.WIN: timedelta(days=120),
    NoteKind.FEEDBACK: timedelta(days=120),
    NoteKind.COMMITMENT: timedelta(days=90),
    NoteKind.ACTION: timedelta(days=60),
    NoteKind.CONCERN: timedelta(days=60),
    NoteKind.DEADLINE: timedelta(days=30),
}
"""After how long a note of each kind that was never used weighs half."""

FLOOR = 0.02
KEPT_FOR = timedelta(days=180)


def weight(note: Note, now: datetime) -> float:
    """What a note weighs now: from 0 to its importance."""
    if note.pinned or note.shared_with:
        return note.importance
    age = max(0.0, (now - last_touched(note)) / timedelta(days=1))
    half_life = HALF_LIFE[note.kind] / timedelta(days=1) * (1 + math.log2(1 + note.uses))
    return float(note.importance * 2 ** -(age / half_life))


def last_touched(note: Note) -> datetime:
    """Since when a note fades."""
    return max(filter(None, (note.said_at, note.used_at, note.due_at)))


def is_faded(note: Note, now: datetime) -> bool:
    """Whether Robbie lets go of a note by itself: only of what it found itself, and nobody has touched for long."""
    untouched = note.found_by != "hand" and not note.pinned and not note.shared_with
    return untouched and now - last_touched(note) > KEPT_FOR and weight(note, now) < FLOOR
