"""Who a message would notify on a real Slack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from adapters.doubles.slack.state import Message, User
from adapters.doubles.slack.wire import Json, as_list

_TOKEN = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>|<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>|<@([UW][A-Z0-9]+)")
_NAME = re.compile(r"(?<![\w@<&])@([a-z0-9._-]*[a-z0-9])", re.IGNORECASE)


def notified(message: Message, users: Iterable[User], link_names: bool) -> set[str]:
    """``channel``, ``here``, ``everyone``, ``subteam:S…`` and user ids, from text, blocks and attachments."""
    found: set[str] = set()
    names = {user.name.lower(): user.id for user in users} if link_names else {}
    for text in _texts(message):
        found |= {m[1] or (f"subteam:{m[2]}" if m[2] else m[3]) for m in _TOKEN.finditer(text)}
        if link_names:
            found |= set(_linked(text, names))
    for block in message.blocks:
        found |= set(_elements(block))
    return found


def _linked(text: str, names: dict[str, str]) -> Iterator[str]:
    for match in _NAME.finditer(text):
        name = match[1].lower()
        if name in {"channel", "here", "everyone"}:
            yield name
        elif name in names:
            yield names[name]


def _texts(message: Message) -> Iterator[str]:
    yield message.text
    for attachment in message.attachments:
        yield from (str(attachment.get(key) or "") for key in ("text", "pretext", "fallback"))
    for block in message.blocks:
        yield from _block_texts(block)


def _block_texts(block: Json) -> Iterator[str]:
    """Texts that Slack parses; ``plain_text`` is not parsed."""
    if block.get("type") == "markdown":
        yield str(block.get("text") or "")
    for part in (block.get("text"), *as_list(block.get("fields")), *as_list(block.get("elements"))):
        if isinstance(part, dict) and part.get("type") == "mrkdwn":
            yield str(part.get("text") or "")


def _elements(block: Json) -> Iterator[str]:
    """Mentions that rich text carries as elements of their own."""
    kind = block.get("type")
    if kind == "broadcast":
        yield str(block.get("range"))
    elif kind == "user":
        yield str(block.get("user_id"))
    elif kind == "usergroup":
        yield f"subteam:{block.get('usergroup_id')}"
    for element in as_list(block.get("elements")):
        yield from _elements(element)
