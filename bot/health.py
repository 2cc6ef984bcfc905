"""What ``/readyz`` and ``/metrics`` say of a process, also while its database says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.app import App
from bot.roles import spell

_PATIENCE_SECONDS = 2.0


class Health:
    """Looks at a process: ready when messages can be stored; the rest is for the operator.

    Args:
        app: what is looked at; its metrics are kept up to date by looking.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._asking: asyncio.Task[dict[str, int]] | None = None

    async def state(self) -> Mapping[str, object]:
        """Whether it is ready, and what is known of its neighbours."""
        app = self._app
        answer = await self._database()
        rows = answer if isinstance(answer, dict) else {}
        ready = isinstance(answer, dict)
        platforms = {name: connection.health() for name, connection in app.gateways.items()}
        work = app.work.health() if app.work else {}
        app.metrics.state(ready, rows, {name: bool(it["connected"]) for name, it in platforms.items()})
        database = "ok" if ready else answer
        return {"ready": ready, "database": database, "role": spell(app.roles), "rows": rows, **platforms, **work}

    async def _database(self) -> dict[str, int] | str:
        """The rows that are not done, or why they are not known. A database that hangs is asked by one task only."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="health")
            self._asking.add_done_callback(_noticed)
        # Not cancelled: psycopg would wait for the server that does not answer.
        await asyncio.wait({self._asking}, timeout=_PATIENCE_SECONDS)
        if not self._asking.done():
            return "no answer"
        error = self._asking.exception()
        return self._asking.result() if error is None else type(error).__name__

    async def _ask(self) -> dict[str, int]:
        if not await self._app.places.writable():
            raise ReadOnlyDatabase
        return await self._app.places.stuck()


class ReadOnlyDatabase(Exception):
    """The database takes nothing in: a standby, or told so."""


def _noticed(task: asyncio.Task[dict[str, int]]) -> None:
    """Its error is told by whoever asks next, or by nobody."""
    if not task.cancelled():
        task.exception()
