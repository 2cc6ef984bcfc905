"""What a command is told in confidence is sealed before anything of it is stored: addresses and passwords.

Neither the inbox nor the transcript nor a log ever holds them in the clear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.conversation.models import InboundEvent, Kind
from core.registry import Command, Invocation, Registry

Seal = Callable[[str], str]

_MARK = "gAAAAA"  # how what Fernet seals begins: its version, and the first bits of its time until the year 2106
_HIDDEN = "…"


def is_sealed(value: str) -> bool:
    """Whether an argument looks as if it was sealed."""
    return value.startswith(_MARK)


def in_confidence(event: InboundEvent, registry: Registry, prefix: str, seal: Seal) -> InboundEvent:
    """The event without what it was told in confidence.

    Args:
        event: with the command that was read from it, if it is one.
        registry: the commands.
        prefix: what a typed command begins with there.
        seal: seals a value.
    """
    if event.kind is Kind.EDIT:
        typed = registry.line(event.text.strip(), prefix) or (registry.bare(event.text) if event.place.direct else None)
        if typed is not None and secrets_of(typed, registry):
            return event.model_copy(update={"text": _shown(typed, registry, prefix)})
        return event
    if event.command is None or not (secrets := secrets_of(event.command, registry)):
        return event
    sealed = {name: value if is_sealed(value) else seal(value) for name, value in secrets.items()}
    command = Invocation(command=event.command.command, arguments={**event.command.arguments, **sealed})
    text = _shown(event.command, registry, prefix) if event.text else ""
    return event.model_copy(update={"command": command, "text": text})


def secrets_of(invocation: Invocation, registry: Registry) -> Mapping[str, str]:
    """The arguments that are told in confidence."""
    command = registry.get(invocation.command)
    names = {option.name for option in command.options if option.secret} if command else set()
    return {name: value for name, value in invocation.arguments.items() if name in names and value and _tells(value)}


def _tells(value: str) -> bool:
    """A number, as that of a calendar, is no secret."""
    return not value.strip().removeprefix("#").isdecimal()


def _shown(invocation: Invocation, registry: Registry, prefix: str) -> str:
    """The line that was typed, as far as everybody may know it."""
    hidden = secrets_of(invocation, registry)
    command = registry.get(invocation.command) or Command(invocation.command, "")
    given = (
        _HIDDEN if option.name in hidden else invocation.arguments.get(option.name, "") for option in command.options
    )
    return f"{prefix}{invocation.command} {' '.join(filter(None, given))}".strip()
