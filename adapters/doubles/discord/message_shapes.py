"""Messages as Discord's wire carries them."""

from __future__ import annotations

from adapters.doubles.discord.shapes import channel_wire, user_wire
from adapters.doubles.discord.state import REPLY, THREAD_STARTER, Attachment, Message
from adapters.doubles.discord.wire import Json, iso, time_of
from adapters.doubles.discord.world import World


def attachment_wire(attachment: Attachment) -> Json:
    """An attachment object."""
    body: Json = {
        "id": attachment.id,
        "filename": attachment.name,
        "size": len(attachment.content),
        "url": attachment.url,
        "proxy_url": attachment.url,
        "content_type": attachment.content_type,
    }
    size = attachment.size
    if size is not None:
        body |= {"width": size[0], "height": size[1]}
    return body | ({"description": attachment.description} if attachment.description else {})


def emoji_wire(emoji: str) -> Json:
    """A reaction's emoji: a character, or ``name:id`` of one of the guild's own."""
    name, _, number = emoji.partition(":")
    return {"id": number or None, "name": name}


def author_wire(world: World, message: Message) -> Json:
    """Who a message is from; a webhook has a user of its own."""
    if message.identity is not None:
        return message.identity
    return user_wire(world.users[message.author])


def message_wire(world: World, message: Message, resolve: bool = True) -> Json:
    """A message object. ``resolve`` adds the message that it answers, which itself resolves nothing further."""
    body: Json = {
        "id": message.id,
        "channel_id": message.channel_id,
        "author": author_wire(world, message),
        "content": message.content,
        "timestamp": iso(time_of(message.id)),
        "edited_timestamp": iso(message.edited_ms) if message.edited_ms else None,
        "tts": message.tts,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_wire(world.users[user]) for user in message.mentions],
        "mention_roles": message.mention_roles,
        "attachments": [attachment_wire(attachment) for attachment in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": False,
        "type": message.type,
        "flags": message.flags,
    }
    body |= _optional(world, message)
    if resolve and message.reference and message.type in (REPLY, THREAD_STARTER):
        body["referenced_message"] = _referenced(world, message.reference)
    return body


def _optional(world: World, message: Message) -> Json:
    thread = world.thread_of(message)
    reactions = [
        {
            "emoji": emoji_wire(emoji),
            "count": len(users),
            "me": world.bot in users,
            "me_burst": False,
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
        }
        for emoji, users in message.reactions.items()
        if users
    ]
    optional: Json = {
        "reactions": reactions,
        "webhook_id": message.webhook_id,
        "message_reference": message.reference,
        "message_snapshots": message.snapshots,
        "interaction_metadata": message.interaction,
        "application_id": world.application if message.interaction or message.webhook_id else None,
        "thread": channel_wire(world, thread) if thread is not None else None,
    }
    return {key: value for key, value in optional.items() if value}


def _referenced(world: World, reference: Json) -> Json | None:
    channel = world.channels.get(str(reference["channel_id"]))
    message = channel.by_id.get(str(reference["message_id"])) if channel is not None else None
    return message_wire(world, message, resolve=False) if message is not None else None


def without_content(world: World, message: Message, body: Json) -> Json:
    """The message as an app gets it that may not read contents: empty, unless it is its own, a DM, or mentions it."""
    own = message.author == world.bot or message.webhook_id == world.application
    if own or world.channels[message.channel_id].is_dm or world.bot in message.mentions:
        return body
    return body | {"content": "", "embeds": [], "attachments": [], "components": []}
