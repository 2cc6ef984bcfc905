"""``robbie commands``: the registry, for people and for programs."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from core.registry import Command, Option, Registry


def shown(registry: Registry, *, as_json: bool) -> None:
    """Print every command that people are offered; as JSON, those behind buttons too."""
    if as_json:
        print(json.dumps([described(command) for command in registry], ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("command", style="cyan", overflow="fold")
    table.add_column("what it does", overflow="fold")
    for command in registry.offered:
        notes = [note for note, holds in (("private", command.private), ("admins", command.admin)) if holds]
        table.add_row(command.usage, command.summary + (f" [dim]({', '.join(notes)})[/dim]" if notes else ""))
    console = Console()
    console.print(table)
    console.print(
        "\n[dim]Slack: /robbie COMMAND, or !robbie COMMAND in a thread. Discord: /COMMAND. "
        "Web chat and terminal: /COMMAND.[/dim]"
    )


def described(command: Command) -> dict[str, object]:
    """A command as JSON."""
    return {
        "name": command.name,
        "summary": command.summary,
        "usage": command.usage,
        "example": command.example,
        "where": sorted(command.where),
        "private": command.private,
        "admin": command.admin,
        "changes": command.changes,
        "lane": command.lane,
        "shortcut": command.shortcut,
        "hidden": command.hidden,
        "options": [_option(option) for option in command.options],
    }


def _option(option: Option) -> dict[str, object]:
    return {
        "name": option.name,
        "summary": option.summary,
        "kind": option.kind,
        "required": option.required,
        "choices": [{"value": choice.value, "label": choice.label} for choice in option.choices],
        "completes": option.completes,
    }
