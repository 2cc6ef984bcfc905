"""How long a calendar that could not be read is left alone; and how often a mail is tried."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from core.mail.policy import MailPolicy
from core.work.calendar import Lease, Subscription
from core.work.syncing import Syncing


class Store:
    """One calendar, due once."""

    def __init__(self) -> None:
        self.leases = [Lease(calendar_id=1, org_id=1, owner=1, until=datetime(2026, 11, 30, tzinfo=UTC))]
        self.waits: list[float] = []

    async def due(self, limit: int, lease_seconds: float) -> list[Lease]:
        return [self.leases.pop()] if self.leases else []

    async def open(self, lease: Lease) -> Subscription:
        return Subscription(kind="ics", sealed=b"of another key", state={}, zone="UTC", failures=0, removed=False)

    async def failed(self, lease: Lease, problem: str, next_seconds: float) -> bool:
        self.waits.append(next_seconds)
        return True


async def test_a_calendar_that_trying_again_does_not_help_is_left_alone_for_longest_at_once() -> None:
    store: Any = Store()
    breakers: Any = SimpleNamespace()
    assert await Syncing(store, {}, breakers, lambda _sealed: None, seconds=900).sync() == 1
    assert store.waits == [6 * 3_600.0]


def test_a_mail_is_tried_once_more_after_each_of_the_pauses() -> None:
    policy = MailPolicy(retry_minutes=(1, 5))
    assert [policy.pause_after(attempts) is None for attempts in (1, 2, 3)] == [False, False, True]
