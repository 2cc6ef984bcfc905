"""Jobs over procrastinate: deferred in the transaction of the rows they speak of, run by any worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import procrastinate
from psycopg import AsyncConnection

from core.conversation.jobs import Job

# A job's arguments are ids; which ones depends on the task.
Handler = Callable[..., Awaitable[object]]

_log = logging.getLogger(__name__)

_CLEANING_UP = 2.0  # seconds beyond the grace of running jobs


class Queue:
    """One procrastinate app: defers jobs, and runs them where the process is a worker.

    Args:
        system_url: libpq URL of robbie_system.
        poll_seconds: how long a job that waited behind a lock waits at most after the lock is free.
        heartbeat_seconds: how often a worker says that it lives.
        dead_after_seconds: when a silent worker counts as gone.
    """

    def __init__(
        self,
        system_url: str,
        *,
        poll_seconds: float = 0.2,
        heartbeat_seconds: float = 2.0,
        dead_after_seconds: float = 10.0,
    ) -> None:
        connector = procrastinate.PsycopgConnector(conninfo=system_url, min_size=1, max_size=6, configure=_lightly)
        self._app = procrastinate.App(connector=connector)
        self._poll = poll_seconds
        self._heartbeat = heartbeat_seconds
        self._dead_after = dead_after_seconds

    def handle(self, task: str, handler: Handler) -> None:
        """Say what a task does; its jobs' arguments are the handler's."""
        self._app.task(name=task)(handler)

    async def open(self) -> None:
        """Connect."""
        await self._app.open_async()

    async def close(self) -> None:
        """Disconnect."""
        await self._app.close_async()

    # The row type of a caller's connection is of no concern here.
    async def enqueue(self, connection: AsyncConnection[Any], job: Job) -> None:
        """Defer a job on the caller's connection, and so in its transaction."""
        deferrer = self._app.configure_task(
            job.task, lock=job.lock, queue=job.queue, allow_unknown=True, connection=connection
        )
        await deferrer.defer_async(**job.args)

    async def has_workers(self) -> bool:
        """Whether any process runs jobs now."""
        row = await self._app.connector.execute_query_one_async(
            "SELECT count(*) AS alive FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %(seconds)s)",
            seconds=self._dead_after,
        )
        return bool(row["alive"])

    async def work(self, lane: Literal["turns", "quick"], *, concurrency: int, grace_seconds: float) -> None:
        """Run jobs of one lane until cancelled; then those that run get ``grace_seconds`` to end.

        A lost database only pauses it. The quick lane has workers apart for the control jobs: senders may all hang.
        """
        queues = ("quick", "control") if lane == "quick" else (lane,)
        # A group, since it ends only when all of its workers have: the connection is closed after that.
        async with asyncio.TaskGroup() as workers:
            for queue in queues:
                workers.create_task(self._work(queue, concurrency, grace_seconds), name=queue)

    async def _work(self, queue: str, concurrency: int, grace_seconds: float) -> None:
        while True:
            worker = self._app.run_worker_async(
                queues=[queue],
                name=queue,
                concurrency=concurrency,
                fetch_job_polling_interval=self._poll,
                shutdown_graceful_timeout=grace_seconds,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=self._heartbeat,
                stalled_worker_timeout=self._dead_after,
            )
            try:
                await _ended_with_us(asyncio.create_task(worker, name=f"{queue} worker"), grace_seconds + _CLEANING_UP)
            except procrastinate.exceptions.ConnectorException as error:
                _log.warning("the queue lost its database (%s); trying again", type(error).__name__)
                await asyncio.sleep(0.5)
            except Exception:
                _log.exception("the queue's worker broke; starting it again")
                await asyncio.sleep(0.5)


async def _ended_with_us(worker: asyncio.Task[None], patience: float) -> None:
    """Await it; when we are cancelled, cancel it, and once more where its database client lost the first time."""
    try:
        await asyncio.shield(worker)
    except asyncio.CancelledError:
        while not worker.done():
            worker.cancel()
            await asyncio.wait({worker}, timeout=patience)
        raise


async def _lightly(connection: AsyncConnection[Any]) -> None:
    """A job's state may be lost with the database's machine: the rows are the truth, and the sweep reads them."""
    await connection.execute("SET synchronous_commit = off")
    await connection.commit()
