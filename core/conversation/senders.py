"""Sends at once what this process has put into the outbox. What it cannot finish, the sweep finds in the rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from core.conversation.models import Place

_log = logging.getLogger(__name__)
_Channel = tuple[int, str, str, str]


class Senders:
    """One task for each channel that has something to send; it begins again when more came meanwhile.

    Args:
        drain: sends what is pending for an org's channel (``Delivery.drain``).
        at_once: how many channels are served at the same time.
    """

    def __init__(self, drain: Callable[[int, str, str, str], Awaitable[None]], *, at_once: int) -> None:
        self._drain = drain
        self._slots = asyncio.Semaphore(at_once)
        self._running: dict[_Channel, asyncio.Task[None]] = {}
        self._again: set[_Channel] = set()

    def send(self, org_id: int, place: Place) -> None:
        """Something was committed for this place's channel."""
        channel = (org_id, place.surface, place.tenant, place.channel)
        if channel in self._running:
            self._again.add(channel)
        else:
            self._running[channel] = asyncio.create_task(self._serve(channel), name=f"send {place.channel}")

    async def close(self, patience: float) -> None:
        """Let what is being sent end, for so many seconds."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, channel: _Channel) -> None:
        try:
            async with self._slots:
                while True:
                    self._again.discard(channel)
                    await self._try(channel)
                    if channel not in self._again:
                        return
        finally:
            self._running.pop(channel, None)

    async def _try(self, channel: _Channel) -> None:
        try:
            await self._drain(*channel)
        except Exception as error:  # the rows are the truth: the sweep comes back to them
            _log.warning("sending to a channel broke off: %s", type(error).__name__, exc_info=True)
