"""What can be pressed in Slack: buttons and votes under a message, and a person's home."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from adapters.slack.text import mrkdwn
from core.registry import Invocation
from core.rendering.message import Button, Page, Section
from core.rendering.split import split

logger = logging.getLogger(__name__)

Block = dict[str, object]

PRESS = "do"
LINK = "open"
VOTE = "vote"
_ABOUT = "about:"
_ROW = 5  # buttons that stand side by side on a phone
_HEADER = 150
_TEXT = 3_000
_PART = 2_500  # of markdown, which grows when it is escaped
_BLOCKS = 100


def plain_text(text: str) -> dict[str, object]:
    """A text without any format."""
    return {"type": "plain_text", "text": text, "emoji": True}


def under(buttons: Sequence[Button], *, feedback: bool, about: str = "") -> list[Block]:
    """What stands under a message.

    Args:
        buttons: in rows.
        feedback: whether the vote buttons stand there.
        about: the message that the buttons are about, where that is not the one they stand under.
    """
    rows: list[Block] = list(_rows(buttons, f"{_ABOUT}{about}:" if about else ""))
    return [*rows, _feedback()] if feedback else rows


def about(block_id: str) -> str:
    """The message that a row of buttons is about; empty for the one that it stands under."""
    return block_id.removeprefix(_ABOUT).partition(":")[0] if block_id.startswith(_ABOUT) else ""


def home_blocks(page: Page) -> list[Block]:
    """A home tab. What Slack has no room for is left out from the end, and said."""
    blocks: list[Block] = []
    for number, section in enumerate(page.sections):
        added = list(_section(section, number))
        if len(blocks) + len(added) >= _BLOCKS:
            return [*blocks, _context("There is more than fits here.")]
        blocks += added
    return blocks[:-1] or [_context("Nothing is here yet.")]


def _rows(buttons: Sequence[Button], prefix: str) -> Iterator[Block]:
    made = [element for number, button in enumerate(buttons) if (element := _button(button, number))]
    for at in range(0, len(made), _ROW):
        yield {"type": "actions", "block_id": f"{prefix or 'row:'}{at}", "elements": made[at : at + _ROW]}


def _button(button: Button, number: int) -> Block | None:
    element: Block = {"type": "button", "text": plain_text(button.label)}
    if button.style != "plain":
        element["style"] = button.style
    if button.invocation is None:
        return {**element, "action_id": f"{LINK}:{number}", "url": button.url}
    try:
        return {**element, "action_id": f"{PRESS}:{number}", "value": button.invocation.packed()}
    except ValueError as error:  # the text above it is worth more than the button
        logger.error("a button is left out: %s", error)
        return None


def _feedback() -> Block:
    def thumb(label: str, vote: str) -> dict[str, object]:
        value = Invocation(command=VOTE, arguments={"vote": vote}).packed()
        return {"text": plain_text(label), "value": value, "accessibility_label": f"{label} answer"}

    element = {
        "type": "feedback_buttons",
        "action_id": VOTE,
        "positive_button": thumb("Good", "up"),
        "negative_button": thumb("Bad", "down"),
    }
    return {"type": "context_actions", "block_id": "votes", "elements": [element]}


def _section(section: Section, number: int) -> Iterator[Block]:
    yield {"type": "header", "text": plain_text(_cut(section.title, _HEADER) or "…")}
    for part in split(section.text, _PART) if section.text.strip() else ():
        yield {"type": "section", "text": {"type": "mrkdwn", "text": _cut(mrkdwn(part), _TEXT), "verbatim": True}}
    yield from _rows(section.buttons, f"s{number}:")
    yield {"type": "divider"}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [plain_text(text)]}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
