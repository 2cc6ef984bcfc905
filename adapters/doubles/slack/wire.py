"""The small words that every part of the Slack double shares."""

from __future__ import annotations

from typing import Any

# Any: what travels on Slack's wire is JSON whose shape differs per method and event; the checks look at it at run time.
Json = dict[str, Any]


class SlackError(Exception):
    """A refusal, as Slack words it: HTTP 200 with ``ok: false``.

    Attributes:
        error: Slack's error name.
        extra: further fields of the answer, such as ``needed`` and ``provided``.
    """

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


def invalid_arguments(*messages: str) -> SlackError:
    """Slack's refusal of arguments that do not fit, with its own messages to the developer."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {why}" for why in messages]})


def as_list(value: object) -> list[Json]:
    """The dictionaries of a list; anything else is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def truthy(value: object) -> bool:
    """Whether a form or JSON argument means yes."""
    return value is True or str(value).lower() in {"1", "true"}
