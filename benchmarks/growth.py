"""How long it takes for so many people, as a picture that is readable on light and on dark ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log10
from typing import Any

Json = dict[str, Any]

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 50, 60
SECONDS = (0.1, 1_000.0)
PEOPLE = (100, 10_000)
LIMIT = 120
_COLOURS = {"robbie": "a", "jobs": "b"}
_STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-size: 15px; font-weight: 600 }
    .grid { stroke: #d0d7de; stroke-width: 1 }
    .limit { stroke: #9a6700; stroke-width: 1.5; stroke-dasharray: 6 4 }
    .limit-text { fill: #9a6700 }
    .a { stroke: #0969da; fill: #0969da } .b { stroke: #8250df; fill: #8250df }
    polyline { fill: none !important; stroke-width: 2.5 } text.a, text.b { stroke: none }
    .ground { fill: #ffffff }
    @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3 } .grid { stroke: #30363d } .ground { fill: #0d1117 }
        .limit { stroke: #d29922 } .limit-text { fill: #d29922 }
        .a { stroke: #58a6ff; fill: #58a6ff } .b { stroke: #bc8cff; fill: #bc8cff }
    }"""


def plot(ways: Mapping[str, Sequence[Json]], names: Mapping[str, str]) -> str:
    """The seconds for all briefs against the number of people, both axes logarithmic."""
    drawn = "\n  ".join((*_axes(), *_limit(), *(part for way in ways for part in _line(way, ways[way], names[way]))))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">
  <title>Seconds until all briefs are composed, by the number of people who are due at the same minute</title>
  <style>{_STYLE}</style>
  <rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>
  {drawn}
</svg>
"""


def _axes() -> Iterator[str]:
    yield f'<text class="title" x="{LEFT}" y="28">Seconds until all briefs are composed, without a model</text>'
    for seconds, said in ((0.1, "0.1"), (1, "1"), (10, "10"), (100, "100"), (1_000, "1,000")):
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(seconds):.1f}" y2="{_y(seconds):.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{_y(seconds) + 4:.1f}" text-anchor="end">{said}</text>'
    for people in (100, 300, 1_000, 3_000, 10_000):
        yield f'<line class="grid" x1="{_x(people):.1f}" x2="{_x(people):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        yield f'<text x="{_x(people):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{people:,}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 16}" text-anchor="middle">people due at the same minute</text>'


def _limit() -> Iterator[str]:
    yield f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(LIMIT):.1f}" y2="{_y(LIMIT):.1f}"/>'
    yield f'<text class="limit-text" x="{LEFT + 6}" y="{_y(LIMIT) - 6:.1f}">{LIMIT} s, the most that is allowed</text>'


def _line(way: str, measured: Sequence[Json], name: str) -> Iterator[str]:
    points = [(_x(one["people"]), _y(one["seconds"])) for one in measured]
    style = _COLOURS[way]
    yield f'<polyline class="{style}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
    for x, y in points:
        yield f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    (x, y), below = points[-1], 4 if style == "a" else -16
    yield f'<text class="{style}" x="{x + 10:.1f}" y="{y + below:.1f}">{measured[-1]["seconds"]:.0f} s</text>'
    yield f'<text class="{style}" x="{x + 10:.1f}" y="{y + below + 16:.1f}">{name}</text>'


def _x(people: float) -> float:
    return LEFT + _share(people, *PEOPLE) * (WIDTH - LEFT - RIGHT)


def _y(seconds: float) -> float:
    return HEIGHT - BOTTOM - _share(seconds, *SECONDS) * (HEIGHT - TOP - BOTTOM)


def _share(value: float, low: float, high: float) -> float:
    """Where a value stands between two bounds, on a logarithmic axis."""
    return (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low))
