"""Messages that are written while people watch: ``chat.startStream`` and its like."""

from __future__ import annotations

import time
from typing import Literal

from adapters.doubles.slack.agents import STATUSES
from adapters.doubles.slack.blockkit.check import refusal
from adapters.doubles.slack.blockkit.shapes import Items, Kinds, Loose, Obj, Str
from adapters.doubles.slack.chat import identity_of, own_message, publish, thread_of
from adapters.doubles.slack.checks import MARKDOWN_LIMIT, check_blocks, check_metadata
from adapters.doubles.slack.events import changed_event
from adapters.doubles.slack.methods import Call
from adapters.doubles.slack.state import Channel, Message
from adapters.doubles.slack.wire import Json, SlackError, as_list

_STATUS = Str(choices=("pending", "in_progress", "complete", "error"))
_SOURCE = Obj("chunk_source", {"url": Str(least=1), "text": Str(least=1)}, ("url", "text"))
CHUNKS = Items(
    Kinds(
        {
            "markdown_text": Obj("markdown_text", {"text": Str()}, ("text",)),
            "plan_update": Obj("plan_update", {"title": Str(256, 1)}, ("title",)),
            "task_update": Obj(
                "task_update",
                {
                    "id": Str(least=1),
                    "title": Str(256, 1),
                    "status": _STATUS,
                    "details": Str(256),
                    "output": Str(256),
                    "sources": Items(_SOURCE),
                },
                ("id", "title", "status"),
            ),
            "blocks": Obj("blocks_chunk", {"blocks": Loose()}, ("blocks",)),
        }
    )
)
"""What a stream may be written with besides plain text. The blocks of a chunk are checked as a message's are."""


def start(call: Call) -> Json:
    """Open a streaming message in a thread. In channels Slack wants to know for whom it is."""
    identity = identity_of(call)
    channel = call.own_channel()
    call.require("thread_ts")
    thread = thread_of(call, channel)
    if channel.kind != "im":
        for name in ("recipient_user_id", "recipient_team_id"):
            if not call.args.get(name):
                raise SlackError(f"missing_{name}")
    text, blocks = _text(call, required=False), _blocks(call)
    workspace = call.workspace
    message = Message(
        channel.id, workspace.new_ts(), workspace.bot_user, text, thread, None, workspace.bot_id, **identity
    )
    message.stream, message.stream_touched, message.blocks = _mode(call) or "text", time.monotonic(), blocks
    publish(call.platform, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def append(call: Call) -> Json:
    """Add to a streaming message."""
    channel = call.own_channel()
    message = _streaming(call, channel)
    _extend(call, message, _text(call, required=True))
    return {"channel": channel.id, "ts": message.ts}


def stop(call: Call) -> Json:
    """End a streaming message; blocks given here stand below its text."""
    channel = call.own_channel()
    message = _streaming(call, channel)
    blocks, metadata = check_blocks(call.args.get("blocks")), check_metadata(call.args.get("metadata"))
    status = call.args.get("session_status")
    if status is not None and status not in STATUSES:
        raise SlackError("invalid_arguments")
    previous = message.wire()
    _extend(call, message, _text(call, required=False))
    message.blocks, message.stream = message.blocks + blocks, ""
    message.metadata = metadata or message.metadata
    if status is not None:
        call.workspace.sessions.setdefault((channel.id, message.thread_ts), {"title": ""})["status"] = status
    call.platform.record_pings(message)
    call.platform.emit(changed_event(call.workspace, channel, message, previous))
    return {"channel": channel.id, "ts": message.ts, "message": message.wire()}


def _streaming(call: Call, channel: Channel) -> Message:
    message = own_message(call, channel, "message_not_owned_by_app")
    idle = call.platform.stream_idle
    if message.stopped_by_user:
        raise SlackError("stopped_by_user")
    if idle is not None and time.monotonic() - message.stream_touched > idle:
        message.stream = ""
    if not message.stream:
        raise SlackError("message_not_in_streaming_state")
    return message


def _extend(call: Call, message: Message, text: str) -> None:
    mode, blocks = _mode(call), _blocks(call)
    # The SDK's helper starts without content; the first content then decides what kind of stream it is.
    if mode and message.stream != mode and message.text:
        raise SlackError("streaming_mode_mismatch")
    message.stream = mode or message.stream
    message.text += text
    message.blocks = message.blocks + blocks
    message.stream_touched = time.monotonic()
    call.platform.record_pings(message)


def _mode(call: Call) -> Literal["", "text", "chunks"]:
    if call.args.get("chunks"):
        return "chunks"
    return "text" if call.args.get("markdown_text") else ""


def _text(call: Call, required: bool) -> str:
    """The markdown that a call brings, as text or in chunks."""
    known = _chunks(call)
    text = str(call.args.get("markdown_text") or "")
    text += "".join(str(chunk["text"]) for chunk in known if chunk["type"] == "markdown_text")
    if len(text) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    if required and not text and not known:
        raise SlackError("no_text")
    return text


def _chunks(call: Call) -> list[Json]:
    chunks = call.args.get("chunks") or []
    refused = refusal("invalid_chunks", CHUNKS.check(chunks, "/chunks", "chunks"))
    if refused is not None:
        raise refused
    return as_list(chunks)


def _blocks(call: Call) -> list[Json]:
    """The blocks that a call brings in its chunks."""
    return [block for chunk in _chunks(call) if chunk["type"] == "blocks" for block in check_blocks(chunk["blocks"])]
