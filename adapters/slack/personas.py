"""Who is seen to speak: a mentor's name and picture, or its name in the text where Slack does not allow that."""

from __future__ import annotations

import logging
import time
from typing import TypedDict

from core.rendering.message import Outgoing, Persona

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 3_600.0
_EMOJI = {
    "steve_jobs": ":apple:",
    "albert_einstein": ":atom_symbol:",
    "winston_churchill": ":lion_face:",
    "julia_child": ":fried_egg:",
    "elvis_presley": ":guitar:",
    "john_lennon": ":peace_symbol:",
}
_ANYBODY = ":speech_balloon:"


class Worn(TypedDict, total=False):
    """The arguments of a post and of each edit of it that say who speaks."""

    username: str
    icon_url: str
    icon_emoji: str


class Personas:
    """Knows which workspaces let Robbie speak under another name.

    Args:
        public_url: where everybody reaches the web server, for pictures; empty where nobody does.
    """

    def __init__(self, public_url: str = "") -> None:
        self._public_url = public_url.rstrip("/")
        self._bare: dict[str, float] = {}

    def worn(self, tenant: str, persona: Persona | None) -> Worn:
        """Name and picture; nothing for Robbie itself, and where the workspace does not allow it."""
        if persona is None or self._bare.get(tenant, 0.0) > time.monotonic():
            return {}
        if self._public_url:
            return {"username": persona.title, "icon_url": f"{self._public_url}/avatars/{persona.avatar}.png"}
        return {"username": persona.title, "icon_emoji": _EMOJI.get(persona.id, _ANYBODY)}

    def refused(self, tenant: str) -> None:
        """The scope is missing there; it is tried again after an hour."""
        if self._bare.get(tenant, 0.0) <= time.monotonic():
            logger.warning("slack: without the scope chat:write.customize, mentors are named in the text in %s", tenant)
        self._bare[tenant] = time.monotonic() + _AGAIN_SECONDS

    def named(self, tenant: str, message: Outgoing) -> Outgoing:
        """The message with its persona's name in the text, where it cannot stand over it."""
        return message if self.worn(tenant, message.persona) else spelled(message)


def spelled(message: Outgoing) -> Outgoing:
    """The message with its persona's name in the text."""
    if message.persona is None:
        return message
    return message.model_copy(update={"body": f"**{message.persona.title}**\n\n{message.body}", "persona": None})
