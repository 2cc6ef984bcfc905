"""The router's plain path, and what each error leads to."""

from dataclasses import replace

import pytest

from core.routing.models import Answer, ChatMessage, ErrorClass, Level, Picture, Restart, StreamEnd, TextDelta, Usage
from tests.router_world import END, TASK, Act, World, error, errors_of, good, model

PASSING = [ErrorClass.RATE_LIMIT, ErrorClass.OVERLOADED, ErrorClass.TRUNCATED, ErrorClass.MALFORMED]

# The plain path


async def test_first_model_answers_and_streams() -> None:
    world = World(model("first", ["Hel", "", "lo", END]), good())
    *deltas, answer = await world.events()
    assert deltas == [TextDelta("Hel"), TextDelta("lo")]
    assert isinstance(answer, Answer)
    assert (answer.text, answer.model, answer.level) == ("Hello", "first", Level.GPT4_CLASS)
    assert answer.usage == END.usage
    assert not answer.small
    assert world.calls() == [1, 0]


async def test_attempt_records_tokens_cost_and_who_really_answered() -> None:
    world = World(model("first", ["Hello", StreamEnd(Usage(100, 50), "first-2026-01")]))
    (attempt,) = (await world.answer()).attempts
    assert (attempt.input_tokens, attempt.output_tokens, attempt.cost_usd) == (100, 50, (100 + 2 * 50) / 1e6)
    assert (attempt.error, attempt.detail) == (None, "answered by first-2026-01")
    assert attempt.first_token_ms is not None


async def test_small_model_is_asked_with_the_short_prompt() -> None:
    tiny = good(small=True)
    first = model("first", [error(ErrorClass.OVERLOADED)])
    answer = await World(first, tiny).answer()
    assert answer.small
    assert first.requests[0].messages == TASK.prompt
    assert tiny.requests[0].messages == TASK.short_prompt


async def test_an_answer_says_whether_its_model_could_not_see_the_pictures() -> None:
    shown = ChatMessage("user", "what is this?", pictures=(Picture("a.png", "image/png", b"", 1, 1),))
    task = replace(TASK, prompt=(shown,))
    blind, seeing = good(), good(vision=True)
    assert (await World(blind).answer(task)).blind
    assert not (await World(seeing).answer(task)).blind
    assert not (await World(good()).answer()).blind
    assert (blind.requests[0].messages[0].pictures, seeing.requests[0].messages[0]) == ((), shown)


async def test_plan_makes_no_call() -> None:
    world = World(model("first", ["x", END]), good())
    assert world.router.plan(TASK).arm == "first > good"
    assert world.calls() == [0, 0]
    assert world.purse.holds == 0


# What each error leads to


@pytest.mark.parametrize("kind", sorted(set(ErrorClass) - {ErrorClass.REFUSED}))
async def test_every_error_leads_to_the_next_model(kind: ErrorClass) -> None:
    answer = await World(model("first", [error(kind)]), good()).answer()
    assert (answer.text, answer.level) == ("all well", Level.CLAUDE_CLASS)
    assert errors_of(answer)[0] == ("first", kind)


@pytest.mark.parametrize("kind", sorted(ErrorClass))
@pytest.mark.parametrize("level", [Level.GPT4_CLASS, Level.CLAUDE_CLASS, Level.OPEN_WEIGHT, Level.LOCAL])
async def test_no_error_text_is_ever_shown(kind: ErrorClass, level: Level) -> None:
    events = await World(model("only", [error(kind)], level=level)).events()
    (answer,) = events
    assert isinstance(answer, Answer)
    assert answer.text == ""


@pytest.mark.parametrize("kind", [ErrorClass.CONNECTION, ErrorClass.SERVER])
async def test_passing_error_is_retried_once(kind: ErrorClass) -> None:
    world = World(model("first", [error(kind)], ["fine", END]), good())
    assert (await world.answer()).text == "fine"
    assert world.calls() == [2, 0]
    assert 0 < world.slept[0] < 1


@pytest.mark.parametrize("kind", sorted(set(ErrorClass)))
async def test_nothing_is_asked_more_than_twice(kind: ErrorClass) -> None:
    world = World(model("first", [error(kind)]), model("second", [error(kind)]))
    await world.answer()
    retried = kind in {ErrorClass.CONNECTION, ErrorClass.SERVER}
    expected = [2, 2] if retried else [1, 0] if kind is ErrorClass.REFUSED else [1, 2] if kind in PASSING else [1, 1]
    assert world.calls() == expected


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("shown", [[], ["half an "]])
async def test_last_real_model_has_a_second_chance_before_a_small_one(kind: ErrorClass, shown: list[Act]) -> None:
    world = World(model("first", [*shown, error(kind)], ["fine", END]), good("tiny", Level.LOCAL, small=True))
    assert (await world.answer()).text == "fine"
    assert world.calls() == [2, 0]
    assert 0 < world.slept[0] <= 2


@pytest.mark.parametrize("kind", PASSING)
async def test_small_model_answers_where_the_second_chance_fails_too(kind: ErrorClass) -> None:
    world = World(model("first", [error(kind)]), good("tiny", Level.LOCAL, small=True))
    assert (await world.answer()).small
    assert world.calls() == [2, 1]


async def test_silent_model_is_not_asked_again_even_if_it_is_the_last() -> None:
    world = World(model("first", [error(ErrorClass.TIMEOUT)]), good("tiny", Level.LOCAL, small=True))
    await world.answer()
    assert world.calls() == [1, 1]


async def test_answer_names_who_really_answered() -> None:
    answer = await World(model("first", [error(ErrorClass.OVERLOADED)]), good("second")).answer()
    assert (answer.model, answer.answered_by, answer.usage) == ("second", END.model, END.usage)


async def test_usage_that_was_not_reported_is_counted_and_says_so() -> None:
    answer = await World(model("first", ["Hello", StreamEnd(Usage(0, 0, estimated=True), "m")])).answer()
    assert answer.usage == Usage(len("a long prompt") + 4, 5, estimated=True)


async def test_text_that_was_shown_is_voided_not_doubled() -> None:
    world = World(model("first", ["Hel", error(ErrorClass.CONNECTION)]), good())
    *shown, answer = await world.events()
    assert shown == [TextDelta("Hel"), Restart(), TextDelta("all "), TextDelta("well")]
    assert isinstance(answer, Answer)
    assert answer.text == "all well"
    assert world.calls() == [1, 1]


async def test_refusal_is_not_routed_around() -> None:
    world = World(model("first", ["I", error(ErrorClass.REFUSED)]), good())
    delta, restart, answer = await world.events()
    assert (delta, restart) == (TextDelta("I"), Restart())
    assert isinstance(answer, Answer)
    assert (answer.refused, answer.text, answer.model) == (True, "", "first")
    assert world.calls() == [1, 0]


async def test_too_long_prompt_goes_to_a_larger_context_first() -> None:
    world = World(
        model("first", [error(ErrorClass.CONTEXT)], context_tokens=100),
        good("same", context_tokens=100),
        good("larger", Level.OPEN_WEIGHT, context_tokens=200),
    )
    assert (await world.answer()).model == "larger"
    assert world.calls() == [1, 0, 1]


async def test_stream_without_terminator_is_truncated() -> None:
    answer = await World(model("first", ["half an ans"]), good()).answer()
    assert errors_of(answer) == [("first", ErrorClass.TRUNCATED), ("good", None)]
    assert answer.text == "all well"


@pytest.mark.parametrize("script", [[END], [" ", "\n", END], [StreamEnd(Usage(1, 900), "m", "length")]])
async def test_empty_answer_is_malformed(script: list[Act]) -> None:
    world = World(model("first", script), good())
    answer = await world.answer()
    assert errors_of(answer) == [("first", ErrorClass.MALFORMED), ("good", None)]
    assert world.board["first"].outcomes == [ErrorClass.MALFORMED]


async def test_unexpected_exception_is_malformed_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    answer = await World(model("first", [ValueError("key=sk-123")]), good()).answer()
    assert errors_of(answer) == [("first", ErrorClass.MALFORMED), ("good", None)]
    assert answer.attempts[0].detail == "ValueError"
    assert "ValueError from first" in caplog.text
    assert "sk-123" not in caplog.text


async def test_model_that_is_planned_but_missing_is_passed_over() -> None:
    known = good()
    answer = await World(known, planned=[model("gone").spec, known.spec]).answer()
    assert (answer.text, answer.attempts[0].cost_usd) == ("all well", 0)


async def test_chain_ends_offline() -> None:
    answer = await World(model("first", [error(ErrorClass.AUTH)])).answer()
    assert (answer.text, answer.level, answer.model) == ("", Level.OFFLINE, "offline")
    assert (answer.refused, answer.over_budget) == (False, False)
