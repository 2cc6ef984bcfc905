"""Discord as the sender and a running turn see it. It holds no gateway connection."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.discord.api import MISSING_PERMISSIONS, TOO_LARGE, DiscordApi, DiscordRefused
from adapters.discord.events import file_of
from adapters.discord.files import DiscordFiles
from adapters.discord.histories import Histories
from adapters.discord.hooks import Hooks
from adapters.discord.pages import as_page
from adapters.discord.payload import Message, moment
from adapters.discord.posts import Posts
from adapters.discord.private import Private
from adapters.discord.profiles import Profiles
from adapters.discord.render import PART_LIMIT, render, without_files
from adapters.discord.replies import Ended, Replies
from adapters.discord.text import readable
from adapters.discord.threads import Threads
from adapters.discord.typing import Typing
from adapters.discord.who import Us, Who
from core.commands import REGISTRY
from core.conversation.models import Attached, FileRef, Place, Profile, Utterance
from core.conversation.ports import CannotTell, SendError
from core.conversation.stores import Owed
from core.registry import Registry
from core.rendering.message import Outgoing

_NONCE_SECONDS = 90.0  # Discord remembers a nonce for some minutes; two are sure, less the time that a call takes
_NO_FILES = {MISSING_PERMISSIONS, TOO_LARGE}


class DiscordSurface:
    """Implements ``core.conversation.ports.Surface`` over the REST API.

    Args:
        api: the REST API.
        threads: where conversations in channels are answered.
        replies: how commands are answered.
        registry: the commands.
        pictures: the address below which the personas' pictures are, as Discord reaches it; empty for none.
    """

    name = "discord"
    part_limit = PART_LIMIT
    most_parts = 0
    edit_interval = 1.5
    placeholder = "_Thinking…_"

    def __init__(
        self,
        api: DiscordApi,
        threads: Threads,
        replies: Replies,
        *,
        registry: Registry = REGISTRY,
        pictures: str = "",
    ) -> None:
        self._api = api
        self._threads = threads
        self._replies = replies
        self._registry = registry
        self._who = Who(api)
        self._posts = Posts(api, threads, Hooks(api, self._who, pictures), self._who, registry)
        self._private = Private(api, self._posts, registry)
        self._histories = Histories(api)
        self._files = DiscordFiles(api)
        self._profiles = Profiles(api)
        self._typing = Typing(self._say_typing)

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        """Post a message, or fill the place that a command left for it, and return its id. Raises SendError."""
        try:
            return await self._posted(place, key, message)
        except DiscordRefused as error:
            if not message.files or error.code not in _NO_FILES:
                raise
            return await self._posted(place, key, without_files(message))

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        """Replace a message. Raises SendError."""
        try:
            await self._edited(place, message_id, key, message)
        except DiscordRefused as error:
            if not message.files or error.code not in _NO_FILES:
                raise
            await self._edited(place, message_id, key, without_files(message))

    async def delete(self, place: Place, message_id: str, message: Outgoing) -> None:
        """Delete a message of ours. Raises SendError."""
        if message.only_for and not place.direct:
            await self._private.delete(message_id, message)
        else:
            await self._posts.delete(place, message_id, message)

    async def find(self, place: Place, key: str, *, message: Outgoing, since: datetime) -> str | None:
        """The post with this body of ours, or None when there is none, or repeating it is the same as once.

        Discord keeps no nonce, but takes none twice within minutes. After that, and for what goes through a webhook,
        which has none, the text is looked for. Raises CannotTell.
        """
        young = (datetime.now(UTC) - since).total_seconds() < _NONCE_SECONDS
        try:
            owed = await self._replies.of(key)
            if owed is not None and (owed.first or message.only_for):
                return None
            if young and (message.persona is None or await self._posts.has_nonce(place, message)):
                return None
            if message.only_for and not place.direct:
                return await self._private.alike(message, since)
            return await self._posts.alike(place, message, since)
        except SendError as error:
            raise error if isinstance(error, CannotTell) else CannotTell(str(error)) from None

    async def history(self, place: Place, limit: int) -> Sequence[Utterance]:
        """The thread's messages, or a direct message's latest, oldest first. Raises SendError."""
        if place.thread and not place.thread.isdecimal():  # a command began it: nothing was said before
            return []
        us, target = await self._who.us(), await self._threads.existing(place)
        if target.answers:  # no thread: all that is known is what it began with
            began = await self._histories.one(target.channel, target.answers)
            return [_utterance(began, us)] if began else []
        latest = [message async for message in self._histories.latest(target.channel, limit)]
        return [_utterance(message, us) for message in reversed(latest)]

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        """A file that somebody attached. Raises Unreadable."""
        return await self._files.fetch(message_id, file, limit)

    async def profile(self, tenant: str, account: str) -> Profile:
        """The name of an account, in its guild where there is one, remembered for an hour. Raises SendError."""
        return await self._profiles.of(tenant, account)

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

    async def _posted(self, place: Place, key: str, message: Outgoing) -> str:
        owed = await self._replies.of(key)
        if owed is not None and (owed.first or message.only_for):
            try:
                return await self._through_token(owed, message)
            except Ended:
                self._replies.ended(key)
                owed = None
        if message.only_for and not place.direct:
            return await self._private.post(place, key, message)
        try:
            return await self._posts.post(place, key, message, plain=owed is not None)
        except DiscordRefused:
            if owed is None:
                raise
        try:  # a channel that Robbie is not in
            return await self._replies.follow_up(owed.reply, render(message, self._registry), hidden=False)
        except Ended:
            raise DiscordRefused(403, 0) from None

    async def _edited(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        owed = await self._replies.of(key)
        if owed is not None:
            try:
                await self._replies.edit(owed.reply, message_id, render(message, self._registry))
                return
            except Ended:
                self._replies.ended(key)
        if message.only_for and not place.direct:
            await self._private.edit(message_id, message)
        else:
            await self._posts.edit(place, message_id, message)

    async def _through_token(self, owed: Owed, message: Outgoing) -> str:
        rendered = render(message, self._registry)
        if owed.first:
            if (page := as_page(message, self._registry)) is not None:
                with contextlib.suppress(DiscordRefused):
                    return await self._replies.fill(owed.reply, page)
            return await self._replies.fill(owed.reply, rendered)
        return await self._replies.follow_up(owed.reply, rendered, hidden=bool(message.only_for))

    async def _say_typing(self, place: Place) -> None:
        target = await self._threads.target(place)
        await self._api.call("POST", "/channels/{channel}/typing", channel=target.channel)


def _utterance(message: Message, us: Us) -> Utterance:
    ours = us.made(message)
    names = {user.id: user.name for user in message.mentions if user.name}
    return Utterance(
        speaker="" if ours or message.author is None else message.author.name,
        text=readable(message.content, names, () if ours else (us.user,)),
        at=moment(message.id),
        message_id=message.id,
        by_robbie=ours,
        files=tuple(Attached(**file_of(attachment).model_dump()) for attachment in message.attachments),
    )
