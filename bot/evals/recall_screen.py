"""How ``robbie eval recall`` looks in 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from rich.console import Console
from rich.table import Table

from bot.evals.recall import DEPTHS
from bot.evals.recall_rows import CATEGORIES

_Figures = Mapping[str, object]
_SHARES = ("recall_at", "hit_at")


def show(result: _Figures, console: Console) -> None:
    """A line for each category and one for all."""
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("in percent")
    for name in ("questions", *(f"R@{depth}" for depth in DEPTHS), *(f"hit {depth}" for depth in DEPTHS), "MRR"):
        table.add_column(name, justify="right")
    for category, figures in cast("Mapping[str, _Figures]", result["by_category"]).items():
        table.add_row(CATEGORIES[int(category)], *_cells(figures))
    table.add_row("all", *_cells(result), style="bold")
    console.print(table)
    ms = cast("Mapping[str, float]", result["ms"])
    console.print(
        f"\n{result['turns']} turns, {result['bad_lines']} bad lines; a recall takes {ms['p50']} ms (p95 {ms['p95']});"
        f" {result['index_turns_per_second']} turns a second are stored and embedded"
    )


def _cells(figures: _Figures) -> list[str]:
    shares = [cast("Mapping[str, float]", figures[name])[str(depth)] for name in _SHARES for depth in DEPTHS]
    return [str(figures["questions"]), *(f"{share:.1f}" for share in (*shares, cast("float", figures["mrr"])))]
