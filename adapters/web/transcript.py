"""A conversation as rows of HTML, and the rows that a browser does not have yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.web.render import inline, markdown
from core.conversation.models import Shown
from core.registry import Invocation

WRITING = "writing"
_PLACEHOLDERS = frozenset({"", "…", "..."})
_GIVEN_UP_AFTER = timedelta(minutes=15)

ENV = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENV.filters |= {"markdown": markdown, "inline_markdown": inline}


def press(invocation: Invocation, about: str = "", label: str = "") -> str:
    """What a button hands in: a command, the message that it is about, and what its person seems to say."""
    return urlencode({"do": invocation.packed(), "about": about, "label": label})


def votes(message: Shown) -> Sequence[tuple[str, str, bool, str]]:
    """The vote buttons of an answer: name, label, whether it is pressed, what it hands in. Pressed again, it is off."""
    made = []
    for name, label, value in (("up", "It helped", 1), ("down", "It did not help", -1)):
        pressed = message.vote == value
        vote = Invocation(command="vote", arguments={"vote": "none" if pressed else name})
        made.append((name, label, pressed, press(vote, message.about)))
    return made


ENV.globals |= {
    "press": press,
    "votes": votes,
    "AGAIN": Invocation(command="regenerate"),
    "REASON": Invocation(command="reason", arguments={"vote": "down"}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the list on the page.

    Attributes:
        id: the id of its element.
        after: the id of the row before it, empty for the first; the browser finds the place by it.
        message: None for the row that says that Robbie is about to write.
    """

    id: str
    after: str
    message: Shown | None


def rows(messages: Sequence[Shown], now: datetime | None = None) -> list[Row]:
    """The rows of a conversation, in order."""
    visible: list[tuple[str, Shown | None]] = [(f"m-{m.id}", m) for m in messages if m.final or not _is_empty(m)]
    if _is_about_to_write(messages, now or datetime.now(UTC)):
        visible.append((WRITING, None))
    before = ["", *(id_ for id_, _ in visible)]
    return [Row(id_, after, message) for after, (id_, message) in zip(before, visible, strict=False)]


def _is_empty(message: Shown) -> bool:
    return message.text.strip() in _PLACEHOLDERS


def _is_about_to_write(messages: Sequence[Shown], now: datetime) -> bool:
    if any(not m.final and _is_empty(m) for m in messages):
        return True
    # A question that was never answered must not show a promise for ever.
    return bool(messages) and not messages[-1].by_robbie and now - messages[-1].at < _GIVEN_UP_AFTER


def render_rows(some: Iterable[Row], gone: Iterable[str] = (), conversation: str = "") -> Markup:
    """HTML of rows of a conversation; ``gone`` are ids whose elements the browser shall remove."""
    html = ENV.get_template("rows.html").render(rows=list(some), gone=list(gone), conversation=conversation)
    return Markup(html)  # noqa: S704 - autoescaped


class Tail:
    """What one open page of a conversation has been sent, so that only what changed is sent again."""

    def __init__(self, conversation: str = "") -> None:
        self._conversation = conversation
        # A page that comes back after a lost connection may still show it.
        self._sent: Mapping[str, Row | None] = {WRITING: None}

    def news(self, messages: Sequence[Shown]) -> Markup | None:
        """HTML of what changed since the last call, or None."""
        current = {row.id: row for row in rows(messages)}
        changed = [row for row in current.values() if self._sent.get(row.id) != row]
        gone = [id_ for id_ in self._sent if id_ not in current]
        if changed and WRITING not in current and WRITING not in gone:
            gone.append(WRITING)  # the page's own request may have brought it, just before the answer was there
        self._sent = current
        return render_rows(changed, gone, self._conversation) if changed or gone else None
