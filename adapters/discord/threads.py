"""Where a conversation in a channel is answered: in its thread, which is made when needed, else as replies."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

from adapters.discord.api import THREAD_EXISTS, UNKNOWN_CHANNEL, DiscordApi, DiscordGone, DiscordRefused, as_object
from adapters.discord.payload import ChannelObject, Message
from adapters.discord.text import readable
from core.conversation.models import Place
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import MaybeSent, NotSent

logger = logging.getLogger(__name__)

ReplyIn = Literal["thread", "channel"]

_KEPT = 20_000
_NAME_LIMIT = 80
_ARCHIVE_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes.

    Attributes:
        channel: a channel, a thread or a direct message.
        answers: the message that it replies to, where there is no thread.
    """

    channel: str
    answers: str = ""


class Threads:
    """Finds the target of a place, and remembers it. A conversation that a command began has no thread.

    Args:
        api: the REST API.
        reply_in: whether a question in a channel gets a thread; a thread that is there is used in any case.
    """

    def __init__(self, api: DiscordApi, reply_in: ReplyIn = "thread") -> None:
        self._api = api
        self._reply_in = reply_in
        self._known: dict[Place, Target] = {}
        self._finding: WeakValueDictionary[Place, asyncio.Lock] = WeakValueDictionary()

    async def target(self, place: Place) -> Target:
        """Where to write, with the thread made if there is to be one. Raises SendError."""
        if not place.thread.isdecimal():
            return Target(place.channel)
        alone = self._finding.setdefault(place, asyncio.Lock())
        async with alone:
            known = self._known.get(place)
            if known is None:
                try:
                    known = await self._find(place, make=self._reply_in == "thread")
                except MaybeSent as error:  # finding out, and making a thread, can be done again
                    raise NotSent(str(error)) from None
                self._remember(place, known)
            return known

    async def existing(self, place: Place) -> Target:
        """Where to read; nothing is made for it. Raises SendError."""
        if not place.thread.isdecimal():
            return Target(place.channel)
        return self._known.get(place) or await self._find(place, make=False)

    def forget(self, place: Place) -> None:
        """The target is not there any more."""
        self._known.pop(place, None)

    def _remember(self, place: Place, target: Target) -> None:
        if len(self._known) >= _KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[place] = target

    async def _find(self, place: Place, *, make: bool) -> Target:
        """A thread has the id of the message that it was made from, or its own (a forum's post is one)."""
        try:
            message = await self._message(place)
        except (DiscordGone, DiscordRefused, MalformedEvent) as error:
            if await self._is_thread(place.thread):
                return Target(place.thread)
            # Not in the channel above: a thread that is gone may have been private.
            raise DiscordRefused(404, getattr(error, "code", UNKNOWN_CHANNEL)) from None
        if message.thread is not None:
            return Target(message.thread.id)
        return await self._make(place, message) if make else _reply(place)

    async def _message(self, place: Place) -> Message:
        route = "/channels/{channel}/messages/{message}"
        return parse(Message, await self._api.call("GET", route, channel=place.channel, message=place.thread))

    async def _is_thread(self, channel: str) -> bool:
        try:
            found = parse(ChannelObject, await self._api.call("GET", "/channels/{channel}", channel=channel))
        except (DiscordGone, DiscordRefused, MalformedEvent):
            return False
        return found.is_thread

    async def _make(self, place: Place, message: Message) -> Target:
        body = {"name": _name(message), "auto_archive_duration": _ARCHIVE_MINUTES}
        try:
            answer = await self._api.call(
                "POST",
                "/channels/{channel}/messages/{message}/threads",
                body=body,
                channel=place.channel,
                message=place.thread,
            )
            return Target(str(as_object(answer)["id"]))
        except DiscordRefused as error:
            if error.code == THREAD_EXISTS:
                return Target(place.thread)
            logger.info("discord makes no thread in channel %s (%s); answering there", place.channel, error)
        except DiscordGone:
            pass
        return _reply(place)


def _reply(place: Place) -> Target:
    return Target(place.channel, answers=place.thread)


def _name(message: Message) -> str:
    """A thread is called by its question."""
    names = {user.id: user.name for user in message.mentions}
    called = [*(user.id for user in message.mentions if user.bot), *message.mention_roles]
    words = " ".join(readable(message.content, names, called).split()) or "Robbie"
    return words if len(words) <= _NAME_LIMIT else words[: _NAME_LIMIT - 1].rstrip() + "…"
