"""``views.*``: modals, and the home tab."""

from __future__ import annotations

import json

from adapters.doubles.slack.interactivity.triggers import Trigger
from adapters.doubles.slack.methods import Call
from adapters.doubles.slack.view_checks import checked_view
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json, SlackError


def views_open(call: Call) -> Json:
    """A modal for the person whose trigger this is."""
    body = _modal(call)
    return _answer(call, call.workspace.views.open(_trigger(call).user, body))


def views_push(call: Call) -> Json:
    """A modal on top; the trigger must come from a modal."""
    body = _modal(call)
    trigger = _trigger(call)
    if trigger.view is None:
        raise SlackError("not_found")
    return _answer(call, call.workspace.views.push(trigger.user, body))


def views_update(call: Call) -> Json:
    """Other content for an open modal or a home tab."""
    body = checked_view(_given(call))
    view_id, external_id = str(call.args.get("view_id") or ""), str(call.args.get("external_id") or "")
    if not view_id and not external_id:
        call.require("view_id")
    view = call.workspace.views.find(view_id, external_id)
    if view.body["type"] != body["type"]:
        raise SlackError("invalid_arguments")
    _unchanged(call, view)
    view.change(body)
    return _answer(call, view)


def views_publish(call: Call) -> Json:
    """The home tab of one person."""
    body = checked_view(_given(call), only="home")
    user = call.require("user_id")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    if not call.workspace.home_enabled:
        raise SlackError("not_enabled")
    published = call.workspace.views.homes.get(user)
    if published is not None:
        _unchanged(call, published)
    return _answer(call, call.workspace.views.publish(user, body))


def _modal(call: Call) -> Json:
    return checked_view(_given(call), only="modal")


def _given(call: Call) -> object:
    view = call.args.get("view")
    if not isinstance(view, str):
        return view
    try:
        return json.loads(view)
    except ValueError:
        raise SlackError("invalid_arguments") from None


def _trigger(call: Call) -> Trigger:
    return call.workspace.triggers.exchange(call.require("trigger_id"))


def _unchanged(call: Call, view: View) -> None:
    given = call.args.get("hash")
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def _answer(call: Call, view: View) -> Json:
    workspace = call.workspace
    return {"view": view.wire(workspace.team, workspace.app, workspace.bot_id)}
