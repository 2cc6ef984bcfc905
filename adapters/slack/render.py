"""How a body looks in Slack: the same for a post and for an edit of it."""

from __future__ import annotations

import re
from typing import TypedDict

from adapters.slack.text import escape
from core.rendering.plain import plain

EVENT_TYPE = "robbie_outbox"
_TEXT_LIMIT = 4_000  # of an edit; a post may be longer, but the blocks hold the whole, and both shall look the same
_BROADCAST = re.compile(r"<(?=!(?:channel|here|everyone|subteam))", re.IGNORECASE)


class Rendered(TypedDict, total=False):
    """The arguments that ``chat.postMessage`` and ``chat.update`` share."""

    text: str
    blocks: list[dict[str, str]]
    metadata: dict[str, object]  # members can read it
    parse: str
    link_names: bool


def render(body: str, key: str) -> Rendered:
    """A markdown block, with plain text for notifications and screen readers."""
    block = {"type": "markdown", "text": _BROADCAST.sub("<\u200b", body)}
    return {**render_plain(body, key), "blocks": [block]}


def render_plain(body: str, key: str) -> Rendered:
    """The same without blocks, for when Slack does not accept them."""
    return {
        "text": _cut(escape(plain(body))) or "…",
        # Said to an edit too, so that it takes the blocks of an earlier post away.
        "blocks": [],
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
        "parse": "none",
        "link_names": False,
    }


def _cut(text: str) -> str:
    """The text within Slack's limit, not ending inside an entity."""
    return text if len(text) <= _TEXT_LIMIT else re.sub(r"&[a-z]*\Z", "", text[: _TEXT_LIMIT - 1]) + "…"
