"""Whom a message speaks to, as platforms write it."""

from __future__ import annotations

import re

MENTION = re.compile(r"<@!?(\w+)(?:\|[^<>]*)?>")
"""How Slack and Discord write that somebody is mentioned, with the account."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*(?:&gt;|>).*$", re.MULTILINE)
_COPY = re.compile(rf"\b(?:cc|fyi)\b:?(?:[\s,&]*(?:(?:and|und)\s+)?{MENTION.pattern})+", re.IGNORECASE)


def mentioned(text: str) -> tuple[str, ...]:
    """The accounts that a text mentions, each once: none in code or a quote, and none that just gets a copy.

    Args:
        text: as the platform gives it.
    """
    for left_out in (_CODE, _QUOTED, _COPY):
        text = left_out.sub(" ", text)
    return tuple(dict.fromkeys(MENTION.findall(text)))
