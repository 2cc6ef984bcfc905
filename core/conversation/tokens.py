"""How long a text is for a model, and how it is made shorter."""

from __future__ import annotations

import re
from math import ceil

_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0003ffff]")


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is: a quarter per ASCII character, one per CJK character or emoji, else a half.

    Good to some 20 % for the usual tokenizers, and fast: it is used on every message of a transcript.
    """
    wide = _WIDE.subn("", text)[1]
    narrow = len(text.encode("ascii", "ignore"))
    return ceil(narrow / 4 + wide + (len(text) - narrow - wide) / 2)


def shortened(text: str, tokens: int) -> str:
    """The text, or its beginning and end with a note between them of how much is missing."""
    keep = len(text)
    short = text
    while estimate_tokens(short) > tokens and keep > 8:
        keep = min(int(keep * 0.9), max(keep * tokens // estimate_tokens(short), 8))
        head = keep * 2 // 3
        tail = text[len(text) - (keep - head) :]
        # Within a line: a tail that began one could pass for somebody else's words.
        short = f"{text[:head]} [… {len(text) - keep:,} characters left out …] {tail}"
    return short
