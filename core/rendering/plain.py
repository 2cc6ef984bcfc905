"""Markdown as readable plain text: for notifications, and for surfaces that refuse the formatted message."""

from __future__ import annotations

import re

from core.rendering.harmless import harmless
from core.rendering.links import links_in

_FENCE_LINE = re.compile(r"^ {0,3}(?:`{3,}[^`\n]*+|~{3,}[^\n]*+)$\n?", re.MULTILINE)
_CODE = re.compile(r"(`[^`\n]++`)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]++", re.MULTILINE)
_TABLE_RULE = re.compile(r"^(?=[ \t]*+\|)(?=[^\n]*-)[ \t:|\-]*+$\n?", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*+\|(.*)\|[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)([^\n*_~]++)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*])(\*|_)(?=[^\s*_])([^\n*_]++)(?<=\S)\1(?![\w*])")
_LINK = re.compile(r"!?\[([^\[\]\n]*+)\]\(<?([^\s()<>]++)>?(?:\s++\"[^\"\n]*+\")?+\)")


def plain(markdown: str) -> str:
    """The text without headings, emphasis, fences and table frames. What was harmless stays harmless."""
    pieces = _CODE.split(_FENCE_LINE.sub("", markdown))
    pieces[::2] = [_prose(piece) for piece in pieces[::2]]
    return harmless("".join(pieces), allowed_links=links_in(_CODE.sub("", _without_fences(markdown)))).strip("\n")


def _without_fences(markdown: str) -> str:
    """Only the prose: an address that stands in code was no link, and must not become one when its fence is gone."""
    pieces = _FENCE_LINE.split(markdown)
    return "\n".join(pieces[::2])


def _prose(text: str) -> str:
    text = _TABLE_ROW.sub(_row, _TABLE_RULE.sub("", _HEADING.sub("", text)))
    text = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[1] != link[2] else link[1], text)
    return _ITALIC.sub(r"\2", _STRONG.sub(r"\2", text))


def _row(row: re.Match[str]) -> str:
    return " | ".join(cell.strip() for cell in row[1].split("|"))
