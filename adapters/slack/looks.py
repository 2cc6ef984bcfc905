"""Which channel somebody has open beside their conversation with Robbie. It is kept in memory only, for an hour."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from adapters.slack.apis import SlackApis
from adapters.slack.payload import Envelope
from core.conversation.models import InboundEvent, Kind
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import SendError

logger = logging.getLogger(__name__)

_CHANNEL = "slack#/types/channel_id"
_SECONDS = 3_600.0
_KEPT = 10_000


class _Entity(BaseModel):
    type: str = ""
    value: str = ""


class _Context(BaseModel):
    entities: list[_Entity] = Field(default_factory=list)


class _Changed(BaseModel):
    user: str
    context: _Context = Field(default_factory=_Context)


@dataclass
class _Look:
    """Where somebody is; without a name while that is not known."""

    name: str = ""
    at: float = field(default_factory=time.monotonic)


class Looks:
    """Slack tells it of people as they look around; a name is known only of channels that Robbie may see as well."""

    def __init__(self, apis: SlackApis) -> None:
        self._apis = apis
        self._seen: dict[tuple[str, str], _Look] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def notice(self, envelope: Envelope) -> None:
        """Somebody went to another channel."""
        if envelope.event.get("type") != "app_context_changed":
            return
        try:
            event = parse(_Changed, envelope.event)
        except MalformedEvent as error:
            logger.warning("slack: %s", error)
            return
        who = envelope.team, event.user
        self._seen.pop(who, None)
        channel = next((entity.value for entity in event.context.entities if entity.type == _CHANNEL), "")
        if channel[:1] in ("C", "G"):
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            self._seen[who] = look = _Look()
            task = asyncio.create_task(self._name(look, envelope.team, channel), name="slack-look")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def beside(self, event: InboundEvent) -> InboundEvent:
        """A direct message with what its author has open beside it."""
        look = self._seen.get((event.place.tenant, event.author.account))
        if look is None or event.kind is not Kind.MESSAGE or not event.place.direct:
            return event
        return event.model_copy(update={"beside": look.name if time.monotonic() - look.at < _SECONDS else ""})

    async def close(self) -> None:
        """Begin nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _name(self, look: _Look, tenant: str, channel: str) -> None:
        try:
            api = await self._apis.of(tenant)
            found = (await api.call(api.web.conversations_info(channel=channel))).get("channel")
        except SendError as error:  # a channel that Robbie may not see, for instance
            logger.info("slack: what somebody looks at is not known: %s", error)
            return
        if isinstance(found, dict) and found.get("name"):
            look.name = f"#{found['name']}"
