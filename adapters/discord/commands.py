"""The commands that Discord offers to people, and keeping what is registered there the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from adapters.discord.api import Calls, as_list
from core.conversation.ports import SendError

logger = logging.getLogger(__name__)

Command = Mapping[str, object]

_PAUSES = (1.0, 10.0, 60.0, 300.0)
_IN_GUILDS, _IN_DIRECT_MESSAGES = 0, 1
_TEXT = 3

COMMANDS: tuple[Command, ...] = (
    {
        "name": "ask",
        "type": 1,
        "description": "Ask Robbie something; the answer stands in this channel",
        "contexts": [_IN_GUILDS, _IN_DIRECT_MESSAGES],
        "integration_types": [0],
        "options": [{"type": _TEXT, "name": "text", "description": "What you want to know", "required": True}],
    },
)


async def sync(api: Calls, application: str, commands: Sequence[Command] = COMMANDS) -> bool:
    """Register the commands if they differ, all in one call: none is ever taken away first. Never raises.

    Returns:
        whether they are registered now.
    """
    route = "/applications/{application}/commands"
    for pause in (0.0, *_PAUSES):
        await asyncio.sleep(pause)
        try:
            known = as_list(await api.call("GET", route, application=application))
            if _same(known, commands):
                return True
            await api.call("PUT", route, body=list(commands), application=application)
            logger.info("discord commands registered: %s", ", ".join(str(command["name"]) for command in commands))
            return True
        except SendError as error:
            logger.warning("discord commands not registered: %s", error)
    return False


def _same(known: Sequence[Command], wanted: Sequence[Command]) -> bool:
    by_name = {command.get("name"): command for command in known}
    return len(known) == len(wanted) and all(_holds(by_name.get(command["name"]), command) for command in wanted)


def _holds(known: object, wanted: object) -> bool:
    """Whether what is registered says all that is wanted; Discord adds fields of its own."""
    if isinstance(wanted, Mapping):
        return isinstance(known, Mapping) and all(_holds(known.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(known, list) or len(known) != len(wanted):
            return False
        return all(_holds(one, other) for one, other in zip(known, wanted, strict=True))
    return known == wanted
