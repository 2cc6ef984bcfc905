"""One holder at a time: a connection that only one process may have, with others that stand by and take over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.conversation.ports import Gateway

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class Leases(Protocol):
    """Who holds what, by the database's clock. Every call raises what the store raises when it cannot be asked."""

    async def take(self, name: str, seconds: float) -> int | None:
        """Take a lease that nobody holds and return its fence, which only grows; None while another holds it."""

    async def renew(self, name: str, fence: int, seconds: float) -> bool:
        """Hold it for so many seconds from now; False when somebody else took it."""

    async def give_back(self, name: str, fence: int) -> None:
        """End it, so that another may take it at once."""


@dataclass(frozen=True, slots=True)
class LeaseTiming:
    """Seconds.

    Attributes:
        lease: how long a holder that is gone keeps others waiting.
        renew: between two renewals; who stands by asks twice as often.
    """

    lease: float = 8.0
    renew: float = 2.0

    @property
    def patience(self) -> float:
        """How long a holder goes on without a renewal: what is left of the lease then, it has to disconnect in."""
        return self.lease / 2


class LeasedGateway:
    """Implements ``Gateway`` around another one, which is connected only while this process holds its lease.

    Args:
        gateway: the connection; it can be started again after it was stopped.
        leases: who holds what.
        name: what the lease is for: the same in every process that would connect as the same app.
        timing: of the lease.
    """

    def __init__(self, gateway: Gateway, leases: Leases, name: str, timing: LeaseTiming) -> None:
        self._gateway = gateway
        self._leases = leases
        self._name = name
        self._timing = timing
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._state = "asking"

    async def start(self) -> None:
        """Connect as soon as nobody else is connected; returns at once."""
        self._ending.clear()
        self._task = asyncio.create_task(self._run(), name=f"lease {self._name}")

    async def stop(self) -> None:
        """Disconnect, and let another process take over at once."""
        # Not by cancelling: a database client may turn a cancellation into an error of its own.
        self._ending.set()
        if self._task is not None:
            await self._task

    def health(self) -> Mapping[str, object]:
        """The connection's, and whether this process is its ``holder`` or on ``standby``."""
        return {**self._gateway.health(), "lease": self._state}

    async def _run(self) -> None:
        while not self._ending.is_set():
            try:
                await self._attempt()
            except Exception:
                _log.exception("%s broke; this process stands by", self._name)
            self._state = "standby"
            await self._ends_within(self._timing.renew / 2)

    async def _attempt(self) -> None:
        """Hold the lease, if nobody else does, for as long as that lasts."""
        asked = time.monotonic()  # the lease runs from before it was asked for
        fence = await self._answer(self._leases.take(self._name, self._timing.lease), self._timing.patience)
        if fence is None:
            return
        _log.info("this process holds %s now", self._name)
        self._state = "holder"
        try:
            await self._gateway.start()
            await self._keep(fence, asked)
        finally:
            await self._gateway.stop()
            await self._answer(self._leases.give_back(self._name, fence), self._timing.renew)

    async def _keep(self, fence: int, renewed: float) -> None:
        """Renew the lease until the end, until another has it, or until another might soon."""
        pause = self._timing.renew
        while (left := renewed + self._timing.patience - time.monotonic()) > 0:
            if await self._ends_within(min(pause, left)):
                return
            asked = time.monotonic()
            renewal = self._leases.renew(self._name, fence, self._timing.lease)
            held = await self._answer(renewal, renewed + self._timing.patience - asked)
            if held is False:
                break
            pause = self._timing.renew if held else self._timing.renew / 4
            renewed = asked if held else renewed
        _log.warning("this process does not hold %s any more, and disconnects", self._name)

    async def _answer(self, asking: Coroutine[None, None, _Result], seconds: float) -> _Result | None:
        """What the store says; None when it cannot be asked, or does not answer in time."""
        task, problem = asyncio.create_task(asking), "no answer in time"
        await asyncio.wait({task}, timeout=max(0.0, seconds))
        if not task.done():
            task.cancel()  # and not waited for: a client may take long to give up
            task.add_done_callback(lambda late: late.cancelled() or late.exception())
        elif error := task.exception():
            problem = type(error).__name__
        else:
            return task.result()
        _log.warning("the lease of %s cannot be asked for now: %s", self._name, problem)
        return None

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._ending.wait()
        except TimeoutError:
            return False
