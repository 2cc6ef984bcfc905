"""The events that a workspace sends about what happens in it."""

from __future__ import annotations

from adapters.doubles.slack.state import Channel, Message, Workspace
from adapters.doubles.slack.wire import Json

_CHANNEL_TYPES = {"channel": "channel", "group": "group", "im": "im"}


def _place(channel: Channel) -> Json:
    return {"channel": channel.id, "channel_type": _CHANNEL_TYPES[channel.kind]}


def _teams(workspace: Workspace, channel: Channel, message: Message) -> Json:
    """Whose message it is; told more fully where a channel is shared."""
    author = workspace.users.get(message.user)
    team = (author.team if author else "") or workspace.team
    return {"team": team} | ({"user_team": team, "source_team": team} if channel.ext_shared else {})


def message_event(workspace: Workspace, channel: Channel, message: Message) -> Json:
    """A new message."""
    extra: Json = {"event_ts": message.ts, **_teams(workspace, channel, message)}
    if message.is_reply and message.thread_ts in channel.by_ts:
        extra["parent_user_id"] = channel.by_ts[message.thread_ts].user
    return message.wire() | _place(channel) | extra


def mention_event(workspace: Workspace, channel: Channel, message: Message) -> Json:
    """The second event about a message that mentions the app."""
    keys = ("user", "text", "ts", "thread_ts", "bot_id", "blocks", "files")
    wire = {key: value for key, value in message.wire().items() if key in keys}
    teams = _teams(workspace, channel, message)
    return wire | {"type": "app_mention", "channel": channel.id, "event_ts": message.ts, **teams}


def changed_event(workspace: Workspace, channel: Channel, message: Message, previous: Json) -> Json:
    """A message that was edited."""
    body = {"type": "message", "subtype": "message_changed", "hidden": True, "previous_message": previous}
    now = workspace.new_ts()
    return body | {"message": message.wire() | {"team": workspace.team}, "ts": now, "event_ts": now} | _place(channel)


def deleted_event(workspace: Workspace, channel: Channel, previous: Json) -> Json:
    """A message that was deleted."""
    body = {"type": "message", "subtype": "message_deleted", "hidden": True, "previous_message": previous}
    now = workspace.new_ts()
    return body | {"deleted_ts": previous["ts"], "ts": now, "event_ts": now} | _place(channel)


def context_of(workspace: Workspace, channel: str | None) -> Json:
    """What a person looks at, beside the app."""
    entity = {"type": "slack#/types/channel_id", "value": channel, "team_id": workspace.team}
    return {"entities": [entity]} if channel else {}


def assistant_event(workspace: Workspace, kind: str, user: str, thread_ts: str, looking: str | None) -> Json:
    """``assistant_thread_started`` or ``assistant_thread_context_changed``, of apps that are no agents yet."""
    context = {"channel_id": looking, "team_id": workspace.team, "enterprise_id": None} if looking else {}
    thread = {"user_id": user, "context": context, "channel_id": workspace.dm(user).id, "thread_ts": thread_ts}
    return {"type": kind, "assistant_thread": thread, "event_ts": workspace.new_ts()}


def reaction_event(workspace: Workspace, message: Message, user: str, name: str, removed: bool) -> Json:
    """A reaction that was put on a message, or taken off it."""
    return {
        "type": "reaction_removed" if removed else "reaction_added",
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "item_user": message.user,
        "event_ts": workspace.new_ts(),
    }


def stopped_event(workspace: Workspace, user: str, channel: str, thread_ts: str, streams: list[str]) -> Json:
    """Somebody pressed Stop."""
    return {
        "type": "agent_session_stopped",
        "channel": channel,
        "thread_ts": thread_ts,
        "streaming_message_ts": streams,
        "user": user,
        "event_ts": workspace.new_ts(),
    }
