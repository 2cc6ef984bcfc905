"""Markdown tables as aligned text: Discord has no tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from core.rendering.plain import plain

_ROW = re.compile(r"[ \t]*\|(?P<cells>.*)\|[ \t\r]*")
_RULE = re.compile(r"[ \t]*:?-+:?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_FENCE = "```"

Rows = list[list[str]]


def with_tables(prose: str, *, aligned: bool) -> str:
    """Text outside of code with its tables as code blocks; without alignment they take least room."""
    return "\n".join(_pieces(prose.split("\n"), aligned))


def _pieces(lines: Sequence[str], aligned: bool) -> Iterator[str]:
    position = 0
    while position < len(lines):
        rows = list(_table(lines, position))
        if len(rows) < 2:
            yield lines[position]
            position += 1
            continue
        position += len(rows)
        yield _block(rows, aligned)


def _table(lines: Sequence[str], start: int) -> Iterator[list[str]]:
    """The rows that begin here: lines between bars with the same number of cells.

    A rule is not asked for: a table that was cut in two for its length has none in its second part.
    """
    width = 0
    for line in lines[start:]:
        cells = _cells(line)
        if cells is None or (width and len(cells) != width):
            return
        width = len(cells)
        yield cells


def _cells(line: str) -> list[str] | None:
    row = _ROW.fullmatch(line)
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(row["cells"])] if row else None


def _block(rows: Rows, aligned: bool) -> str:
    """A code block. The rule under the header is drawn as long as the table is wide."""
    ruled = len(rows) > 1 and all(_RULE.fullmatch(cell) for cell in rows[1])
    shown = [[_spoken(cell) for cell in row] for number, row in enumerate(rows) if not (ruled and number == 1)]
    widths = [max(map(_width, column)) for column in zip(*shown, strict=True)] if aligned else [0] * len(shown[0])
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    if ruled and aligned:
        lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join((_FENCE, *lines, _FENCE))


def _spoken(cell: str) -> str:
    """A cell without markdown, which code would show as it is written, and without what would end the code."""
    return plain(cell).replace("`", "")


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Columns that a text takes in a font of one width."""
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
