"""The judge of the failover exam can fail whom it should: each limit of each scenario, on records made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.evals.failover import ANSWERS
from bot.evals.faults import LEAK, SCENARIOS
from bot.evals.judge import FALLBACK, LARGER, PRIMARY, Outcome, Record, Seen, judge

WHOLE = Outcome(0.0, 1.0, ANSWERS[FALLBACK], answered=True, model=FALLBACK, tokens=60)
BY_PRIMARY = Outcome(0.0, 1.0, ANSWERS[PRIMARY], answered=True, model=PRIMARY, tokens=60)
OFFLINE = Outcome(0.0, 1.0, "Nobody answers.", answered=False, reason="offline")
REFUSED = replace(OFFLINE, reason="refused")


def record(outcome: Outcome = WHOLE, primary: Sequence[float] = (0.0,), after: Outcome | None = WHOLE) -> Record:
    seen = [*(Seen(at, PRIMARY, 100) for at in primary), Seen(9.0, FALLBACK, 100)]
    return Record(ANSWERS, seen, [outcome], replace(after, at=100.0) if after else None)


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_part_shown_as_the_whole_is_a_failure_everywhere(scenario: str) -> None:
    assert judge(scenario, record(replace(WHOLE, shown=WHOLE.shown[:200]))) == "fail"


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_two_answers_in_one_are_a_failure_everywhere(scenario: str) -> None:
    assert judge(scenario, record(replace(WHOLE, shown=ANSWERS[PRIMARY][:200] + WHOLE.shown))) == "fail"


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_providers_error_text_is_a_failure_everywhere(scenario: str) -> None:
    assert judge(scenario, record(replace(OFFLINE, shown=f"Error: {LEAK}"))) == "fail"


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"S13", "S15"}))
def test_an_honest_word_without_an_answer_is_safe(scenario: str) -> None:
    assert judge(scenario, record(OFFLINE)) == "safe"


@pytest.mark.parametrize("scenario", ["S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11"])
def test_what_hangs_fails(scenario: str) -> None:
    assert judge(scenario, record(replace(WHOLE, seconds=101))) == "fail"


@pytest.mark.parametrize(
    ("scenario", "primary", "result"),
    [
        ("S01", [0.0], "pass"),
        ("S01", [0.0, 2.1], "pass"),
        ("S01", [0.0, 0.5], "partial"),
        ("S01", [0.0, 0.5, 1.0], "fail"),
        ("S02", [0.0, 1.0, 2.0, 4.0, 8.0, 16.0], "pass"),
        ("S02", [0.0, 0.5, 1.0, 1.5, 2.0], "fail"),
        ("S02", [0.0, 1.0, 4.0, 6.0, 8.0, 10.0, 12.0], "fail"),
        ("S03", [0.0, 0.2], "pass"),
        ("S03", [0.0], "partial"),
        ("S04", [0.0] * 6, "pass"),
        ("S04", [0.0] * 7, "fail"),
        ("S06", [0.0], "pass"),
        ("S06", [0.0, 10.0], "partial"),
        ("S16", [0.0] * 7, "fail"),
    ],
)
def test_attempts_on_the_first_model_are_counted_by_the_double(
    scenario: str, primary: list[float], result: str
) -> None:
    assert judge(scenario, record(primary=primary)) == result


@pytest.mark.parametrize(
    ("scenario", "seconds", "result"),
    [("S02", 41, "fail"), ("S07", 15, "pass"), ("S07", 21, "partial"), ("S09", 46, "fail"), ("S11", 9, "fail")],
)
def test_time_is_limited(scenario: str, seconds: float, result: str) -> None:
    assert judge(scenario, record(replace(WHOLE, seconds=seconds))) == result


@pytest.mark.parametrize("scenario", ["S09", "S10"])
def test_who_is_not_healthy_afterwards_fails(scenario: str) -> None:
    assert judge(scenario, record()) == "pass"
    assert judge(scenario, record(after=OFFLINE)) == "fail"
    assert judge(scenario, record(after=None)) == "fail"


def test_an_end_without_the_terminator_is_an_end_with_its_usage() -> None:
    assert judge("S11", record(BY_PRIMARY)) == "pass"
    assert judge("S11", record(replace(BY_PRIMARY, tokens=0))) == "partial"
    assert judge("S11", record(WHOLE)) == "partial"


def test_a_prompt_that_is_too_long_goes_to_a_larger_context_at_once() -> None:
    larger = replace(WHOLE, shown=ANSWERS[LARGER], model=LARGER)
    assert judge("S12", record(larger)) == "pass"
    assert judge("S12", record(WHOLE)) == "partial"
    assert judge("S12", record(larger, primary=[0.0, 1.0])) == "fail"
    smaller = Record(ANSWERS, [Seen(0, PRIMARY, 100), Seen(1, PRIMARY, 50)], [larger])
    assert judge("S12", smaller) == "pass"


def test_declined_content_is_passed_on_and_not_routed_around() -> None:
    alone = [Seen(0.0, PRIMARY)]
    assert judge("S13", Record(ANSWERS, alone, [REFUSED])) == "pass"
    assert judge("S13", Record(ANSWERS, alone, [OFFLINE])) == "safe"
    assert judge("S13", Record(ANSWERS, [*alone, Seen(1.0, FALLBACK)], [WHOLE])) == "partial"
    assert judge("S13", Record(ANSWERS, [*alone, *alone], [REFUSED])) == "fail"


def test_a_prefill_that_was_rejected_is_not_the_best_way() -> None:
    prefilled = Record(ANSWERS, [Seen(0, PRIMARY), Seen(1, FALLBACK, prefill=True), Seen(2, FALLBACK)], [WHOLE])
    assert judge("S14", prefilled) == "partial"
    masked = replace(OFFLINE, shown="This model does not support assistant message prefill.")
    assert judge("S14", replace(prefilled, calls=[masked])) == "fail"


@pytest.mark.parametrize(
    ("back_at", "result"), [(60.0, "pass"), (90.0, "pass"), (91.0, "partial"), (float("inf"), "partial")]
)
def test_the_first_model_is_used_again_within_half_a_minute(back_at: float, result: str) -> None:
    calls = [replace(BY_PRIMARY if at >= back_at else WHOLE, at=at) for at in (0.0, 40.0, 60.0, 80.0, 90.0, 91.0, 99.0)]
    assert judge("S15", Record(ANSWERS, [], calls)) == result
    assert judge("S15", Record(ANSWERS, [], [*calls, OFFLINE])) == "fail"


def test_the_answer_names_the_model_that_gave_it() -> None:
    assert judge("S16", record()) == "pass"
    assert judge("S16", record(replace(WHOLE, model=PRIMARY))) == "partial"
    assert judge("S16", record(replace(WHOLE, tokens=0))) == "partial"
