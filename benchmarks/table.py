"""The results as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

# What was read back from JSON, or is about to become it.
Json = dict[str, Any]


def show(result: Json) -> None:
    """Print every table that the result has."""
    console = Console()
    console.print(_latency(result["results"]))
    console.print(_capacity(result["results"]))
    if "thinking" in result:
        console.print(_thinking(result["thinking"]))
    if "profile" in result:
        console.print(_profile(result["profile"]))


def show_briefs(result: Json, names: Mapping[str, str]) -> None:
    """Print how long the briefs of so many people took, and what it cost."""
    table = _table("Morning briefs due at the same minute: facts and texts, no model")
    for name in ("", "people", "s", "briefs/s", "CPU ms each", "MB", "queries"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for way, rows in result["ways"].items():
        for row in rows:
            cpu = _with_database({"bot": row["cpu_ms_each"], "database": row["database_cpu_ms_each"]})
            figures = (f"{row['seconds']:.1f}", f"{row['briefs_per_second']:.0f}", cpu, f"{row['peak_mb']:.0f}")
            table.add_row(names[way], f"{row['people']:,}", *figures, f"{row['statements_each']:.0f}")
    Console().print(table)


def _latency(rows: list[Json]) -> Table:
    table = _table("Milliseconds that the bot adds (p50 / p99); the provider answers at once")
    for name in ("", "before 5/s", "after 5/s", "before 20/s", "after 20/s"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for row in rows:
        spreads = (row[rate][what] for rate in ("at_5", "at_20") for what in ("before_ms", "after_ms"))
        table.add_row(row["name"], *map(_spread, spreads))
    table.caption = "before: event to the provider's request; after: its last token to the whole answer in Slack"
    return table


def _capacity(rows: list[Json]) -> Table:
    table = _table("How much, and what it takes")
    for name in ("", "turns/s", "CPU ms a turn", "MB", "start s"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["name"],
            f"{row['most']['turns_per_second']:.0f}",
            _with_database(row["most"]["cpu_ms_per_turn"]),
            _with_database(row["memory_mb"], 0),
            f"{row['start_s']:.1f}",
        )
    return table


def _thinking(rows: list[Json]) -> Table:
    table = _table("The same at 20/s with a provider that thinks for a second")
    for name in ("", "before", "after", "CPU ms a turn", "posts"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for row in rows:
        figures = row["at_20"]
        table.add_row(
            row["name"],
            _spread(figures["before_ms"]),
            _spread(figures["after_ms"]),
            _with_database(figures["cpu_ms_per_turn"]),
            f"{figures['posts_and_edits_per_turn']:.1f}",
        )
    return table


def _profile(profile: Json) -> Table:
    table = _table("Where Robbie's CPU time goes, in % (the database's own is not in it)")
    for name in ("for what", "%", "in whose code", "% "):
        table.add_column(name, justify="right" if "%" in name else "left")
    rooms, libraries = list(profile["room"].items())[:10], list(profile["library"].items())[:10]
    for (room, share), (library, part) in zip(rooms, libraries, strict=False):
        table.add_row(room, f"{share:.1f}", library, f"{part:.1f}")
    return table


def _table(title: str) -> Table:
    """It fits in 80 columns."""
    return Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left")


def _spread(values: Json) -> str:
    return f"{values['p50']:.1f} / {values['p99']:.1f}"


def _with_database(values: Json, digits: int = 1) -> str:
    own = f"{values['bot']:.{digits}f}"
    return f"{own} + {values['database']:.{digits}f} db" if values["database"] else own
