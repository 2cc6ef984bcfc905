"""What came of something that a person did."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.doubles.slack.wire import Json

NOT_INTERACTIVE = "This app is not configured to handle interactive responses."
_SLASH = {
    "timeout": "{name} failed because the app did not respond",
    "http_timeout": "{name} failed because the app did not respond",
    "http_error": '{name} failed with the error "http_service_error"',
}
_FAILED = {
    "slash_commands": '{name} failed with the error "dispatch_failed"',
    "block_actions": "This app did not respond in time. Try again.",
    "block_suggestion": "There was a problem loading the options.",
    "view_submission": "We had some trouble connecting. Try again?",
    "shortcut": "That didn't work. Try again?",
    "message_action": "That didn't work. Try again?",
}


@dataclass(frozen=True)
class Interaction:
    """One thing that a person did, what was sent of it, and what the person saw.

    Attributes:
        kind: the payload's type, or ``slash_commands``.
        payload: what was sent; empty when Slack sent nothing.
        answer: what the acknowledgement carried.
        shown: Slack's own words to the person when it did not work; empty when it did.
        problem: why, in Slack's words to the developer.
        errors: what stands below the fields of a modal, by block.
        options: what an external select offers.
        seconds: how long the app took.
    """

    kind: str
    payload: Json = field(default_factory=dict)
    answer: object = None
    shown: str = ""
    problem: str = ""
    errors: Json = field(default_factory=dict)
    options: list[Json] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def sent(self) -> bool:
        """Whether the app was told."""
        return bool(self.payload)

    @property
    def ok(self) -> bool:
        """Whether it worked, as far as the person sees."""
        return not self.shown and not self.errors

    @property
    def trigger_id(self) -> str:
        """What opens a modal."""
        return str(self.payload.get("trigger_id") or "")

    @property
    def response_url(self) -> str:
        """Where answers may be posted without a token."""
        return str(self.payload.get("response_url") or "")


def failure(kind: str, name: str, reason: str) -> str:
    """What Slack shows when the app was late, failed, or was not there."""
    words = _SLASH.get(reason) if kind == "slash_commands" else None
    return (words or _FAILED.get(kind, "")).format(name=name)
