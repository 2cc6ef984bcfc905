"""How ``robbie eval priorities`` looks in 80 columns."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evals.priorities import Exam, Interval

_PARTS = {"dev": "The two thirds that were tuned on", "held_back": "The third that was held back"}


def show(result: Exam, console: Console) -> None:
    """Every order, and where the formula chose something else than the label."""
    console.print(f"{_PARTS[result.part]}: {result.n} situations\n", style="bold")
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("")
    for name in ("agreement", "all three", "against due date"):
        table.add_column(name, justify="right")
    for name, one in result.orders.items():
        table.add_row(
            Text(name, style="bold" if name == "robbie" else ""),
            _figure(one.agreement, one.interval),
            _figure(one.exact, one.exact_interval),
            "" if name == "due date" else f"{one.margin:+.3f} ({_ends(one.margin_interval, '+.2f')})",
        )
    console.print(table, markup=False)
    if result.misses:
        console.print("\nNot all three chosen in\n", style="bold")
        console.print(_misses(result))
    console.print(
        "\nagreement: the mean share of the three that a colleague would do first."
        "\nIn brackets: 95 % bootstrap intervals over situations."
        "\nThe other orders leave out what is blocked, too.",
        style="dim",
    )


def _misses(result: Exam) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    for name in ("", "chosen", "label", "or"):
        table.add_column(name)
    for miss in result.misses:
        table.add_row(miss.id, *(" ".join(letters) for letters in (miss.chosen, miss.must, miss.also)))
    return table


def _figure(value: float, ends: Interval) -> Text:
    return Text(f"{value:.3f} ({_ends(ends, '.2f')})")


def _ends(ends: Interval, form: str) -> str:
    return "–".join(f"{end:{form}}" for end in ends)
