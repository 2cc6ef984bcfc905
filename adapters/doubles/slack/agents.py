"""The agent's own surface: its sessions, the line that says what it does, and prompts to begin with."""

from __future__ import annotations

from adapters.doubles.slack.blockkit.check import refusal
from adapters.doubles.slack.blockkit.shapes import Items, Obj, Shape, Str
from adapters.doubles.slack.chat import identity_of
from adapters.doubles.slack.methods import Call
from adapters.doubles.slack.state import Channel
from adapters.doubles.slack.wire import Json, SlackError

STATUSES = ("active", "processing", "suspended", "closed")
_PROMPT = Obj("prompt", {"title": Str(least=1), "message": Str(least=1)}, ("title", "message"), typed=False)
SHAPES: dict[str, Shape] = {
    "status": Str(choices=STATUSES),
    "loading_messages": Items(Str(), 10),
    "prompts": Items(_PROMPT, 4, 1),
}
"""What arguments of these methods must be."""


def session_status(call: Call) -> Json:
    """``agents.sessions.setStatus``: an agent session's state in its life."""
    status = call.require("status")
    _check(call, "status")
    return {"status": status, "agent_status": status} | _session(call, {"status": status})


def rename(call: Call) -> Json:
    """``agents.sessions.rename``: what the session is called in the list of them."""
    return _session(call, {"title": call.require("title")})


def assistant_status(call: Call) -> Json:
    """``assistant.threads.setStatus``: a line below the thread; empty clears it."""
    call.require("thread_ts")
    if "status" not in call.args:
        call.require("status")
    _check(call, "loading_messages")
    _session(call, {"line": str(call.args["status"])}, "invalid_thread_ts")
    return {}


def title(call: Call) -> Json:
    """``assistant.threads.setTitle``."""
    call.require("thread_ts")
    _session(call, {"title": call.require("title")}, "invalid_thread_ts")
    return {}


def prompts(call: Call) -> Json:
    """``assistant.threads.setSuggestedPrompts``: up to four, above the composer.

    With the agent view, a call that names a thread is answered with ok and does nothing.
    """
    _check(call, "prompts", needed=True)
    workspace = call.workspace
    channel = call.own_channel("channel_id")
    thread = _thread(call, channel, "invalid_thread_ts")
    if workspace.agent_view and thread is not None:
        return {}
    workspace.prompts[channel.id, thread] = list(call.args["prompts"])
    return {}


def _check(call: Call, name: str, *, needed: bool = False) -> None:
    value = call.args.get(name)
    if value is None and not needed:
        return
    refused = refusal("invalid_arguments", SHAPES[name].check(value, f"/{name}", name))
    if refused is not None:
        raise refused


def _session(call: Call, change: Json, missing_thread: str = "thread_not_found") -> Json:
    identity_of(call)
    channel = call.own_channel("channel_id")
    thread = _thread(call, channel, missing_thread)
    session = call.workspace.sessions.setdefault((channel.id, thread), {"title": call.args.get("title") or ""})
    session.update(change)
    return {"title": session["title"]}


def _thread(call: Call, channel: Channel, missing: str) -> str | None:
    ts = call.args.get("thread_ts")
    if ts and str(ts) not in channel.by_ts:
        raise SlackError(missing)
    return str(ts) if ts else None
