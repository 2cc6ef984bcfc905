"""The fixed order and its estimates."""

from dataclasses import replace

import pytest

from core.routing.models import ChatMessage, Level, ModelSpec, Picture, Task
from core.routing.policy import FixedOrder, prompt_for, prompt_tokens

GPT = ModelSpec("openai/gpt", Level.GPT4_CLASS, input_usd=2.0, output_usd=8.0, max_output_tokens=1_000)
CLAUDE = ModelSpec("anthropic/claude", Level.CLAUDE_CLASS, input_usd=3.0, output_usd=15.0)
SECOND_CLAUDE = ModelSpec("anthropic/other", Level.CLAUDE_CLASS)
TINY = ModelSpec("embedded/tiny", Level.LOCAL, small=True)
TASK = Task(
    org_id=1,
    text="hi",
    prompt=(ChatMessage("system", "s" * 100), ChatMessage("user", "u" * 60, name="ada")),
    short_prompt=(ChatMessage("user", "u" * 10),),
)


def test_order_is_by_level_then_as_configured() -> None:
    plan = FixedOrder([TINY, CLAUDE, SECOND_CLAUDE, GPT], len).plan(TASK)
    assert [step.spec for step in plan.steps] == [GPT, CLAUDE, SECOND_CLAUDE, TINY]


def test_choice_is_recorded_for_the_learner() -> None:
    plan = FixedOrder([CLAUDE, GPT], len).plan(TASK)
    assert (plan.policy, plan.arm, plan.propensity) == ("fixed/1", "openai/gpt > anthropic/claude", 1.0)


def test_estimate_is_the_prompt_and_the_longest_answer() -> None:
    (step,) = FixedOrder([GPT], len).plan(TASK).steps
    tokens = 100 + 60 + len("ada") + 2 * 4
    assert step.estimate_usd == GPT.cost(tokens, 1_000)


def test_small_model_gets_the_short_prompt_in_plan_and_call() -> None:
    priced = ModelSpec("small", Level.LOCAL, input_usd=1.0, max_output_tokens=0, small=True)
    (step,) = FixedOrder([priced], len).plan(TASK).steps
    assert prompt_for(priced, TASK) == TASK.short_prompt
    assert step.estimate_usd == priced.cost(prompt_tokens(TASK.short_prompt, len), 0) > 0


def test_free_model_is_estimated_at_nothing() -> None:
    (step,) = FixedOrder([TINY], len).plan(TASK).steps
    assert step.estimate_usd == 0


def test_no_models_is_an_empty_plan() -> None:
    assert FixedOrder([], len).plan(TASK).steps == ()


def picture(width: int = 100, height: int = 100) -> Picture:
    return Picture("a.png", "image/png", b"", width, height)


def showing(*pictures: Picture) -> Task:
    return replace(TASK, prompt=(ChatMessage("user", "what is this?", pictures=pictures),))


def test_a_model_that_can_see_is_shown_pictures_and_another_is_told_that_it_cannot_see_them() -> None:
    task = showing(picture())
    assert prompt_for(replace(GPT, vision=True), task) == task.prompt
    (told,) = prompt_for(GPT, task)
    assert told.pictures == ()
    assert told.content == "what is this?\n[picture a.png, which you cannot see: say so, and do not guess]"


@pytest.mark.parametrize(("side", "tokens"), [(1, 101), (1_000, 2_100), (100_000, 5_000)])
def test_a_picture_counts_by_its_area_up_to_what_providers_make_of_the_largest(side: int, tokens: int) -> None:
    assert picture(side, side).tokens == tokens


def test_pictures_are_in_the_estimate_of_a_model_that_sees_them_only() -> None:
    task = showing(picture(1_000, 1_000), picture())
    blind, seeing = (FixedOrder([spec], len).plan(task).steps[0] for spec in (GPT, replace(GPT, vision=True)))
    pictures = 2_100 + 120
    words = len("what is this?") + 4
    assert seeing.estimate_usd == pytest.approx(GPT.cost(pictures + words, 1_000))
    assert blind.estimate_usd < seeing.estimate_usd
