"""``robbie mentors``: who may speak for Robbie, and whether a team's files can be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mentors.choosing import Mentors
from mentors.complaints import Problem
from mentors.loading import SHIPPED, Loaded, load
from mentors.models import Mentor, Mood

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``robbie mentors``."""
    app.command("list")(list_all)
    app.command("show")(show)
    app.command("check")(check)


def list_all(as_json: Json = False) -> None:
    """List who may speak for Robbie, and for what each is chosen."""
    loaded = _loaded()
    if as_json:
        typer.echo(json.dumps({"mentors": [_brief(loaded, mentor) for mentor in loaded.mentors.values()]}))
        return
    console = _console()
    for mentor in loaded.mentors.values():
        own = "" if loaded.sources[mentor.id].parent == SHIPPED else "  (your own)"
        console.print(Text.assemble((mentor.name, "bold"), ("  " + mentor.id, "dim"), (own, "cyan")))
        console.print(Padding(Text(mentor.tagline), (0, 0, 0, 2)))
        if mentor.tasks or mentor.topics:
            console.print(Padding(Text(_chosen_for(mentor), style="dim"), (0, 0, 0, 2)))
    console.print(Text("\nrobbie mentors show NAME tells more of one.", style="dim"))
    _complain(loaded.problems)


def show(
    name: Annotated[str, typer.Argument(help="An id or a name, such as einstein.")],
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print its file, to begin one of your own with.")] = False,
    as_json: Json = False,
) -> None:
    """Show one mentor: who it is, how it speaks and thinks, its moods and examples."""
    loaded = _loaded()
    id = Mentors(loaded.mentors).find(name)
    if id is None:
        raise SystemExit(f"no mentor is called {name!r}: there are {', '.join(loaded.mentors)}")
    if as_yaml:
        typer.echo(loaded.sources[id].read_text("utf-8"), nl=False)
    elif as_json:
        typer.echo(loaded.mentors[id].model_dump_json())
    else:
        _show(loaded.mentors[id])


def check(
    folder: Annotated[Path | None, typer.Argument(help="A team's mentors; by default mentors.folder.")] = None,
    as_json: Json = False,
) -> None:
    """Check the files of a team's mentors. Ends with 1 when one cannot be used."""
    place = folder or _folder()
    if folder is not None and not folder.is_dir():
        raise SystemExit(f"there is no folder {folder}")
    loaded = load(place)
    if as_json:
        typer.echo(json.dumps({"ok": not loaded.problems, "problems": [_as_json(one) for one in loaded.problems]}))
    else:
        _say_checked(loaded, place)
    raise typer.Exit(1 if loaded.problems else 0)


def _show(mentor: Mentor) -> None:
    console = _console()
    console.print(Text.assemble((mentor.name, "bold"), ("  " + mentor.id, "dim")))
    console.print(Text(mentor.who, style="dim"))
    for title, lines in _sections(mentor):
        console.print(Text(f"\n{title}", style="bold"))
        for line in lines:
            console.print(_item(line))


def _say_checked(loaded: Loaded, place: Path) -> None:
    console = _console()
    own = [id for id, path in loaded.sources.items() if path.parent != SHIPPED]
    for id in own:
        console.print(Text.assemble(("✓ ", "green"), loaded.sources[id].name, (f"  {loaded.mentors[id].name}", "dim")))
    _complain(loaded.problems)
    if not loaded.problems:
        said = (
            f"{len(own)} of them from {place}"
            if own
            else f"all of them shipped: there is none of your own in the folder {place}"
        )
        console.print(Text(f"{len(loaded.mentors)} mentors, {said}.", style="bold green"))


def _loaded() -> Loaded:
    return load(_folder())


def _folder() -> Path:
    from bot.settings import load as settings

    return settings().mentors.folder


def _console() -> Console:
    return Console(highlight=False)


def _brief(loaded: Loaded, mentor: Mentor) -> dict[str, object]:
    return {
        "id": mentor.id,
        "name": mentor.name,
        "tagline": mentor.tagline,
        "tasks": dict(mentor.tasks),
        "topics": list(mentor.topics),
        "file": str(loaded.sources[mentor.id]),
        "shipped": loaded.sources[mentor.id].parent == SHIPPED,
    }


def _chosen_for(mentor: Mentor) -> str:
    works = [f"{work.replace('_', ' ')} ({rank})" for work, rank in mentor.tasks.items()]
    return "chosen for " + ", ".join([*works, *(f"“{topic}”" for topic in mentor.topics)])


def _sections(mentor: Mentor) -> Iterator[tuple[str, list[str]]]:
    yield "Good for", list(mentor.specialties)
    yield "How it speaks", list(mentor.voice)
    yield "How it thinks", list(mentor.thinking)
    yield "What it never does", list(mentor.never)
    yield "Moods", [f"{mood}: {mentor.moods.of(mood)}" for mood in Mood]
    yield "Examples", [f"{example.asked}\n\n{example.answer}" for example in mentor.examples]
    yield "Called", [", ".join(dict.fromkeys(mentor.names()))]


def _item(line: str) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    grid.add_row("·", Text(line))
    return grid


def _complain(problems: tuple[Problem, ...]) -> None:
    """On standard error, so that a list stays a list."""
    console = Console(stderr=True, highlight=False)
    for problem in problems:
        console.print(Text.assemble(("✗ ", "bold red"), str(problem)))
        console.print(Padding(Text(f"> {problem.mend}", style="cyan"), (0, 0, 0, 2)))


def _as_json(problem: Problem) -> dict[str, object]:
    return {
        "file": str(problem.path),
        "line": problem.line,
        "field": problem.field,
        "found": problem.found,
        "mend": problem.mend,
    }
