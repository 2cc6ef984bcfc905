"""``robbie report``: what Robbie is worth, in numbers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.postgres.database import Database
from adapters.postgres.roles import RoleUrls
from adapters.postgres.value import Done, done
from bot.house import house
from bot.progress import on_stderr
from bot.settings import Settings, load
from core.briefs.value import PROMISED, UNKNOWN, Figure, Value, value

report_app = typer.Typer(help="What Robbie is worth, in numbers.", no_args_is_help=True)

_SAID = {
    "below": "less than",
    "above": "more than",
    "within": "within",
    "open": "not surely within",
}


@report_app.callback()
def _report() -> None:
    """What Robbie is worth, in numbers."""


@report_app.command("value")
def report_value(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = 30,
    hourly_usd: Annotated[float, typer.Option(min=0, help="What an hour costs you; time is no money without it.")] = 0,
    demo: Annotated[bool, typer.Option(help="Look at the demo, which is left out otherwise.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what briefs save in time and routing in money, minus what was spent, and what nobody can know."""
    settings = load()
    with house(settings, on_stderr) as (_, roles):
        found = asyncio.run(_done(settings, roles, timedelta(days=days), demo=demo))
    reckoned = value(found.days, found.spent, found.cost_usd)
    if as_json:
        said = {**asdict(reckoned), "period_days": days, "promised_minutes": PROMISED, "unknown": UNKNOWN}
        typer.echo(json.dumps(said))
    else:
        _show(reckoned, days, hourly_usd, Console(highlight=False))


async def _done(settings: Settings, roles: RoleUrls, back: timedelta, *, demo: bool) -> Done:
    until = datetime.now(UTC)
    dearest = next((model for model in settings.models if model.level == 1), None)
    usd = (dearest.input_usd, dearest.output_usd) if dearest else (0.0, 0.0)
    database = Database(roles.app, roles.system, size=2)
    await database.open()
    try:
        return await done(database, until - back, until, usd, demo=demo)
    finally:
        await database.close()


def _show(found: Value, days: int, hourly_usd: float, console: Console) -> None:
    console.print(f"[bold]The last {days} days[/bold]: {found.briefs:,} briefs for {found.people:,} people")
    table = Table("", "", "95% interval", box=None)
    if found.briefs:
        _add_time(found, table)
    else:
        console.print("No brief was delivered, so there is no time to reckon with yet.")
    table.add_row("saved by routing", f"${found.saved_usd.value:.2f}", _interval(found.saved_usd, "$", 2))
    table.add_row("spent", f"${found.cost_usd:.2f}", "")
    if hourly_usd:
        worth = found.hours.value * hourly_usd + found.saved_usd.value - found.cost_usd
        table.add_row(f"worth at ${hourly_usd:g} an hour, minus what was spent", f"${worth:,.2f}", "")
    console.print(table)
    if not found.briefs:
        return
    low, high = PROMISED
    console.print(f"That is {_SAID[found.promise]} the {low:g} to {high:g} minutes a day that briefs are meant for.")
    console.print("\nWhat this cannot know:")
    for one in UNKNOWN:
        console.print(f"- {one}", soft_wrap=True)


def _add_time(found: Value, table: Table) -> None:
    table.add_row("lines acted on", f"{found.acts:,}", "")
    table.add_row("minutes saved a person and day", f"{found.minutes_a_day.value:.1f}", _interval(found.minutes_a_day))
    table.add_row("hours saved in all", f"{found.hours.value:.1f}", _interval(found.hours))


def _interval(figure: Figure, sign: str = "", digits: int = 1) -> str:
    return f"{sign}{figure.low:.{digits}f} to {sign}{figure.high:.{digits}f}"
