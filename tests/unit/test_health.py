"""Checks run side by side; whatever one does, it says something and holds up nobody."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from core.health.models import CannotCheck, Check, Findings, Result, Status, ok, problem, skipped, warning
from core.health.policy import exit_code, first_problem, summary
from core.health.service import run

SECRET = "postgresql://robbie:hunter2@db"


async def well() -> Findings:
    yield ok("well", "it is")


async def broken() -> Findings:
    yield ok("begun", "it has")
    raise RuntimeError(f"cannot reach {SECRET}")


async def hanging() -> Findings:
    yield ok("begun", "it has")
    await asyncio.Event().wait()


async def stubborn() -> Findings:
    """Does not end when it is told to."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()
    yield ok("never", "said")


async def without_neighbour() -> Findings:
    raise CannotCheck("needs the database")
    yield


def check(probe: Callable[[], Findings]) -> Check:
    return Check("Group", probe.__name__, probe, seconds=0.05)


async def found(*probes: Callable[[], Findings]) -> list[tuple[str, Status]]:
    return [(result.finding.name, result.finding.status) for result in await run([check(probe) for probe in probes])]


async def test_results_keep_the_order_of_the_checks_whoever_ends_first() -> None:
    first_may_end = asyncio.Event()

    async def slow() -> Findings:
        await first_may_end.wait()
        yield ok("slow", "at last")

    async def quick() -> Findings:
        yield ok("quick", "at once")
        first_may_end.set()

    results = await run([Check("A", "slow", slow), Check("B", "quick", quick)])
    assert [(result.group, result.finding.name) for result in results] == [("A", "slow"), ("B", "quick")]


async def test_a_check_that_hangs_is_a_problem_and_what_it_said_before_counts() -> None:
    assert await found(hanging, well) == [("begun", Status.OK), ("hanging", Status.PROBLEM), ("well", Status.OK)]


async def test_a_check_that_does_not_even_end_is_left_behind() -> None:
    assert await found(stubborn, well) == [("stubborn", Status.PROBLEM), ("well", Status.OK)]


async def test_a_check_that_raises_is_a_problem_that_tells_where_and_not_what() -> None:
    results = await run([check(broken)])
    assert [result.finding.status for result in results] == [Status.OK, Status.PROBLEM]
    said = results[-1].finding.found
    assert "RuntimeError at test_health.py:" in said
    assert "hunter2" not in said


async def test_a_check_without_what_it_needs_is_skipped() -> None:
    results = await run([check(without_neighbour)])
    assert [(it.finding.status, it.finding.found) for it in results] == [(Status.SKIPPED, "needs the database")]


WARNING, PROBLEM = warning("w", "so", "do"), problem("p", "so", "do")


@pytest.mark.parametrize(
    ("findings", "code", "said"),
    [
        ([], 0, "Everything is well."),
        ([ok("o", "so"), skipped("s", "so")], 0, "Everything is well."),
        ([ok("o", "so"), WARNING], 0, "No problems, 1 warning."),
        ([PROBLEM], 1, "1 problem. Mend it:"),
        (
            [WARNING, PROBLEM, problem("q", "so", "do")],
            1,
            "2 problems and 1 warning. Mend the first one first:",
        ),
    ],
)
def test_the_exit_code_and_the_last_line_tell_what_it_all_means(findings: list, code: int, said: str) -> None:
    results = [Result("Group", finding, 0.0) for finding in findings]
    assert exit_code(results) == code
    first = first_problem(results)
    assert (first.finding if first else None) == (PROBLEM if code else None)
    assert summary(results) == said
