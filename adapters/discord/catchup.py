"""What people said while nobody listened, read from histories. Bounded in age and number."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.discord.api import Calls, DiscordRefused, as_list, as_object
from adapters.discord.events import Identity, said
from adapters.discord.histories import Histories
from adapters.discord.payload import PRIVATE_THREAD, PUBLIC_THREAD, ChannelObject, Message, snowflake
from core.conversation.models import InboundEvent, Place
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import Receiver

logger = logging.getLogger(__name__)

# What was stored last need not be what happened last: look a little further back; what is stored is left out.
_OVERLAP = timedelta(minutes=2)
_MAX_PAGES = 10
_TALKATIVE = {0, 1, 2, 5, 10, 11, 12, 13}  # where messages stand; forums have them in threads only

Unstored = Callable[[Sequence[InboundEvent]], Awaitable[Sequence[InboundEvent]]]
Roles = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Reads what was missed and hands it in like any other event.

    Attributes:
        places: where Robbie takes part: its threads, and the direct messages, which Discord does not list.
        max_age: what is older is not answered any more.
        limit: the largest number of messages; the newest are kept.
        unstored: leaves out what is stored already.
    """

    api: Calls
    receiver: Receiver
    places: Callable[[], Awaitable[Sequence[Place]]]
    max_age: timedelta
    limit: int
    unstored: Unstored

    async def run(self, since: datetime, me: Identity, roles: Roles) -> int:
        """Hand in what was said after ``since``, oldest first, and return how many messages that were.

        Raises SendError, or whatever the receiver raises: run it again then.

        Args:
            since: when nobody listened any more.
            me: who Robbie is.
            roles: Robbie's own roles in a guild.
        """
        oldest = snowflake(max(since - _OVERLAP, datetime.now(UTC) - self.max_age))
        found: dict[str, InboundEvent] = {}
        for channel in await self._channels():
            if channel.last_message_id is not None and int(channel.last_message_id) <= int(oldest):
                continue
            async for message in self._missed(channel, oldest):
                here = me.among(roles(channel.guild_id or ""))
                event = _said(message, here, channel)
                if event is not None and _may_concern_us(event):
                    found[event.identities[0]] = event
        events = sorted(await self.unstored([*found.values()]), key=lambda event: event.occurred_at)
        if len(events) > self.limit:
            logger.warning("discord catch-up: %d older messages left out", len(events) - self.limit)
        for event in events[-self.limit :]:
            await self.receiver.accept(event)
        return len(events[-self.limit :])

    async def _channels(self) -> Iterable[ChannelObject]:
        """Everything that Robbie may read in its guilds, and where it takes part."""
        found: dict[str, ChannelObject] = {}
        for guild in as_list(await self.api.call("GET", "/users/@me/guilds")):
            guild_id = str(guild.get("id"))
            channels = as_list(await self.api.call("GET", "/guilds/{guild}/channels", guild=guild_id))
            active = as_object(await self.api.call("GET", "/guilds/{guild}/threads/active", guild=guild_id))
            for raw in (*channels, *as_list(active.get("threads"))):
                channel = parse(ChannelObject, {**raw, "guild_id": guild_id})
                if channel.type in _TALKATIVE:
                    found[channel.id] = channel
        for place in await self.places():
            if not place.direct and not place.thread.isdecimal():
                continue
            channel = _at(place)
            found.setdefault(channel.id, channel)
        return found.values()

    async def _missed(self, channel: ChannelObject, oldest: str) -> AsyncIterator[Message]:
        """What was said in a channel; nothing of one that Discord does not let Robbie read."""
        try:
            async for message in Histories(self.api).after(channel.id, oldest, _MAX_PAGES):
                if message is None:
                    logger.warning("discord catch-up: a history was cut off after %d pages", _MAX_PAGES)
                else:
                    yield message
        except DiscordRefused as error:
            logger.debug("discord catch-up: channel %s: %s", channel.id, error)


def _at(place: Place) -> ChannelObject:
    """The channel of a place: a thread, or a direct message."""
    if place.direct:
        return ChannelObject(id=place.channel, type=1)
    kind = PRIVATE_THREAD if place.thread == place.channel else PUBLIC_THREAD
    return ChannelObject(id=place.thread, type=kind, guild_id=place.tenant, parent_id=place.channel)


def _may_concern_us(event: InboundEvent) -> bool:
    """Not what people say to each other in a channel: it would use up the limit, and nothing of it is kept."""
    return event.addressed or event.place.thread != event.message_id


def _said(message: Message, me: Identity, channel: ChannelObject) -> InboundEvent | None:
    try:
        return said(message, me, channel)
    except MalformedEvent as error:
        logger.warning("discord catch-up: %s", error)
        return None
