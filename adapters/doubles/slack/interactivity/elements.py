"""The interactive elements of a message or view: where they stand, and what using one says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.doubles.slack.wire import Json, as_list

Where = tuple[Json, Json]
"""A block and the element in it."""

_SINGLE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
_MANY = {
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_conversation": "initial_conversation",
    "selected_channel": "initial_channel",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_users": "initial_users",
    "selected_conversations": "initial_conversations",
    "selected_channels": "initial_channels",
    "value": "initial_value",
}
_EXTERNAL = {"external_select", "multi_external_select"}


def interactive(blocks: Iterable[Json]) -> Iterator[Where]:
    """Every element that somebody can use."""
    for block in blocks:
        for element in (block.get("accessory"), block.get("element"), *as_list(block.get("elements"))):
            if isinstance(element, dict) and "action_id" in element:
                yield block, element
        yield from interactive(as_list(block.get("child_blocks")))


def find(blocks: Iterable[Json], action_id: str, block_id: str | None = None) -> Where:
    """The element of that name. Raises ValueError when there is none or more than one."""
    found = [
        (block, element)
        for block, element in interactive(blocks)
        if element["action_id"] == action_id and block_id in (None, block.get("block_id"))
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} elements are called {action_id}")
    return found[0]


def key_of(element: Json) -> str | None:
    """The name under which a state holds what was chosen or typed; None for mere buttons."""
    kind = str(element["type"])
    return _SINGLE.get(kind) or _MANY.get(kind)


def initial(element: Json) -> Json:
    """What a state holds before anybody touched the element."""
    kind, key = element["type"], key_of(element)
    if key is None:
        return {}
    absent: object = [] if kind in _MANY else None
    return {"type": kind, key: element.get(_INITIAL[key], absent)}


def chosen(element: Json, value: str | list[str], offered: list[Json]) -> Json:
    """What a state holds after a choice. Options are named by their values. Raises ValueError for one not offered.

    Args:
        element: the menu, box or field.
        value: what is chosen or typed.
        offered: what an external select has shown.
    """
    kind, key = element["type"], key_of(element)
    if key is None:
        raise ValueError(f"nothing can be chosen in a {kind}")
    options = offered if kind in _EXTERNAL else _options(element)
    if not key.startswith("selected_option"):
        return {"type": kind, key: value}
    if isinstance(value, list):
        return {"type": kind, key: [_option(options, one) for one in value]}
    return {"type": kind, key: [_option(options, value)] if kind in _MANY else _option(options, value)}


def pressed(element: Json, positive: bool | None = None) -> Json:
    """What an action says of a button; for feedback buttons, which of the two it was."""
    kind = element["type"]
    if kind == "feedback_buttons":
        if positive is None:
            raise ValueError("say which of the feedback buttons")
        button = element["positive_button" if positive else "negative_button"]
        return {"type": kind, "text": button["text"], "value": button["value"]}
    if kind not in ("button", "icon_button"):
        raise ValueError(f"a {kind} cannot be pressed")
    return {key: element[key] for key in ("type", "text", "value", "style", "icon") if key in element}


def _options(element: Json) -> list[Json]:
    groups = as_list(element.get("option_groups"))
    return as_list(element.get("options")) + [option for group in groups for option in as_list(group.get("options"))]


def _option(options: list[Json], value: str) -> Json:
    for option in options:
        if option.get("value") == value:
            return option
    raise ValueError(f"{value} is not offered")
