"""The router's promises, whatever models do and whenever it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing.models import Answer, ErrorClass, Level, Restart, RouterEvent, TextDelta
from tests.router_world import END, TASK, Scripted, World, error, model

acts = st.one_of(
    st.sampled_from(["a", "bc ", " ", ""]),
    st.just(END),
    st.sampled_from(ErrorClass).flatmap(
        lambda kind: st.builds(error, st.just(kind), st.sampled_from([None, 0.5, 2.0, 60.0]))
    ),
    st.just(ValueError("bug")),
)


@st.composite
def scripted(draw: st.DrawFn, number: int) -> Scripted:
    level = draw(st.sampled_from([Level.GPT4_CLASS, Level.CLAUDE_CLASS, Level.OPEN_WEIGHT, Level.LOCAL]))
    scripts = draw(st.lists(st.lists(acts, max_size=5), min_size=1, max_size=2))
    price = draw(st.sampled_from([0.0, 1.0]))
    context = draw(st.sampled_from([100, 200]))
    return model(f"m{number}", *scripts, level=level, input_usd=price, output_usd=price, context_tokens=context)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    models = [draw(scripted(number)) for number in range(draw(st.integers(0, 4)))]
    opened = [model.spec.name for model in models if draw(st.integers(0, 4)) == 0]
    return World(*models, cap=draw(st.sampled_from([0.0, 0.005, 1e9])), open_=opened)


def shown(events: Sequence[RouterEvent]) -> str:
    text = ""
    for event in events:
        text = "" if isinstance(event, Restart) else text + event.text if isinstance(event, TextDelta) else text
    return text


def check_answer(world: World, events: list[RouterEvent]) -> Answer:
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert not any(isinstance(event, Answer) for event in events[:-1])
    assert shown(events) == answer.text
    assert bool(answer.text.strip()) == (answer.level is not Level.OFFLINE and not answer.refused)
    assert answer.cost_usd == pytest.approx(sum(attempt.cost_usd for attempt in answer.attempts))
    return answer


@settings(deadline=None, max_examples=300)
@given(worlds())
def test_whatever_models_do_the_promises_hold(world: World) -> None:
    before = world.purse.spent
    answer = check_answer(world, asyncio.run(world.events()))
    calls = sum(world.calls())
    retried = len(world.slept)
    assert calls <= len(answer.plan.steps) + retried
    assert retried <= len(answer.plan.steps)
    assert all(count <= 2 for count in world.calls())
    assert world.purse.spent - before == pytest.approx(answer.cost_usd)
    assert len(world.purse.settled) == world.purse.holds
    assert all(not model.requests for model in world.models if world.board(model.spec.name).open)
    assert sum(model.closed for model in world.models) == calls
    refusals = [index for index, attempt in enumerate(answer.attempts) if attempt.error is ErrorClass.REFUSED]
    assert refusals in ([], [len(answer.attempts) - 1])
    assert answer.refused == bool(refusals)
    assert list(answer.attempts) == world.recorded


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(0, 12))
def test_stopping_at_any_event_settles_and_closes_everything(world: World, stop_after: int) -> None:
    async def some() -> None:
        async with aclosing(world.router.answer(TASK)) as events:
            for _ in range(stop_after):
                if isinstance(await anext(events), Answer):
                    return

    asyncio.run(some())
    assert len(world.purse.settled) == world.purse.holds
    assert world.purse.spent == pytest.approx(sum(attempt.cost_usd for attempt in world.recorded))
    assert sum(model.closed for model in world.models) == sum(world.calls())


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(0, 30))
def test_cancelling_at_any_moment_settles_and_closes_everything(world: World, ticks: int) -> None:
    async def some() -> None:
        task = asyncio.create_task(world.events())
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(some())
    assert len(world.purse.settled) == world.purse.holds
    assert world.purse.spent == pytest.approx(sum(attempt.cost_usd for attempt in world.recorded))
    assert sum(model.closed for model in world.models) == sum(world.calls())
