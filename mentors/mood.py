"""The mood of an answer, read from the situation: stakes, tone, progress, recent wins, and how near a deadline is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mentors.deadline import Deadline, nearest
from mentors.evidence import Seen, evidence
from mentors.models import Mood, Work
from mentors.words import words

_NEAR_HOURS = 72.0
_PRESSING_HOURS = 36.0
_BEFORE = 0.5
_LOOKED_BACK = 4

_USUALLY: Mapping[Work | None, tuple[Mood, str]] = {
    Work.HARD_PROBLEM: (Mood.THOUGHTFUL, "because a hard problem wants patience"),
    Work.HARD_CONVERSATION: (Mood.THOUGHTFUL, "because the words have to be weighed"),
}
_CALM = (Mood.CONFIDENT, "because nothing stands in the way")


@dataclass(frozen=True, slots=True)
class Disposition:
    """A mood, and why, as a clause."""

    mood: Mood
    reason: str


def read_mood(text: str, before: Sequence[str], now: datetime, work: Work | None = None) -> Disposition:
    """The mood that fits.

    Args:
        text: what was asked.
        before: what people said before it, oldest first.
        now: on the asker's own clock.
        work: what they want help with.
    """
    signs = [*_seen(text, 1.0), *(sign for said in before[-_LOOKED_BACK:] for sign in _seen(said, _BEFORE))]
    deadline = nearest(text, now)
    totals = {mood: sum(one.cue.says.get(mood, 0.0) * weight for one, weight in signs) for mood in Mood}
    totals[Mood.DETERMINED] += _pressure(deadline)
    usual, why = _USUALLY.get(work, _CALM)
    totals[usual] += 0.5
    mood = max(Mood, key=lambda one: totals[one])
    return Disposition(mood, _reason(mood, signs, deadline) or why)


def _seen(text: str, weight: float) -> list[tuple[Seen, float]]:
    return [(one, weight) for one in evidence("mood").seen(words(text))]


def _pressure(deadline: Deadline | None) -> float:
    if deadline is None or deadline.hours > _NEAR_HOURS:
        return 0.0
    return 3.5 if deadline.hours <= _PRESSING_HOURS else 2.5


def _reason(mood: Mood, signs: Sequence[tuple[Seen, float]], deadline: Deadline | None) -> str:
    """The strongest sign of the mood; empty where there is none."""
    speaking = [
        (one.cue.says[mood] * weight, f"because {one.cue.because}") for one, weight in signs if mood in one.cue.says
    ]
    if mood is Mood.DETERMINED and _pressure(deadline) and deadline is not None:
        speaking.append((_pressure(deadline), f"because the deadline is {deadline.when}"))
    return max(speaking, default=(0.0, ""))[1]
