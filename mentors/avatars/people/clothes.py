"""What several people wear and have: a neck and shoulders."""

from __future__ import annotations

from mentors.avatars.models import Skin
from mentors.avatars.shapes import shape

SHOULDERS = "M40 540C40 460 84 436 160 420C196 412 206 400 212 384H300C306 400 316 412 352 420C428 436 472 460 472 540Z"


def neck(skin: Skin, width: float = 46) -> str:
    """A neck in the shadow of its head."""
    left, right = 256 - width, 256 + width
    return shape(f"M{left} 330H{right}V410C{right} 450 {left} 450 {left} 410Z", skin.shade)


def shoulders(colour: str, d: str = SHOULDERS) -> str:
    """The body below the neck."""
    return shape(d, colour)
