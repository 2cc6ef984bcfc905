"""Writes docs/reference/commands.md from the registry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from core.commands import REGISTRY
from core.registry import Command, Option

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"

HEAD = """\
# Commands

<!-- Written by tools/commands_reference.py from core/commands/: change that. -->

The same commands work everywhere. `robbie commands` lists them too.

| where | how they are written |
|---|---|
| Slack | `/robbie COMMAND`; in a thread, where Slack knows no slash commands, `!robbie COMMAND` |
| Discord | `/COMMAND`, with a menu for each option; messages have some in their context menu |
| web chat, terminal | `/COMMAND` |

Where only Robbie reads (direct messages, the web chat, the terminal) most need no prefix: `brief off`, `done 7`,
`agenda Friday` and the like are taken as they stand in the examples below. A sentence that only begins with such a word
stays a sentence.

Free text that plainly means a command is understood too. Where the command changes something, Robbie says what it
understood and waits for a yes.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(part for command in REGISTRY.offered for part in _section(command))])


def _section(command: Command) -> Iterator[str]:
    yield f"## {command.name}\n"
    yield f"`{command.usage}`\n"
    yield f"{command.summary}.{_notes(command)}\n"
    if command.offered:
        yield from ("| option | what it is |", "|---|---|", *map(_row, command.offered), "")
    if command.example:
        yield f"For example: `{command.example}`\n"


def _notes(command: Command) -> str:
    notes = {
        " Only you see the answer.": command.private,
        " Only people may use it who administer the workspace or server.": command.admin,
        f" In the context menu of a message: “{command.shortcut}”.": bool(command.shortcut),
    }
    return "".join(note for note, holds in notes.items() if holds)


def _row(option: Option) -> str:
    values = ", ".join(f"`{choice.value}`" for choice in option.choices)
    parts = (option.summary, "" if option.required else "may be left out", f"one of {values}" if values else "")
    return f"| `{option.name}` | {'; '.join(filter(None, parts))} |"


if __name__ == "__main__":
    written = page().rstrip() + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == written else f"{TARGET.name} is out of date")
    TARGET.write_text(written, encoding="utf-8")
