"""The command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from adapters.postgres.embedded import EmbeddedPostgresError
from adapters.postgres.roles import RolesError
from bot import __version__, avatars_cli, mentors_cli
from bot.brief_cli import brief_app
from bot.demo_cli import demo_app
from bot.evals.cli import eval_app
from bot.house import HouseError
from bot.mail_cli import mail_app
from bot.memory_cli import memory_app
from bot.progress import on_stderr
from bot.ready import need_port, say_ready
from bot.report_cli import report_app
from bot.roles import parse
from bot.settings import SettingsError, load
from bot.slack_cli import slack_app
from bot.tick_cli import tick
from core.health.models import Result
from core.health.policy import UNREADABLE, exit_code
from core.routing.models import Plan

if TYPE_CHECKING:
    from bot.app import App

app = typer.Typer(
    help="Robbie: a self-hosted AI teammate for Slack and Discord.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_USE, _CONNECT, _OPERATE = "Use it", "Connect it", "Operate and measure it"
discord_app = typer.Typer(help="Connect Robbie to Discord.", no_args_is_help=True)
mentors_app = typer.Typer(help="The mentors in whose voice Robbie can answer.", no_args_is_help=True)
mentors_cli.register(mentors_app)
avatars_cli.register(mentors_app)
for _name, _group, _panel in (
    ("brief", brief_app, _USE),
    ("mentors", mentors_app, _USE),
    ("demo", demo_app, _USE),
    ("slack", slack_app, _CONNECT),
    ("discord", discord_app, _CONNECT),
    ("mail", mail_app, _CONNECT),
    ("report", report_app, _OPERATE),
    ("memory", memory_app, _OPERATE),
    ("eval", eval_app, _OPERATE),
):
    app.add_typer(_group, name=_name, rich_help_panel=_panel)
_err = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def main(args: list[str] | None = None) -> None:
    """Run the command line; what a person can mend is said in one line, without a traceback."""
    try:
        app(args, prog_name="robbie")
    except (SettingsError, HouseError, EmbeddedPostgresError, RolesError) as error:
        raise _refused(str(error)) from None
    except SystemExit as end:
        if isinstance(end.code, str):
            raise _refused(end.code) from None
        raise


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"robbie {__version__}")
        raise typer.Exit


@app.callback()
def _robbie(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release this is.")
    ] = False,
) -> None:
    """Robbie: a self-hosted AI teammate for Slack and Discord."""


def _refused(why: str) -> SystemExit:
    """Say it in one line however wide the terminal is, and end with 2."""
    _err.print(Text.assemble(("robbie: ", "red"), why), soft_wrap=True)
    return SystemExit(2)


@app.command(rich_help_panel=_USE, short_help="Run Robbie, or a part of it.")
def run(
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="all, gateway, worker, scheduler or web; several with commas between them."),
    ] = None,
) -> None:
    """Run Robbie: web chat, Slack and Discord where they are connected, and the work behind them; or a part of it."""
    from bot.app import secrets_of
    from bot.house import House
    from bot.logs import configure
    from bot.run import run as run_all

    roles = parse(role or ())
    settings = load()
    configure(settings.log_format, secrets_of(settings))
    need_port(settings.web, roles)
    started = time.monotonic()

    async def ready(app: App, port: int) -> None:
        say_ready(app, port, time.monotonic() - started, _err)

    try:
        asyncio.run(run_all(settings, House(settings), on_stderr, ready, roles))
    except SystemExit:
        need_port(settings.web, roles)  # the web server ends the process when another took its port meanwhile
        raise


@app.command(rich_help_panel=_USE)
def chat(
    once: Annotated[str | None, typer.Option("--once", metavar="TEXT", help="Ask this, print the answer, end.")] = None,
    as_json: Json = False,
) -> None:
    """Talk to Robbie in this terminal."""
    from bot.app import secrets_of
    from bot.chat import talk
    from bot.logs import configure

    settings = load()
    configure(settings.log_format, secrets_of(settings), quiet=True)
    outcome = asyncio.run(talk(settings, once, uuid.uuid4().hex, _quiet if as_json else on_stderr))
    if outcome is None:
        return
    if as_json:
        typer.echo(outcome.model_dump_json())
    else:
        from adapters.console.chat import footnote

        typer.echo(outcome.answer)
        _err.print(f"[dim]{footnote(outcome)}[/dim]")


@app.command(rich_help_panel=_USE, short_help="List what people can ask Robbie for.")
def commands(as_json: Json = False) -> None:
    """List what people can ask Robbie for, on every surface."""
    from bot.commands_cli import shown
    from core.commands import REGISTRY

    shown(REGISTRY, as_json=as_json)


@app.command("import", rich_help_panel=_USE, short_help="Import contacts, companies or deals from a file.")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV or vCard file of contacts, companies or deals.")],
    person: Annotated[str, typer.Option(help="Whose they are: a name, a number or an account.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would happen.")] = False,
    private: Annotated[bool, typer.Option("--private", help="For this person alone, not for the team.")] = False,
    as_json: Json = False,
) -> None:
    """Import contacts, companies or deals; lines that are wrong are told with what to do, and left out."""
    from bot.import_cli import import_file

    import_file(file, person, dry_run=dry_run, private=private, as_json=as_json)


@app.command(rich_help_panel=_OPERATE, short_help="Say what is wrong, and how to mend it.")
def doctor(
    live: Annotated[
        bool, typer.Option("--live", help="Ask each model one question too: it costs a tiny part of a cent.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong, and how to mend it. Ends with 1 when something does not work."""
    from bot.doctor_screen import as_json as to_json
    from bot.doctor_screen import show

    results, code = _examined(live, _quiet if as_json else on_stderr)
    if as_json:
        typer.echo(to_json(results))
    else:
        show(results, Console(highlight=False))
    sys.stdout.flush()
    # A name server that does not answer holds a thread for longer than anybody waits.
    os._exit(code)


@app.command(rich_help_panel=_OPERATE, short_help="Bring the database up to date (run does so by itself).")
def migrate() -> None:
    """Bring the database's roles and schema up to date (robbie run does so by itself)."""
    from bot.house import house

    with house(load(), on_stderr):
        typer.echo("The database is up to date.")


app.command(rich_help_panel=_OPERATE, short_help="Do what is due, once, from a timer or cron.")(tick)


@app.command(rich_help_panel=_OPERATE, short_help="Show which models would be asked, at what cost.")
def route(text: Annotated[str, typer.Argument(help="What somebody might ask.")], as_json: Json = False) -> None:
    """Show which models would be asked, in which order, and at what estimated cost. Calls nobody."""
    from bot.models import plan_for

    plan = plan_for(load(), text)
    if as_json:
        typer.echo(json.dumps(_plan_as_json(plan)))
        return
    for order, step in enumerate(plan.steps, 1):
        cost = f"up to ${step.estimate_usd:.6f}" if step.estimate_usd else "free"
        typer.echo(f"{order:>4}  level {step.spec.level}  {step.spec.name}  {cost}")
    typer.echo("then  level 5  the honest offline answer")


def _examined(live: bool, progress: Callable[[str], None]) -> tuple[list[Result], int]:
    """What the doctor found, and the exit code."""
    from bot.doctor_settings import unreadable

    try:
        settings = load()
    except SettingsError as error:
        return [Result("Settings", unreadable(str(error)), 0.0)], UNREADABLE
    from bot.app import secrets_of
    from bot.doctor import examine
    from bot.logs import configure

    configure(settings.log_format, secrets_of(settings), quiet=True)
    results = asyncio.Runner().run(examine(settings, live=live, progress=progress))
    return results, exit_code(results)


@discord_app.command("invite")
def discord_invite(
    personas: Annotated[
        bool, typer.Option("--personas", help="Let mentors speak under their own names and faces (manage webhooks).")
    ] = False,
) -> None:
    """Print the address at which Robbie is invited into a server (DISCORD_TOKEN is needed)."""
    from bot.invite import invitation

    typer.echo(asyncio.run(invitation(load(), personas=personas)))


def _plan_as_json(plan: Plan) -> dict[str, object]:
    steps = [
        {"order": order, "level": int(step.spec.level), "model": step.spec.name, "estimate_usd": step.estimate_usd}
        for order, step in enumerate(plan.steps, 1)
    ]
    return {"policy": plan.policy, "arm": plan.arm, "propensity": plan.propensity, "steps": steps}


def _quiet(_text: str) -> None:
    """Say nothing."""


if __name__ == "__main__":
    main()
