"""What findings mean together."""

from __future__ import annotations

from collections.abc import Sequence

from core.health.models import Result, Status

PROBLEMS, UNREADABLE = 1, 2
"""Exit codes: something does not work; the settings cannot be read, so that nothing could be looked at."""


def exit_code(results: Sequence[Result]) -> int:
    """0 when everything that was asked for works."""
    return PROBLEMS if _count(results, Status.PROBLEM) else 0


def summary(results: Sequence[Result]) -> str:
    """How many problems, and what to do of them."""
    problems, warnings = _count(results, Status.PROBLEM), _count(results, Status.WARNING)
    if problems == 0:
        return f"No problems, {_many(warnings, 'warning')}." if warnings else "Everything is well."
    also = f" and {_many(warnings, 'warning')}" if warnings else ""
    return f"{_many(problems, 'problem')}{also}. {'Mend it:' if problems == 1 else 'Mend the first one first:'}"


def first_problem(results: Sequence[Result]) -> Result | None:
    """Where to begin: what comes later may only follow from it."""
    return next((result for result in results if result.finding.status is Status.PROBLEM), None)


def _count(results: Sequence[Result], status: Status) -> int:
    return sum(result.finding.status is status for result in results)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
