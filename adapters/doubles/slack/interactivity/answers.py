"""What an acknowledgement may carry."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.blockkit.check import refusal
from adapters.doubles.slack.blockkit.composition import GROUPS, OPTIONS
from adapters.doubles.slack.blockkit.shapes import Items, Obj, one_of
from adapters.doubles.slack.view_checks import checked_view
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json, as_list, invalid_arguments

_SUGGESTIONS = Obj(
    "suggestions",
    {"options": Items(OPTIONS.of, OPTIONS.most), "option_groups": GROUPS},
    (),
    (one_of("options", "option_groups"),),
    typed=False,
)
RESPONSE_ACTIONS = ("clear", "errors", "update", "push")


def suggestions(answer: object) -> list[Json]:
    """The options that an external select was answered with."""
    refused = refusal("invalid_arguments", _SUGGESTIONS.check(answer, "", "suggestions"))
    if refused is not None:
        raise refused
    found = answer if isinstance(answer, dict) else {}
    groups = as_list(found.get("option_groups"))
    lists = [found.get("options"), *(group["options"] for group in groups)]
    return [option for options in lists for option in as_list(options)]


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
