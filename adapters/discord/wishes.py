"""What an interaction asks for: a slash command, an entry of a message's menu, a button, or a form that was sent."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.discord.commands import MESSAGE_MENU
from adapters.discord.interaction import COMMAND, Data, Interaction
from adapters.discord.modals import filled_in, opened_from
from adapters.discord.text import readable
from core.desk import submitted
from core.registry import Command, Invocation, Registry


@dataclass(frozen=True, slots=True)
class Wish:
    """A command, as somebody asked for it.

    Attributes:
        about: the message that it is about; empty for none.
        form: what the form was opened with, of a form that was sent.
    """

    command: Command
    invocation: Invocation
    about: str = ""
    form: Invocation | None = None

    def text(self, interaction: Interaction) -> str:
        """What it says to those who read along: the question that it holds, or the line that was typed."""
        long = next((option.name for option in self.command.options if option.long), "")
        if question := self.invocation.arguments.get(long, ""):
            return question
        if interaction.type != COMMAND:
            return ""
        return " ".join((f"/{self.command.name}", *self.invocation.arguments.values()))


def wish_of(interaction: Interaction, registry: Registry) -> Wish | None:
    """What is asked for; None for a command that is not (or no longer) known."""
    data = interaction.data
    pressed = interaction.message.id if interaction.message else ""
    match interaction.type:
        case 2 if data.type == MESSAGE_MENU:
            return _chosen(data, registry)
        case 2:
            arguments = {option.name: str(option.value) for option in data.options}
            return _wish(registry, Invocation(command=data.name, arguments=arguments))
        case 3:
            return _wish(registry, Invocation.unpacked(data.custom_id), pressed)
        case 5:
            form, about = opened_from(data.custom_id)
            return _wish(registry, submitted(form, filled_in(data)), pressed or about, form)
    return None


def _wish(registry: Registry, invocation: Invocation, about: str = "", form: Invocation | None = None) -> Wish | None:
    command = registry.get(invocation.command)
    return Wish(command, invocation, about, form) if command else None


def _chosen(data: Data, registry: Registry) -> Wish | None:
    """An entry of a message's menu: the message's text is the first option."""
    command = next((command for command in registry if command.shortcut == data.name), None)
    if command is None:
        return None
    message = data.resolved.messages.get(data.target_id)
    names = {user.id: user.name for user in message.mentions} if message else {}
    text = readable(message.content, names) if message else ""
    arguments = {command.options[0].name: text} if command.options and text else {}
    return Wish(command, Invocation(command=command.name, arguments=arguments), data.target_id)
