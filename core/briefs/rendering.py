"""A brief as a chat message and as plain text. As HTML see core/briefs/html.py."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from core.briefs.composing import numbered
from core.briefs.models import Brief, Line, Part
from core.rendering.links import links_in
from core.rendering.plain import plain

WIDTH = 76
_NBSP = "\u00a0"
_LENGTH = re.compile(r"\d+ (?:min|h|Min\.|Std\.)(?: \d\d)?(?!\w)")  # stays on one line


def as_markdown(brief: Brief, *, letters: bool = False) -> str:
    """For chat. What can be acted on has its number; what is only to be known has none.

    Args:
        brief: what is said.
        letters: instead of numbers, for a brief that is not kept: its numbers would be taken for those of one that is.
    """
    parts = (_part(part, letters) for part in brief.parts)
    blocks = [f"### {brief.title}", brief.opening, *parts, brief.closing]
    return "\n\n".join(filter(None, blocks))


def links(brief: Brief) -> tuple[str, ...]:
    """The addresses in it, all of Robbie's own making: composing undoes those in the words of others."""
    return tuple(sorted(links_in(as_markdown(brief))))


def as_text(brief: Brief) -> str:
    """Plain text, wrapped at 76 characters."""
    blocks = ["\n".join([brief.title, "=" * len(brief.title)]), _wrapped(brief.opening)]
    blocks += ["\n".join(_plain_part(part)) for part in brief.parts]
    return "\n\n".join(filter(None, [*blocks, _wrapped(brief.closing)])) + "\n"


def unbroken(text: str) -> str:
    """The same, in which no line ends within ``8 h 45``."""
    return _LENGTH.sub(lambda found: found[0].replace(" ", _NBSP), text)


def letter(line: Line) -> str:
    """``A`` for the first line."""
    return chr(ord("A") + (line.number - 1) % 26)


def mark(line: Line) -> str:
    """What a line begins with."""
    return f"{line.number}." if numbered(line) else "-"


def _part(part: Part, letters: bool) -> str:
    lines = "\n".join(_bullet(line, letter(line) if letters else str(line.number)) for line in part.lines)
    return "\n\n".join(filter(None, (f"**{part.title}**" if part.title else "", part.text, lines)))


def _bullet(line: Line, mark: str) -> str:
    """A numbered list would be counted anew from 1 by some surfaces."""
    if not numbered(line):
        return f"- {line.text}"
    bold = line.text.startswith("**")
    return f"- **{mark}. {line.text[2:]}" if bold else f"- **{mark}.** {line.text}"


def _plain_part(part: Part) -> Iterator[str]:
    if part.title:
        yield part.title.upper()
    if part.text:
        yield _wrapped(part.text)
    for line in part.lines:
        begin = f"{mark(line):>3} "
        yield _wrapped(line.text, begin)


def _wrapped(text: str, begin: str = "") -> str:
    return textwrap.fill(
        unbroken(plain(text)), WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin), break_long_words=False,
        break_on_hyphens=False,
    ).replace(_NBSP, " ")  # fmt: skip
