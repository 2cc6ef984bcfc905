"""What Discord says happened, as inbound events. Pure functions: no clock, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.discord.interaction import Interaction
from adapters.discord.payload import (
    FORWARD,
    Attachment,
    ChannelObject,
    Deletion,
    Message,
    Reaction,
    moment,
)
from adapters.discord.text import opens_with_other, readable
from adapters.discord.who import Us
from core.conversation.mentions import mentioned
from core.conversation.models import Author, FileRef, InboundEvent, Kind, Place
from core.conversation.payload import MalformedEvent, parse

_QUOTED = 1_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot token speaks as.

    Attributes:
        roles: Robbie's own roles in a guild, which people mention as if they were its account.
        forums: forums in which each new post is for Robbie.
    """

    user: str
    application: str
    roles: frozenset[str] = frozenset()
    forums: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Every id by which Robbie is mentioned."""
        return self.roles | {self.user}

    def made(self, message: Message) -> bool:
        """Whether a message is Robbie's own: its account's, or one of its webhooks'."""
        return Us(self.user, self.application).made(message)

    def among(self, roles: frozenset[str], forums: frozenset[str] = frozenset()) -> Identity:
        """The same, with its roles in a guild, and the forums that it answers."""
        return replace(self, roles=roles, forums=self.forums | forums)

    def answers(self, message: Message, channel: ChannelObject) -> bool:
        """Whether a message is the first one of a post in a forum that Robbie answers: it has the post's id."""
        return channel.parent_id in self.forums and channel.is_thread and message.id == channel.id


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of the gateway.

    Attributes:
        delivery: the same for every delivery of this event, and for no other.
        at: when it came in: some events carry no time.
    """

    name: str
    data: Mapping[str, object]
    delivery: str
    at: datetime

    @property
    def channel(self) -> str:
        """The id of the channel that it happened in. Raises MalformedEvent."""
        found = self.data.get("channel_id")
        if not isinstance(found, str):
            raise MalformedEvent(f"{self.name}: channel_id: missing")
        return found

    @property
    def guild(self) -> str | None:
        """The id of the guild; None in a direct message."""
        found = self.data.get("guild_id")
        return found if isinstance(found, str) else None


def inbound(heard: Heard, me: Identity, channel: ChannelObject) -> Iterator[InboundEvent]:
    """The events in a delivery of the gateway; none when it does not concern Robbie. Raises MalformedEvent."""
    match heard.name:
        case "MESSAGE_CREATE":
            found = said(parse(Message, heard.data), me, channel)
        case "MESSAGE_UPDATE":
            found = _changed(parse(Message, heard.data), me, channel)
        case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
            found = _reaction(heard, me, channel)
        case "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK":
            yield from _deleted(heard, me, channel)
            return
        case _:
            return
    if found is not None:
        yield found


def said(message: Message, me: Identity, channel: ChannelObject) -> InboundEvent | None:
    """A message as the event that it is; None if it is not for Robbie."""
    if not message.is_speech or message.author is None or me.made(message):
        return None
    place = place_of(channel, me, root=_root(message, me))
    replied = message.answers
    to_us = replied is not None and me.made(replied)
    return InboundEvent(
        kind=Kind.MESSAGE,
        identities=(f"message:{channel.id}:{message.id}",),
        place=place,
        author=_author(message),
        message_id=message.id,
        occurred_at=moment(message.id),
        text=_text(message, me),
        addressed=place.direct or to_us or _mentioned(message, me) or me.answers(message, channel),
        speaks_to_other=opens_with_other(message.content, me.names) or (replied is not None and not to_us),
        files=tuple(file_of(attachment) for attachment in carried(message, me)),
        mentions=_spoken_to(message),
        replies_to=replied.id if replied is not None else "",
        public=channel.public,
    )


def _spoken_to(message: Message) -> tuple[str, ...]:
    """Whom it mentions; a reply mentions whose message it answers, unless its author chose that it does not."""
    replied = message.answers.author if message.answers is not None else None
    pinged = [user.id for user in message.mentions if replied is not None and user.id == replied.id]
    return tuple(dict.fromkeys((*pinged, *mentioned(message.content))))


def carried(message: Message, me: Identity | None = None) -> list[Attachment]:
    """The files of a message, and of the ones that it answers or forwards: what it asks is often about those."""
    replied = message.answers
    answered = replied.attachments if replied is not None and not (me and me.made(replied)) else []
    forwarded = [file for snapshot in message.message_snapshots for file in snapshot.message.attachments]
    return [*message.attachments, *answered, *forwarded]


def asked(interaction: Interaction, me: Identity, channel: ChannelObject) -> InboundEvent:
    """A command, a press or a form as the message that it stands for. Raises MalformedEvent."""
    asker = interaction.asker
    if asker is None:
        raise MalformedEvent("Interaction: user: missing")
    nick = interaction.member.nick if interaction.member else None
    return InboundEvent(
        kind=Kind.MESSAGE,
        identities=(f"interaction:{interaction.id}",),
        place=place_of(channel, me, root=root_of(interaction)),
        author=Author(account=asker.id, name=nick or asker.name, is_bot=bool(asker.bot)),
        message_id=interaction.id,
        occurred_at=moment(interaction.id),
        addressed=True,
    )


def root_of(interaction: Interaction) -> str:
    """In a text channel a command begins a conversation of its own: a thread could not hang on anything."""
    return f"ask-{interaction.id}"


def place_of(channel: ChannelObject, me: Identity, *, root: str) -> Place:
    """Where a conversation is that began with the message ``root``.

    A thread that is made from a message has that message's id, so the place stays the same when one is made.
    """
    if channel.guild_id is None:  # a direct message belongs to no guild: those of one application are one tenant
        return Place(surface="discord", tenant=f"dm-{me.application}", channel=channel.id, direct=True)
    if channel.is_private_thread:  # a room of its own: what is said there is not for all who read the channel above
        return Place(surface="discord", tenant=channel.guild_id, channel=channel.id, thread=channel.id)
    if channel.is_thread:
        parent = channel.parent_id or channel.id
        return Place(surface="discord", tenant=channel.guild_id, channel=parent, thread=channel.id)
    return Place(surface="discord", tenant=channel.guild_id, channel=channel.id, thread=root)


def _root(message: Message, me: Identity) -> str:
    """The message that a conversation in a plain channel began with: Robbie's answers there all reply to it."""
    ours = message.answers
    if ours is None or not me.made(ours):
        return message.id
    began = ours.message_reference.message_id if ours.message_reference else None
    return began or ours.id


def _mentioned(message: Message, me: Identity) -> bool:
    return any(user.id == me.user for user in message.mentions) or not me.roles.isdisjoint(message.mention_roles)


def _changed(message: Message, me: Identity, channel: ChannelObject) -> InboundEvent | None:
    """An edit; None for what only looks like one (a link's preview, a pin)."""
    if message.edited_timestamp is None:
        return None
    found = said(message, me, channel)
    if found is None:
        return None
    identity = f"edit:{channel.id}:{message.id}:{message.edited_timestamp.timestamp():.6f}"
    return found.model_copy(
        update={"kind": Kind.EDIT, "identities": (identity,), "occurred_at": message.edited_timestamp}
    )


def _deleted(heard: Heard, me: Identity, channel: ChannelObject) -> Iterator[InboundEvent]:
    deletion = parse(Deletion, heard.data)
    for message in (*deletion.ids, *([deletion.id] if deletion.id else ())):
        yield InboundEvent(
            kind=Kind.DELETE,
            identities=(f"delete:{channel.id}:{message}",),
            place=place_of(channel, me, root=message),
            author=Author(account=""),  # Discord does not say whose it was
            message_id=message,
            occurred_at=heard.at,
        )


def _reaction(heard: Heard, me: Identity, channel: ChannelObject) -> InboundEvent | None:
    reaction = parse(Reaction, heard.data)
    if reaction.user_id == me.user:
        return None
    user = reaction.member.user if reaction.member else None
    return InboundEvent(
        kind=Kind.REACTION,
        identities=(f"event:{heard.delivery}",),
        place=place_of(channel, me, root=reaction.message_id),
        author=Author(account=reaction.user_id, is_bot=bool(user and user.bot)),
        message_id=reaction.message_id,
        occurred_at=heard.at,
        reaction=reaction.emoji.name or reaction.emoji.id or "",
        removed=heard.name == "MESSAGE_REACTION_REMOVE",
    )


def _author(message: Message) -> Author:
    author = message.author
    if author is None:
        raise MalformedEvent("Message: author: missing")
    nick = message.member.nick if message.member else None
    return Author(account=author.id, name=nick or author.name, is_bot=message.is_bot)


def _text(message: Message, me: Identity) -> str:
    """What was said, after what it replies to, and with what was forwarded along."""
    names = {user.id: user.name for user in message.mentions if user.name}
    replied = message.answers
    quotes = []
    if replied is not None and not me.made(replied) and replied.content:
        who = replied.author.name if replied.author else ""
        quotes.append(f"{who}: {replied.content}" if who else replied.content)
    if message.message_reference is not None and message.message_reference.type == FORWARD:
        quotes += [snapshot.message.content for snapshot in message.message_snapshots if snapshot.message.content]
    told = [_quote(readable(quote, names)) for quote in quotes]
    return "\n\n".join(filter(None, [*told, readable(message.content, names, me.names)]))


def _quote(text: str) -> str:
    return "> " + text[:_QUOTED].replace("\n", "\n> ")


def file_of(attachment: Attachment) -> FileRef:
    """A file as a reference, to be fetched when a turn reads it."""
    return FileRef(
        id=attachment.id,
        name=attachment.filename or attachment.id,
        media_type=attachment.content_type or "application/octet-stream",
        size=attachment.size or 0,
        url=attachment.url or "",
    )
