"""Run checks side by side. Whatever a neighbour does, each check ends, and says something."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Sequence
from pathlib import PurePath

from core.health.models import CannotCheck, Check, Finding, Result, problem, skipped

_GRACE_SECONDS = 0.5


async def run(checks: Sequence[Check]) -> list[Result]:
    """The results of all checks, in the order of the checks."""
    return [result for results in await asyncio.gather(*map(_examine, checks)) for result in results]


async def _examine(check: Check) -> list[Result]:
    """What one probe tells within its time. One that does not even end when it is told to is left behind."""
    results: list[Result] = []
    began = time.monotonic()

    def note(finding: Finding) -> None:
        taken = time.monotonic() - began - sum(result.seconds for result in results)
        results.append(Result(check.group, finding, taken))

    async def collect() -> None:
        async for finding in check.probe():
            note(finding)

    task = asyncio.create_task(collect(), name=f"check {check.name}")
    try:
        await asyncio.wait({task}, timeout=check.seconds)
    finally:
        in_time = task.done()
        task.cancel()
    if not in_time:
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)
        note(problem(check.name, f"no answer within {check.seconds:g} s", "see whether it is up and can be reached"))
    elif error := task.exception():
        note(_broken(check, error))
    return results


def _broken(check: Check, error: BaseException) -> Finding:
    if isinstance(error, CannotCheck):
        return skipped(check.name, str(error))
    # Its text is not shown: it may hold an address with a password, or an answer of a provider.
    at = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} at {PurePath(at.filename).name}:{at.lineno}"
    return problem(check.name, f"the check itself failed ({where})", "report this line: it is a fault of Robbie's")
