"""Threads from messages and without, posts in forums, and the channels themselves."""

from __future__ import annotations

from dataclasses import replace

from adapters.doubles.discord.mentions import MESSAGE_DEFAULT
from adapters.doubles.discord.message_shapes import message_wire
from adapters.doubles.discord.messages import build, publish
from adapters.doubles.discord.permissions import can
from adapters.doubles.discord.platform import Call, Platform, has_threads
from adapters.doubles.discord.shapes import channel_wire
from adapters.doubles.discord.state import (
    HAS_THREAD,
    PRIVATE_THREAD,
    SPEECH,
    THREAD,
    THREAD_CREATED,
    THREAD_STARTER,
    Channel,
    Message,
)
from adapters.doubles.discord.wire import DiscordError, Json, invalid, missing_permissions, too_long, unknown

TAGS_LIMIT = 5
_ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


def from_message(call: Call) -> Json:
    """``POST /channels/{channel_id}/messages/{message_id}/threads``. The thread gets the message's id."""
    channel = _threaded(call.channel())
    call.channel("CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    message = call.message(channel)
    if call.world.thread_of(message) is not None:
        raise DiscordError(400, 160004, "A thread has already been created for this message")
    if message.type not in SPEECH:
        raise DiscordError(400, 50068, "Invalid message type")
    thread = _made(call, channel, message.id, THREAD)
    return channel_wire(call.world, open_on(call.platform, thread, message))


def open_on(platform: Platform, thread: Channel, message: Message) -> Channel:
    """Hang a new thread on a message: the message says so, and the thread begins with a pointer to it."""
    world = platform.world
    world.channels[thread.id] = thread
    message.flags |= HAS_THREAD
    platform.thread_event("THREAD_CREATE", thread, created=True)
    platform.message_event("MESSAGE_UPDATE", message)
    reference: Json = {"channel_id": message.channel_id, "message_id": message.id}
    reference["guild_id"] = platform.guild_of(thread)
    starter = Message(world.ids.new(), thread.id, message.author, type=THREAD_STARTER, reference=reference)
    starter.identity = message.identity
    publish(platform, thread, starter)
    return thread


def without_message(call: Call) -> Json:
    """``POST /channels/{channel_id}/threads``: a post in a forum, or a thread that hangs on nothing."""
    channel = call.channel()
    if channel.is_forum:
        return _post(call, channel)
    _threaded(channel)
    kind = int(call.body.get("type", PRIVATE_THREAD))
    if kind not in (THREAD, PRIVATE_THREAD):
        raise invalid("type", "BASE_TYPE_CHOICES", "Value must be one of (10, 11, 12).")
    call.channel("CREATE_PRIVATE_THREADS" if kind == PRIVATE_THREAD else "CREATE_PUBLIC_THREADS")
    thread = _made(call, channel, call.world.ids.new(), kind)
    open_free(call.platform, thread)
    return channel_wire(call.world, thread)


def open_free(platform: Platform, thread: Channel) -> Channel:
    """Open a thread that hangs on no message; a public one is announced in its channel."""
    world = platform.world
    world.channels[thread.id] = thread
    platform.thread_event("THREAD_CREATE", thread, created=True)
    if thread.type == THREAD and thread.parent_id:
        reference: Json = {"channel_id": thread.id, "guild_id": platform.guild_of(thread)}
        told = Message(world.ids.new(), thread.parent_id, thread.owner or world.bot, thread.name, THREAD_CREATED)
        told.reference = reference
        publish(platform, world.channels[thread.parent_id], told)
    return thread


def _post(call: Call, forum: Channel) -> Json:
    call.channel("SEND_MESSAGES")
    form = call.body.get("message")
    if not isinstance(form, dict):
        raise invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    thread = _made(call, forum, call.world.ids.new(), THREAD)
    thread.applied_tags = tags_of(call, forum)
    message = build(replace(call, body=form), thread, call.world.bot, MESSAGE_DEFAULT, thread.id)
    begin_post(call.platform, thread, message)
    return channel_wire(call.world, thread) | {"message": message_wire(call.world, message)}


def tags_of(call: Call, forum: Channel) -> list[str]:
    """The tags that a form gives a post, if the forum has them, and one where it needs one."""
    given = call.body.get("applied_tags") or []
    if not isinstance(given, list):
        raise invalid("applied_tags", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    tags = [str(tag) for tag in given]
    if len(tags) > TAGS_LIMIT:
        raise invalid("applied_tags", "BASE_TYPE_MAX_LENGTH", f"Must be {TAGS_LIMIT} or fewer in length.")
    if not set(tags) <= set(forum.tags):
        raise unknown("Tag")
    if forum.tag_required and not tags:
        raise DiscordError(400, 40067, "A tag is required to create a forum post in this channel")
    return tags


def begin_post(platform: Platform, thread: Channel, message: Message) -> None:
    """Publish a forum post: the thread, then its first message, which has the same id."""
    platform.world.channels[thread.id] = thread
    platform.thread_event("THREAD_CREATE", thread, created=True)
    publish(platform, thread, message)


def get_channel(call: Call) -> Json:
    """``GET /channels/{channel_id}``."""
    return channel_wire(call.world, call.channel())


def edit_channel(call: Call) -> Json:
    """``PATCH /channels/{channel_id}``: the name of a channel; name, archive and lock of a thread."""
    channel = call.channel()
    if not channel.is_thread:
        call.channel("MANAGE_CHANNELS")
        channel.name = _name(call.body) if "name" in call.body else channel.name
        call.platform.emit("CHANNEL_UPDATE", channel_wire(call.world, channel), channel, (1, 0))
        return channel_wire(call.world, channel)
    if channel.owner != call.world.bot and not can(call.world, channel, call.world.bot, "MANAGE_THREADS"):
        raise missing_permissions()
    channel.name = _name(call.body) if "name" in call.body else channel.name
    channel.auto_archive = _archive_after(call.body, channel.auto_archive)
    forum = call.world.channels[channel.parent_id or ""]
    if "applied_tags" in call.body and forum.is_forum:
        channel.applied_tags = tags_of(call, forum)
    for key in ("archived", "locked"):
        setattr(channel, key, bool(call.body.get(key, getattr(channel, key))))
    call.platform.thread_event("THREAD_UPDATE", channel)
    return channel_wire(call.world, channel)


def join(call: Call) -> None:
    """``PUT /channels/{channel_id}/thread-members/@me``."""
    thread = _thread(call)
    if call.world.bot not in thread.members:
        thread.members.append(call.world.bot)


def leave(call: Call) -> None:
    """``DELETE /channels/{channel_id}/thread-members/@me``."""
    thread = _thread(call)
    thread.members = [member for member in thread.members if member != call.world.bot]


def active(call: Call) -> Json:
    """``GET /guilds/{guild_id}/threads/active``."""
    guild = call.guild()
    here = [t for t in call.world.threads() if not t.archived and call.world.guild_of(t) is guild]
    threads = [t for t in here if can(call.world, t, call.world.bot, "")]
    return {"threads": [channel_wire(call.world, t) for t in threads], "members": []}


def archived(call: Call) -> Json:
    """``GET /channels/{channel_id}/threads/archived/public``."""
    channel = call.channel("READ_MESSAGE_HISTORY")
    threads = [t for t in call.world.threads(channel.id) if t.archived and t.type == THREAD]
    return {"threads": [channel_wire(call.world, t) for t in threads], "members": [], "has_more": False}


def open_dm(call: Call) -> Json:
    """``POST /users/@me/channels``: the direct message with one person, the same one each time."""
    user = call.world.users.get(str(call.body.get("recipient_id")))
    if user is None or user.id == call.world.bot:
        raise DiscordError(400, 50033, "Invalid Recipient(s)")
    if user.is_bot:
        raise DiscordError(403, 50007, "Cannot send messages to this user")
    return channel_wire(call.world, call.world.dm(user.id))


def _threaded(channel: Channel) -> Channel:
    """The channel, if threads can hang there."""
    if not has_threads(channel):
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return channel


def _thread(call: Call) -> Channel:
    channel = call.channel()
    if not channel.is_thread:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return channel


def _made(call: Call, parent: Channel, thread_id: str, kind: int) -> Channel:
    thread = Channel(thread_id, _name(call.body), kind, parent.id, owner=call.world.bot, members=[call.world.bot])
    thread.auto_archive = _archive_after(call.body, thread.auto_archive)
    return thread


def _name(body: Json) -> str:
    return thread_name(body, "name")


def thread_name(body: Json, field: str) -> str:
    """The name that a form gives a thread or channel."""
    name = str(body.get(field) or "")
    if not name:
        raise invalid(field, "BASE_TYPE_REQUIRED", "This field is required")
    if len(name) > 100:
        raise too_long(field, 100)
    return name


def _archive_after(body: Json, otherwise: int) -> int:
    minutes = body.get("auto_archive_duration") or otherwise
    if minutes not in _ARCHIVE_MINUTES:
        raise invalid("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {_ARCHIVE_MINUTES}.")
    return int(minutes)
