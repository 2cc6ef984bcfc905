"""Commands: stored first, then acknowledged within Discord's three seconds; the answer comes from whoever works."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from adapters.discord.api import ALREADY_ACKNOWLEDGED, DiscordApi, DiscordGone, DiscordRefused
from adapters.discord.events import Identity, asked
from adapters.discord.payload import ChannelObject, Interaction, moment
from adapters.discord.render import render
from adapters.discord.replies import Vault, reply_for
from core.conversation.ports import Receiver, SendError

logger = logging.getLogger(__name__)

_COMMAND = 2
_ANSWER, _DEFER = 4, 5
_EPHEMERAL = 1 << 6
_STORE_SECONDS = 2.0
_ANSWER_SECONDS = timedelta(seconds=3)
_AGAIN_SECONDS = 0.3

NOT_KEPT = "I could not take this in just now: my memory is out of reach. Please ask again in a minute."
UNKNOWN = "I do not know this command (any more)."


class Interactions:
    """Takes in commands.

    Args:
        api: the REST API.
        receiver: where they are stored.
        vault: seals the token by which the answer is given.
    """

    def __init__(self, api: DiscordApi, receiver: Receiver, vault: Vault) -> None:
        self._api = api
        self._receiver = receiver
        self._vault = vault

    async def take(self, interaction: Interaction, me: Identity, channel: ChannelObject) -> None:
        """Store it and say that the answer comes; never raises for what a person can be told."""
        text = _asked_text(interaction)
        if text is None:
            await self._respond(interaction, UNKNOWN)
        elif await self._stored(interaction, me, channel, text):
            await self._respond(interaction)
        else:
            await self._respond(interaction, NOT_KEPT)

    async def _stored(self, interaction: Interaction, me: Identity, channel: ChannelObject, text: str) -> bool:
        event = asked(interaction, me, channel, text, reply_for(interaction, self._vault))
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                await self._receiver.accept(event)
        except Exception as error:
            logger.warning("discord command not stored: %s", type(error).__name__, exc_info=True)
            return False
        return True

    async def _respond(self, interaction: Interaction, line: str = "") -> None:
        """Say that the answer comes, or a line that only its person reads. Saying it twice is the same as once."""
        body: dict[str, object] = {"type": _DEFER}
        if line:
            body = {"type": _ANSWER, "data": {**render(line), "flags": _EPHEMERAL}}
        late = moment(interaction.id) + _ANSWER_SECONDS
        route = "/interactions/{interaction}/{token}/callback"
        while True:
            try:
                await self._api.call("POST", route, body=body, interaction=interaction.id, token=interaction.token)
                return
            except (DiscordGone, DiscordRefused) as error:
                if error.code != ALREADY_ACKNOWLEDGED:
                    logger.warning("discord command not acknowledged: %s", error)
                return
            except SendError as error:
                if datetime.now(UTC) + timedelta(seconds=_AGAIN_SECONDS) >= late:
                    logger.warning("discord command not acknowledged: %s", error)
                    return
            await asyncio.sleep(_AGAIN_SECONDS)


def _asked_text(interaction: Interaction) -> str | None:
    """What was asked; None for anything but ``/ask``."""
    if interaction.type != _COMMAND or interaction.data.name != "ask":
        return None
    return next((str(option.value) for option in interaction.data.options if option.name == "text"), "")
