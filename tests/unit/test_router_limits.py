"""The router's limits: time, breakers, money, and being stopped."""

import asyncio
from contextlib import aclosing

import pytest

from core.routing.calls import uncancelled
from core.routing.models import Answer, ErrorClass, Level, Restart, StreamEnd, TextDelta, Usage
from tests.router_world import END, HANG, TASK, Act, World, error, errors_of, good, model

# Waiting


async def test_retry_after_is_honoured_by_later_turns() -> None:
    world = World(model("first", [error(ErrorClass.RATE_LIMIT, 30)], ["back", END]), good())
    await world.answer()
    world.now += 29
    answer = await world.answer()
    assert errors_of(answer) == [("first", ErrorClass.RATE_LIMIT), ("good", None)]
    assert world.calls() == [1, 2]
    world.now += 2
    assert (await world.answer()).text == "back"


async def test_short_retry_after_is_waited_for() -> None:
    world = World(model("first", [error(ErrorClass.SERVER, 2)], ["fine", END]), good())
    assert (await world.answer()).text == "fine"
    assert world.slept[0] > 2


async def test_long_retry_after_is_not_waited_for() -> None:
    world = World(model("first", [error(ErrorClass.SERVER, 2.1)], ["fine", END]), good())
    assert (await world.answer()).text == "all well"
    assert world.slept == []


@pytest.mark.parametrize(("seconds", "calls"), [(2, [2, 0]), (10, [2, 0]), (10.1, [1, 1])])
async def test_last_real_model_is_waited_for_longer(seconds: float, calls: list[int]) -> None:
    busy = model("first", [error(ErrorClass.RATE_LIMIT, seconds)], ["fine", END])
    world = World(busy, good("tiny", Level.LOCAL, small=True))
    await world.answer()
    assert world.calls() == calls
    assert all(slept > seconds for slept in world.slept)


@pytest.mark.parametrize("retry_after", [float("nan"), -5.0, 0.0])
async def test_senseless_retry_after_is_ignored(retry_after: float) -> None:
    world = World(model("first", [error(ErrorClass.SERVER, retry_after)], ["fine", END]))
    assert (await world.answer()).text == "fine"
    assert 0 < world.slept[0] < 1


async def test_retry_after_of_forever_ends_after_a_day() -> None:
    world = World(model("first", [error(ErrorClass.RATE_LIMIT, float("inf"))], ["back", END]), good())
    await world.answer()
    world.now += 86_401
    assert (await world.answer()).text == "back"


async def test_stalled_model_ends_with_the_turn() -> None:
    clock = asyncio.get_running_loop().time
    world = World(model("first", ["Hel", HANG]), good(), turn_seconds=0.05, clock=clock)
    delta, restart, answer = await world.events()
    assert (delta, restart) == (TextDelta("Hel"), Restart())
    assert isinstance(answer, Answer)
    assert (answer.level, errors_of(answer)) == (Level.OFFLINE, [("first", ErrorClass.TIMEOUT)])
    assert world.models[0].closed == 1


async def test_after_the_turn_s_time_no_model_is_asked() -> None:
    world = World(model("first", [error(ErrorClass.SERVER, 2)]), good(), turn_seconds=1)
    assert (await world.answer()).level is Level.OFFLINE
    assert world.calls() == [1, 0]


# Breakers


async def test_open_breaker_is_recorded_and_costs_nothing() -> None:
    world = World(model("first", ["x", END]), good(), open_=["first"])
    answer = await world.answer()
    assert errors_of(answer) == [("first", ErrorClass.BREAKER_OPEN), ("good", None)]
    assert world.calls() == [0, 1]
    assert world.purse.holds == 1


async def test_breaker_hears_how_the_call_ended() -> None:
    world = World(model("first", ["x", error(ErrorClass.TIMEOUT)]), good())
    await world.answer()
    assert world.board["first"].outcomes == [ErrorClass.TIMEOUT]
    assert world.board["good"].outcomes == [None]


# Money


async def test_estimate_is_held_before_the_call_and_replaced_by_the_cost() -> None:
    world = World(good())
    answer = await world.answer()
    estimate = answer.plan.steps[0].estimate_usd
    assert world.purse.settled == [(estimate, answer.cost_usd)]
    assert 0 < answer.cost_usd < estimate


async def test_refused_hold_falls_back_to_a_free_model() -> None:
    free = good("free", Level.LOCAL, input_usd=0, output_usd=0)
    world = World(model("first", ["x", END]), free, cap=0)
    answer = await world.answer()
    assert (answer.model, answer.over_budget, answer.cost_usd) == ("free", True, 0)
    assert errors_of(answer)[0] == ("first", ErrorClass.BUDGET)
    assert world.calls() == [0, 1]


async def test_budget_that_cannot_be_reached_spends_nothing() -> None:
    world = World(model("first", ["x", END]), good("free", Level.LOCAL, input_usd=0, output_usd=0))
    world.purse.broken = True
    answer = await world.answer()
    assert (answer.model, answer.over_budget) == ("free", False)
    assert world.calls() == [0, 1]


async def test_settling_that_fails_does_not_lose_the_answer() -> None:
    breaking = model("first", ["x", END])
    world = World(breaking)
    events = world.router.answer(TASK)
    assert await anext(events) == TextDelta("x")
    world.purse.broken = True
    answer = await anext(events)
    assert isinstance(answer, Answer)
    assert answer.text == "x"


@pytest.mark.parametrize(
    ("script", "cost"),
    [
        ([error(ErrorClass.RATE_LIMIT)], "nothing"),
        ([error(ErrorClass.TIMEOUT)], "estimate"),
        (["abc", error(ErrorClass.RATE_LIMIT)], "seen"),
        (["abc", StreamEnd(Usage(0, 0, estimated=True), "m")], "seen"),
        ([" ", END], "billed"),
    ],
)
async def test_call_without_a_bill_costs_what_is_known_of_it(script: list[Act], cost: str) -> None:
    world = World(model("first", script))
    answer = await world.answer()
    attempt = answer.attempts[0]
    spec = world.models[0].spec
    seen = spec.cost(len("a long prompt") + 4, 3)
    expected = {"nothing": 0.0, "estimate": attempt.estimate_usd, "seen": seen, "billed": spec.cost(10, 5)}
    assert attempt.cost_usd == expected[cost]
    assert world.purse.spent == pytest.approx(answer.cost_usd)


# Stopping


async def test_closing_ends_the_request_and_settles() -> None:
    world = World(model("first", ["Hel", HANG]))
    async with aclosing(world.router.answer(TASK)) as events:
        assert await anext(events) == TextDelta("Hel")
    assert world.models[0].closed == 1
    assert world.purse.spent == pytest.approx(world.models[0].spec.cost(len("a long prompt") + 4, 3))
    assert [(attempt.error, attempt.detail) for attempt in world.recorded] == [(None, "cancelled")]
    assert world.board["first"].outcomes == []


async def test_cancelling_ends_the_request_and_settles() -> None:
    world = World(model("first", [HANG]))
    task = asyncio.create_task(world.events())
    await world.models[0].asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.models[0].closed == 1
    assert len(world.purse.settled) == 1


async def test_cancelling_while_money_is_held_gives_it_back() -> None:
    world = World(model("first", ["x", END]))
    world.purse.gate = asyncio.Event()
    task = asyncio.create_task(world.events())
    await world.purse.waiting.wait()
    task.cancel()
    await asyncio.sleep(0)
    world.purse.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.calls() == [0]
    assert world.purse.holds == 1
    assert world.purse.spent == pytest.approx(0)


async def test_uncancelled_work_finishes_before_the_cancellation_is_raised() -> None:
    go, done = asyncio.Event(), []

    async def work() -> None:
        await go.wait()
        done.append(True)

    task = asyncio.create_task(uncancelled(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]
