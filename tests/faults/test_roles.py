"""Several processes share the work: one is connected, others stand by, and each may end or be killed."""

from __future__ import annotations

import asyncio
import re
from functools import partial

import httpx
import psycopg
import pytest

from adapters.doubles.discord import DiscordDouble
from bot.settings import GatewaySettings
from tests.faults.conftest import World
from tests.faults.crew import DiscordTalk
from tests.patience import PATIENCE
from tests.robbie_process import Robbie, discord_environment

# What a holder leaves at most that is killed. The tests' own is longer: no busy machine takes it from a living one.
_LEFT = f"UPDATE leases SET until = clock_timestamp() + interval '{GatewaySettings().lease_seconds} s'"
_OVER = "UPDATE leases SET until = '-infinity'"


async def _becomes(robbie: Robbie, lease: str, platform: str = "slack") -> None:
    """Wait until it is the holder, or stands by."""
    async with asyncio.timeout(PATIENCE):
        while (await robbie.health())[platform]["lease"] != lease:
            await asyncio.sleep(0.05)


def _answered(world: World, ts: str, *texts: str) -> bool:
    return world.answers("C1", ts) == list(texts)


async def test_two_gateways_have_one_holder_on_slack_and_the_standby_takes_over_after_kill_9(world: World) -> None:
    """CASE 25, on Slack. What nobody takes in is not delivered again here: only the histories have it."""
    world.slack.deliveries.retry_delays = ()
    await world.role("worker")
    first = await world.role("gateway")
    await _becomes(first, "holder")
    second = await world.role("gateway")
    await _becomes(second, "standby")
    before = await world.slack.say("U1", "C1", "<@UROBBIE> before")
    await world.until(partial(_answered, world, before.ts, "You said: before"))
    await first.kill()
    await world.rows(_LEFT)
    gap = await world.slack.say("U1", "C1", "<@UROBBIE> in the gap", drop=True)
    reply = await world.slack.say("U1", "C1", "and this?", thread_ts=before.ts, drop=True)
    await world.until(lambda: world.slack.socket_mode.opened == 2)
    after = await world.slack.say("U1", "C1", "<@UROBBIE> after")
    for said, *texts in (
        (gap, "You said: in the gap"),
        (before, "You said: before", "You said: and this?"),
        (after, "You said: after"),
    ):
        await world.until(partial(_answered, world, said.ts, *texts))
    await _becomes(second, "holder")
    assert world.slack.socket_mode.most == 1
    assert reply.ts
    [(name,)] = await world.rows("SELECT name FROM leases")
    assert world.slack.app_token not in str(name)


async def test_two_gateways_have_one_holder_on_discord_and_the_standby_takes_over_after_kill_9(world: World) -> None:
    """CASE 25, on Discord, which delivers nothing again."""
    async with DiscordDouble() as discord:
        world.environment |= discord_environment(discord)
        await world.role("worker")
        first = await world.role("gateway")
        await _becomes(first, "holder", "discord")
        second = await world.role("gateway")
        await _becomes(second, "standby", "discord")
        talk = DiscordTalk(discord)
        await talk.open(conversations=4)
        await world.until(lambda: not talk.missing())
        await first.kill()
        await world.rows(_LEFT)
        for number in range(8):
            await talk.say(f"in the gap {number}")
        await world.until(lambda: discord.gateway.identifies == 2)
        for number in range(4):
            await talk.say(f"after {number}")
        await world.until(lambda: not talk.missing())
        assert not talk.wrong()
        await _becomes(second, "holder", "discord")
        assert discord.gateway.most == 1
        names = await world.rows("SELECT name FROM leases")
        assert not [name for (name,) in names if discord.token in str(name)]


async def test_a_gateway_that_ends_in_good_order_is_followed_at_once_and_each_message_is_answered_once(
    world: World,
) -> None:
    """It gives its lease back: nobody waits for an hour."""
    hour = {"ROBBIE_GATEWAY__LEASE_SECONDS": "3600"}
    await world.role("worker")
    first = await world.role("gateway", **hour)
    await world.role("gateway", **hour)
    said = [await world.slack.say("U1", "C1", "<@UROBBIE> one")]
    await world.until(partial(_answered, world, said[0].ts, "You said: one"))
    ending = asyncio.create_task(first.terminate())
    said.append(await world.slack.say("U1", "C1", "<@UROBBIE> two"))
    assert await ending == 0
    said.append(await world.slack.say("U1", "C1", "<@UROBBIE> three"))
    for one, number in zip(said, ("one", "two", "three"), strict=True):
        await world.until(partial(_answered, world, one.ts, f"You said: {number}"))
    assert world.slack.socket_mode.most == 1


async def test_a_paused_gateway_that_wakes_up_past_its_lease_lets_go_of_its_connection(world: World) -> None:
    await world.role("worker")
    paused = await world.role("gateway")
    await _becomes(paused, "holder")
    standby = await world.role("gateway")
    said = await world.slack.say("U1", "C1", "<@UROBBIE> one")
    await world.until(partial(_answered, world, said.ts, "You said: one"))
    paused.pause()
    await world.rows(_OVER)
    await world.until(lambda: world.slack.socket_mode.opened == 2)
    meanwhile = await world.slack.say("U1", "C1", "<@UROBBIE> two")
    await world.until(partial(_answered, world, meanwhile.ts, "You said: two"))
    paused.wake()
    await world.until(lambda: len(world.slack.sockets) == 1)
    await _becomes(paused, "standby")
    await _becomes(standby, "holder")
    after = await world.slack.say("U1", "C1", "<@UROBBIE> three")
    await world.until(partial(_answered, world, after.ts, "You said: three"))


async def test_each_role_does_its_part_and_only_that(world: World) -> None:
    parts = {role: await world.role(role) for role in ("worker", "scheduler", "web")}
    assert not world.slack.sockets
    gateway = parts["gateway"] = await world.role("gateway")
    await world.until(lambda: len(world.slack.sockets) == 1)
    for role, robbie in parts.items():
        health = await robbie.health()
        assert (health["ready"], health["role"]) == (True, role)
        assert ("breakers" in health, "slack" in health) == (role == "worker", role == "gateway")
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            assert (await client.get(f"{robbie.url}/healthz")).text == "ok"
            assert "robbie_rows" in (await client.get(f"{robbie.url}/metrics")).text
            assert (await client.get(robbie.url)).status_code == (303 if role == "web" else 404)
    await gateway.kill()
    await world.until_rows("SELECT 1 FROM procrastinate_workers")


async def test_a_question_in_the_web_chat_of_one_process_is_answered_by_the_worker_of_another(world: World) -> None:
    await world.role("worker")
    web = await world.role("web")
    async with httpx.AsyncClient(base_url=web.url, follow_redirects=True, timeout=PATIENCE) as browser:
        page = await browser.get("/")
        assert page.status_code == 200
        key = page.text.split('name="key" value="')[1].split('"')[0]
        await browser.post(
            f"{page.url}/messages", data={"text": "hello", "key": key, "zone": "UTC"}, headers={"Origin": web.url}
        )
        async with asyncio.timeout(PATIENCE):
            while "You said: hello" not in (await browser.get(str(page.url))).text:
                await asyncio.sleep(0.2)


async def test_a_gateway_holds_what_it_takes_in_for_a_worker_that_comes_later(world: World) -> None:
    await world.role("gateway,web")
    said = await world.slack.say("U1", "C1", "<@UROBBIE> is anybody there?")
    await world.until(lambda: bool(world.slack.acks))
    assert world.answers("C1", said.ts) == []
    await world.role("worker")
    await world.until(partial(_answered, world, said.ts, "You said: is anybody there?"))


@pytest.mark.parametrize("role", ["gateway", "web", "scheduler"])
async def test_who_does_not_work_loads_no_client_of_a_model(world: World, role: str) -> None:
    robbie = await world.role(role, PYTHONPROFILEIMPORTTIME="1")
    imported = set(re.findall(r"^import time: .*\| +([\w.]+)$", robbie.log, re.MULTILINE))
    assert "bot.platforms" in imported
    assert not {name for name in imported if re.match(r"litellm|openai|pybreaker|bot\.models|adapters\.llm", name)}


async def test_what_recurs_is_done_once_with_two_schedulers_of_which_one_dies_over_it(world: World) -> None:
    """The first is killed in the middle of it; the second one, which waited for the first, does it."""
    at_any_hour = {"ROBBIE_SCHEDULER__PURGE_HOUR": "0", "ROBBIE_SCHEDULER__KEEP_DAYS": "0.000001"}
    robbie = await world.role("gateway,worker")
    said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
    await world.until(partial(_answered, world, said.ts, "You said: hi"))
    await robbie.terminate()
    async with await psycopg.AsyncConnection.connect(world.database_url) as connection:
        await connection.execute("LOCK TABLE inbox IN EXCLUSIVE MODE")
        first = await world.role("scheduler", **at_any_hour)
        await _waits_for_lock(world, "DELETE FROM inbox")
        second = await world.role("scheduler", **at_any_hour)
        await _waits_for_lock(world, "INSERT INTO schedules")
        await first.kill()
        await connection.rollback()
    await world.until(lambda: "purged 1 closed inbox rows" in second.log)
    third = await world.role("scheduler", **at_any_hour)
    assert await world.rows("SELECT kind, subject FROM schedules WHERE kind = 'purge'") == [("purge", "inbox")]
    assert await world.rows("SELECT id FROM inbox") == []
    assert "purged" not in first.log + third.log


async def _waits_for_lock(world: World, query: str) -> None:
    await world.until_rows(f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{query}%'")
