"""People (and other apps) acting in the guild and in direct messages, for tests and demos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.doubles.discord import reactions, sessions
from adapters.doubles.discord.mentions import MESSAGE_DEFAULT
from adapters.doubles.discord.message_shapes import message_wire
from adapters.doubles.discord.messages import publish
from adapters.doubles.discord.permissions import can
from adapters.doubles.discord.platform import Platform
from adapters.doubles.discord.state import OTHER_BOT, PRIVATE_THREAD, REPLY, THREAD, Attachment, Channel, Message
from adapters.doubles.discord.threads import begin_post, open_free, open_on
from adapters.doubles.discord.wire import Json, Snowflakes, now_ms
from adapters.doubles.discord.world import World

_FORWARDED = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions")


@dataclass(frozen=True)
class Said:
    """What a message became: its id, where it stands, and the number of its event (empty if there was none)."""

    id: str
    channel_id: str
    event: str = ""


class People:
    """What somebody other than the app can do. People and channels go by name or id. Events follow at once."""

    def __init__(self, platform: Platform, changed: Callable[[], None]) -> None:
        self._platform, self._changed = platform, changed

    @property
    def world(self) -> World:
        """What is true; tests may change it at will."""
        return self._platform.world

    def user_id(self, user: str) -> str:
        """A person's id, given the name or the id. Raises LookupError."""
        if user in self.world.users:
            return user
        for found in self.world.users.values():
            if found.name.lower() == user.lower():
                return found.id
        raise LookupError(f"there is nobody, and no channel, called {user}")

    def channel(self, channel: str) -> Channel:
        """A channel by its name or id; a person's name or id means the direct message with that person.

        In another guild than the first it is named with the guild's: ``Other/general``.
        """
        if channel in self.world.channels:
            return self.world.channels[channel]
        guild, _, name = channel.rpartition("/")
        for found in self.world.channels.values():
            home = self.world.guild_of(found)
            named = home is not None and home.name == (guild or self.world.guild.name)
            if named and found.name == name and not found.is_thread:
                return found
        return self.world.dm(self.user_id(channel))

    def dm(self, user: str) -> str:
        """The id of the person's direct message with the app."""
        return self.world.dm(self.user_id(user)).id

    def mention(self, user: str = "") -> str:
        """The text that mentions a person; without a name, the app."""
        return f"<@{self.user_id(user) if user else self.world.bot}>"

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        reply_to: str | None = None,
        files: Sequence[Attachment] = (),
        age: timedelta | None = None,
        deliveries: int = 1,
        hold: bool = False,
        drop: bool = False,
    ) -> Said:
        """Post as a person. ``channel`` may be a thread, or a person, for the direct message with the app.

        Args:
            user: who says it.
            channel: where.
            text: as Discord keeps it, with ``mention()`` for mentions.
            reply_to: the id of the message that it answers (which mentions that message's author).
            files: made with ``attach``.
            age: how long ago it was said.
            deliveries: how often the event is delivered.
            hold: keep the event back until ``release``.
            drop: send no event at all.
        """
        place, author = self.channel(channel), self.user_id(user)
        made = Snowflakes.at(now_ms() - int(age.total_seconds() * 1000)) if age else self.world.ids.new()
        message = Message(made, place.id, author, text, attachments=list(files))
        if reply_to is not None:
            message.type = REPLY
            guild_id = self._platform.guild_of(place)
            guild = {} if guild_id is None else {"guild_id": guild_id}
            message.reference = {"type": 0, "channel_id": place.id, "message_id": reply_to} | guild
        self._platform.apply_mentions(place, message, MESSAGE_DEFAULT, author, note=False)
        if drop:
            place.add(message)
            self._changed()
            return Said(message.id, place.id)
        return Said(message.id, place.id, publish(self._platform, place, message, deliveries, hold))

    async def bot_says(self, channel: str, text: str, *, user: str = OTHER_BOT) -> Said:
        """Post as another app."""
        return await self.say(user, channel, text)

    async def edit_message(
        self, channel: str, message_id: str, text: str, *, deliveries: int = 1, hold: bool = False
    ) -> str:
        """Edit a message as its author; returns the event's number."""
        place = self.channel(channel)
        message = place.message(message_id)
        message.content, message.edited_ms, message.edits = text, now_ms(), message.edits + 1
        self._platform.apply_mentions(place, message, MESSAGE_DEFAULT, message.author, note=False)
        return self._platform.message_event("MESSAGE_UPDATE", message, deliveries, hold)

    async def unfurl(self, channel: str, message_id: str, embed: Json) -> str:
        """Add a link's preview, as Discord does by itself: an update that nobody's edit brought."""
        message = self.channel(channel).message(message_id)
        message.embeds = [*message.embeds, embed]
        return self._platform.message_event("MESSAGE_UPDATE", message)

    async def delete_message(self, channel: str, message_id: str, *, deliveries: int = 1, hold: bool = False) -> str:
        """Delete a message as its author; returns the event's number."""
        place = self.channel(channel)
        message = place.message(message_id)
        place.remove(message)
        return self._platform.message_gone(place, message, deliveries, hold)

    async def clear(self, channel: str, message_ids: Sequence[str]) -> str:
        """Delete several messages at once, as moderators do; returns the event's number."""
        place = self.channel(channel)
        for message_id in message_ids:
            place.remove(place.message(message_id))
        body: Json = {"ids": list(message_ids), "channel_id": place.id}
        return self._platform.emit("MESSAGE_DELETE_BULK", body, place, (sessions.GUILD_MESSAGES, 0))

    async def forward(self, user: str, channel: str, message_id: str, to: str) -> Said:
        """Forward a message as a person: an empty message that carries a copy of the other."""
        place, original = self.channel(to), self.channel(channel).message(message_id)
        message = Message(self.world.ids.new(), place.id, self.user_id(user))
        message.reference = {"type": 1, "channel_id": original.channel_id, "message_id": original.id}
        copied = message_wire(self.world, original, resolve=False)
        message.snapshots = [{"message": {key: copied[key] for key in _FORWARDED}}]
        return Said(message.id, place.id, publish(self._platform, place, message))

    async def react(
        self, user: str, channel: str, message_id: str, emoji: str, *, deliveries: int = 1, hold: bool = False
    ) -> str:
        """Put a reaction on a message; returns the event's number, empty if it was there already."""
        message = self.channel(channel).message(message_id)
        return reactions.put(self._platform, message, self.user_id(user), emoji, copies=deliveries, hold=hold)

    async def unreact(
        self, user: str, channel: str, message_id: str, emoji: str, *, deliveries: int = 1, hold: bool = False
    ) -> str:
        """Take a reaction back; returns the event's number, empty if it was not there."""
        message = self.channel(channel).message(message_id)
        return reactions.take(self._platform, message, self.user_id(user), emoji, copies=deliveries, hold=hold)

    async def open_thread(
        self, user: str, channel: str, name: str, message_id: str | None = None, *, private: bool = False
    ) -> str:
        """Open a thread as a person, on a message or on nothing; returns its id. Robbie is in a private one, too."""
        place, owner = self.channel(channel), self.user_id(user)
        kind, members = (PRIVATE_THREAD, [owner, self.world.bot]) if private else (THREAD, [owner])
        thread = Channel(message_id or self.world.ids.new(), name, kind, place.id, owner=owner, members=members)
        if message_id is None:
            return open_free(self._platform, thread).id
        return open_on(self._platform, thread, place.message(message_id)).id

    async def post(self, user: str, forum: str, title: str, text: str, tags: Sequence[str] = ()) -> Said:
        """Write a post in a forum, tagged by the names of its tags; its first message has the thread's id."""
        place, author = self.channel(forum), self.user_id(user)
        if not place.is_forum:
            raise ValueError(f"{forum} is no forum")
        if place.tag_required and not tags:
            raise LookupError(f"{forum} takes no posts without a tag")
        thread = Channel(self.world.ids.new(), title, THREAD, place.id, owner=author, members=[author])
        thread.applied_tags = [next(tag for tag, name in place.tags.items() if name == wanted) for wanted in tags]
        message = Message(thread.id, thread.id, author, text)
        self._platform.apply_mentions(thread, message, MESSAGE_DEFAULT, author, note=False)
        begin_post(self._platform, thread, message)
        return Said(message.id, thread.id)

    def attach(self, channel: str, name: str, content: bytes, content_type: str = "") -> Attachment:
        """A file for ``say(files=…)``. Without a type, Discord tells it by the name."""
        return self.world.attach(self._platform.base_url, self.channel(channel).id, name, content, content_type)

    def may(self, user: str, channel: str, names: str) -> bool:
        """Whether a member has permissions in a channel."""
        return can(self.world, self.channel(channel), self.user_id(user), names)
