"""Senders that fail, stand still or serve another surface, and what they may not do to a channel."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from adapters.doubles.slack import hold_then_take
from adapters.postgres.database import Database
from adapters.postgres.sweep import PostgresSweep
from core.conversation.delivery import Delivery, DeliveryPolicy
from core.conversation.ports import MaybeSent
from core.conversation.stores import Wait
from tests.faults.conftest import World
from tests.integration.conftest import Desk, finished, message
from tests.integration.test_races import Platform, here, lapse, opened
from tests.patience import PATIENCE
from tests.robbie_process import Robbie


@pytest.fixture
def desk(database: Database) -> Desk:
    """The stores over a fresh database."""
    return Desk(database)


async def test_who_is_not_connected_to_a_surface_leaves_its_messages_alone(desk: Desk) -> None:
    await desk.accept(message(1))
    sweep = PostgresSweep(desk.database, desk.enqueue, dead_after_seconds=10, surfaces=("web",))
    desk.jobs.clear()
    assert await desk.turns.claim(*await here(desk), ["web"], messages=50) is None
    await sweep.sweep()
    assert desk.jobs == []
    await desk.sweep.sweep()
    assert [job.task for job in desk.jobs] == ["turn"]
    claim = await desk.claimed()
    assert claim.attempts == 1
    await Delivery(desk.outbox, {}, DeliveryPolicy()).drain(claim.asker.org_id, "slack", "T1", "C1")
    desk.jobs.clear()
    await sweep.sweep()
    assert desk.jobs == []
    assert await desk.rows("SELECT state, attempts FROM outbox") == [{"state": "ready", "attempts": 0}]


async def test_a_message_that_breaks_its_surface_does_not_hold_up_its_channel_for_ever(desk: Desk) -> None:
    claim = await opened(desk)
    await desk.turns.finish(claim, finished("a b", ("fine", "broken", "also fine")))
    platform = Platform(fails=RuntimeError("a fault of ours"), only="broken")
    delivery = Delivery(desk.outbox, {"slack": platform}, DeliveryPolicy(breaks=2))
    await desk.execute("UPDATE outbox SET state = 'sent' WHERE part = 0")
    async with asyncio.timeout(PATIENCE):
        await delivery.drain(claim.asker.org_id, "slack", "T1", "C1")
    assert platform.posted == ["also fine"]
    assert await desk.rows("SELECT error FROM outbox WHERE state = 'failed'") == [
        {"error": "the surface broke: RuntimeError"}
    ]


async def test_a_platform_that_fails_every_post_is_asked_ever_more_rarely_and_not_for_ever(desk: Desk) -> None:
    await desk.accept(message(1))
    org_id = (await desk.claimed()).asker.org_id
    platform = Platform(fails=MaybeSent("503"))
    delivery = Delivery(desk.outbox, {"slack": platform}, DeliveryPolicy(wait_seconds=0.0))
    pauses = []
    for _ in range(5):
        await delivery.drain(org_id, "slack", "T1", "C1")
        waiting = await desk.outbox.take(org_id, "slack", "T1", "C1")
        assert isinstance(waiting, Wait)
        pauses.append(round(waiting.seconds))
        await desk.execute("UPDATE outbox SET not_before = '-infinity'")
    assert pauses == [1, 2, 4, 8, 16]
    await desk.execute("UPDATE outbox SET created_at = now() - interval '25 h'")
    await delivery.drain(org_id, "slack", "T1", "C1")
    assert await desk.rows("SELECT state, not_before = 'infinity' AS parked FROM outbox") == [
        {"state": "unknown", "parked": True}
    ]


async def test_a_sender_that_lost_its_row_cannot_open_it_to_a_third_one(desk: Desk) -> None:
    await desk.accept(message(1))
    org_id = (await desk.claimed()).asker.org_id
    first = await desk.take(org_id)
    await lapse(desk)
    second = await desk.take(org_id)
    for late in (
        desk.outbox.later(org_id, first, 0.0, "woken"),
        desk.outbox.unknown(org_id, first, "woken", seconds=0.0),
        desk.outbox.repost(org_id, first),
        desk.outbox.failed(org_id, first, "woken"),
    ):
        await late
        assert await desk.rows("SELECT state, lease_until > now() AS held FROM outbox") == [
            {"state": "unknown", "held": True}
        ]
    await desk.outbox.later(org_id, second, 0.0, "again")
    assert (await desk.take(org_id)).attempts == 3


def _answered(world: World, ts: str, text: str) -> bool:
    return world.answers("C1", ts) == [text]


async def test_a_robbie_without_slack_beside_one_with_it_costs_nobody_an_answer(world: World) -> None:
    await world.robbie()
    alone = {name: value for name, value in world.environment.items() if not name.startswith("SLACK_")}
    (world.folder / "alone").mkdir()
    other = await world.stack.enter_async_context(Robbie(world.folder / "alone", alone))
    for number in range(8):
        said = await world.slack.say("U1", "C1", f"<@UROBBIE> n{number}")
        await world.until(partial(_answered, world, said.ts, f"You said: n{number}"))
    assert "KeyError" not in other.log


async def test_a_stop_does_not_wait_for_a_platform_that_hangs(world: World) -> None:
    """Every sender of the process hangs in a call to Slack."""
    await world.robbie(ROBBIE_WORKER__QUICK="2")
    models = world.providers.fault("hold", times=3)
    hangs = [world.slack.fault("chat.postMessage", hold_then_take(), channel=channel) for channel in ("C1", "C2")]
    for channel in ("C1", "C2"):
        said = await world.slack.say("U1", channel, "<@UROBBIE> hi")
    for hang in hangs:
        await asyncio.wait_for(hang.arrived.wait(), PATIENCE)
    await world.slack.press_stop("U1", "C2", said.ts)
    await world.until_rows("SELECT 1 FROM inbox WHERE cancel = 'stop'")
    assert len(await world.rows("SELECT id FROM outbox WHERE state = 'sending'")) == 2
    models.release()
    for hang in hangs:
        hang.release()
