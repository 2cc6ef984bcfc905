"""Reactions of the app, and the events that reactions send."""

from __future__ import annotations

import re

from adapters.doubles.discord import sessions
from adapters.doubles.discord.message_shapes import emoji_wire
from adapters.doubles.discord.permissions import can
from adapters.doubles.discord.platform import Call, Platform
from adapters.doubles.discord.shapes import member_wire, user_wire
from adapters.doubles.discord.state import Channel, Message
from adapters.doubles.discord.wire import DiscordError, Json, missing_permissions

KINDS_LIMIT = 20
_CUSTOM = re.compile(r"\w{2,32}:\d+")


def add(call: Call) -> None:
    """``PUT …/reactions/{emoji}/@me``."""
    channel, message, emoji = _target(call)
    users = message.reactions.get(emoji, [])
    if not users:
        if not can(call.world, channel, call.world.bot, "ADD_REACTIONS"):
            raise missing_permissions()
        if sum(bool(u) for u in message.reactions.values()) >= KINDS_LIMIT:
            raise DiscordError(400, 30010, "Maximum number of reactions reached (20)")
    put(call.platform, message, call.world.bot, emoji)


def remove(call: Call) -> None:
    """``DELETE …/reactions/{emoji}/@me``."""
    _, message, emoji = _target(call)
    take(call.platform, message, call.world.bot, emoji)


def remove_other(call: Call) -> None:
    """``DELETE …/reactions/{emoji}/{user_id}``."""
    channel, message, emoji = _target(call)
    if not can(call.world, channel, call.world.bot, "MANAGE_MESSAGES"):
        raise missing_permissions()
    take(call.platform, message, call.params["user_id"], emoji)


def users(call: Call) -> list[Json]:
    """``GET …/reactions/{emoji}``."""
    _, message, emoji = _target(call)
    return [user_wire(call.world.users[user]) for user in message.reactions.get(emoji, [])]


def put(platform: Platform, message: Message, user: str, emoji: str, *, copies: int = 1, hold: bool = False) -> str:
    """Put somebody's reaction on a message; returns the event's number, empty if it was there already."""
    users = message.reactions.setdefault(emoji, [])
    if user in users:
        return ""
    users.append(user)
    body = _event(platform, message, user, emoji) | {"message_author_id": message.author}
    channel = platform.world.channels[message.channel_id]
    guild = platform.world.guild_of(channel)
    if guild is not None and user in guild.members:
        body["member"] = member_wire(platform.world, guild, user)
    return _emit(platform, "MESSAGE_REACTION_ADD", body, channel, copies, hold)


def take(platform: Platform, message: Message, user: str, emoji: str, *, copies: int = 1, hold: bool = False) -> str:
    """Take somebody's reaction back; returns the event's number, empty if it was not there."""
    users = message.reactions.get(emoji, [])
    if user not in users:
        return ""
    users.remove(user)
    body = _event(platform, message, user, emoji)
    return _emit(platform, "MESSAGE_REACTION_REMOVE", body, platform.world.channels[message.channel_id], copies, hold)


def _target(call: Call) -> tuple[Channel, Message, str]:
    channel = call.channel("READ_MESSAGE_HISTORY")
    emoji = call.params["emoji"]
    if emoji.isascii() and not _CUSTOM.fullmatch(emoji):
        raise DiscordError(400, 10014, "Unknown Emoji")
    if channel.archived:
        raise DiscordError(400, 50083, "Thread is archived")
    return channel, call.message(channel), emoji


def _event(platform: Platform, message: Message, user: str, emoji: str) -> Json:
    return {
        "user_id": user,
        "channel_id": message.channel_id,
        "message_id": message.id,
        "emoji": emoji_wire(emoji),
        "burst": False,
        "type": 0,
    }


def _emit(platform: Platform, name: str, body: Json, channel: Channel, copies: int, hold: bool) -> str:
    intents = (sessions.GUILD_REACTIONS, sessions.DM_REACTIONS)
    return platform.emit(name, body, channel, intents, copies=copies, hold=hold)
