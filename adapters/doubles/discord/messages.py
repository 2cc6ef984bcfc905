"""Posting, editing, deleting and reading messages."""

from __future__ import annotations

import time
from dataclasses import replace

from adapters.doubles.discord import sessions
from adapters.doubles.discord.checks import FILES_LIMIT, check_content, check_nonce, check_not_empty
from adapters.doubles.discord.forms import check_fields
from adapters.doubles.discord.mentions import MESSAGE_DEFAULT, Allowed, allowed_of
from adapters.doubles.discord.message_shapes import message_wire, without_content
from adapters.doubles.discord.permissions import can
from adapters.doubles.discord.platform import Call, Platform, Upload, writes_in
from adapters.doubles.discord.shapes import is_text
from adapters.doubles.discord.state import REPLY, SPEECH, Attachment, Channel, Message
from adapters.doubles.discord.wire import (
    DiscordError,
    Json,
    invalid,
    missing_access,
    missing_permissions,
    now_ms,
)


def create(call: Call) -> Json:
    """``POST /channels/{channel_id}/messages``."""
    channel = _writable(call)
    body = call.body
    nonce = check_nonce(body.get("nonce"))
    author = call.world.bot
    if nonce is not None and body.get("enforce_nonce"):
        known = _remembered(call.platform, author, nonce)
        if known is not None:
            # Of a message that was made and then deleted, Discord says that it does not know it.
            return message_wire(call.world, call.world.channel(known.channel_id).message(known.id)) | {"nonce": nonce}
    message = build(_embeddable(call, channel, new=True), channel, author, MESSAGE_DEFAULT)
    message.nonce = nonce
    publish(call.platform, channel, message)
    if nonce is not None:
        _remember(call.platform, author, nonce, message)
    return message_wire(call.world, message) | ({"nonce": nonce} if nonce else {})


def build(
    call: Call, channel: Channel, author: str, default: Allowed, message_id: str = "", hidden: bool = False
) -> Message:
    """A message from a form, checked, not yet published. ``hidden`` says that it may be ephemeral."""
    _check_attachments(call, [])
    fields = check_content(call.body, hidden=hidden, files={name for name, _ in _named(call)})
    reference = _reference(call, channel)
    message_id = message_id or call.world.ids.new()
    message = Message(message_id, channel.id, author, tts=bool(call.body.get("tts")), **fields)
    if reference is not None:
        message.reference, message.type = reference, REPLY
    message.attachments = store_files(call, channel, call.files)
    allowed = allowed_of(call.body, default)
    check_not_empty(message)
    call.platform.apply_mentions(channel, message, allowed, author, note=True)
    return message


def publish(platform: Platform, channel: Channel, message: Message, copies: int = 1, hold: bool = False) -> str:
    """Put a message into its channel and send its event. An archived thread wakes up."""
    if channel.archived:
        channel.archived = False
        platform.thread_event("THREAD_UPDATE", channel)
    if channel.is_thread and message.author in platform.world.users and message.author not in channel.members:
        channel.members.append(message.author)
    channel.add(message)
    return platform.message_event("MESSAGE_CREATE", message, copies, hold)


def edit(call: Call) -> Json:
    """``PATCH /channels/{channel_id}/messages/{message_id}``: only the app's own messages."""
    channel = call.channel()
    message = call.message(channel)
    if message.author != call.world.bot or message.identity is not None:
        raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
    if channel.archived:
        raise DiscordError(400, 50083, "Thread is archived")
    change(_embeddable(call, channel, new=False), channel, message, MESSAGE_DEFAULT)
    return message_wire(call.world, message)


def _embeddable(call: Call, channel: Channel, new: bool) -> Call:
    """Without the permission for embeds, they are left out; a new message of nothing else is refused."""
    if not call.body.get("embeds") or can(call.world, channel, call.world.bot, "EMBED_LINKS"):
        return call
    if new and not (call.body.get("content") or call.body.get("components") or call.files):
        raise missing_permissions()
    return replace(call, body=call.body | {"embeds": []})


def change(call: Call, channel: Channel, message: Message, default: Allowed) -> None:
    """Apply a form to a message that is there. Mentions are worked out anew, by this form's own permission."""
    _check_attachments(call, message.attachments)
    kept = _kept_files(call, message)
    names = {*(attachment.name for attachment in kept), *(name for name, _ in _named(call))}
    fields = check_content(call.body, old=message, files=names)
    allowed = allowed_of(call.body, default)
    before = {name: getattr(message, name) for name in (*fields, "attachments")}
    for name, value in fields.items():
        setattr(message, name, value)
    message.attachments = kept + store_files(call, channel, call.files)
    try:
        check_not_empty(message)
    except DiscordError:
        for name, value in before.items():
            setattr(message, name, value)
        raise
    if "content" in call.body or "components" in call.body:
        call.platform.apply_mentions(channel, message, allowed, call.world.bot, note=True)
    message.edited_ms, message.edits = now_ms(), message.edits + 1
    call.platform.message_event("MESSAGE_UPDATE", message)


def delete(call: Call) -> None:
    """``DELETE /channels/{channel_id}/messages/{message_id}``."""
    channel = call.channel()
    message = call.message(channel)
    if message.author != call.world.bot:
        if channel.is_dm:
            raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
        call.channel("MANAGE_MESSAGES")
    channel.remove(message)
    call.platform.message_gone(channel, message)


def get(call: Call) -> Json:
    """``GET /channels/{channel_id}/messages/{message_id}``."""
    channel = _readable(call)
    return _read(call, call.message(channel))


def history(call: Call) -> list[Json]:
    """``GET /channels/{channel_id}/messages``: newest first, before, after or around a message."""
    channel = call.channel()
    if not can(call.world, channel, call.world.bot, "READ_MESSAGE_HISTORY"):
        return []
    limit = _limit(call, 100)
    named = [name for name in ("before", "after", "around") if name in call.query]
    if len(named) > 1:
        raise invalid("", "MUTUALLY_EXCLUSIVE", "before, after and around are mutually exclusive")
    pivot = _snowflake(named[0], call.query[named[0]]) if named else 0
    if not named:
        found = channel.between(0)[-limit:]
    elif named[0] == "before":
        found = channel.between(0, pivot)[-limit:]
    elif named[0] == "after":
        found = channel.between(pivot)[:limit]
    else:
        older, newer = channel.between(0, pivot)[-(limit // 2) :], channel.between(pivot - 1)
        found = older + newer[: limit - len(older)]
    return [_read(call, message) for message in reversed(found)]


def typing(call: Call) -> None:
    """``POST /channels/{channel_id}/typing``."""
    channel = _writable(call)
    call.platform.typing.append(channel.id)
    body = {"channel_id": channel.id, "user_id": call.world.bot, "timestamp": int(time.time())}
    call.platform.emit("TYPING_START", body, channel, (sessions.GUILD_TYPING, sessions.DM_TYPING))


def store_files(call: Call, channel: Channel, files: list[Upload]) -> list[Attachment]:
    """Keep a form's files, with the descriptions that it gives."""
    if len(files) > FILES_LIMIT:
        raise DiscordError(400, 30015, "Maximum number of attachments in a message reached (10)")
    if any(len(file.content) > call.world.attachment_limit for file in files):
        raise DiscordError(413, 40005, "Request entity too large")
    stored = []
    for (name, description), file in zip(_named(call), files, strict=True):
        made = call.world.attach(call.platform.base_url, channel.id, name, file.content, file.content_type)
        made.description = description
        stored.append(made)
    return stored


def _named(call: Call) -> list[tuple[str, str | None]]:
    """Name and description of each file of a form, which may give them under the file's number."""
    told = {str(item.get("id")): item for item in call.body.get("attachments") or []}
    about = [told.get(file.number, {}) for file in call.files]
    return [
        (str(item.get("filename") or file.name), item.get("description"))
        for item, file in zip(about, call.files, strict=True)
    ]


def _check_attachments(call: Call, kept: list[Attachment]) -> None:
    """What a form says of attachments is about its own files, or about those that are there."""
    check_fields("attachments", "", call.body)
    known = {*(file.number for file in call.files), *(attachment.id for attachment in kept)}
    for number, item in enumerate(call.body.get("attachments") or []):
        check_fields("attachment", f"attachments.{number}", item)
        if str(item["id"]) not in known:
            raise invalid(f"attachments.{number}", "ATTACHMENT_NOT_FOUND", "Attachment data not found")


def _kept_files(call: Call, message: Message) -> list[Attachment]:
    if call.body.get("attachments") is None:
        return [] if "attachments" in call.body else message.attachments
    named = {str(item.get("id")) for item in call.body["attachments"]}
    return [attachment for attachment in message.attachments if attachment.id in named]


def _writable(call: Call) -> Channel:
    """The channel of the path, if the app may write there."""
    channel = call.channel()
    if not is_text(channel):
        raise DiscordError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.is_dm and not call.world.reachable(channel.recipient or ""):
        raise DiscordError(403, 50007, "Cannot send messages to this user")
    if channel.locked:
        raise DiscordError(400, 160005, "Thread is locked")
    return call.channel(writes_in(channel), *(["ATTACH_FILES"] if call.files else []))


def _readable(call: Call) -> Channel:
    channel = call.channel()
    if not can(call.world, channel, call.world.bot, "READ_MESSAGE_HISTORY"):
        raise missing_access()
    return channel


def _read(call: Call, message: Message) -> Json:
    body = message_wire(call.world, message)
    return body if "MESSAGE_CONTENT" in call.world.privileged else without_content(call.world, message, body)


def _remember(platform: Platform, author: str, nonce: str, message: Message) -> None:
    platform.nonces.pop((author, nonce), None)
    platform.nonces[author, nonce] = (time.monotonic(), message)
    oldest = next(iter(platform.nonces))
    if time.monotonic() - platform.nonces[oldest][0] > platform.nonce_seconds:
        del platform.nonces[oldest]


def _remembered(platform: Platform, author: str, nonce: str) -> Message | None:
    at, message = platform.nonces.get((author, nonce), (0.0, None))
    return message if message is not None and time.monotonic() - at < platform.nonce_seconds else None


def _reference(call: Call, channel: Channel) -> Json | None:
    """The message that a form answers. One that is gone is refused, unless the form says not to mind."""
    given = call.body.get("message_reference")
    if given is None:
        return None
    check_fields("reference", "message_reference", given)
    if given.get("type"):
        raise DiscordError(501, 0, "The double forwards no messages")
    if not can(call.world, channel, call.world.bot, "READ_MESSAGE_HISTORY"):
        raise DiscordError(403, 160002, "Cannot reply without permission to read message history")
    elsewhere = str(given.get("channel_id", channel.id)) != channel.id
    target = channel.by_id.get(str(given.get("message_id")))
    if target is None or elsewhere:
        if given.get("fail_if_not_exists", True):
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    if target.type not in SPEECH:
        code = "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"
        raise invalid("message_reference", code, "Cannot reply to a system message")
    guild = call.platform.guild_of(channel)
    return {"type": 0, "channel_id": channel.id, "message_id": target.id} | ({"guild_id": guild} if guild else {})


def _limit(call: Call, most: int) -> int:
    text = call.query.get("limit", "50")
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid("limit", "NUMBER_TYPE_MAX", f"int value should be between 1 and {most}.")
    return int(text)


def _snowflake(name: str, text: str) -> int:
    if not text.isdigit():
        raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)
