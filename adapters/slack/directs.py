"""The direct message of each person with Robbie."""

from __future__ import annotations

import asyncio
import logging

from adapters.slack.apis import SlackApis
from core.conversation.ports import NotSent, SendError

logger = logging.getLogger(__name__)

_KEPT = 10_000
_SECONDS = 0.7


class Directs:
    """Finds direct messages, and remembers them: their ids never change."""

    def __init__(self, apis: SlackApis) -> None:
        self._apis = apis
        self._known: dict[tuple[str, str], str] = {}

    async def of(self, tenant: str, account: str) -> str:
        """The channel in which only this person and Robbie read. Raises SendError."""
        known = self._known.get((tenant, account))
        if known is not None:
            return known
        api = await self._apis.of(tenant)
        answer = await api.call(api.web.conversations_open(users=account))
        channel = answer.get("channel")
        if not isinstance(channel, dict) or not channel.get("id"):
            raise NotSent("slack: no direct message")
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[tenant, account] = str(channel["id"])
        return str(channel["id"])

    async def is_one(self, tenant: str, account: str, channel: str) -> bool:
        """Whether a channel is this person's own direct message with Robbie; commands can be typed in others' too."""
        if not channel.startswith("D"):
            return False
        try:
            async with asyncio.timeout(_SECONDS):
                return await self.of(tenant, account) == channel
        except (SendError, TimeoutError) as error:  # then nothing private is said there
            logger.warning("slack: whose direct message that is cannot be told: %s", type(error).__name__)
            return False
