"""A channel's rows are sent by one task, which begins again when more came meanwhile."""

from __future__ import annotations

import asyncio

from core.conversation.models import Place
from core.conversation.ports import LONGEST_REST, RateLimited
from core.conversation.senders import Senders

PLACE = Place(surface="slack", tenant="T1", channel="C1")


class Drain:
    """Counts how often a channel is drained, and how many drains run at once; it ends when it is let."""

    def __init__(self, failures: int = 0) -> None:
        self.open = asyncio.Event()
        self.drained: list[str] = []
        self.running = self.most = 0
        self.failures = failures

    async def __call__(self, org_id: int, surface: str, tenant: str, channel: str) -> None:
        self.drained.append(channel)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.open.wait()
        finally:
            self.running -= 1
        if len(self.drained) <= self.failures:
            raise ConnectionError("the database is away")


async def test_what_comes_while_a_channel_is_served_is_sent_after_it_and_not_beside_it() -> None:
    drain = Drain()
    senders = Senders(drain, at_once=4)
    senders.send(1, PLACE)
    await asyncio.sleep(0)
    for _ in range(3):
        senders.send(1, PLACE)
    drain.open.set()
    await senders.close(10)
    assert (drain.drained, drain.most) == (["C1", "C1"], 1)


async def test_what_comes_while_sending_breaks_off_is_sent_all_the_same() -> None:
    drain = Drain(failures=1)
    senders = Senders(drain, at_once=4)
    senders.send(1, PLACE)
    await asyncio.sleep(0)
    senders.send(1, PLACE)
    drain.open.set()
    await senders.close(10)
    assert drain.drained == ["C1", "C1"]


async def test_so_many_channels_are_served_at_once_and_no_more() -> None:
    drain = Drain()
    senders = Senders(drain, at_once=2)
    for number in range(5):
        senders.send(1, PLACE.model_copy(update={"channel": f"C{number}"}))
    for _ in range(10):
        await asyncio.sleep(0)
    assert drain.running == 2
    drain.open.set()
    await senders.close(10)
    assert (sorted(drain.drained), drain.most) == ([f"C{number}" for number in range(5)], 2)


async def test_what_hangs_at_the_end_is_given_up() -> None:
    drain = Drain()
    senders = Senders(drain, at_once=2)
    senders.send(1, PLACE)
    await asyncio.sleep(0)
    await senders.close(0.01)
    assert drain.running == 0


def test_a_wait_without_end_is_not_believed() -> None:
    waits = [RateLimited(float(text)).retry_after for text in ("inf", "nan", "3")]
    assert waits == [LONGEST_REST, LONGEST_REST, 3.0]
