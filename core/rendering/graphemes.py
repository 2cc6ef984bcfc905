"""Where a text may be cut without tearing a character that people see as one."""

from __future__ import annotations

import unicodedata

_LOOK_BACK = 200


def boundary_before(text: str, start: int, end: int) -> int:
    """The last place in (start, end] that tears no grapheme; ``end`` itself where there is none near."""
    for cut in range(end, max(start, end - _LOOK_BACK), -1):
        if not _tears(text, cut):
            return cut
    return end


def _tears(text: str, cut: int) -> bool:
    if cut >= len(text):
        return False
    before, after = text[cut - 1], text[cut]
    if after.isascii():
        return (before, after) == ("\r", "\n")
    return (
        before == "\u200d"
        or _extends(after)
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
        or (_is_flag(after) and _flags_before(text, cut) % 2 == 1)
    )


def _extends(char: str) -> bool:
    """Whether the character belongs to the one before: marks, joiners, skin tones, tags, Hangul vowels and finals."""
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char == "\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or "\u1160" <= char <= "\u11ff"
    )


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, cut: int) -> int:
    count = 0
    while count < min(cut, _LOOK_BACK) and _is_flag(text[cut - count - 1]):
        count += 1
    return count
