"""What ``/readyz`` and ``/metrics`` say of a process, also while its database says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.app import App
from bot.roles import spell
from core.people.installations import Installation

_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the database knows: rows that are not done, briefs that did not arrive, where apps are installed."""

    rows: dict[str, int]
    briefs: Mapping[str, int]
    installed: Mapping[str, object]


class Health:
    """Looks at a process: ready when messages can be stored; the rest is for the operator.

    Args:
        app: what is looked at; its metrics are kept up to date by looking.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._asking: asyncio.Task[_Answer] | None = None

    async def state(self) -> Mapping[str, object]:
        """Whether it is ready, and what is known of its neighbours."""
        app = self._app
        answer = await self._database()
        ready = isinstance(answer, _Answer)
        rows = answer.rows if isinstance(answer, _Answer) else {}
        platforms = {name: connection.health() for name, connection in app.gateways.items()}
        work = app.work.health() if app.work else {}
        briefs = answer.briefs if isinstance(answer, _Answer) else {}
        app.metrics.briefs(briefs)
        app.metrics.state(ready, rows, {name: bool(it["connected"]) for name, it in platforms.items()})
        database = "ok" if isinstance(answer, _Answer) else answer
        installed = answer.installed if isinstance(answer, _Answer) else {}
        known = {"ready": ready, "database": database, "role": spell(app.roles), "rows": rows, "briefs": briefs}
        return {**known, **installed, **platforms, **work}

    async def _database(self) -> _Answer | str:
        """What it says, or why it says nothing. A database that hangs is asked by one task only."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="health")
            self._asking.add_done_callback(_noticed)
        # Not cancelled: psycopg would wait for the server that does not answer.
        await asyncio.wait({self._asking}, timeout=_PATIENCE_SECONDS)
        if not self._asking.done():
            return "no answer"
        error = self._asking.exception()
        return self._asking.result() if error is None else type(error).__name__

    async def _ask(self) -> _Answer:
        if not await self._app.places.writable():
            raise ReadOnlyDatabase
        installed = {
            f"{name}_workspaces": _workspaces(await platform.installations.all())
            for name, platform in self._app.platforms.items()
            if platform.installations is not None
        }
        return _Answer(await self._app.places.stuck(), await self._app.brief_state.state(), installed)


def _workspaces(found: Sequence[Installation]) -> dict[str, object]:
    gone = {one.tenant: one.removed_because for one in found if one.removed_at}
    return {"installed": sum(one.sealed is not None for one in found), "removed": gone}


class ReadOnlyDatabase(Exception):
    """The database takes nothing in: a standby, or told so."""


def _noticed(task: asyncio.Task[_Answer]) -> None:
    """Its error is told by whoever asks next, or by nobody."""
    if not task.cancelled():
        task.exception()
