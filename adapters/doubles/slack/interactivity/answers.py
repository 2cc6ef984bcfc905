"""What an acknowledgement may carry."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.checks import check_options
from adapters.doubles.slack.view_checks import checked_view
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json, as_list, invalid_arguments

RESPONSE_ACTIONS = ("clear", "errors", "update", "push")


def suggestions(answer: object) -> list[Json]:
    """The options that an external select was answered with."""
    if not isinstance(answer, dict) or not {"options", "option_groups"} & answer.keys():
        raise invalid_arguments("missing required field: options")
    groups = answer.get("option_groups")
    lists = [answer["options"]] if groups is None else [group.get("options") for group in as_list(groups)]
    found = [check_options(options) for options in lists]
    return [option for options in found for option in options]


def submission(answer: object, view: View) -> tuple[str, Json]:
    """What to do with a modal that was submitted (``close`` unless told), and the view or errors that go with it."""
    if not answer:
        return "close", {}
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or action not in RESPONSE_ACTIONS:
        raise invalid_arguments("invalid response_action")
    if action == "errors":
        return "errors", _errors(answer.get("errors"), view)
    return str(action), {} if action == "clear" else checked_view(answer.get("view"), only="modal")


def _errors(errors: object, view: View) -> Json:
    if not isinstance(errors, Mapping) or not errors:
        raise invalid_arguments("missing required field: errors")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if set(errors) - inputs:
        raise invalid_arguments("errors must name input blocks of the view")
    return dict(errors)
