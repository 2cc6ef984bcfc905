"""How ``robbie doctor`` shows what it found: to people in 80 columns, to scripts as one JSON object."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.health.models import Finding, Result, Status
from core.health.policy import exit_code, first_problem, summary

_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.PROBLEM: "bold red", Status.SKIPPED: "dim"}
_SIGNS = {Status.OK: "✓", Status.WARNING: "!", Status.PROBLEM: "✗", Status.SKIPPED: "-"}
_PLAIN_SIGNS = {**_SIGNS, Status.OK: "+", Status.PROBLEM: "x"}
_NAME_WIDTH = 26


def as_json(results: Sequence[Result]) -> str:
    """One object: whether all is well, and each check."""
    checks = [
        {
            "name": result.finding.name,
            "group": result.group,
            "status": result.finding.status.value,
            "found": result.finding.found,
            "mend": result.finding.mend,
            "seconds": round(result.seconds, 3),
        }
        for result in results
    ]
    return json.dumps({"ok": exit_code(results) == 0, "checks": checks}, ensure_ascii=False)


def show(results: Sequence[Result], console: Console) -> None:
    """Groups, a line for each finding, what to do below it, and at the end where to begin."""
    signs = _SIGNS if console.encoding.lower().startswith("utf") else _PLAIN_SIGNS
    width = min(max(len(result.finding.name) for result in results), _NAME_WIDTH)
    for group, members in itertools.groupby(results, key=lambda result: result.group):
        console.print(Text(group, style="bold"))
        for result in members:
            _show(result.finding, console, signs[result.finding.status], width)
    first = first_problem(results)
    console.print(Text(f"\n{summary(results)}", style="bold red" if first else "bold green"))
    if first:  # again, since the list is longer than a small screen
        _show(first.finding, console, signs[Status.PROBLEM], width)


def _show(finding: Finding, console: Console, sign: str, width: int) -> None:
    style = _STYLES[finding.status]
    quiet = "dim" if finding.status is Status.SKIPPED else ""
    line = Table.grid(padding=(0, 1))
    line.add_column(width=3, justify="right")
    line.add_column(width=width, overflow="fold")
    line.add_column(overflow="fold")
    line.add_row(Text(sign, style=style), Text(finding.name, style=quiet), Text(finding.found, style=quiet))
    console.print(line)
    if "https://" in finding.mend:  # left to the terminal to wrap, so that it stays one address
        console.print(Text(f"     > {finding.mend}", style=quiet or "cyan"), soft_wrap=True)
    elif finding.mend:
        mend = Table.grid(padding=(0, 1))
        mend.add_column()
        mend.add_column(overflow="fold")
        mend.add_row(Text("     >", style=quiet or "cyan"), Text(finding.mend, style=quiet or "cyan"))
        console.print(mend)
