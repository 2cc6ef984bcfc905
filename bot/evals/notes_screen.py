"""How ``robbie eval notes`` looks in 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from rich.console import Console
from rich.table import Table

_COLUMNS = ("precision", "recall", "f1", "average_precision")
_Figures = Mapping[str, Mapping[str, object]]


def show(result: Mapping[str, object], console: Console) -> None:
    """A table of rows and one of windows, each figure with its interval, and the baseline's beside."""
    other = cast("Mapping[str, _Figures]", result.get("baseline", {}))
    for part, title in (("labels", "By row"), ("window", "By window")):
        figures = cast("_Figures", result[part])
        if figures:
            console.print(f"\n{title}", style="bold")
            console.print(_table(figures, other.get(part, {})))
    console.print(
        f"\n{result['rows']} rows, {result['bad_lines']} bad lines, {result['texts_per_second']} texts a second"
    )


def _table(figures: _Figures, other: _Figures) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("")
    for name in ("positives", "precision", "recall", "F1", "average precision", *(["baseline"] if other else [])):
        table.add_column(name, justify="right")
    for label, found in figures.items():
        beside = other.get(label, {})
        cells = [f"{beside['f1']} / {beside['average_precision']}"] if beside else [""] if other else []
        table.add_row(label, str(found["positives"]), *(_cell(found, name) for name in _COLUMNS), *cells)
    return table


def _cell(found: Mapping[str, object], name: str) -> str:
    low, high = cast("Mapping[str, list[float]]", found["intervals"])[name]
    value = cast("float", found[name])
    return f"{value:.2f} {low:.2f}–{high:.2f}" if name in ("f1", "average_precision") else f"{value:.2f}"
