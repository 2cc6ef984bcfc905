"""The queue's workers begin and end as they are told."""

from __future__ import annotations

import asyncio

import procrastinate
import pytest

from adapters.postgres.database import Database
from adapters.postgres.roles import RoleUrls
from adapters.queue import jobs
from adapters.queue.jobs import Queue
from core.conversation.jobs import Job


async def test_a_lane_has_ended_with_all_its_workers_when_its_task_has(
    roles: RoleUrls, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Else a worker that outlives the connection would be started again for ever."""
    queue = Queue(roles.system)
    begun, end = asyncio.Event(), asyncio.Event()

    async def slow(**_ids: int) -> None:
        begun.set()
        await end.wait()

    queue.handle("send", slow)
    await queue.open()
    working = asyncio.create_task(queue.work("quick", concurrency=2, grace_seconds=30))
    async with database.system() as tx:
        await queue.enqueue(tx, Job("send", "quick", "send:x", {"org_id": 1}))
    async with asyncio.timeout(30):
        await begun.wait()
    working.cancel()
    await asyncio.sleep(0.5)  # the idle worker of the lane has ended, the busy one has not
    assert not working.done()
    end.set()
    async with asyncio.timeout(30):
        await asyncio.gather(working, return_exceptions=True)
    await queue.close()
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not [name for name in left if name in ("quick", "control")]
    assert "worker broke" not in caplog.text


async def test_a_lane_ends_although_its_connection_is_gone_already(roles: RoleUrls) -> None:
    queue = Queue(roles.system)
    await queue.open()
    working = asyncio.create_task(queue.work("turns", concurrency=1, grace_seconds=1))
    async with asyncio.timeout(30):
        while not await queue.has_workers():
            await asyncio.sleep(0.05)
    await queue.close()
    working.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(working, return_exceptions=True)


async def test_a_lane_ends_although_its_first_cancellation_was_lost(
    roles: RoleUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database client may turn a cancellation into an error of its own, which procrastinate takes for a hiccup."""
    begun, lost = asyncio.Event(), asyncio.Event()

    async def stubborn(*_args: object, **_options: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(procrastinate.App, "run_worker_async", stubborn)
    monkeypatch.setattr(jobs, "_CLEANING_UP", 0.05)
    working = asyncio.create_task(Queue(roles.system).work("turns", concurrency=1, grace_seconds=0))
    async with asyncio.timeout(20):
        await begun.wait()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert working.cancelled()
    assert lost.is_set()
