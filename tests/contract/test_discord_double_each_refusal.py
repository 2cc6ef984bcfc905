"""Each refusal of the Discord double works, and each has a case: by discord.py's own client, over a socket."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest

import adapters.doubles.discord as package
from adapters.doubles.discord.forms import every_rule
from tests.contract.discord_refusals import CASES, Case, staged
from tests.contract.discord_refusals.stage import broken

SOURCES = sorted(Path(package.__file__).parent.glob("*.py"))
NO_REFUSALS = {"Closing", "LookupError", "TimeoutError", "ValueError"}
IN_TABLES = {"_refusal"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
async def test_what_discord_refuses_is_refused(case: Case) -> None:
    async with staged() as stage:
        with pytest.raises((discord.HTTPException, discord.RateLimited)) as refused:
            await case.act(stage)
        assert stage.double.refusals[-1].code == case.code
    assert case.met_by(refused.value), vars(refused.value)


async def test_every_refusal_of_the_double_has_a_case() -> None:
    met: set[str] = set()
    for case in CASES:
        async with staged() as stage:
            with pytest.raises((discord.HTTPException, discord.RateLimited)):
                await case.act(stage)
            met.add(broken(stage.double.refusals[-1]))
    without = {rule for rule in every_rule() if rule not in met}
    without |= {place for place, lines in refusing_lines() if not met & lines}
    assert without == set()


def refusing_lines() -> Iterator[tuple[str, set[str]]]:
    """Every statement of the double that refuses a call, with the lines that it stands on."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            called = node.exc.func if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) else None
            if isinstance(called, ast.Name) and called.id not in NO_REFUSALS | IN_TABLES:
                lines = range(called.lineno, (node.end_lineno or called.lineno) + 1)
                yield f"{source.name}:{called.lineno}", {f"{source}:{line}" for line in lines}
