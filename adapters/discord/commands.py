"""The commands that Discord offers to people, made from the registry, and keeping what is registered there the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

import discord

from adapters.discord.api import Calls, as_list
from core.conversation.ports import SendError
from core.registry import Command, Kind, Option, Registry, Where

logger = logging.getLogger(__name__)

Json = Mapping[str, object]

SLASH, MESSAGE_MENU = 1, 3
_PAUSES = (1.0, 10.0, 60.0, 300.0)
_CONTEXTS = {Where.CHANNEL: 0, Where.DIRECT: 1}
_TYPES = {Kind.TEXT: 3, Kind.CHOICE: 3, Kind.INTEGER: 4}
_MOST_CHOICES = 25
_ADMINS = str(discord.Permissions(manage_guild=True).value)
# Discord adds fields of its own, and leaves out what is as it always is.
_OURS = {
    "name", "type", "description", "contexts", "integration_types", "default_member_permissions", "options", "required",
    "choices", "value", "autocomplete", "min_value", "max_value",
}  # fmt: skip


def application_commands(registry: Registry) -> list[Json]:
    """A slash command for each command that menus show, and an entry in the menu of messages for some."""
    slash = [_slash(command) for command in registry.offered]
    return [*slash, *(_menu(command) for command in registry.offered if command.shortcut)]


async def sync(api: Calls, application: str, commands: Sequence[Json]) -> bool:
    """Register the commands if they differ, all in one call: none is ever taken away first. Never raises.

    Returns:
        whether they are registered now.
    """
    route = "/applications/{application}/commands"
    for pause in (0.0, *_PAUSES):
        await asyncio.sleep(pause)
        try:
            known = as_list(await api.call("GET", route, application=application))
            if not differing(known, commands):
                return True
            await api.call("PUT", route, body=list(commands), application=application)
            logger.info("discord commands registered: %s", ", ".join(str(command["name"]) for command in commands))
            return True
        except SendError as error:
            logger.warning("discord commands not registered: %s", error)
    return False


def differing(known: Sequence[Json], wanted: Sequence[Json]) -> list[str]:
    """The names of commands that are registered otherwise than is wanted, or should not be there."""
    there, asked = _by_name(known), _by_name(wanted)
    return [
        str(key[0]) for key in (*asked, *(key for key in there if key not in asked)) if there.get(key) != asked.get(key)
    ]


def _by_name(commands: Sequence[Json]) -> dict[tuple[object, object], object]:
    return {(command.get("name"), command.get("type", SLASH)): _plain(command) for command in commands}


def _plain(value: object) -> object:
    """A command without what Discord adds to it, or leaves out."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if key in _OURS and not _nothing(one)}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _nothing(value: object) -> bool:
    # A least value of zero may be left out as well; False is equal to zero.
    return value is None or value in (0, "", [])


def _common(command: Command) -> dict[str, object]:
    common: dict[str, object] = {
        "contexts": sorted(_CONTEXTS[where] for where in command.where),
        "integration_types": [0],
    }
    return common | ({"default_member_permissions": _ADMINS} if command.admin else {})


def _slash(command: Command) -> Json:
    # One that opens a form asks there for what is missing.
    options = [_option(option, required=option.required and not command.asks) for option in command.offered]
    return {
        "name": command.name,
        "type": SLASH,
        "description": command.summary,
        "options": sorted(options, key=lambda option: not option["required"]),
        **_common(command),
    }


def _menu(command: Command) -> Json:
    return {"name": command.shortcut, "type": MESSAGE_MENU, **_common(command)}


def _option(option: Option, *, required: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "type": _TYPES[option.kind],
        "name": option.name,
        "description": option.summary[:1].upper() + option.summary[1:],
        "required": required,
    }
    if option.kind is not Kind.INTEGER and (option.completes or len(option.choices) > _MOST_CHOICES):
        return told | {"autocomplete": True}
    if option.choices:
        told["choices"] = [{"name": choice.label, "value": choice.value} for choice in option.choices]
    limits = {"min_value": option.least, "max_value": option.most}
    return told | {name: limit for name, limit in limits.items() if limit is not None}
