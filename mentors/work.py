"""What kind of work somebody wants help with, read from the words of a message.

Cues say it in so many words, and weigh most. A small fitted model adds how the message sounds, for what no cue foresaw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mentors.evidence import Seen, evidence, points, strongest
from mentors.models import ROBBIE, Work
from mentors.sound import sound
from mentors.words import Words, words

_DOUBT = 1.0
"""Points that Robbie itself begins with: without a sign nobody else speaks."""
_FEW_WORDS = 7
_EARLIER = 0.6

_SOUNDS: Mapping[str, str] = {
    Work.STRATEGY: "a question of direction",
    Work.HARD_PROBLEM: "a hard problem",
    Work.CREATIVE: "creative work",
    Work.ENCOURAGEMENT: "a hard moment",
    Work.HARD_CONVERSATION: "a delicate matter between people",
    Work.STAGE: "something before an audience",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message was understood as.

    Attributes:
        work: the kind of work; None where no mentor is needed.
        reason: why, as a clause; empty where nothing speaks for anything.
        totals: the points of each kind of work, and of ``robbie``.
    """

    work: Work | None
    reason: str
    totals: Mapping[str, float]

    def ranked(self) -> list[Work]:
        """The kinds of work that plainly something speaks for, the strongest first."""
        return sorted((work for work in Work if self.totals[work] > 2 * _DOUBT), key=lambda work: -self.totals[work])


def read_work(text: str, before: Sequence[str] = ()) -> Reading:
    """The kind of work that a message asks for.

    Args:
        text: the message.
        before: what people said before it, oldest first; the last of it decides where the message says little itself.
    """
    message = words(text)
    seen = evidence("work").seen(message)
    weight = 1.0
    if not seen and message.count <= _FEW_WORDS and before:
        message, weight = words(before[-1]), _EARLIER
        seen = [one for one in evidence("work").seen(message) if ROBBIE not in one.cue.says]
    totals = _totals(message, seen, weight)
    best = max(totals, key=lambda name: totals[name])
    return Reading(None if best == ROBBIE else Work(best), _reason(message, seen, best), totals)


def _totals(message: Words, seen: Sequence[Seen], weight: float) -> dict[str, float]:
    totals: dict[str, float] = {ROBBIE: _DOUBT, **{work.value: 0.0 for work in Work}}
    for told in (points(seen), sound().scores(message) if message.count else {}):
        for name, value in told.items():
            totals[name] += value * weight
    return totals


def _reason(message: Words, seen: Sequence[Seen], best: str) -> str:
    sign = strongest(seen, best)
    if sign:
        return f"because {sign.cue.because}"
    said = ", ".join(f"“{word}”" for word in sound().telling(message, best))
    return f"because it sounds like {_SOUNDS[best]} ({said})" if best in _SOUNDS and said else ""
