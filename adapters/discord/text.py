"""Text as Discord writes it, turned into the markdown that people meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

_TOKEN = re.compile(
    r"<(?:@!?(?P<user>\d+)|a?:(?P<emoji>\w+):\d+|/(?P<command>[\w\- ]+):\d+|t:(?P<time>-?\d+)(?::[tTdDfFsSR])?)>"
)
_OPENING = re.compile(r"\s*<@([!&]?)(\d+)>")


def opens_with_other(text: str, ours: Iterable[str]) -> bool:
    """Whether the text opens by mentioning a person or role that is none of ``ours``."""
    opening = _OPENING.match(text)
    return opening is not None and opening[2] not in set(ours)


def readable(text: str, names: Mapping[str, str], ours: Iterable[str] = ()) -> str:
    """Discord's text as markdown: mentions by name, times as dates, and no mention of ``ours``.

    Args:
        text: as Discord gives it.
        names: display names by account.
        ours: ids of Robbie's account and roles, whose mentions are left out.
    """
    for one in ours:
        text = _without(text, one)
    return _TOKEN.sub(lambda token: _spelled(token, names), text)


def _spelled(token: re.Match[str], names: Mapping[str, str]) -> str:
    if token["user"]:
        name = names.get(token["user"])
        return f"@{name}" if name else token[0]
    if token["time"]:
        return _date(token["time"]) or token[0]
    return f":{token['emoji']}:" if token["emoji"] else f"/{token['command']}"


def _date(seconds: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


def _without(text: str, one: str) -> str:
    mention = rf"<@[!&]?{re.escape(one)}>"
    text = re.sub(rf"\A\s*{mention}[ \t]*[:,]?[ \t]*", "", text)
    text = re.sub(rf"[ \t]?{mention}(?=[\s.,:;!?)]|\Z)", "", text)
    return re.sub(mention, "", text).strip()
