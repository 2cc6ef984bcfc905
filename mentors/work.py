"""What kind of work somebody wants help with, read from the words of a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mentors.evidence import evidence, points, strongest
from mentors.models import ROBBIE, Work
from mentors.words import words

_DOUBT = 1.0
"""Points that Robbie itself begins with: without a sign nobody else speaks."""
_FEW_WORDS = 7
_EARLIER = 0.6


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
        """The kinds of work that something speaks for, the strongest first."""
        return sorted((work for work in Work if self.totals[work] > 0), key=lambda work: -self.totals[work])


def read_work(text: str, before: Sequence[str] = ()) -> Reading:
    """The kind of work that a message asks for.

    Args:
        text: the message.
        before: what people said before it, oldest first; it decides where the message says little by itself.
    """
    message = words(text)
    seen = evidence("work").seen(message)
    totals: dict[str, float] = {ROBBIE: _DOUBT, **{work.value: 0.0 for work in Work}}
    for name, value in points(seen).items():
        totals[name] += value
    if not seen and message.count <= _FEW_WORDS and before:
        earlier = evidence("work").seen(words(before[-1]))
        seen = [one for one in earlier if ROBBIE not in one.cue.says]
        for name, value in points(seen, _EARLIER).items():
            totals[name] += value
    best = max(totals, key=lambda name: totals[name])
    sign = strongest(seen, best)
    work = None if best == ROBBIE else Work(best)
    return Reading(work, f"because {sign.cue.because}" if sign else "", totals)
