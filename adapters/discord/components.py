"""What can be pressed under a message of Robbie's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.registry import Invocation, Registry
from core.rendering.message import Button, Outgoing

Json = dict[str, object]

_ROW, _BUTTON = 1, 2
_STYLES = {"primary": 1, "plain": 2, "danger": 4}
_LINK = 5
_ROWS, _IN_ROW = 5, 5
_LABEL, _URL = 80, 512
_VOTES = (("👍", "up"), ("👎", "down"))
_AGAIN = "regenerate"


def rows(message: Outgoing, registry: Registry) -> list[Json]:
    """The rows of buttons: those of the message, and at last the votes."""
    votes = list(_feedback(registry)) if message.feedback else []
    room = (_ROWS - bool(votes)) * _IN_ROW
    buttons = list(_unique(message.buttons))[:room]
    cut = [buttons[start : start + _IN_ROW] for start in range(0, len(buttons), _IN_ROW)]
    return [{"type": _ROW, "components": row} for row in (*cut, votes) if row]


def button(label: str, custom_id: str, style: str = "plain") -> Json:
    """Something to press."""
    return {"type": _BUTTON, "style": _STYLES[style], "label": label[:_LABEL], "custom_id": custom_id}


def _unique(buttons: Sequence[Button]) -> Iterator[Json]:
    """Each once: Discord takes no two that do the same."""
    seen: set[str] = set()
    for one in buttons:
        does = one.invocation.packed() if one.invocation else one.url
        if does in seen or (one.invocation is None and not 0 < len(one.url) <= _URL):
            continue
        seen.add(does)
        if one.invocation is not None:
            yield button(one.label, does, one.style)
        else:
            yield {"type": _BUTTON, "style": _LINK, "label": one.label[:_LABEL], "url": one.url}


def _feedback(registry: Registry) -> Iterator[Json]:
    """Small and quiet. What nobody carries out is not offered."""
    if registry.get("vote") is not None:
        for sign, vote in _VOTES:
            invocation = Invocation(command="vote", arguments={"vote": vote})
            yield {
                "type": _BUTTON,
                "style": _STYLES["plain"],
                "emoji": {"name": sign},
                "custom_id": invocation.packed(),
            }
    if registry.get(_AGAIN) is not None:
        yield button("Try again", Invocation(command=_AGAIN).packed())
