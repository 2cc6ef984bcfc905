"""How patiently, how fast and how often mails are sent."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

CODE_MINUTES = 15
TRIES = 5
"""How many wrong answers a code takes."""

ASKS_AN_HOUR = 5
"""How many codes one person gets in an hour, and how many go to one address, whoever wants them."""


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """How mails are sent.

    Attributes:
        per_minute: how many deliveries all workers together hand over in a minute.
        retry_minutes: the pauses after each time that the server did not take one; then it has failed.
        at_once: how many one worker hands over side by side.
        pause: how long no worker of this process tries again once the server refused the login.
    """

    per_minute: int = 60
    retry_minutes: tuple[float, ...] = (1, 5, 15, 45)
    at_once: int = 4
    pause: timedelta = timedelta(minutes=5)

    def pause_after(self, attempts: int) -> timedelta | None:
        """How long until the next try, give or take a fifth, so that not all come at once; None for no more tries."""
        if attempts > len(self.retry_minutes):
            return None
        return timedelta(minutes=self.retry_minutes[attempts - 1] * random.uniform(0.8, 1.2))  # noqa: S311
