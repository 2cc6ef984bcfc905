"""The interactive elements."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.blockkit.composition import (
    BOX,
    CONFIRM,
    DISPATCH,
    FEEDBACK,
    FILTER,
    GROUPS,
    LINK,
    MANY,
    OPTION,
    OPTIONS,
    PLAIN,
    URL,
    USERS,
)
from adapters.doubles.slack.blockkit.shapes import Extra, Flag, Items, Loose, Obj, Shape, Str, Text, Whole, one_of
from adapters.doubles.slack.wire import Json, as_list

_ACTION: Mapping[str, Shape] = {"action_id": Str(255, 1)}
_FIELD: Mapping[str, Shape] = {**_ACTION, "placeholder": Text(150, PLAIN), "focus_on_load": Flag()}
_MENU: Mapping[str, Shape] = {**_FIELD, "confirm": CONFIRM}
_BOXES: Mapping[str, Shape] = {**_ACTION, "focus_on_load": Flag(), "confirm": CONFIRM, "options": Items(BOX, 10, 1)}
_SEVERAL: Mapping[str, Shape] = {**_MENU, "max_selected_items": MANY}
_TYPED: Mapping[str, Shape] = {**_FIELD, "dispatch_action_config": DISPATCH}
_PRESSED: Mapping[str, Shape] = {
    **_ACTION,
    "text": Text(75, PLAIN),
    "value": Str(2_000),
    "confirm": CONFIRM,
    "accessibility_label": Str(75),
    "visible_to_user_ids": USERS,
}
_LISTS: Mapping[str, Shape] = {"options": OPTIONS, "option_groups": GROUPS}
_CHANNELS: Mapping[str, Shape] = {"response_url_enabled": Flag()}
_PLACES: Mapping[str, Shape] = {"default_to_current_conversation": Flag(), "filter": FILTER}


def _offered(element: Json) -> list[object]:
    groups = as_list(element.get("option_groups"))
    lists = [element.get("options"), *(group.get("options") for group in groups)]
    return [option for options in lists if isinstance(options, list) for option in options]


_INITIAL = Extra(
    "initial-option",
    "initial option must be one of the options",
    lambda element: element.get("initial_option") is None or element["initial_option"] in _offered(element),
)
_INITIALS = Extra(
    "initial-options",
    "initial options must be among the options",
    lambda element: all(option in _offered(element) for option in element.get("initial_options") or []),
)
_VALUES = Extra(
    "option-values",
    "option values must be unique",
    lambda element: len(values := [str(o.get("value")) for o in as_list(_offered(element))]) == len(set(values)),
)
_RANGE = Extra(
    "range",
    "min_length must not be greater than max_length",
    lambda element: _number(element, "min_length", 0) <= _number(element, "max_length", 3_000),
)


def _number(element: Json, key: str, absent: int) -> int:
    value = element.get(key)
    return value if isinstance(value, int) else absent


_STATIC = (one_of("options", "option_groups"), _VALUES)
_TABLE: list[Obj] = [
    Obj(
        "button",
        {
            **_PRESSED,
            "url": URL,
            "style": Str(choices=("primary", "danger")),
            "agent_prompt": Str(4_000),
            "agent_prompt_display": Str(),
        },
        ("text",),
    ),
    Obj("icon_button", {**_PRESSED, "icon": Str(choices=("trash",))}, ("icon", "text")),
    Obj(
        "feedback_buttons",
        {**_ACTION, "positive_button": FEEDBACK, "negative_button": FEEDBACK},
        ("positive_button", "negative_button"),
    ),
    Obj("workflow_button", {**_PRESSED, "workflow": Loose(), "style": Str()}, ("text", "workflow")),
    Obj("static_select", {**_MENU, **_LISTS, "initial_option": OPTION}, (), (*_STATIC, _INITIAL)),
    Obj("multi_static_select", {**_SEVERAL, **_LISTS, "initial_options": OPTIONS}, (), (*_STATIC, _INITIALS)),
    Obj("external_select", {**_MENU, "initial_option": OPTION, "min_query_length": Whole()}),
    Obj("multi_external_select", {**_SEVERAL, "initial_options": OPTIONS, "min_query_length": Whole()}),
    Obj("users_select", {**_MENU, "initial_user": Str()}),
    Obj("multi_users_select", {**_SEVERAL, "initial_users": USERS}),
    Obj("conversations_select", {**_MENU, **_PLACES, **_CHANNELS, "initial_conversation": Str()}),
    Obj("multi_conversations_select", {**_SEVERAL, **_PLACES, "initial_conversations": USERS}),
    Obj("channels_select", {**_MENU, **_CHANNELS, "initial_channel": Str()}),
    Obj("multi_channels_select", {**_SEVERAL, "initial_channels": USERS}),
    Obj("checkboxes", {**_BOXES, "initial_options": Items(BOX, 10, 1)}, ("options",), (_VALUES, _INITIALS)),
    Obj("radio_buttons", {**_BOXES, "initial_option": BOX}, ("options",), (_VALUES, _INITIAL)),
    Obj("overflow", {**_ACTION, "options": Items(LINK, 5, 1), "confirm": CONFIRM}, ("options",), (_VALUES,)),
    Obj("datepicker", {**_MENU, "initial_date": Str(form=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")}),
    Obj("timepicker", {**_MENU, "initial_time": Str(form=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": Str()}),
    Obj(
        "datetimepicker",
        {**_ACTION, "focus_on_load": Flag(), "confirm": CONFIRM, "initial_date_time": Whole(0, 9_999_999_999)},
    ),
    Obj(
        "plain_text_input",
        {
            **_TYPED,
            "initial_value": Str(3_000),
            "multiline": Flag(),
            "min_length": Whole(0, 3_000),
            "max_length": Whole(1, 3_000),
        },
        (),
        (_RANGE,),
    ),
    Obj("email_text_input", {**_TYPED, "initial_value": Str()}),
    Obj("url_text_input", {**_TYPED, "initial_value": Str()}),
    Obj(
        "number_input",
        {**_TYPED, "is_decimal_allowed": Flag(), "initial_value": Str(), "min_value": Str(), "max_value": Str()},
        ("is_decimal_allowed",),
    ),
    Obj("rich_text_input", {**_TYPED, "initial_value": Loose(), "min_lines": Whole(1), "max_lines": Whole(1)}),
    Obj("file_input", {**_ACTION, "filetypes": Items(Str()), "max_files": Whole(1, 10)}),
]

ELEMENTS: dict[str, Shape] = {shape.name: shape for shape in _TABLE}

_MENUS = {name for name in ELEMENTS if name.endswith("_select")}
_PICKERS = {"datepicker", "timepicker", "datetimepicker"}
_FIELDS = {name for name in ELEMENTS if name.endswith("_input")}
_CHECKS = {"checkboxes", "radio_buttons"}
_BUTTONS = {"button", "workflow_button", "overflow"}
IN_ACTIONS = {name: ELEMENTS[name] for name in sorted(_MENUS | _PICKERS | _CHECKS | _BUTTONS | {"rich_text_input"})}
IN_SECTION = {name: ELEMENTS[name] for name in sorted((_MENUS | _PICKERS | _CHECKS | _BUTTONS) - {"datetimepicker"})}
IN_INPUT = {name: ELEMENTS[name] for name in sorted(_MENUS | _PICKERS | _CHECKS | _FIELDS)}
IN_CONTEXT_ACTIONS = {name: ELEMENTS[name] for name in ("feedback_buttons", "icon_button")}
