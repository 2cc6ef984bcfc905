"""``robbie memory``: how much is remembered, and what still waits for its vector."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.postgres.access import Access
from adapters.postgres.memory_checks import Remembered, remembered
from bot.settings import Settings, load
from core.health.models import CannotCheck

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

memory_app = typer.Typer(help="What Robbie remembers, in numbers.", no_args_is_help=True)


@memory_app.callback()
def _memory() -> None:
    """What Robbie remembers, in numbers."""


@memory_app.command()
def status(as_json: Json = False) -> None:
    """Show how much is remembered, by which embedder it is found by meaning, and what still waits."""
    settings = load()
    try:
        found = asyncio.run(_looked_at(settings))
    except CannotCheck as error:
        raise SystemExit(f"the database cannot be looked at: {error}. `robbie doctor` says more") from None
    if as_json:
        typer.echo(json.dumps({**asdict(found), "to_embed": found.to_embed, "setting": settings.memory.embedding}))
    else:
        _show(found, settings, Console(highlight=False))


async def _looked_at(settings: Settings) -> Remembered:
    url = settings.secrets.database_url
    access = Access(url.get_secret_value() if url else None, settings.home / "postgres", lambda _text: None)
    try:
        return await remembered(access)
    finally:
        await access.close()


def _show(found: Remembered, settings: Settings, console: Console) -> None:
    table = Table("memories of", "how many", "with a vector", box=None)
    for name, kind in found.kinds.items():
        table.add_row(f"{name}s", f"{kind.memories:,}", f"{kind.embedded:,}")
    console.print(table if found.kinds else "Nothing is remembered yet.")
    for name, count in found.embedders.items():
        vectors = "1 vector is" if count == 1 else f"{count:,} vectors are"
        console.print(f"{vectors} of {name}" + ("." if name == found.chosen else ", which is replaced."))
    console.print(f"{found.to_remember:,} messages wait to be remembered, {found.to_embed:,} memories to be embedded.")
    if not settings.memory.enabled:
        console.print("Memory is switched off (memory.enabled).")
    elif settings.memory.embedding == "off":
        console.print("Nothing is embedded (memory.embedding: off): memories are found by words alone.")
