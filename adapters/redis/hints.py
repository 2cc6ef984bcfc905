"""Which remotes another process found unwell, so that not every process has to find out for itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)
_PREFIX = "robbie:unwell:"


class RedisHints:
    """Shares opened breakers. Every failure of Redis is the same as no hint.

    Args:
        url: ``redis://…``
        refresh_seconds: how old the hints may be.
    """

    def __init__(self, url: str, *, refresh_seconds: float = 1.0) -> None:
        self._redis = Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0)
        self._refresh = refresh_seconds
        self._unwell: frozenset[str] = frozenset()
        self._own: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.reachable = False

    def on_open(self, remote: str, seconds: float) -> None:
        """Tell the others that a breaker opened here."""
        self._own.add(remote)
        self._spawn(self._publish(remote, seconds))

    def hint(self, remote: str) -> bool:
        """Whether another process found the remote unwell; answers from memory."""
        return remote in self._unwell and remote not in self._own

    async def start(self) -> None:
        """Keep the hints fresh in the background."""
        self._spawn(self._run())

    async def close(self) -> None:
        """Stop, and disconnect."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, remote: str, seconds: float) -> None:
        try:
            await self._redis.set(_PREFIX + remote, "1", px=int(seconds * 1000))
        except (RedisError, OSError) as error:
            _log.info("redis took no hint: %s", type(error).__name__)

    async def _run(self) -> None:
        while True:
            try:
                names = [name.decode() async for name in self._redis.scan_iter(match=_PREFIX + "*", count=100)]
                self._unwell = frozenset(name.removeprefix(_PREFIX) for name in names)
                self._own &= self._unwell
                self.reachable = True
            except (RedisError, OSError) as error:
                if self.reachable:
                    _log.warning("redis is not there (%s); going on without its hints", type(error).__name__)
                self._unwell, self.reachable = frozenset(), False
            await asyncio.sleep(self._refresh)
