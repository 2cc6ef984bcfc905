"""The commands of talking itself: help, ask, council, continue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.conversation.handling import Ask, Asked, Handlers, Say
from core.registry import Command, Registry

_CONTINUE = "Please continue where you stopped."
Groups = Mapping[str, Sequence[Command]]
_TYPED = {"slack": "/robbie ", "discord": "/", "web": "/", "console": "/"}


def basics(registry: Registry, groups: Groups) -> Handlers:
    """What carries these commands out.

    Args:
        registry: all commands.
        groups: the same by the title under which help shows them.
    """

    async def help_(asked: Asked) -> Say:
        typed = _TYPED.get(asked.place.surface, "/")
        problem = asked.argument("problem")
        command = registry.get(asked.argument("command"))
        shown = explain(command, typed) if command else overview(groups, typed)
        return Say("\n\n".join(filter(None, (problem, shown))))

    async def ask(asked: Asked) -> Ask:
        return Ask(asked.argument("text"))

    async def council(asked: Asked) -> Ask:
        return Ask(asked.argument("question"), council=True)

    async def go_on(asked: Asked) -> Ask:
        return Ask(_CONTINUE)

    return {"help": help_, "ask": ask, "council": council, "continue": go_on}


def overview(groups: Groups, typed: str) -> str:
    """All commands that menus show, a line for each group, so that it fits on a screen."""
    lines = []
    for title, commands in groups.items():
        names = ", ".join(f"`{command.name}`" for command in commands if not command.hidden)
        lines += [f"- **{title}:** {names}"] if names else []
    more = f"Each begins with `{typed.strip()}`; `{typed}help mentor` explains one."
    return f"Just write to me, or use a command. {more}\n\n" + "\n".join(lines)


def explain(command: Command, typed: str) -> str:
    """One command: what it does, how it is typed, and an example."""
    options = [
        f"- `{option.name}`: {option.summary}" + ("" if option.required else " (may be left out)")
        for option in command.offered
    ]
    example = [f"For example: `{typed}{command.example}`"] if command.example else []
    return "\n\n".join([f"`{typed}{command.usage}`\n{command.summary}.", *filter(None, ["\n".join(options)]), *example])
