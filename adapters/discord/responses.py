"""The first response to an interaction, which Discord wants within three seconds. Twice is the same as once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from adapters.discord.api import ALREADY_ACKNOWLEDGED, DiscordApi, DiscordGone, DiscordRefused
from adapters.discord.interaction import Interaction
from adapters.discord.payload import moment
from adapters.discord.render import EPHEMERAL, text_of
from core.conversation.ports import SendError
from core.registry import Choice

logger = logging.getLogger(__name__)

Json = dict[str, object]

_ANSWER, _DEFER, _DEFER_UPDATE, _CHOICES, _MODAL = 4, 5, 6, 8, 9
_SECONDS = timedelta(seconds=3)
_AGAIN_SECONDS = 0.3
_LONGEST_CHOICE = 100


class Responses:
    """Responds to interactions. Never raises: what was stored is answered all the same."""

    def __init__(self, api: DiscordApi) -> None:
        self._api = api

    async def defer(self, interaction: Interaction, *, hidden: bool) -> None:
        """Say that the answer comes. Whether others can read it cannot be changed later."""
        await self._respond(interaction, {"type": _DEFER, "data": {"flags": EPHEMERAL if hidden else 0}})

    async def seen(self, interaction: Interaction) -> None:
        """Take a press in without a word."""
        await self._respond(interaction, {"type": _DEFER_UPDATE})

    async def say(self, interaction: Interaction, line: str, components: Sequence[Json] = ()) -> None:
        """A line that only its person reads."""
        data = {**text_of(line), "components": list(components)}
        data["flags"] = EPHEMERAL
        await self._respond(interaction, {"type": _ANSWER, "data": data})

    async def offer(self, interaction: Interaction, choices: Sequence[Choice]) -> None:
        """What could be meant by what is typed so far."""
        told = [{"name": one.label[:_LONGEST_CHOICE], "value": one.value[:_LONGEST_CHOICE]} for one in choices]
        await self._respond(interaction, {"type": _CHOICES, "data": {"choices": told}})

    async def open(self, interaction: Interaction, modal: Json) -> None:
        """A form."""
        await self._respond(interaction, {"type": _MODAL, "data": modal})

    async def _respond(self, interaction: Interaction, body: Json) -> None:
        late = moment(interaction.id) + _SECONDS
        route = "/interactions/{interaction}/{token}/callback"
        while True:
            try:
                await self._api.call("POST", route, body=body, interaction=interaction.id, token=interaction.token)
                return
            except (DiscordGone, DiscordRefused) as error:
                if error.code != ALREADY_ACKNOWLEDGED:
                    logger.warning("discord interaction not acknowledged: %s", error)
                return
            except SendError as error:
                if datetime.now(UTC) + timedelta(seconds=_AGAIN_SECONDS) >= late:
                    logger.warning("discord interaction not acknowledged: %s", error)
                    return
            await asyncio.sleep(_AGAIN_SECONDS)
