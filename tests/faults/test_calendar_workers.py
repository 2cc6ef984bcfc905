"""Workers that are killed while they read calendars: what was read before stays, and another worker goes on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from adapters.postgres.roles import RoleUrls
from tests.calendar_servers import FileServer
from tests.calendar_world import Planner
from tests.ics import calendar
from tests.integration.conftest import desk
from tests.integration.test_calendars import ana, meeting, on, server
from tests.robbie_process import ROOT

__all__ = ["ana", "desk", "server"]

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%calendar_events%'"""


@asynccontextmanager
async def process(roles: RoleUrls) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker of its own, killed with -9 in the end."""
    command = (sys.executable, "-m", "tests.calendar_worker", roles.app, roles.system)
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


@pytest.fixture
async def admin(admin_url: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as connection:
        yield connection


async def test_a_worker_killed_while_it_fetches_leaves_what_was_read_and_another_goes_on(
    ana: Planner, server: FileServer, roles: RoleUrls, admin: psycopg.AsyncConnection[tuple[object, ...]]
) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    kept = await ana.titles()
    server.held, server.text = True, calendar(meeting("New", 1))
    await ana.calendars.sync(ana.asker, id)
    async with process(roles):
        while len(server.asked) < 2:
            await asyncio.sleep(0.02)
    server.held = False
    assert await ana.titles() == kept
    assert await ana.worker.sync() == 0  # the dead one's lease has not ended
    await admin.execute("UPDATE calendars SET lease_until = now()")
    assert await ana.worker.sync() == 1
    assert await ana.titles() == [f"New {on(1, '10:00')}"]


async def test_a_worker_killed_between_deleting_and_writing_has_done_neither(
    ana: Planner,
    server: FileServer,
    roles: RoleUrls,
    admin_url: str,
    admin: psycopg.AsyncConnection[tuple[object, ...]],
) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    kept = await ana.titles()
    server.text = calendar(meeting("Two", 2, "15", "16"), meeting("New", 3))  # One is deleted, Two is written
    await ana.calendars.sync(ana.asker, id)
    async with await psycopg.AsyncConnection.connect(admin_url) as holder:
        await holder.execute("SELECT FROM calendar_events WHERE uid = 'Two' FOR UPDATE")
        async with process(roles):
            while (await (await admin.execute(_WAITING)).fetchone()) != (1,):
                await asyncio.sleep(0.02)
    assert await ana.titles() == kept
    await admin.execute("UPDATE calendars SET lease_until = now()")
    await ana.worker.sync()
    assert await ana.titles() == [f"Two {on(2, '15:00')}", f"New {on(3, '10:00')}"]
