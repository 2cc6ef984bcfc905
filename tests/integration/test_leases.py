"""A connection that only one process may have: who holds it, who stands by, and who lets go in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack

import psycopg
import pytest

from adapters.postgres.leases import PostgresLeases
from adapters.postgres.roles import RoleUrls
from core.health.leases import LeasedGateway, LeaseTiming

QUICK = LeaseTiming(lease=6.0, renew=0.2)


class Line:
    """A platform that counts who is connected to it."""

    def __init__(self) -> None:
        self.connected: list[str] = []
        self.most = 0
        self.breaks = 0


class Connection:
    """One process's way to the platform."""

    def __init__(self, line: Line, name: str) -> None:
        self._line, self._name = line, name

    async def start(self) -> None:
        if self._line.breaks:
            self._line.breaks -= 1
            raise RuntimeError("a fault of ours")
        self._line.connected.append(self._name)
        self._line.most = max(self._line.most, len(self._line.connected))

    async def stop(self) -> None:
        if self._name in self._line.connected:
            self._line.connected.remove(self._name)

    def health(self) -> Mapping[str, object]:
        return {"connected": self._name in self._line.connected}


class Processes:
    """Several processes that would be connected as the same app."""

    def __init__(self, url: str, stack: AsyncExitStack) -> None:
        self.line = Line()
        self._url, self._stack = url, stack

    async def start(self, name: str, timing: LeaseTiming = QUICK) -> LeasedGateway:
        leases = PostgresLeases(self._url)
        gateway = LeasedGateway(Connection(self.line, name), leases, "slack:1", timing)
        await gateway.start()
        self._stack.push_async_callback(leases.close)
        self._stack.push_async_callback(gateway.stop)
        return gateway

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


@pytest.fixture
async def processes(roles: RoleUrls) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        yield Processes(roles.system, stack)


async def test_one_process_is_connected_and_the_others_stand_by(processes: Processes) -> None:
    gateways = [await processes.start(name) for name in "abc"]
    await processes.until(
        lambda: sorted(str(g.health()["lease"]) for g in gateways) == ["holder", "standby", "standby"]
    )
    assert len(processes.line.connected) == 1
    held = next(gateway for gateway in gateways if gateway.health()["lease"] == "holder")
    assert held.health()["connected"]


async def test_who_ends_in_good_order_gives_the_connection_to_the_next_at_once(processes: Processes) -> None:
    never = LeaseTiming(lease=3600.0, renew=0.2)
    first = await processes.start("first", never)
    await processes.until(lambda: processes.line.connected == ["first"])
    await processes.start("second", never)
    await first.stop()
    await processes.until(lambda: processes.line.connected == ["second"])
    assert processes.line.most == 1


async def test_who_cannot_renew_has_disconnected_before_anybody_else_may_connect(
    processes: Processes, roles: RoleUrls
) -> None:
    """The database hangs: nobody can be asked, and the holder lets go while the lease is still its own."""
    await processes.start("first")
    await processes.until(lambda: processes.line.connected == ["first"])
    async with await psycopg.AsyncConnection.connect(roles.owner) as connection:
        await connection.execute("LOCK TABLE leases IN EXCLUSIVE MODE")
        await processes.until(lambda: processes.line.connected == [])
        held = await (await connection.execute("SELECT until > clock_timestamp() FROM leases")).fetchone()
        assert held == (True,)
        await processes.start("second")
    await processes.until(lambda: len(processes.line.connected) == 1)
    assert processes.line.most == 1


async def test_a_database_that_is_away_for_a_moment_costs_nobody_the_connection(
    processes: Processes, admin_url: str
) -> None:
    await processes.start("first")
    await processes.until(lambda: processes.line.connected == ["first"])
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        for _ in range(3):
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND query LIKE '%leases%' AND pid <> pg_backend_pid()"
            )
            renewed = await (await admin.execute("SELECT until FROM leases")).fetchone()
            async with asyncio.timeout(20):
                while await (await admin.execute("SELECT until FROM leases")).fetchone() == renewed:
                    await asyncio.sleep(0.02)
        assert await (await admin.execute("SELECT fence FROM leases")).fetchone() == (1,)
    assert processes.line.connected == ["first"]


async def test_a_lease_that_ended_is_taken_once_and_its_old_holder_cannot_renew_it(roles: RoleUrls) -> None:
    stores = [PostgresLeases(roles.system) for _ in range(5)]
    first = await stores[0].take("discord:1", 0.0)
    assert first is not None
    takes = await asyncio.gather(*(store.take("discord:1", 60.0) for store in stores))
    assert [fence for fence in takes if fence is not None] == [first + 1]
    assert not await stores[0].renew("discord:1", first, 60.0)
    await stores[0].give_back("discord:1", first)
    assert await stores[1].take("discord:1", 60.0) is None
    for store in stores:
        await store.close()


async def test_a_connection_that_breaks_at_its_start_is_tried_again(processes: Processes) -> None:
    processes.line.breaks = 2
    gateway = await processes.start("first")
    await processes.until(lambda: processes.line.connected == ["first"])
    assert gateway.health()["lease"] == "holder"
