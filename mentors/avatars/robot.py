"""Robbie itself: the robot of the web chat, in the four moods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mentors.avatars.moods import accent
from mentors.avatars.shapes import circle, ellipse, group, line, number, rounded, shape
from mentors.models import Mood

GROUND, ACCENT, SHELL, EDGE, DARK = "#1f7a63", "#2f9077", "#f4fbf8", "#bfe6d8", "#17493d"
LAMP, SHINE = "#ffd27d", "#fff"


@dataclass(frozen=True)
class _Look:
    left: str
    right: str
    mouth: str
    gaze: tuple[float, float] = (0, 0)
    height: float = 30
    tilt: float = 0


_LOOKS: Mapping[Mood, _Look] = {
    Mood.CONFIDENT: _Look("M166 190Q192 174 218 188", "M294 182Q320 162 346 178", "M206 318Q256 368 306 318", tilt=-4),
    Mood.THOUGHTFUL: _Look(
        "M166 186Q192 172 218 186", "M294 172Q320 156 346 172", "M232 330Q256 326 288 320", (11, -10), tilt=7
    ),
    Mood.CONCERNED: _Look(
        "M166 196Q190 178 218 172", "M294 172Q322 178 346 196", "M220 338Q256 314 292 338", (0, 4), tilt=-7
    ),
    Mood.DETERMINED: _Look(
        "M164 186Q194 182 220 190", "M292 190Q318 182 348 186", "M208 322C228 332 284 332 304 322", height=23
    ),
}


def scene(mood: Mood) -> str:
    """The robot in a mood, before the ground."""
    look = _LOOKS[mood]
    head = group(
        line("M256 112V72", EDGE, 24),
        circle(256, 62, 26, LAMP),
        rounded(52, 204, 36, 96, 16, EDGE),
        rounded(424, 204, 36, 96, 16, EDGE),
        rounded(96, 122, 320, 262, 100, SHELL),
        *(_eye(x, look) for x in (192, 320)),
        line(look.left, DARK, 16),
        line(look.right, DARK, 16),
        line(look.mouth, DARK, 23),
        move=f"rotate({number(look.tilt)} 256 384)",
    )
    neck = shape("M216 360H296V440H216Z", EDGE)
    body = rounded(126, 410, 260, 200, 80, SHELL) + circle(256, 466, 17, LAMP)
    return shape("M0 0H512V512H0Z", GROUND) + accent(mood, ACCENT) + neck + body + head


def _eye(x: float, look: _Look) -> str:
    gx, gy = look.gaze
    return ellipse(x + gx, 244 + gy, 30, look.height, DARK) + circle(x + 10 + gx, 244 - look.height / 3 + gy, 9, SHINE)
