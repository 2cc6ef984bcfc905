"""Discord as the sender and a running turn see it. It holds no gateway connection."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from adapters.discord.admins import Guild, administers
from adapters.discord.api import UNKNOWN_CHANNEL, DiscordApi, DiscordGone, DiscordRefused, as_object
from adapters.discord.events import file_of
from adapters.discord.files import DiscordFiles
from adapters.discord.histories import Histories
from adapters.discord.payload import Member, Message, User, moment, snowflake
from adapters.discord.render import PART_LIMIT, render
from adapters.discord.replies import Ended, Replies
from adapters.discord.text import readable
from adapters.discord.threads import Target, Threads
from adapters.discord.typing import Typing
from core.commands import REGISTRY
from core.conversation.models import Attached, FileRef, Place, Profile, Utterance
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import CannotTell, MessageGone, NotSent, SendError
from core.conversation.stores import Owed
from core.registry import Registry
from core.rendering.message import Outgoing

Body = dict[str, object]

_NONCE_SECONDS = 90.0  # Discord remembers a nonce for some minutes; two are sure, less the time that a call takes
_CLOCKS = timedelta(seconds=10)  # the database's and Discord's need not agree to the second
_MAX_PAGES = 10
_PROFILE_SECONDS = 3600.0
_MAX_PROFILES = 10_000


class DiscordSurface:
    """Implements ``core.conversation.ports.Surface`` over the REST API.

    Args:
        api: the REST API.
        threads: where conversations in channels are answered.
        replies: how commands are answered.
        registry: the commands.
    """

    name = "discord"
    part_limit = PART_LIMIT
    edit_interval = 1.5
    placeholder = "_Thinking…_"

    def __init__(self, api: DiscordApi, threads: Threads, replies: Replies, *, registry: Registry = REGISTRY) -> None:
        self._registry = registry
        self._api = api
        self._threads = threads
        self._replies = replies
        self._histories = Histories(api)
        self._files = DiscordFiles(api)
        self._typing = Typing(self._say_typing)
        self._profiles: dict[tuple[str, str], tuple[float, Profile]] = {}
        self._me = ""
        self._asking = asyncio.Lock()

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        """Post a message, or fill the place that a command left for it, and return its id. Raises SendError."""
        rendered = render(message, self._registry)
        owed = await self._replies.of(key)
        if owed is not None and owed.first:
            try:
                return await self._replies.fill(owed.reply, rendered)
            except Ended:
                self._replies.ended(key)
                owed = None
        try:
            return await self._post(place, key, rendered)
        except DiscordRefused:
            if owed is None:
                raise
            return await self._follow_up(owed, rendered)  # a channel that Robbie is not in

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        """Replace a message's text. Raises SendError."""
        rendered = render(message, self._registry)
        owed = await self._replies.of(key)
        if owed is not None:
            try:
                await self._replies.edit(owed.reply, message_id, rendered)
                return
            except Ended:
                self._replies.ended(key)
        target = await self._threads.target(place)
        route = "/channels/{channel}/messages/{message}"
        try:
            await self._api.call("PATCH", route, body=rendered, channel=target.channel, message=message_id)
        except DiscordRefused as error:
            if not self._lost(place, target, error):
                raise
            raise MessageGone(str(error)) from None

    async def delete(self, place: Place, message_id: str, message: Outgoing) -> None:
        """Delete a message. Raises SendError."""
        target = await self._threads.existing(place)
        await self._api.call(
            "DELETE", "/channels/{channel}/messages/{message}", channel=target.channel, message=message_id
        )

    async def find(self, place: Place, key: str, *, message: Outgoing, since: datetime) -> str | None:
        """The post with this body of ours, or None when there is none, or repeating it is the same as once.

        Discord keeps no nonce, but takes none twice within minutes. After that, the text is looked for.
        Raises CannotTell.
        """
        if (datetime.now(UTC) - since).total_seconds() < _NONCE_SECONDS:
            return None
        try:
            owed = await self._replies.of(key)
            if owed is not None and owed.first:
                return None
            found = await self._alike(place, str(render(message, self._registry)["content"]), since)
        except SendError as error:
            raise CannotTell(str(error)) from None
        if len(found) > 1:
            raise CannotTell("discord: several messages look like this one")
        return found[0] if found else None

    async def history(self, place: Place, limit: int) -> Sequence[Utterance]:
        """The thread's messages, or a direct message's latest, oldest first. Raises SendError."""
        if place.thread and not place.thread.isdecimal():  # a command began it: nothing was said before
            return []
        me, target = await self._self(), await self._threads.existing(place)
        if target.answers:  # no thread: all that is known is what it began with
            began = await self._histories.one(target.channel, target.answers)
            return [_utterance(began, me)] if began else []
        latest = [message async for message in self._histories.latest(target.channel, limit)]
        return [_utterance(message, me) for message in reversed(latest)]

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        """A file that somebody attached. Raises Unreadable."""
        return await self._files.fetch(message_id, file, limit)

    async def profile(self, tenant: str, account: str) -> Profile:
        """What a guild, or Discord, says of an account, remembered for an hour. Raises SendError."""
        known = self._profiles.get((tenant, account))
        if known is not None and time.monotonic() - known[0] < _PROFILE_SECONDS:
            return known[1]
        profile = await self._asked_profile(tenant, account)
        if len(self._profiles) >= _MAX_PROFILES:
            self._profiles.pop(next(iter(self._profiles)))
        self._profiles[tenant, account] = (time.monotonic(), profile)
        return profile

    async def working(self, place: Place, *, on: bool) -> None:
        """Show that Robbie is typing, until it is not."""
        if on:
            self._typing.start(place)
        else:
            await self._typing.stop(place)

    async def close(self) -> None:
        """End what runs in the background, and the connections."""
        await self._typing.close()
        await self._files.close()
        await self._api.close()

    async def _post(self, place: Place, key: str, rendered: Body) -> str:
        target = await self._threads.target(place)
        body = {**rendered, "nonce": nonce(key), "enforce_nonce": True, **_reference(target)}
        try:
            answer = await self._api.call("POST", "/channels/{channel}/messages", body=body, channel=target.channel)
        except DiscordGone as error:
            raise DiscordRefused(400, error.code) from None  # there is nothing to edit yet that could be gone
        except DiscordRefused as error:
            if self._lost(place, target, error):
                raise NotSent(str(error)) from None
            raise
        return str(as_object(answer)["id"])

    def _lost(self, place: Place, target: Target, error: DiscordRefused) -> bool:
        """Whether a thread that was there is gone; the place is looked for anew then."""
        if error.code != UNKNOWN_CHANNEL or target.channel == place.channel:
            return False
        self._threads.forget(place)
        return True

    async def _alike(self, place: Place, content: str, since: datetime) -> list[str]:
        """Messages of ours with this content that were posted to a place after a moment."""
        me, target = await self._self(), await self._threads.existing(place)
        found = []
        async for message in self._histories.after(target.channel, snowflake(since - _CLOCKS), _MAX_PAGES):
            if message is None:
                raise CannotTell("discord: the conversation is too long to look through")
            ours = message.author is not None and message.author.id == me
            if ours and _words(message.content) == _words(content) and _answers(message) in ("", target.answers):
                found.append(message.id)
        return found

    async def _follow_up(self, owed: Owed, rendered: Body) -> str:
        try:
            return await self._replies.follow_up(owed.reply, rendered)
        except Ended:
            raise DiscordRefused(403, 0) from None

    async def _say_typing(self, place: Place) -> None:
        target = await self._threads.target(place)
        await self._api.call("POST", "/channels/{channel}/typing", channel=target.channel)

    async def _self(self) -> str:
        async with self._asking:
            if not self._me:
                self._me = str(as_object(await self._api.call("GET", "/users/@me"))["id"])
            return self._me

    async def _asked_profile(self, tenant: str, account: str) -> Profile:
        if tenant.isdecimal():
            try:
                member = parse(
                    Member, await self._api.call("GET", "/guilds/{guild}/members/{user}", guild=tenant, user=account)
                )
                if member.user is not None:
                    admin = await self._administers(tenant, account, member)
                    return Profile(name=member.nick or member.user.name, is_bot=bool(member.user.bot), admin=admin)
            except (DiscordRefused, MalformedEvent):
                pass  # who has left the guild still has an account
        try:
            user = parse(User, await self._api.call("GET", "/users/{user}", user=account))
        except MalformedEvent as error:
            raise NotSent(f"discord: {error}") from None
        return Profile(name=user.name or user.id, is_bot=bool(user.bot))

    async def _administers(self, tenant: str, account: str, member: Member) -> bool:
        guild = parse(Guild, await self._api.call("GET", "/guilds/{guild}", guild=tenant))
        return administers(guild, account, member.roles)


def nonce(key: str) -> str:
    """An outbox key in the 25 characters that Discord takes."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:16]).rstrip(b"=").decode()


def _reference(target: Target) -> Body:
    if not target.answers:
        return {}
    return {"message_reference": {"message_id": target.answers, "fail_if_not_exists": False}}


def _words(text: str) -> list[str]:
    """What is left of a text however a platform treats its spaces."""
    return text.replace("\u200b", "").split()


def _answers(message: Message) -> str:
    return (message.message_reference.message_id or "") if message.message_reference else ""


def _utterance(message: Message, me: str) -> Utterance:
    ours = message.author is not None and message.author.id == me
    names = {user.id: user.name for user in message.mentions if user.name}
    return Utterance(
        speaker="" if ours or message.author is None else message.author.name,
        text=readable(message.content, names, () if ours else (me,)),
        at=moment(message.id),
        message_id=message.id,
        by_robbie=ours,
        files=tuple(Attached(**file_of(attachment).model_dump()) for attachment in message.attachments),
    )
