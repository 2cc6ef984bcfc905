"""``robbie slack``: the app's manifest, the link that installs it, and where it is installed."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from bot.progress import on_stderr
from bot.settings import load
from core.people.installations import Installation

slack_app = typer.Typer(help="Connect Robbie to Slack.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@slack_app.command("manifest")
def slack_manifest(
    request_url: Annotated[
        str | None, typer.Option("--request-url", help="Public URL of /slack/events; without it, Socket Mode.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the manifest of a Slack app: at api.slack.com/apps choose "Create New App", "From a manifest"."""
    from adapters.slack import REDIRECT_PATH, manifest
    from bot.slack import public

    redirect_url = public(load(), REDIRECT_PATH)
    try:
        made = manifest(socket_mode=request_url is None, request_url=request_url, redirect_url=redirect_url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--request-url") from None
    typer.echo(json.dumps(made, indent=2) if as_json else yaml.safe_dump(made, sort_keys=False), nl=False)


@slack_app.command("install-url")
def slack_install_url() -> None:
    """Print the address at which somebody adds Robbie to a workspace of theirs."""
    from bot.slack import install_url

    typer.echo(install_url(load()))


@slack_app.command("workspaces")
def slack_workspaces(as_json: Json = False) -> None:
    """List the workspaces that installed Robbie, also those that removed it. Shows no token."""
    from bot.slack import workspaces

    found = asyncio.run(workspaces(load(), on_stderr))
    if as_json:
        typer.echo(json.dumps({"workspaces": [_plain(one) for one in found]}, indent=2))
        return
    table = Table("workspace", "name", "installed", "by", "state", box=None, pad_edge=False)
    for one in found:
        state = "serves" if one.sealed else f"removed {one.removed_at:%Y-%m-%d %H:%M}" if one.removed_at else "serves"
        table.add_row(one.tenant, one.name, f"{one.installed_at:%Y-%m-%d %H:%M}", one.installed_by, state)
    if found:
        Console(highlight=False).print(table)
    else:
        typer.echo("No workspace has installed Robbie. SLACK_BOT_TOKEN serves its own without.")


def _plain(one: Installation) -> dict[str, object]:
    return {
        "workspace": one.tenant,
        "name": one.name,
        "installed_at": one.installed_at.isoformat(),
        "installed_by": one.installed_by,
        "scopes": list(one.scopes),
        "removed_at": one.removed_at.isoformat() if one.removed_at else None,
        "removed_because": one.removed_because or None,
    }
