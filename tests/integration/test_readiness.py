"""``/readyz`` says ready only while messages can be stored, and says so soon; ``/healthz`` asks nobody."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap
from bot.app import build
from bot.health import Health
from bot.settings import load
from tests.embedded_server import fresh_home, kill_server, quick, server_processes
from tests.web_room import ORIGIN


@asynccontextmanager
async def served(roles: RoleUrls, home: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a process that runs on this database."""
    app = await build(load(environ={"ROBBIE_HOME": str(home), "ROBBIE_MODELS": "[]"}), roles)
    try:
        transport = httpx.ASGITransport(app=app.web(Health(app).state))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60) as client:
            yield client
    finally:
        await app.close()


async def ready(client: httpx.AsyncClient) -> tuple[int, object]:
    """What it says, while the process itself answers at once."""
    assert (await client.get("/healthz")).text == "ok"
    answer = await client.get("/readyz")
    state = answer.json()
    assert state["ready"] == (answer.status_code == 200)
    assert f"robbie_ready {1.0 if state['ready'] else 0.0}" in (await client.get("/metrics")).text
    return answer.status_code, state["database"]


async def soon(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.05)


@contextmanager
def frozen(home: Path) -> Iterator[None]:
    """No process of the server gets any time."""
    stopped = server_processes(home)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[EmbeddedPostgres, Path]]:
    with fresh_home(tmp_path) as home, quick(home) as postgres:
        yield postgres, home


async def test_ready_while_messages_can_be_stored(roles: RoleUrls, tmp_path: Path) -> None:
    async with served(roles, tmp_path) as client:
        assert await ready(client) == (200, "ok")


async def test_not_ready_on_a_database_that_takes_nothing_in(roles: RoleUrls, tmp_path: Path, admin_url: str) -> None:
    async with served(roles, tmp_path) as client:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            name = sql.Identifier(admin.info.dbname)
            admin.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )

        async def refuses() -> bool:
            return await ready(client) == (503, "ReadOnlyDatabase")

        await soon(refuses)


async def test_not_ready_while_the_database_is_gone_and_ready_again_after(
    server: tuple[EmbeddedPostgres, Path], tmp_path: Path
) -> None:
    postgres, home = server
    roles = bootstrap(postgres.url())
    upgrade(roles.owner)
    async with served(roles, tmp_path) as client:
        await asyncio.to_thread(kill_server, home)
        assert (await ready(client))[0] == 503
        assert await asyncio.to_thread(postgres.ensure_running)

        async def is_back() -> bool:
            return await ready(client) == (200, "ok")

        await soon(is_back)


async def test_not_ready_while_the_database_hangs_and_asked_by_one_task_only(
    server: tuple[EmbeddedPostgres, Path], tmp_path: Path
) -> None:
    postgres, home = server
    roles = bootstrap(postgres.url())
    upgrade(roles.owner)
    async with served(roles, tmp_path) as client:
        with frozen(home):
            assert await ready(client) == (503, "no answer")
            assert await asyncio.gather(*(ready(client) for _ in range(5))) == [(503, "no answer")] * 5
            assert sum(task.get_name() == "health" for task in asyncio.all_tasks()) == 1

        async def is_back() -> bool:
            return await ready(client) == (200, "ok")

        await soon(is_back)
