"""All pictures on one sheet, with names and moods, for the docs."""

from __future__ import annotations

from html import escape

from mentors.avatars.draw import picture
from mentors.avatars.people import PEOPLE
from mentors.avatars.shapes import rounded
from mentors.models import ROBBIE, Mood

TILE, GAP, LEFT, TOP = 168, 24, 170, 118
GROUND, INK, QUIET = "#f6f5f1", "#20241f", "#666b62"
FONT = "'Inter', 'Source Sans 3', 'Noto Sans', 'DejaVu Sans', sans-serif"
STEP = TILE + GAP


def sheet() -> str:
    """The sheet as SVG: a column for each persona, a row for each mood."""
    names = {**{who: portrait.name for who, portrait in PEOPLE.items()}, ROBBIE: "Robbie"}
    width, height = LEFT + len(names) * STEP + 16, TOP + len(Mood) * STEP + 64
    parts = [rounded(0, 0, width, height, 28, GROUND)]
    for column, (who, name) in enumerate(names.items()):
        parts.append(_heading(name, LEFT + column * STEP + TILE / 2))
        parts += [_placed(who, mood, LEFT + column * STEP, TOP + row * STEP) for row, mood in enumerate(Mood)]
    parts += [_text(mood.capitalize(), 34, TOP + row * STEP + TILE / 2 + 7, 20, INK) for row, mood in enumerate(Mood)]
    parts.append(_text("AI personas inspired by public figures, never the people.", 34, height - 30, 18, QUIET))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>\n'


def _heading(name: str, x: float) -> str:
    """A name in two lines, or in one where it has no more."""
    first, _, last = name.partition(" ")
    if not last:
        return _text(first, x, 92, 21, INK, "middle", "bold")
    return _text(first, x, 66, 18, QUIET, "middle") + _text(last, x, 92, 21, INK, "middle", "bold")


def _placed(who: str, mood: Mood, x: int, y: int) -> str:
    return picture(who, mood).replace("<svg ", f'<svg x="{x}" y="{y}" width="{TILE}" height="{TILE}" ', 1)


def _text(text: str, x: float, y: float, size: int, colour: str, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{FONT}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )
