"""What people said while nobody listened, read from the channels' histories. Bounded in age and number."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.api import Identity, Json, SlackApi, SlackRefused, messages_of, next_cursor
from adapters.slack.apis import SlackApis
from adapters.slack.events import said
from adapters.slack.payload import SlackMessage
from core.conversation.models import InboundEvent, Place
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import RateLimited, Receiver

logger = logging.getLogger(__name__)

# What was stored last need not be what happened last: look a little further back; what is stored is left out.
_OVERLAP = timedelta(minutes=2)
_MAX_PAGES = 10
_MAX_WAITS = 5

Unstored = Callable[[Sequence[InboundEvent]], Awaitable[Sequence[InboundEvent]]]


class Listing(Protocol):
    """A call that answers in pages."""

    def __call__(self, *, cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        """Ask for one page."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Reads what was missed and hands it in like any other event.

    Attributes:
        threads: the threads that Robbie takes part in.
        max_age: what is older is not answered any more.
        limit: the largest number of messages of a workspace; the newest are kept.
        unstored: leaves out what is stored already.
    """

    apis: SlackApis
    receiver: Receiver
    threads: Callable[[], Awaitable[Sequence[Place]]]
    max_age: timedelta
    limit: int
    unstored: Unstored

    async def run(self, since: datetime) -> int:
        """Hand in what was said after ``since``, oldest first, and return how many messages that were.

        Raises SendError, or whatever the receiver raises, after every workspace had its turn: run it again then.
        """
        oldest = max(since - _OVERLAP, datetime.now(UTC) - self.max_age)
        found, trouble = 0, None
        for me in await self.apis.everywhere():
            try:
                found += await self._workspace(me, oldest)
            except Exception as error:
                logger.warning("slack catch-up in workspace %s: %s", me.team, type(error).__name__)
                trouble = error
        if trouble is not None:
            raise trouble
        return found

    async def _workspace(self, me: Identity, oldest: datetime) -> int:
        reading = _Reading(await self.apis.of(me.team), me)
        threads = [place for place in await self.threads() if place.surface == "slack" and place.tenant == me.team]
        found = {event.identities[0]: event async for event in reading.missed(threads, f"{oldest.timestamp():.6f}")}
        events = sorted(await self.unstored([*found.values()]), key=lambda event: event.occurred_at)
        if len(events) > self.limit:
            logger.warning("slack catch-up: %d older messages left out", len(events) - self.limit)
        for event in events[-self.limit :]:
            await self.receiver.accept(event)
        return len(events[-self.limit :])


class _Channel(NamedTuple):
    id: str
    direct: bool
    external: bool  # people of other companies read it


@dataclass(frozen=True, slots=True)
class _Reading:
    """One workspace's histories."""

    api: SlackApi
    me: Identity

    async def missed(self, places: Sequence[Place], oldest: str) -> AsyncIterator[InboundEvent]:
        """What was said after ``oldest``, in no order: in channels, in these threads, and in those with new replies."""
        web, me = self.api.web, self.me
        threads = {(place.channel, place.thread): place.direct for place in places if place.thread}
        channels = await self._channels()
        external = {channel.id: channel.external for channel in channels}
        for channel, direct, _ in channels:
            history = partial(web.conversations_history, channel=channel, oldest=oldest, limit=200)
            async for message in self._messages(history):
                if message.latest_reply is not None and message.latest_reply > oldest:
                    threads[channel, message.ts] = direct
                if event := _said(message, channel, me, direct=direct):
                    yield event.model_copy(update={"external": external[channel]})
        for (channel, thread), direct in threads.items():
            replies = partial(web.conversations_replies, channel=channel, ts=thread, oldest=oldest, limit=200)
            async for message in self._messages(replies):
                if message.ts > oldest and (event := _said(message, channel, me, direct=direct)):
                    yield event.model_copy(update={"external": external.get(channel)})

    async def _channels(self) -> list[_Channel]:
        """The channels that Robbie is in."""
        web = self.api.web
        found: list[_Channel] = []
        for kind in ("im", "public_channel", "private_channel", "mpim"):  # each has a scope of its own
            listing = partial(web.users_conversations, types=kind, exclude_archived=True, limit=200)
            async for answer in self._pages(listing):
                channels = answer.get("channels")
                if isinstance(channels, list):
                    found += [
                        _Channel(str(channel["id"]), kind == "im", bool(channel.get("is_ext_shared")))
                        for channel in channels
                    ]
        return found

    async def _messages(self, listing: Listing) -> AsyncIterator[SlackMessage]:
        async for answer in self._pages(listing):
            for raw in messages_of(answer):
                try:
                    yield parse(SlackMessage, raw)
                except MalformedEvent as error:
                    logger.warning("slack catch-up: %s", error)

    async def _pages(self, listing: Listing) -> AsyncIterator[Json]:
        """The pages of a listing; none of one that Slack does not let Robbie read."""
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            try:
                answer = await self._patiently(listing, cursor)
            except SlackRefused as error:
                logger.warning("slack catch-up: %s", error)
                return
            yield answer
            cursor = next_cursor(answer)
            if cursor is None:
                return
        logger.warning("slack catch-up: a listing was cut off after %d pages", _MAX_PAGES)

    async def _patiently(self, listing: Listing, cursor: str | None) -> Json:
        for _ in range(_MAX_WAITS):
            try:
                return await self.api.call(listing(cursor=cursor))
            except RateLimited as error:
                await asyncio.sleep(error.retry_after)
        return await self.api.call(listing(cursor=cursor))


def _said(message: SlackMessage, channel: str, me: Identity, *, direct: bool) -> InboundEvent | None:
    """What may concern Robbie: what people say to each other in a channel would use up the limit, and is not kept."""
    try:
        event = said(message, channel, me, direct=direct)
    except MalformedEvent as error:
        logger.warning("slack catch-up: %s", error)
        return None
    if event is None or not (event.addressed or event.place.thread != event.message_id):
        return None
    return event
