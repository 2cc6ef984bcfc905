"""What the routes work on: the world, the gateway's sessions, and what was noted along the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.doubles.discord import sessions
from adapters.doubles.discord.mentions import Allowed, named_in
from adapters.doubles.discord.message_shapes import message_wire, without_content
from adapters.doubles.discord.permissions import can
from adapters.doubles.discord.sessions import Sessions
from adapters.doubles.discord.shapes import channel_wire, member_wire
from adapters.doubles.discord.state import NEWS, REPLY, TEXT, Channel, Guild, Message
from adapters.doubles.discord.wire import Json, missing_access, missing_permissions, unknown
from adapters.doubles.discord.world import World

Ping = tuple[str, str, str]
"""Channel, message, and who was pinged: a user's id, ``role:…``, ``everyone`` or ``here``."""


@dataclass
class Upload:
    """A file of a multipart request; its number is what the form calls it by."""

    name: str
    content: bytes
    content_type: str
    number: str = "0"


@dataclass
class Platform:
    """Everything that a call can touch.

    Attributes:
        pings: whom messages of the app and of webhooks really pinged, edits included; each once per message.
        typing: channels in which the app was seen typing, in order.
        nonce_seconds: how long ``enforce_nonce`` remembers.
        nonces: messages by author and nonce.
    """

    world: World
    sessions: Sessions
    changed: Callable[[], None]
    base_url: str = ""
    pings: list[Ping] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    nonce_seconds: float = 180.0
    nonces: dict[tuple[str, str], tuple[float, Message]] = field(default_factory=dict)

    def guild_of(self, channel: Channel) -> str | None:
        """The guild that a channel is in."""
        guild = self.world.guild_of(channel)
        return guild.id if guild is not None else None

    def emit(
        self,
        name: str,
        data: Json,
        channel: Channel,
        intents: tuple[int, int] = (0, 0),
        *,
        bare: Json | None = None,
        copies: int = 1,
        hold: bool = False,
    ) -> str:
        """Send an event of a place, if the app can see the place. Intents: in the guild, and in a DM."""
        if not can(self.world, channel, self.world.bot, ""):
            return ""
        guild = self.guild_of(channel)
        where = {"guild_id": guild} if guild else {}
        return self.sessions.emit(
            name,
            data | where,
            intent=intents[1] if channel.is_dm else intents[0],
            guild=guild,
            bare=None if bare is None else bare | where,
            copies=copies,
            hold=hold,
        )

    def message_event(self, name: str, message: Message, copies: int = 1, hold: bool = False) -> str:
        """MESSAGE_CREATE or MESSAGE_UPDATE. Nobody but its reader hears of an ephemeral message."""
        if message.is_ephemeral:
            return ""
        channel = self.world.channels[message.channel_id]
        body = self._heard(channel, message)
        bare = without_content(self.world, message, body)
        intents = (sessions.GUILD_MESSAGES, sessions.DM_MESSAGES)
        return self.emit(name, body, channel, intents, bare=None if bare is body else bare, copies=copies, hold=hold)

    def _heard(self, channel: Channel, message: Message) -> Json:
        """A message as events carry it: with its author's membership, and that of whom it mentions."""
        body = message_wire(self.world, message) | ({"nonce": message.nonce} if message.nonce else {})
        guild = self.world.guild_of(channel)
        if guild is None:
            return body | {"channel_type": 1}
        if message.author in guild.members and message.webhook_id is None:
            body["member"] = member_wire(self.world, guild, message.author, with_user=False)
        for mention in body["mentions"]:
            if mention["id"] in guild.members:
                mention["member"] = member_wire(self.world, guild, mention["id"], with_user=False)
        return body

    def message_gone(self, channel: Channel, message: Message, copies: int = 1, hold: bool = False) -> str:
        """MESSAGE_DELETE."""
        intents = (sessions.GUILD_MESSAGES, sessions.DM_MESSAGES)
        body = {"id": message.id, "channel_id": channel.id}
        return self.emit("MESSAGE_DELETE", body, channel, intents, copies=copies, hold=hold)

    def thread_event(self, name: str, thread: Channel, created: bool = False) -> None:
        """THREAD_CREATE or THREAD_UPDATE."""
        body = channel_wire(self.world, thread) | ({"newly_created": True} if created else {})
        self.emit(name, body, thread, (sessions.GUILDS, 0))

    def apply_mentions(self, channel: Channel, message: Message, allowed: Allowed, sender: str, note: bool) -> None:
        """Work out whom a message mentions with effect, and note the pings (of the app's and webhooks' messages)."""
        named, guild = named_in(message.content, message.components), self.world.guild_of(channel)
        loud = guild is None or sender not in guild.members or can(self.world, channel, sender, "MENTION_EVERYONE")
        users = [user for user in named.users if user in self.world.users and allowed.user(user)]
        replied = self._replied(message)
        if replied is not None and allowed.replied_user and replied not in users:
            users.append(replied)
        roles = guild.roles if guild is not None else {}
        message.mentions = users
        message.mention_roles = [
            r for r in named.roles if r in roles and allowed.role(r) and (roles[r].mentionable or loud)
        ]
        everyone = named.everyone if "everyone" in allowed.parse and loud and not channel.is_dm else []
        message.mention_everyone = bool(everyone)
        if note and not message.is_ephemeral:
            self._note(message, [*users, *(f"role:{role}" for role in message.mention_roles), *everyone])

    def _note(self, message: Message, pinged: list[str]) -> None:
        for who in pinged:
            if (message.channel_id, message.id, who) not in self.pings:
                self.pings.append((message.channel_id, message.id, who))

    def _replied(self, message: Message) -> str | None:
        if message.reference is None or message.type != REPLY:
            return None
        channel = self.world.channels.get(str(message.reference["channel_id"]))
        target = channel.by_id.get(str(message.reference["message_id"])) if channel is not None else None
        return target.author if target is not None and target.author in self.world.users else None


@dataclass(frozen=True)
class Call:
    """One call of a route, by the app or with a webhook's token.

    Attributes:
        params: from the path.
        body: the JSON of the form, empty where there is none.
    """

    platform: Platform
    params: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)

    @property
    def world(self) -> World:
        """What is true."""
        return self.platform.world

    def guild(self) -> Guild:
        """The guild of the path, or 10004: an app knows only those that it is in."""
        guild = self.world.guilds.get(self.params["guild_id"])
        if guild is None or self.world.bot not in guild.members:
            raise unknown("Guild")
        return guild

    def channel(self, *needed: str) -> Channel:
        """The channel of the path: 10003 if there is none, 50001 if the app cannot see it, 50013 if it may not."""
        channel = self.world.channel(self.params["channel_id"])
        if not can(self.world, channel, self.world.bot, ""):
            raise missing_access()
        if not can(self.world, channel, self.world.bot, " ".join(needed)):
            raise missing_permissions()
        return channel

    def message(self, channel: Channel) -> Message:
        """The message of the path."""
        return channel.message(self.params["message_id"])

    def flag(self, name: str) -> bool:
        """A yes in the query."""
        return self.query.get(name, "").lower() in ("1", "true")


def writes_in(channel: Channel) -> str:
    """The permission that writing there takes."""
    return "SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES"


def has_threads(channel: Channel) -> bool:
    """Whether threads can hang there."""
    return channel.type in (TEXT, NEWS)
