"""Trigger ids: the right to open one modal for one person, for three seconds."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.doubles.slack.wire import SlackError

_FORM = re.compile(r"\d+\.\d+\.[0-9a-f]+")


@dataclass
class Trigger:
    """One of them.

    Attributes:
        view: the modal it came from, if it did.
    """

    user: str
    at: float
    view: str | None = None
    used: bool = False


@dataclass
class Triggers:
    """All that were given out.

    Attributes:
        lifetime: seconds that one is good for.
    """

    lifetime: float = 3.0
    clock: Callable[[], float] = time.monotonic
    given: dict[str, Trigger] = field(default_factory=dict)

    def give(self, user: str, view: str | None = None) -> str:
        """A new one for a person."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.given[trigger_id] = Trigger(user, self.clock(), view)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use one up. Refuses those that are unknown, used or too old."""
        trigger = self.given.get(trigger_id) if _FORM.fullmatch(trigger_id) else None
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() - trigger.at > self.lifetime:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
