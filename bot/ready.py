"""What ``robbie run`` says when it is ready, and what it needs before it begins."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

from bot.roles import ALL, Role, Roles, spell
from bot.settings import SettingsError, Web

if TYPE_CHECKING:
    from bot.app import App
    from core.conversation.ports import Gateway


def say_ready(app: App, port: int, seconds: float, console: Console) -> None:
    """Say that it is, where, and how the platforms' connections are."""
    host = app.settings.web.host
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    where = f"Open [bold]{url}[/bold]" if Role.WEB in app.roles else f"Its health: [bold]{url}/readyz[/bold]"
    part = "" if app.roles == ALL else f" as {spell(app.roles)}"
    console.print(f"[bold green]Robbie is ready[/bold green]{part} after {seconds:.1f} s. {where}", soft_wrap=True)
    for line in _platforms(app, url):
        console.print(line, soft_wrap=True)
    if app.roles != ALL and not app.settings.secrets.database_url:
        console.print("[dim]The database is embedded: other roles run on this machine, with the same home.[/dim]")
    console.print("[dim]Ctrl-C ends it.[/dim]")


def _platforms(app: App, url: str) -> Iterator[str]:
    """How the platforms' connections are, a line for each."""
    from bot.platforms import SLACK_EVENTS  # it imports the platforms' clients

    secrets = app.settings.secrets
    for name, gateway in app.gateways.items():
        yield _connection(name, gateway, events=None if secrets.slack_app_token else f"{url}{SLACK_EVENTS}")
    if Role.GATEWAY not in app.roles:
        return
    if "slack" in app.platforms and "slack" not in app.gateways:
        which = "SLACK_BOT_TOKEN" if secrets.slack_bot_token else "SLACK_CLIENT_ID"
        yield f"[yellow]{which} is set, but SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing.[/yellow]"
    elif not app.gateways:
        yield "[dim]To connect Slack: .venv/bin/robbie slack manifest, then tokens in .env (see README.md)[/dim]"
        yield "[dim]To connect Discord: DISCORD_TOKEN in .env (see docs/how-to/discord.md)[/dim]"


def _connection(name: str, gateway: Gateway, *, events: str | None) -> str:
    """How a platform's connection is, in one line; Slack's events may be sent to an address of ours instead."""
    platform, state = name.capitalize(), gateway.health()
    if name == "slack" and events:
        return f"Slack's events come to {events}"
    if state["connected"]:
        return f"Connected to {platform}."
    if state["lease"] == "standby":
        return f"Another process is connected to {platform}; this one stands by."
    problem = str(state.get("problem") or "")
    known = problem if problem.startswith(platform) else f"{platform} does not answer yet; Robbie keeps trying."
    return f"[yellow]{known}[/yellow]"


def need_port(web: Web, roles: Roles) -> None:
    """Say that the port is taken before anything is started. Raises SettingsError."""
    try:
        socket.create_server(
            (web.host, web.port), family=socket.AF_INET6 if ":" in web.host else socket.AF_INET
        ).close()
    except OSError as error:
        what = "the web chat" if Role.WEB in roles else f"the health of the role {spell(roles)}"
        where = f"{what} cannot listen on {web.host}:{web.port}"
        if error.errno == errno.EADDRINUSE:
            any_port = "" if Role.WEB in roles else ", or any free one: ROBBIE_WEB__PORT=0"
            raise SettingsError(
                f"{where}: something else does, perhaps another Robbie. "
                f"Another port: ROBBIE_WEB__PORT={web.port + 1} in .env, or web.port in config.yaml{any_port}"
            ) from None
        raise SettingsError(f"{where}: {error.strerror or error}. See web.host and web.port in config.yaml") from None
