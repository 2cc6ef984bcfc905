"""Long markdown in parts that fit one message each, and back.

A part is a slice of the text. Only where a cut falls inside a code fence, the part before it also closes the fence
and the part after it reopens it. ``join`` walks the parts with the same idea of a fence that ``split`` has, so it
knows what was added:

- after a whole line, the closing fence stands directly behind the slice, and ``opener`` is reopened;
- within a line, a line break comes before the closing fence, and ``opener`` is reopened with a space at its end.

A cut outside a fence adds nothing; it is never placed where it could be taken for one of these.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.rendering.graphemes import boundary_before

MIN_LIMIT = 40

# A run of more than 8 marks is not taken for a fence, so that what is added always fits.
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
# Begins only where a run of marks begins: from each of a million dots on, it would read the rest again.
_SENTENCE = re.compile(r"(?<![.!?…。！？])[.!?…。！？]+[\"'”’)\]*_]*(?:\s+|(?<=[。！？]))")
_ATOM = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]++\1(?!`)|!?\[[^\[\]\n]*+\]\([^()\s]*+\)|<[^<>\s]++>|https?://\S++")
_CLOSING_ROOM = 1 + 3 + 8


class _Fence(NamedTuple):
    opener: str
    closer: str
    bare: str

    def reopenings(self, within_line: bool) -> tuple[str, str]:
        """With the info string, and without it for where it is too long."""
        end = " \n" if within_line else "\n"
        return self.opener + end, self.bare + end

    def reopening(self, within_line: bool, limit: int) -> str:
        full, bare = self.reopenings(within_line)
        return full if len(full) + _CLOSING_ROOM <= limit // 2 else bare


class _Block(NamedTuple):
    """A fenced block: its opening line, then its inside, then its closing line (empty at the end of the text)."""

    start: int
    inside: int
    closing: int
    end: int
    fence: _Fence


def split(text: str, limit: int) -> list[str]:
    """Cut markdown into parts of at most ``limit`` (≥ 40) characters; none for an empty text.

    Cuts fall between paragraphs, else lines, sentences, words; ``join`` gives the text back.
    """
    if limit < MIN_LIMIT:
        raise ValueError(f"limit must be at least {MIN_LIMIT}")
    blocks = list(_blocks(text))
    starts = [block.start for block in blocks]
    parts: list[str] = []
    start, opening = 0, ""
    while len(opening) + len(text) - start > limit:
        cut = _cut(text, start, start + limit - len(opening) - _CLOSING_ROOM, blocks, starts)
        body, fence = text[start:cut], _inside(cut, text, blocks, starts)
        within_line = not body.endswith("\n")
        closing = ("\n" if within_line else "") + fence.closer if fence else ""
        parts.append(opening + body + closing)
        start, opening = cut, fence.reopening(within_line, limit) if fence else ""
    if text:
        parts.append(opening + text[start:])
    return parts


def join(parts: Sequence[str]) -> str:
    """The text that ``split`` made these parts of."""
    bodies: list[str] = []
    line: list[str] = []  # the pieces of the line that the bodies so far end in
    fence: _Fence | None = None
    opening = ""
    for part, following in zip(parts, [*parts[1:], ""], strict=False):
        body = part.removeprefix(opening)
        opening = ""
        if "\n" in body:
            carried = "".join(line)
            closing, opening = _added(carried + body, following, fence)
            body = body[: len(body) - len(closing)]
            whole, _, rest = (carried + body).rpartition("\n")
            fence = _after(whole, fence) if "\n" in carried + body else fence
            line = [rest]
        else:
            line.append(body)
        bodies.append(body)
    return "".join(bodies)


def _added(text: str, following: str, fence: _Fence | None) -> tuple[str, str]:
    """The closing at the end of ``text`` and the opening of what follows that ``split`` added, or empty ones."""
    before, _, last = text.rpartition("\n")
    head, newline, _ = before.rpartition("\n")
    at_line = _after(head, fence) if newline else fence
    for candidate, within_line in ((_after(before, fence), False), (at_line, True)):
        if candidate is not None and last == candidate.closer:
            for opening in candidate.reopenings(within_line):
                if following.startswith(opening):
                    return ("\n" if within_line else "") + last, opening
    return "", ""


def _fence_of(match: re.Match[str]) -> _Fence | None:
    indent, marks, info = match.groups()
    if len(marks) > 8 or (marks[0] == "`" and "`" in info):
        return None
    return _Fence(match[0].rstrip(" \t\r"), indent + marks, indent + marks)


def _closes(match: re.Match[str], fence: _Fence) -> bool:
    return match[2].startswith(fence.closer.lstrip()) and not match[3].strip(" \t\r")


def _after(text: str, fence: _Fence | None) -> _Fence | None:
    """The fence that is open after these whole lines."""
    for match in _FENCE.finditer(text):
        if fence is None:
            fence = _fence_of(match)
        elif _closes(match, fence):
            fence = None
    return fence


def _blocks(text: str) -> Iterator[_Block]:
    fence: _Fence | None = None
    start = inside = 0
    for match in _FENCE.finditer(text):
        if fence is None:
            fence, start, inside = _fence_of(match), match.start(), min(match.end() + 1, len(text))
        elif _closes(match, fence):
            yield _Block(start, inside, match.start(), min(match.end() + 1, len(text)), fence)
            fence = None
    if fence is not None:
        yield _Block(start, inside, len(text), len(text), fence)


def _block_at(position: int, blocks: list[_Block], starts: list[int]) -> _Block | None:
    """The block that a cut here would fall into."""
    index = bisect_right(starts, position) - 1
    if index < 0:
        return None
    block = blocks[index]
    return block if block.start < position < block.end else None


def _inside(cut: int, text: str, blocks: list[_Block], starts: list[int]) -> _Fence | None:
    """The fence that is open at the beginning of the line of the cut."""
    block = _block_at(cut, blocks, starts)
    return block.fence if block is not None and cut >= block.inside and text[block.inside - 1] == "\n" else None


def _cut(text: str, start: int, end: int, blocks: list[_Block], starts: list[int]) -> int:
    """The best place for a cut after ``start`` and not after ``end``."""
    for low in ((start + end) // 2, start):
        cut = _between_lines(text, low, end, blocks, starts) or _within_line(text, start, low, end)
        if cut is not None:
            return _settled(text, start, cut, blocks, starts)
    return _settled(text, start, boundary_before(text, start, end), blocks, starts)


def _between_lines(text: str, low: int, end: int, blocks: list[_Block], starts: list[int]) -> int | None:
    """The last end of a paragraph, else of a line outside of code, else of a line of code, after ``low``."""
    for mark in ("\n\n", "\n"):
        found = text.rfind(mark, low, end)
        while found >= 0:
            cut = found + len(mark)
            block = _block_at(cut, blocks, starts)
            if block is None:
                return cut
            if block.start > low:
                return block.start
            found = -1
    found = text.rfind("\n", low, end)
    while found >= 0:
        block = _block_at(found + 1, blocks, starts)
        if block is None or block.inside < found + 1 < block.closing:
            return found + 1
        found = text.rfind("\n", low, found)
    return None


def _within_line(text: str, start: int, low: int, end: int) -> int | None:
    """The last end of a sentence, else of a word, after ``low``, not inside inline code, a link or an address."""
    sentences = [match.end() for match in _SENTENCE.finditer(text, low, end)]
    words = [text.rfind(space, low, end) + 1 for space in (" ", "\t", "\n", "\u3000")]
    atoms = [match.span() for match in _ATOM.finditer(text, start, 2 * end - start)]
    for cut in (sentences[-1] if sentences else 0, max(words)):
        atom = next((first for first, last in atoms if first < cut < last), cut)
        if atom > low and boundary_before(text, start, atom) == atom:
            return atom
    return None


def _settled(text: str, start: int, cut: int, blocks: list[_Block], starts: list[int]) -> int:
    """The cut, moved to before its line if that is a fence's own line or begins like one."""
    line = text.rfind("\n", start, cut) + 1
    if not start < line < cut:
        return cut
    block = _block_at(cut, blocks, starts)
    own_line = block is not None and not block.inside <= cut <= block.closing
    return line if own_line or set(text[line:cut].strip()) in ({"`"}, {"~"}) else cut
