"""``robbie demo``: a small company that does not exist, to see everything with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console

from adapters.postgres.demo import demos, new_demo, remove
from bot.demo.company import load as load_company
from bot.demo.seeding import TENANT, Seeding
from bot.house import house
from bot.progress import on_stderr
from bot.settings import load

demo_app = typer.Typer(help="A small company that does not exist, to see everything with.", no_args_is_help=True)
_out = Console(highlight=False)


@demo_app.callback()
def _demo() -> None:
    """A small company that does not exist, to see everything with."""


@demo_app.command()
def seed(
    on: Annotated[str, typer.Option(help="The day that it is seeded for, such as 2026-11-24; today by default.")] = "",
) -> None:
    """Make the demo: eight people in three zones, with deals, calendars, tasks and four weeks of talk."""
    today, company = _day(on), load_company()
    with house(load(), on_stderr) as (_, roles):
        if demos(roles.system):
            raise SystemExit("the demo is there already; `robbie demo remove` takes it away")
        with new_demo(roles.owner, company.name, TENANT) as store:
            seeding = Seeding(store, company, today)
            seeding.write()
    someone = next(iter(company.people.values())).name
    day = seeding.days.today
    _out.print(
        f"{company.name} is there: {len(company.people)} people in an organization of its own. Nothing is ever sent "
        f"to them.\n\nLook at a brief:\n  robbie brief preview --person '{someone}' --at {day}T08:00 --text\n"
        f"What briefs are worth:\n  robbie report value --demo\nTake it away again:\n  robbie demo remove",
        soft_wrap=True,
    )


@demo_app.command("remove")
def remove_demo() -> None:
    """Take the demo away, with all that is its."""
    with house(load(), on_stderr) as (_, roles):
        found = demos(roles.system)
        if not found:
            _out.print("There is no demo.")
            return
        counts = remove(roles.owner, found)
    _out.print(f"Removed {counts['people']} people and {counts['messages']} messages.")


def _day(text: str) -> date:
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SystemExit(f"{text} is no day; write it like 2026-11-24") from None
