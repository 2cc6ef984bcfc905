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


def show_scale(result: _Figures, console: Console) -> None:
    """A line for each kind of asker and one for all."""
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("asked by")
    for name in ("questions", "p50 ms", "p95 ms", "R@10 of exact", "whole", "p95 ms"):
        table.add_column(name, justify="right")
    both = cast("Mapping[str, Mapping[str, float]]", result["recall_ms_by_asker"])
    for asker, figures in cast("Mapping[str, _Figures]", result["by_asker"]).items():
        table.add_row(asker.replace("_", " "), *_scale_cells(figures, both[asker]))
    cells = _scale_cells(result, cast("Mapping[str, float]", result["recall_ms"]))
    table.add_row("all", *cells, style="bold")
    console.print(table)
    seconds = cast("Mapping[str, float]", result["load_seconds"])
    loaded = f"loaded in {sum(seconds.values()):.0f} s" if seconds else "loaded before"
    console.print(f"\n{result['notes']:,} notes of {result['owners']:,} owners, {loaded}")


def _scale_cells(figures: _Figures, both: Mapping[str, float]) -> list[str]:
    ms = cast("Mapping[str, float]", figures["ms"])
    times = (f"{value:.1f}" for value in (both["p50"], both["p95"]))
    share = cast("float", figures["recall_at_10_vs_exact"])
    return [str(figures["questions"]), f"{ms['p50']:.1f}", f"{ms['p95']:.1f}", f"{share:.3f}", *times]


def _cells(figures: _Figures) -> list[str]:
    shares = [cast("Mapping[str, float]", figures[name])[str(depth)] for name in _SHARES for depth in DEPTHS]
    return [str(figures["questions"]), *(f"{share:.1f}" for share in (*shares, cast("float", figures["mrr"])))]
