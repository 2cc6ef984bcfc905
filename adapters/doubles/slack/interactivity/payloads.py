"""The payloads that tell the app what a person did."""

from __future__ import annotations

from adapters.doubles.slack.state import Channel, Message, Workspace
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json

_PLACE_NAMES = {"im": "directmessage", "group": "privategroup"}


def base(workspace: Workspace, kind: str, user: str) -> Json:
    """What all interactive payloads share."""
    name = workspace.users[user].name.lower().replace(" ", ".")
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": workspace.team},
        "api_app_id": workspace.app,
        "token": "verification-token",
        "team": {"id": workspace.team, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_place(channel: Channel, message: Message, response_url: str) -> Json:
    """Where an element of a message stands. Slack does not send back what only one person sees."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.shown_to is not None,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    shown = {} if message.shown_to else {"message": message.wire()}
    return {"container": container, "channel": place_name(channel), "response_url": response_url} | shown


def view_place(workspace: Workspace, view: View) -> Json:
    """Where an element of a modal or home tab stands."""
    wire = view.wire(workspace.team, workspace.app, workspace.bot_id)
    return {"container": {"type": "view", "view_id": view.id}, "view": wire}


def place_name(channel: Channel) -> Json:
    """A channel as payloads name it."""
    return {"id": channel.id, "name": _PLACE_NAMES.get(channel.kind, channel.name)}


def slash(workspace: Workspace, user: str, channel: Channel, command: str, text: str) -> Json:
    """A slash command's form, without what answers it."""
    place = place_name(channel)
    return {
        "token": "verification-token",
        "team_id": workspace.team,
        "team_domain": workspace.domain,
        "channel_id": place["id"],
        "channel_name": place["name"],
        "user_id": user,
        "user_name": workspace.users[user].name.lower().replace(" ", "."),
        "command": command,
        "text": text,
        "api_app_id": workspace.app,
        "is_enterprise_install": "false",
    }
