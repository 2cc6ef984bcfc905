"""Gateways, workers and schedulers in processes of their own, killed at random or replaced in good order."""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import AsyncIterator, Coroutine, Sequence

import pytest

from adapters.doubles.discord import DiscordDouble
from tests.faults.conftest import World
from tests.faults.crew import OVERTAKEN, WATCH_ORDER, Crew, DiscordTalk, SlackTalk, Talk
from tests.robbie_process import DYING, Robbie, discord_environment

pytestmark = [pytest.mark.slow, pytest.mark.alone]

_UNDONE = """
    SELECT 'inbox', state, id FROM inbox WHERE state <> 'answered'
    UNION ALL SELECT 'outbox', state, id FROM outbox WHERE state <> 'sent'"""


@pytest.fixture
def dice() -> random.Random:
    """Chance that can be repeated: ``ROBBIE_SEED=… pytest …``; a test that fails shows its seed."""
    seed = int(os.environ.get("ROBBIE_SEED", random.randrange(10**6)))
    print(f"ROBBIE_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
async def discord(world: World) -> AsyncIterator[DiscordDouble]:
    """A Discord beside the world's Slack, for every Robbie of it; the database watches the order of turns."""
    await world.rows(WATCH_ORDER)
    async with DiscordDouble() as discord:
        world.environment |= discord_environment(discord)
        yield discord


async def _answered(world: World, talks: Sequence[Talk]) -> None:
    """Every message has its answer, and nothing is left to do."""
    try:
        await world.until(lambda: not any(talk.missing() for talk in talks))
        await world.until_rows(_UNDONE, some=False)
    except TimeoutError:
        missing = [text for talk in talks for text in talk.missing()]
        pytest.fail(f"unanswered: {missing[:20]} ({len(missing)}); undone: {(await world.rows(_UNDONE))[:20]}")


async def test_four_workers_on_both_platforms_answer_a_thousand_messages_once_and_in_order_with_random_kills(
    world: World, discord: DiscordDouble, dice: random.Random
) -> None:
    # A message over which many workers died is set aside; here they die all the time, and no message is to blame.
    hardy = {**DYING, "ROBBIE_WORKER__MAX_ATTEMPTS": "50"}
    crew = Crew(dice)
    for role in ("gateway",) * 2 + ("worker",) * 4:
        crew.add(role, await world.role(role, **hardy))
    talks = SlackTalk(world.slack), DiscordTalk(discord)
    for talk in talks:
        await talk.open(conversations=20)
    await _answered(world, talks)
    async with crew.dying(("worker", "worker", "worker", "gateway"), every=(2.0, 5.0)):
        for number in range(960):
            await talks[number % 2].say(f"n{number}")
            await asyncio.sleep(0.06)
    await _answered(world, talks)
    assert [talk.wrong() for talk in talks] == [{}, {}]
    assert await world.rows(OVERTAKEN) == []
    assert {"worker", "gateway"} <= {*crew.killed}, crew.killed
    assert (world.slack.socket_mode.most, discord.gateway.most) == (1, 1)


async def test_processes_that_are_replaced_one_after_the_other_lose_nothing_and_answer_nothing_twice(
    world: World, discord: DiscordDouble
) -> None:
    """A rolling restart under traffic: the new one is started, then the old one may finish its turns and ends."""
    world.providers.fault("slow", seconds=0.3, times=None)
    old = [await world.robbie(), await world.robbie()]
    talks = SlackTalk(world.slack), DiscordTalk(discord)
    for talk in talks:
        await talk.open(conversations=10)
    await _answered(world, talks)
    for robbie in old:
        assert await _talking(talks, _replace(world, robbie)) == 0
    await _as_if_nothing_happened(world, discord, talks)


async def _talking(talks: Sequence[Talk], work: Coroutine[None, None, int]) -> int:
    """People go on talking until the work is done."""
    working = asyncio.create_task(work)
    while not working.done():
        for talk in talks:
            await talk.say(f"n{uuid.uuid4().hex}")
            await asyncio.sleep(0.1)
    return await working


async def _as_if_nothing_happened(world: World, discord: DiscordDouble, talks: Sequence[Talk]) -> None:
    await _answered(world, talks)
    assert [talk.wrong() for talk in talks] == [{}, {}]
    assert await world.rows(OVERTAKEN) == []
    assert await world.rows("SELECT id, attempts FROM inbox WHERE attempts <> 1") == []
    assert (world.slack.socket_mode.most, discord.gateway.most) == (1, 1)


async def _replace(world: World, robbie: Robbie) -> int:
    await world.robbie()
    return await robbie.terminate()


async def test_roles_that_are_replaced_one_after_the_other_lose_nothing_and_answer_nothing_twice(
    world: World, discord: DiscordDouble
) -> None:
    """Each is ended first and started then, as systemctl restart does; its turns are too long, and given back."""
    world.providers.fault("slow", seconds=0.3, times=None)
    hasty = {"ROBBIE_WORKER__DRAIN_SECONDS": "0.2"}
    workers = [await world.role("worker", **hasty), await world.role("worker", **hasty)]
    gateways = [await world.role("gateway"), await world.role("gateway,web,scheduler")]
    talks = SlackTalk(world.slack), DiscordTalk(discord)
    for talk in talks:
        await talk.open(conversations=10)
    await _answered(world, talks)
    for robbie in (*workers, *gateways):
        assert await _talking(talks, _restart(robbie)) == 0
    await _as_if_nothing_happened(world, discord, talks)
    answers = sum(len(owed) for talk in talks for owed in talk.owed.values())
    assert len(world.providers.requests) > answers, "no turn was given back"


async def _restart(robbie: Robbie) -> int:
    code = await robbie.terminate()
    await robbie.start()
    return code
