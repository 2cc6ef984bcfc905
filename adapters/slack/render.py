"""How a body looks in Slack: the same for a post and for an edit of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict

from adapters.slack.blocks import Block, under
from adapters.slack.text import escape
from core.rendering.message import Outgoing
from core.rendering.plain import plain

EVENT_TYPE = "robbie_outbox"
_EDIT_LIMIT = 4_000  # beside blocks, which hold the whole, a post's text is cut as well: both shall look the same
POST_LIMIT = 40_000
_BROADCAST = re.compile(r"<(?=!(?:channel|here|everyone|subteam))", re.IGNORECASE)


class Rendered(TypedDict, total=False):
    """The arguments that ``chat.postMessage`` and ``chat.update`` share."""

    text: str
    blocks: list[Block]
    metadata: dict[str, object]  # members can read it
    parse: str
    link_names: bool
    username: str
    icon_url: str
    icon_emoji: str


def render(message: Outgoing, key: str) -> Rendered:
    """A markdown block and what can be pressed, with plain text for notifications and screen readers."""
    block: Block = {"type": "markdown", "text": quiet(message.body)}
    return {
        **render_plain(message.body, key),
        "blocks": [block, *under(message.buttons, feedback=message.feedback)],
    }


def quiet(markdown: str) -> str:
    """The text without what Slack would read as a call to everybody."""
    return _BROADCAST.sub("<\u200b", markdown)


def said(line: str, blocks: Sequence[Block] = ()) -> Rendered:
    """A line of Robbie's own, with what stands under it."""
    text = escape(line)
    section: Block = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return {"text": text, "blocks": [section, *blocks] if blocks else []}


def render_plain(body: str, key: str, limit: int = _EDIT_LIMIT) -> Rendered:
    """The same without blocks, for when Slack does not accept them; at most ``limit`` characters."""
    text = _cut(escape(plain(body)), limit)
    return {
        "text": text if text.strip() else "…",
        # Said to an edit too, so that it takes the blocks of an earlier post away.
        "blocks": [],
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
        "parse": "none",
        "link_names": False,
    }


def _cut(text: str, limit: int) -> str:
    """The text within the limit, not ending inside an entity."""
    return text if len(text) <= limit else re.sub(r"&[a-z]*\Z", "", text[: limit - 1]) + "…"
