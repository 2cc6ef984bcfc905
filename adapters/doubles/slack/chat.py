"""Posting, editing and deleting messages."""

from __future__ import annotations

from adapters.doubles.slack.checks import (
    MARKDOWN_LIMIT,
    TEXT_CUT,
    UPDATE_TEXT_LIMIT,
    check_attachments,
    check_blocks,
    check_metadata,
)
from adapters.doubles.slack.events import changed_event, deleted_event, mention_event, message_event
from adapters.doubles.slack.methods import Call, Platform
from adapters.doubles.slack.state import Channel, Message
from adapters.doubles.slack.wire import Json, SlackError, invalid_arguments, truthy


def post_message(call: Call) -> Json:
    """``chat.postMessage``."""
    identity = identity_of(call)
    content = content_of(call)
    channel = call.own_channel()
    message = Message(
        channel.id,
        call.workspace.new_ts(),
        call.workspace.bot_user,
        bot_id=call.workspace.bot_id,
        thread_ts=thread_of(call, channel),
        broadcast=truthy(call.args.get("reply_broadcast")),
        **content,
        **identity,
    )
    publish(call.platform, channel, message, link_names=_links(call))
    return {"channel": channel.id, "ts": message.ts, "message": message.wire()}


def post_ephemeral(call: Call) -> Json:
    """``chat.postEphemeral``: shown to one person, kept nowhere."""
    identity = identity_of(call)
    content = content_of(call)
    channel = call.own_channel()
    user = call.require("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    ts, bot = call.workspace.new_ts(), call.workspace.bot_user
    message = Message(channel.id, ts, bot, thread_ts=thread_of(call, channel), shown_to=user, **content, **identity)
    call.platform.record_pings(message, _links(call))
    call.workspace.ephemerals.append(message)
    return {"message_ts": ts}


def update(call: Call) -> Json:
    """``chat.update``. New text without blocks removes the old blocks; the identity is what this call says."""
    identity = identity_of(call)
    content = content_of(call, keep_empty=True)
    if len(str(call.args.get("text") or "")) > UPDATE_TEXT_LIMIT:
        raise SlackError("msg_too_long")
    channel = call.own_channel()
    message = own_message(call, channel, "cant_update_message")
    if message.stream:
        raise SlackError("streaming_state_conflict")
    previous = message.wire()
    for name, value in (content | identity).items():
        setattr(message, name, value)
    announce_edit(call, channel, message, previous)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.wire()}


def delete(call: Call) -> Json:
    """``chat.delete``."""
    channel = call.own_channel()
    message = own_message(call, channel, "cant_delete_message")
    previous = message.wire()
    channel.remove(message)
    call.platform.emit(deleted_event(call.workspace, channel, previous))
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> Json:
    """``chat.getPermalink``."""
    channel = call.channel()
    message = call.workspace.message(channel, call.require("message_ts"))
    link = f"https://{call.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    inside = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + inside}


def announce_edit(call: Call, channel: Channel, message: Message, previous: Json) -> None:
    """Mark a message as edited, note whom it pings now, and tell the app."""
    message.edited = {"user": call.workspace.bot_user, "ts": call.workspace.new_ts()}
    call.platform.record_pings(message, _links(call))
    call.platform.emit(changed_event(call.workspace, channel, message, previous))


def publish(platform: Platform, channel: Channel, message: Message, link_names: bool = False) -> None:
    """Put one of the app's messages into its channel, note its pings, and send its events."""
    if message.username or message.icons:
        message.subtype = "bot_message"
    channel.add(message)
    platform.workspace.clear_status(channel.id, message.thread_ts)
    platform.record_pings(message, link_names)
    platform.emit(message_event(platform.workspace, channel, message))
    if channel.kind != "im" and f"<@{platform.workspace.bot_user}>" in message.text:
        platform.emit(mention_event(platform.workspace, channel, message))


def own_message(call: Call, channel: Channel, refusal: str) -> Message:
    """The message named by ``ts``, which must be the app's own."""
    message = call.workspace.message(channel, call.args.get("ts"))
    if message.bot_id != call.workspace.bot_id:
        raise SlackError(refusal)
    return message


def thread_of(call: Call, channel: Channel) -> str | None:
    """The thread to post in. It must hang on a message that is there and is no reply itself."""
    ts = call.args.get("thread_ts")
    if not ts:
        return None
    parent = channel.by_ts.get(str(ts))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    return parent.ts


def identity_of(call: Call) -> Json:
    """The name and picture that a message asks for, which take a scope of their own."""
    given = {key: call.args.get(key) for key in ("username", "icon_emoji", "icon_url") if call.args.get(key)}
    if given:
        call.need_scope("chat:write.customize")
    if not str(given.get("icon_url", "https://")).startswith("https://"):
        raise invalid_arguments("must be an https URL [json-pointer:/icon_url]")
    icons = {key.removeprefix("icon_"): str(given[key]) for key in ("icon_emoji", "icon_url") if key in given}
    return {"username": given.get("username"), "icons": icons or None}


def content_of(call: Call, keep_empty: bool = False) -> Json:
    """Text, blocks, attachments and metadata, checked. ``keep_empty`` leaves out what an edit does not name."""
    args = call.args
    blocks = check_blocks(args.get("blocks"))
    markdown = args.get("markdown_text")
    if markdown and (args.get("text") or blocks):
        raise SlackError("markdown_text_conflict")
    if len(str(markdown or "")) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    text = str(args.get("text") or markdown or "")[:TEXT_CUT]
    attachments = check_attachments(args.get("attachments"))
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    metadata = check_metadata(args.get("metadata"))
    content: Json = {"text": text, "blocks": blocks, "attachments": attachments, "metadata": metadata}
    if keep_empty:
        # An edit keeps metadata and attachments it does not name, and text or blocks only where the other is given.
        unnamed = {key for key in ("metadata", "attachments") if key not in args}
        unnamed |= {"text"} if not text else set()
        return {key: value for key, value in content.items() if key not in unnamed}
    return content


def _links(call: Call) -> bool:
    return truthy(call.args.get("link_names")) or call.args.get("parse") == "full"
