"""Every accepted message gets exactly one answer, whoever is killed, and whenever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise

import psycopg
import pytest

from adapters.doubles.slack import hold_then_take, rate_limited, take_then_drop, take_then_hold
from tests.faults.conftest import World, final
from tests.faults.crew import OVERTAKEN, WATCH_ORDER
from tests.patience import PATIENCE


@asynccontextmanager
async def _locked(world: World, table: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """Nobody can write to a table: whoever wants to waits."""
    async with await psycopg.AsyncConnection.connect(world.database_url) as connection:
        await connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield connection
        await connection.rollback()


_WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%interactions%'"


def _finals(world: World, ts: str) -> list[str]:
    return world.answers("C1", ts)


async def test_a_mention_is_answered_in_its_thread(world: World) -> None:
    await world.robbie()
    said = await world.slack.say("U1", "C1", "<@UROBBIE> how are you?")
    await world.until(lambda: _finals(world, said.ts) == ["You said: how are you?"])
    await world.settled()
    assert len(world.providers.requests) == 1


async def test_a_direct_message_is_answered_and_a_follow_up_in_a_thread_needs_no_mention(world: World) -> None:
    await world.robbie()
    dm = world.slack.dm("U1")
    await world.slack.say("U1", dm, "hello")
    await world.until(lambda: world.answers(dm) == ["You said: hello"])
    said = await world.slack.say("U1", "C1", "<@UROBBIE> one")
    await world.until(lambda: _finals(world, said.ts) == ["You said: one"])
    await world.slack.say("U2", "C1", "two", thread_ts=said.ts)
    await world.until(lambda: len(_finals(world, said.ts)) == 2)
    prompt = str(world.providers.requests[-1].messages)
    assert "Ana" in prompt
    assert "one" in prompt


async def test_reply_is_posted_once_after_kill_between_answer_and_commit(world: World) -> None:
    robbie = await world.robbie()
    async with _locked(world, "interactions"):
        said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
        await world.until_rows(_WAITS)
        await robbie.kill()
    await world.end_leases()
    await world.robbie()
    await world.until(lambda: _finals(world, said.ts) == ["You said: hi"])
    await world.settled()
    assert _finals(world, said.ts) == ["You said: hi"]
    assert len(await world.rows("SELECT id FROM interactions")) == 1


async def test_reply_is_posted_once_after_kill_between_commit_and_post(world: World) -> None:
    shown = partial(world.slack.fault, "chat.update", hold_then_take(), when=lambda args: "You said" in str(args))
    hold = shown()
    robbie = await world.robbie()
    said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
    hold = await final(hold, shown, world.rows)
    await robbie.kill()
    hold.release()
    assert "You said: hi" not in _finals(world, said.ts)
    await world.end_leases()
    await world.robbie()
    await world.until(lambda: _finals(world, said.ts) == ["You said: hi"])
    assert len(world.providers.requests) == 1


async def test_reply_is_posted_once_after_kill_between_post_and_recording(world: World) -> None:
    hold = world.slack.fault("chat.postMessage", take_then_hold())
    robbie = await world.robbie()
    said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    await robbie.kill()
    hold.release()
    assert len(_finals(world, said.ts)) == 1
    await world.end_leases()
    await world.robbie()
    await world.until(lambda: _finals(world, said.ts) == ["You said: hi"])
    await world.settled()
    assert _finals(world, said.ts) == ["You said: hi"]


async def test_reply_is_posted_once_when_slack_takes_the_post_and_drops_the_connection(world: World) -> None:
    world.slack.fault("chat.postMessage", take_then_drop())
    await world.robbie()
    said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
    await world.until(lambda: _finals(world, said.ts) == ["You said: hi"])
    await world.settled()
    assert _finals(world, said.ts) == ["You said: hi"]


async def test_one_channel_waits_for_its_retry_after_while_others_flow(world: World) -> None:
    limit = world.slack.fault("chat.postMessage", rate_limited(2), channel="C1", times=None)
    await world.robbie()
    slow = await world.slack.say("U1", "C1", "<@UROBBIE> slow")
    await asyncio.wait_for(limit.arrived.wait(), PATIENCE)
    quick = await world.slack.say("U1", "C2", "<@UROBBIE> quick")
    await world.until(lambda: world.answers("C2", quick.ts) == ["You said: quick"])
    assert _finals(world, slow.ts) == []
    limit.cancel()
    await world.until(lambda: _finals(world, slow.ts) == ["You said: slow"])
    posts = [call for call in world.slack.calls if call.method == "chat.postMessage"]
    tried = [post.at for post in posts if post.args["channel"] == "C1"]
    assert len(tried) > 1
    assert all(later - earlier >= 2 for earlier, later in pairwise(tried))


async def test_five_deliveries_of_one_event_are_answered_once(world: World) -> None:
    await world.robbie()
    said = await world.slack.say("U1", "C1", "<@UROBBIE> once", deliveries=5)
    await world.until(lambda: _finals(world, said.ts) == ["You said: once"])
    await world.settled()
    assert _finals(world, said.ts) == ["You said: once"]
    assert len(world.providers.requests) == 1


async def test_slack_retry_is_answered_once(world: World) -> None:
    """CASE 1: storing is slow once, so Slack delivers again."""
    world.slack.deliveries.ack_timeout = 0.3
    await world.robbie()
    async with _locked(world, "inbox"):
        said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
        await asyncio.sleep(1.0)
    world.slack.deliveries.ack_timeout = 3.0  # on a busy machine, each would else come too late
    await world.until(lambda: _finals(world, said.ts) == ["You said: hi"])
    await world.settled()
    assert _finals(world, said.ts) == ["You said: hi"]


async def test_message_and_mention_of_one_post_are_one_turn_in_one_place(world: World) -> None:
    """CASE 2."""
    await world.robbie()
    for mention_first in (False, True):
        said = await world.slack.say("U1", "C1", "<@UROBBIE> both", mention_first=mention_first)
        await world.until(lambda said=said: _finals(world, said.ts) == ["You said: both"])
    await world.settled()
    assert len(world.slack.bot_messages("C1")) == 2


async def test_a_socket_cut_with_unacknowledged_envelopes_loses_nothing(world: World) -> None:
    """CASE 6."""
    await world.robbie()
    async with _locked(world, "inbox"):
        said = [await world.slack.say("U1", "C1", f"<@UROBBIE> m{number}") for number in range(3)]
        await asyncio.sleep(0.3)
        world.slack.cut_sockets()
    for number, one in enumerate(said):
        await world.until(lambda one=one, number=number: _finals(world, one.ts) == [f"You said: m{number}"])


async def test_what_was_said_while_robbie_was_away_is_answered_when_it_is_back(world: World) -> None:
    """CASE 6: bounded catch-up from history, for events that Slack gave up on."""
    robbie = await world.robbie()
    first = await world.slack.say("U1", "C1", "<@UROBBIE> before")
    await world.until(lambda: _finals(world, first.ts) == ["You said: before"])
    await robbie.kill()
    await world.end_leases()
    missed = await world.slack.say("U1", "C1", "<@UROBBIE> missed", drop=True)
    await world.robbie()
    await world.until(lambda: _finals(world, missed.ts) == ["You said: missed"])


async def test_sigterm_drains_the_running_turn(world: World) -> None:
    hold = world.providers.fault("stall", after=1, times=1)
    robbie = await world.robbie(ROBBIE_WORKER__DRAIN_SECONDS=str(PATIENCE))
    said = await world.slack.say("U1", "C1", "<@UROBBIE> finish this please")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    ending = asyncio.create_task(robbie.terminate())
    await asyncio.sleep(0.5)
    hold.release()
    assert await ending == 0
    assert _finals(world, said.ts) == ["You said: finish this please"]


async def test_a_turn_that_is_too_long_to_drain_is_given_back_without_counting_as_an_attempt(world: World) -> None:
    hold = world.providers.fault("hold", times=1)
    robbie = await world.robbie(ROBBIE_WORKER__DRAIN_SECONDS="0.5")
    said = await world.slack.say("U1", "C1", "<@UROBBIE> long")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    assert await robbie.terminate() == 0
    assert await world.rows("SELECT state, attempts FROM inbox") == [("received", 0)]
    hold.release()
    await world.robbie()
    await world.until(lambda: _finals(world, said.ts) == ["You said: long"])


async def test_a_paused_worker_that_wakes_up_past_its_lease_changes_nothing(world: World) -> None:
    hold = world.providers.fault("stall", after=1, times=1)
    paused = await world.robbie()
    said = await world.slack.say("U1", "C1", "<@UROBBIE> hi")
    await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
    # Its first piece is shown, so that no call to Slack is under way: who stands still in one may go on with it.
    await world.until(lambda: _finals(world, said.ts) == ["You said"])
    paused.pause()
    await world.end_leases()
    await world.robbie()
    await world.until(lambda: _finals(world, said.ts) == ["You said: hi"])
    hold.release()
    paused.wake()
    again = await world.slack.say("U1", "C1", "<@UROBBIE> again")
    await world.until(lambda: _finals(world, again.ts) == ["You said: again"])
    await world.settled()
    assert _finals(world, said.ts) == ["You said: hi"]
    assert len(await world.rows("SELECT id FROM interactions")) == 2


async def test_a_poison_message_is_set_aside_honestly_and_the_next_one_is_answered(world: World) -> None:
    """It takes every worker with it: here each is killed while it works on it."""
    holds = [world.providers.fault("hold", times=1), world.providers.fault("hold", times=1)]
    robbie = await world.robbie(ROBBIE_WORKER__MAX_ATTEMPTS="2")
    said = await world.slack.say("U1", "C1", "<@UROBBIE> poison")
    for hold in holds:
        await asyncio.wait_for(hold.arrived.wait(), PATIENCE)
        await robbie.kill()
        hold.release()
        await world.end_leases()
        robbie = await world.robbie(ROBBIE_WORKER__MAX_ATTEMPTS="2")
    await world.until(lambda: any("set it aside" in text for text in _finals(world, said.ts)))
    await world.slack.say("U1", "C1", "and now?", thread_ts=said.ts)
    await world.until(lambda: _finals(world, said.ts)[-1:] == ["You said: and now?"])
    assert len(_finals(world, said.ts)) == 2


@pytest.mark.slow
@pytest.mark.alone
async def test_two_workers_and_500_messages_over_30_conversations_each_answered_once_and_in_order(world: World) -> None:
    await world.rows(WATCH_ORDER)
    world.providers.fault("slow", seconds=1.5)  # slower than people ask, so that questions wait for their turn
    # As patient as Slack, which goes on for six minutes.
    world.slack.deliveries.retry_delays = (0.0, 1.0, 5.0, 10.0, 20.0, 40.0)
    for number in range(30):
        world.slack.add_channel(f"C{100 + number}")
    await world.robbie()
    await world.robbie()
    threads: dict[str, list[str]] = {}
    for number in range(500):
        channel = f"C{100 + number % 30}"
        thread = next(iter(threads.get(channel, [])), None)
        said = await world.slack.say("U1", channel, f"<@UROBBIE> n{number}", thread_ts=thread)
        threads.setdefault(channel, [thread or said.ts]).append(f"You said: n{number}")
        await asyncio.sleep(0.04)  # 25 a second, 50 events a second
    expected = {channel: answers[1:] for channel, answers in threads.items()}
    await world.until(
        lambda: all(sorted(world.answers(channel)) == sorted(want) for channel, want in expected.items()),
        timeout=2 * PATIENCE,
    )
    assert await world.rows(OVERTAKEN) == []
