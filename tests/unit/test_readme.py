"""What the README promises of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from bot.cli import app

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def commands(of: object, name: str = "robbie") -> Iterator[str]:
    """Every command as somebody types it."""
    if isinstance(of, TyperGroup):
        for sub in of.commands.values():
            yield from commands(sub, f"{name} {sub.name}")
    else:
        yield name


@pytest.mark.parametrize("command", sorted(commands(typer.main.get_command(app))))
def test_every_command_is_in_the_readmes_table(command: str) -> None:
    *group, last = command.split()
    rows = [row.split(" | ")[0] for row in README.splitlines() if row.startswith(f"| `{' '.join(group)} ")]
    assert any(f" {last}" in row or f"`{last}`" in row for row in rows)
