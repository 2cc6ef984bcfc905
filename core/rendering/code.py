"""Where a text is code on every surface, whatever dialect of markdown it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_OPENING = re.compile(r"( *)```[^`\n]*+$", re.MULTILINE)
_LINE = re.compile(r"^[^\n`]*+`[^\n]*+$", re.MULTILINE)
_RUN = re.compile(r"`+")
_OTHER_FENCE = re.compile(r"^[ \t>*+\-\d.)]*+~~~", re.MULTILINE)


class Ambiguous(Exception):
    """The back-ticks of a text do not mean the same to every reader."""


def code_spans(text: str) -> list[Span]:
    """The spans of inline code and code fences, in order, with their back-ticks. Raises Ambiguous.

    Only what CommonMark, Discord and Slack agree on counts: fences of three back-ticks on lines of their own, closed,
    without back-ticks like them inside; and lines of which all back-ticks pair up within the line.
    """
    if re.search(r"\r(?!\n)", text) or ("```" in text and _OTHER_FENCE.search(text)):
        raise Ambiguous
    return list(_spans(text))


def _spans(text: str) -> Iterator[Span]:
    position = 0
    while line := _LINE.search(text, position):
        opening = _OPENING.match(text, line.start())
        if opening:
            position = _fence_end(text, opening)
            yield opening.start(), position
        else:
            position = line.end()
            yield from _inline(text, line.start(), line.end())


def _inline(text: str, start: int, end: int) -> Iterator[Span]:
    runs = list(_RUN.finditer(text, start, end))
    if "\\`" in text[start:end] or len(runs) % 2:
        raise Ambiguous
    for first, last in zip(runs[::2], runs[1::2], strict=True):
        if len(first[0]) != len(last[0]) or len(first[0]) > 3:
            raise Ambiguous
        yield first.start(), last.end()


def _fence_end(text: str, opening: re.Match[str]) -> int:
    """The end of the fence's closing line. A fence may be indented (in a list) if its inside is so as well."""
    closing = text.find("```", opening.end())
    start = text.rfind("\n", 0, closing) + 1
    end = text.find("\n", closing) if "\n" in text[closing : closing + 200] else len(text)
    indent = opening[1]
    if closing < 0 or text[start:closing] != indent or text[closing + 3 : end].strip(" \t\r"):
        raise Ambiguous
    body = text[opening.end() + 1 : start]
    if indent and re.search(rf"^(?!{indent}|[ \t\r]*+$)", body, re.MULTILINE):
        raise Ambiguous
    if len(indent) > 3 and re.search(r"^[ \t\r]*+\n", body, re.MULTILINE) and not _after_blank(text, opening.start()):
        raise Ambiguous
    return end


def _after_blank(text: str, start: int) -> bool:
    before = text[max(0, start - 200) : start]
    return re.search(r"(?:\n|^)[ \t\r]*\n$", before) is not None
