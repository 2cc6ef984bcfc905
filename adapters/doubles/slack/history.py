"""Reading a channel back: history, replies, pages."""

from __future__ import annotations

import base64
import binascii

from adapters.doubles.slack.methods import Call
from adapters.doubles.slack.state import Channel, Message, ts_key
from adapters.doubles.slack.wire import Json, SlackError, truthy

_READ = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


def conversations_history(call: Call) -> Json:
    """A channel's messages, newest first."""
    channel = _readable(call)
    found = channel.roots.between(*_window(call))
    # With only ``oldest`` given, Slack turns its pages from the old end.
    forward = bool(call.args.get("oldest")) and not call.args.get("latest")
    page, cursor = _page(call, found if forward else found[::-1])
    newest_first = page[::-1] if forward else page
    return _answer(call, channel, newest_first, cursor)


def conversations_replies(call: Call) -> Json:
    """A thread, oldest first; its first message always stands at the head of the first page."""
    channel = _readable(call)
    ts = str(call.args.get("ts") or "")
    parent = channel.by_ts.get(ts)
    if parent is None:
        raise SlackError("thread_not_found")
    replies = channel.threads[ts].between(*_window(call)) if ts in channel.threads else []
    page, cursor = _page(call, [parent, *replies])
    return _answer(call, channel, page, cursor)


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(_READ[channel.kind])
    if call.workspace.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _window(call: Call) -> tuple[int | None, int | None, bool]:
    return _time(call, "oldest"), _time(call, "latest"), truthy(call.args.get("inclusive"))


def _time(call: Call, name: str) -> int | None:
    value = str(call.args.get(name) or "")
    if not value or value == "now":
        return None
    try:
        return ts_key(value)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _page(call: Call, found: list[Message]) -> tuple[list[Message], str]:
    """One page, from where the cursor says, and the cursor of the next."""
    try:
        limit = min(int(call.args.get("limit") or 100), 999)
    except ValueError:
        raise SlackError("invalid_limit") from None
    if limit < 1:
        raise SlackError("invalid_limit")
    start = _start(call, found)
    rest = found[start : start + limit + 1]
    return rest[:limit], _cursor(rest[limit].ts) if len(rest) > limit else ""


def _cursor(ts: str) -> str:
    return base64.b64encode(f"next_ts:{ts}".encode()).decode()


def _start(call: Call, found: list[Message]) -> int:
    """Where the message stands that the cursor names."""
    cursor = str(call.args.get("cursor") or "")
    if not cursor:
        return 0
    try:
        ts = base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:")
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None
    for index, message in enumerate(found):
        if message.ts == ts:
            return index
    raise SlackError("invalid_cursor")


def _answer(call: Call, channel: Channel, page: list[Message], cursor: str) -> Json:
    with_metadata = truthy(call.args.get("include_all_metadata"))
    body: Json = {"messages": [_entry(channel, m, with_metadata) for m in page], "has_more": bool(cursor)}
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _entry(channel: Channel, message: Message, with_metadata: bool) -> Json:
    wire = message.wire(with_metadata)
    thread = channel.threads.get(message.ts)
    if thread is not None and thread.items:
        users = list(dict.fromkeys(reply.user for reply in thread.items))
        wire |= {"thread_ts": message.ts, "reply_count": len(thread.items), "reply_users": users[:5]}
        wire |= {"reply_users_count": len(users), "latest_reply": thread.items[-1].ts}
    elif message.is_reply and message.thread_ts in channel.by_ts:
        wire["parent_user_id"] = channel.by_ts[message.thread_ts].user
    return wire
