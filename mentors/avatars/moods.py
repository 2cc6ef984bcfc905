"""The four moods: an expression for any face, and a quiet pattern on the ground."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from mentors.avatars.models import Brow, Expression
from mentors.avatars.shapes import circle, group, line, number, ring, shape
from mentors.models import Mood

EXPRESSIONS: Mapping[Mood, Expression] = {
    Mood.CONFIDENT: Expression(
        left=Brow(-3, -9, -2), right=Brow(-8, -15, -6), upper=15, lower=10, mouth="smile", tilt=-3, nod=-4
    ),
    Mood.THOUGHTFUL: Expression(
        left=Brow(-4, -8, -2), right=Brow(-12, -20, -12), upper=18, lower=12, gaze=(9, -7), mouth="aside", tilt=6
    ),
    Mood.CONCERNED: Expression(
        left=Brow(-13, -5, 6), right=Brow(-13, -5, 6), upper=15, lower=13, slant=2, gaze=(0, 1), mouth="down", tilt=-6
    ),
    Mood.DETERMINED: Expression(
        left=Brow(7, 0, -3), right=Brow(7, 0, -3), upper=13, lower=8, slant=-2, mouth="firm", nod=4, near=1.04
    ),
}


def accent(mood: Mood, colour: str) -> str:
    """The pattern that tells the mood at a glance."""
    return _ACCENTS[mood](colour)


def _rays(colour: str) -> str:
    """A sun that rises behind the shoulders."""
    wedges = []
    for turn in range(12):
        a, b = (math.radians(turn * 30 + shift - 90) for shift in (-7.5, 7.5))
        wedges.append(
            f"M256 250L{number(256 + 420 * math.cos(a))} {number(250 + 420 * math.sin(a))}"
            f"L{number(256 + 420 * math.cos(b))} {number(250 + 420 * math.sin(b))}Z"
        )
    return shape("".join(wedges), colour, 0.55)


def _rings(colour: str) -> str:
    """A thought that spreads."""
    return group(
        circle(424, 84, 26, colour), *(ring(424, 84, r, colour, 18) for r in (64, 112, 160, 208)), opacity=0.55
    )


def _waves(colour: str) -> str:
    """Unquiet water."""
    wave = "c32 -26 64 -26 96 0s64 26 96 0s64 -26 96 0s64 26 96 0s64 -26 96 0s64 26 96 0"
    return group(*(line(f"M-40 {y}{wave}", colour, 20) for y in (80, 150, 220, 290, 360)), opacity=0.5)


def _peaks(colour: str) -> str:
    """The way up."""
    return group(*(line(f"M-20 {y + 276}L256 {y}L532 {y + 276}", colour, 26) for y in (-90, -20, 50, 120)), opacity=0.5)


_ACCENTS: Mapping[Mood, Callable[[str], str]] = {
    Mood.CONFIDENT: _rays,
    Mood.THOUGHTFUL: _rings,
    Mood.CONCERNED: _waves,
    Mood.DETERMINED: _peaks,
}
