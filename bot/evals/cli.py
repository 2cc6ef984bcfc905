"""``robbie eval``: one JSON object on standard output, progress on standard error."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer

eval_app = typer.Typer(help="Measure Robbie.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@eval_app.callback()
def _evals() -> None:
    """Measure Robbie."""


@eval_app.command()
def failover(
    data: Annotated[
        Path | None, typer.Argument(help="failover_scenarios.json or its folder; by default in $ROBBIE_DATA.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="ID", help="Only these, such as S01.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play sixteen ways in which a provider can fail, in real time (about 80 seconds)."""
    from bot.evals.failover import EvalError, chosen, exam, scenarios_in

    named = data or (Path(os.environ["ROBBIE_DATA"]) if os.environ.get("ROBBIE_DATA") else None)
    try:
        ids = chosen([one.upper() for one in scenario or []], scenarios_in(named))
    except EvalError as error:
        raise SystemExit(str(error)) from None
    result = asyncio.run(exam(ids, lambda line: typer.echo(line, err=True)))
    typer.echo(json.dumps(result) if as_json else f"{result['passed']} of {len(ids)} pass")


@eval_app.command()
def mentors(as_json: Json = False) -> None:
    """Choose a mentor for each labelled message, beside a list of keywords."""
    from rich.console import Console

    from bot.evals.mentors import as_json as to_json
    from bot.evals.mentors import exam
    from bot.evals.mentors_screen import show

    result = exam()
    if as_json:
        typer.echo(to_json(result))
    else:
        show(result, Console(highlight=False))


@eval_app.command()
def notes(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Labelled rows, .jsonl or .jsonl.gz.")],
    window: Annotated[int, typer.Option(min=1, help="How many rows of a thread are one window.")] = 20,
    baseline: Annotated[
        list[Path] | None, typer.Option("--baseline", metavar="FILE", help="Rows to fit a TF-IDF baseline on.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Measure this configured model, such as openai/gpt-4o.")
    ] = None,
    most_usd: Annotated[float, typer.Option(min=0, help="With --model: what it may cost, in dollars.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Measure the offline detector of notes (no model is asked), or a model in its place."""
    from rich.console import Console

    from bot.evals.lines import EvalError
    from bot.evals.notes import Asked, exam
    from bot.evals.notes_screen import show

    try:
        asked = Asked(model, most_usd) if model else None
        result = exam(files, window, baseline or [], lambda line: typer.echo(line, err=True), asked)
    except EvalError as error:
        raise SystemExit(str(error)) from None
    if as_json:
        typer.echo(json.dumps(result))
    else:
        show(result, Console(highlight=False))


@eval_app.command()
def priorities(
    held_back: Annotated[
        bool, typer.Option("--held-back", help="The third that nothing was tuned on, instead of the rest.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Choose the top three in labelled situations, beside simpler orders."""
    from rich.console import Console

    from bot.evals.priorities import as_json as to_json
    from bot.evals.priorities import exam
    from bot.evals.priorities_screen import show

    result = exam(held_back=held_back)
    if as_json:
        typer.echo(to_json(result))
    else:
        show(result, Console(highlight=False))


@eval_app.command()
def recall(
    turns: Annotated[
        Path | None, typer.Argument(metavar="TURNS", help="Long conversations, .jsonl or .jsonl.gz.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Argument(metavar="QUESTIONS", help="With the turns that hold the answers.")
    ] = None,
    scale: Annotated[
        int | None, typer.Option(min=1000, metavar="N", help="Ask among so many made-up notes instead.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="With --scale: leave the database here, and find it here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask for what was said, in a database that is made for it and removed."""
    from rich.console import Console

    from bot.evals.lines import EvalError
    from bot.evals.recall import exam
    from bot.evals.recall_scale import exam as exam_at_scale
    from bot.evals.recall_screen import show, show_scale

    def progress(line: str) -> None:
        typer.echo(line, err=True)

    try:
        if scale is not None and turns is None:
            result, shown = exam_at_scale(scale, keep, progress), show_scale
        elif scale is None and turns is not None and questions is not None:
            result, shown = asyncio.run(exam(turns, questions, progress)), show
        else:
            raise SystemExit("Give TURNS and QUESTIONS, or --scale N alone.")
    except EvalError as error:
        raise SystemExit(str(error)) from None
    if as_json:
        typer.echo(json.dumps(result))
    else:
        shown(result, Console(highlight=False))
