"""A face's outline and what moves in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mentors.avatars.models import INK, Brow, Expression, Features, Portrait, Skin
from mentors.avatars.shapes import CENTRE, circle, clip, group, line, mirrored, number, point, shape

WHITE = "#fffdf8"


def outline(*, width: float, top: float, jaw: float, jaw_y: float, chin: float, temple: float = 225) -> str:
    """A face's outline.

    Args:
        width: half of its width at the temples.
        top: where the skull ends.
        jaw: half of its width at the jaw.
        jaw_y: how high the jaw's corners are.
        chin: where it ends below.
        temple: where it is widest.
    """
    lean = (width - jaw) * 0.5 + 4
    low = (chin - jaw_y) * 0.6

    def at(x: float, y: float) -> str:
        return point(CENTRE + x, y)

    return (
        f"M{at(-width, temple)}C{at(-width, top + 40)} {at(-width * 0.66, top)} {at(0, top)}"
        f"C{at(width * 0.66, top)} {at(width, top + 40)} {at(width, temple)}"
        f"C{at(width, temple + 40)} {at(jaw + lean, jaw_y - 34)} {at(jaw, jaw_y)}"
        f"C{at(jaw - lean * low / 34, jaw_y + low)} {at(jaw * 0.55, chin)} {at(0, chin)}"
        f"C{at(-jaw * 0.55, chin)} {at(-jaw + lean * low / 34, jaw_y + low)} {at(-jaw, jaw_y)}"
        f"C{at(-jaw - lean, jaw_y - 34)} {at(-width, temple + 40)} {at(-width, temple)}Z"
    )


def head(who: Portrait, prefix: str) -> tuple[str, str]:
    """A head without features (ears, skin in its light, blush), and the path that it is cut along."""
    skin = who.skin
    lit = group(
        shape(who.face, skin.shade),
        group(shape(who.face, skin.base), move="translate(-13 -5)"),
        mirrored(circle(CENTRE - 58, 300, 26, skin.blush, 0.32)),
        who.on_face,
        clip=f"{prefix}-face",
    )
    return _ears(who) + lit, clip(f"{prefix}-face", who.face)


def _ears(who: Portrait) -> str:
    if who.ears is None:
        return ""
    x, y = who.ears
    return circle(CENTRE - x, y, 23, who.skin.base) + circle(CENTRE + x, y, 23, who.skin.shade)


def eyes(features: Features, mood: Expression, prefix: str) -> tuple[str, str]:
    """Both eyes, and the paths that they are cut along."""
    left, right = (_eye(features, mood, f"{prefix}-eye{sign}", sign) for sign in (-1, 1))
    return left[0] + right[0], left[1] + right[1]


def _eye(features: Features, mood: Expression, name: str, sign: int) -> tuple[str, str]:
    """One eye: white, iris and lid. The sign says on which side of the nose it is."""
    size, x, y = features.eye_size, CENTRE + sign * features.eye_x, features.eye_y
    inner, outer = x - sign * 25 * size, x + sign * 25 * size
    high, low = y - 1.36 * mood.upper * size, y + 1.36 * mood.lower * size
    lid = (
        f"M{point(inner, y - mood.slant)}"
        f"C{point(inner + sign * 12, high)} {point(outer - sign * 14, high)} {point(outer, y + mood.slant)}"
    )
    below = f"C{point(outer - sign * 12, low)} {point(inner + sign * 12, low)} {point(inner, y - mood.slant)}Z"
    gaze_x, gaze_y = x + mood.gaze[0], y - 2 + mood.gaze[1]
    iris = circle(gaze_x, gaze_y, 15 * size, features.iris) + circle(x + 5 + mood.gaze[0] * 0.3, y - 5, 4.5, WHITE)
    return shape(lid + below, WHITE) + group(iris, clip=name) + line(lid, INK, 6), clip(name, lid + below)


def brows(features: Features, mood: Expression) -> str:
    """Both eyebrows."""
    return "".join(_brow(features, brow, sign) for brow, sign in ((mood.left, -1), (mood.right, 1)))


def _brow(features: Features, brow: Brow, sign: int) -> str:
    x, y = CENTRE + sign * features.eye_x, features.brow_y
    inner, middle, outer = x - sign * 25, x + sign * 4, x + sign * 33
    d = f"M{point(inner, y + 4 + brow.inner)}Q{point(middle, y - 12 + brow.arch)} {point(outer, y + 5 + brow.outer)}"
    return line(d, features.brow_colour, features.brow_width)


def mouth(features: Features, skin: Skin, kind: str) -> str:
    """The mouth of a mood."""
    move = f"translate(256 {number(features.mouth_y)}) scale({features.mouth_size:g})"
    return group(_MOUTHS[kind](skin), move=move)


def _smile(skin: Skin) -> str:
    return (
        shape("M-40 -8C-22 4 22 4 42 -12C36 24 -28 28 -40 -8Z", skin.lips)
        + shape("M-31 -3C-16 4 18 4 33 -6C28 12 -20 14 -31 -3Z", WHITE)
        + line("M-46 -12C-43 -8 -41 -8 -40 -8C-22 4 22 4 42 -12C44 -13 45 -15 46 -17", skin.lips, 6)
    )


def _aside(skin: Skin) -> str:
    return line("M-20 4C-6 0 10 0 26 -5", skin.lips, 8) + line("M-8 20C0 23 10 22 16 19", skin.shade, 7)


def _down(skin: Skin) -> str:
    return line("M-22 5C-11 -2 11 -2 22 5", skin.lips, 8) + line("M-11 20C-4 18 4 18 11 20", skin.shade, 7)


def _firm(skin: Skin) -> str:
    return line("M-34 -3C-22 3 22 3 34 -3", skin.lips, 9) + line("M-14 23C-6 26 6 26 14 23", skin.shade, 7)


_MOUTHS: Mapping[str, Callable[[Skin], str]] = {"smile": _smile, "aside": _aside, "down": _down, "firm": _firm}
