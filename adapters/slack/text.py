"""Text as Slack writes it, turned into the markdown that people meant."""

from __future__ import annotations

import html
import re

_TOKEN = re.compile(r"<([^<>\n]+)>")
_OPENING_MENTION = re.compile(r"\s*<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^<>]*)?>")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S[^\n]*)$", re.MULTILINE)
_BULLET = re.compile(r"^( *)[-*] (?=\S)", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n*_]+)(?<=\S)\1")
_LINK = re.compile(r"\[([^\[\]\n|]+)\]\((https?://[^\s()<>|]+)\)")


def mentions(text: str, user: str) -> bool:
    """Whether the text mentions this user."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def opens_with_other(text: str, user: str) -> bool:
    """Whether the text opens by mentioning somebody (a person or a group) who is not this user."""
    opening = _OPENING_MENTION.match(text)
    return opening is not None and opening[1] != user


def readable(text: str, user: str = "") -> str:
    """Slack's text as markdown: entities and links resolved, mentions of ``user`` left out."""
    if user:
        text = _without_mention(text, user)
    pieces, end = [], 0
    for token in _TOKEN.finditer(text):
        pieces += [unescape(text[end : token.start()]), _token(token[1])]
        end = token.end()
    return "".join([*pieces, unescape(text[end:])])


def unescape(text: str) -> str:
    """Undo Slack's three entities, and no others: people may have typed them."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """Escape the three characters that Slack's text gives a meaning to."""
    return html.escape(text, quote=False)


def mrkdwn(text: str) -> str:
    """Simple markdown as Slack's older format, which is all that sections of a view take. Nobody is pinged by it."""
    text = _STRONG.sub(r"*\2*", _HEADING.sub(r"*\1*", _BULLET.sub(r"\1• ", escape(text))))
    return _LINK.sub(r"<\2|\1>", text) or "…"


def _without_mention(text: str, user: str) -> str:
    mention = rf"<@{re.escape(user)}(?:\|[^<>]*)?>"
    text = re.sub(rf"\A\s*{mention}[ \t]*[:,]?[ \t]*", "", text)
    text = re.sub(rf"[ \t]?{mention}(?=[\s.,:;!?)]|\Z)", "", text)
    return re.sub(mention, "", text).strip()


def _token(token: str) -> str:
    """One ``<…>`` of Slack: a user, a channel, something special, or a link."""
    target, _, label = token.partition("|")
    target, label = unescape(target), unescape(label)
    if target.startswith("@"):
        return f"<{target}>"
    if target.startswith("#"):
        return f"#{label}" if label else f"<{target}>"
    if target.startswith("!"):
        return _special(target[1:], label)
    if ":" not in target:
        return f"<{unescape(token)}>"
    return _link(target, label)


def _special(command: str, label: str) -> str:
    name = command.split("^", 1)[0]
    if name in {"here", "channel", "everyone"}:
        return f"@{name}"
    return label or (f"@{command.partition('^')[2]}" if name == "subteam" else name)


def _link(url: str, label: str) -> str:
    address = url.split(":", 1)[1].removeprefix("//")
    if url.startswith(("mailto:", "tel:")):
        return label if label and label != address else address
    if not label or label.rstrip("/") in {url.rstrip("/"), address.rstrip("/")}:
        return url
    return f"{label} ({url})" if set(label) & set("[]") else f"[{label}]({url})"
