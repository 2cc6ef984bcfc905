"""A full example of each object of Block Kit, and what Slack's reference says of its fields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]  # Any: blocks are JSON

Place = Callable[[Any], list[Json]]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


@dataclass
class Example:
    """An object, a place for it, and its fields' limits in a few words.

    ``fields``: ``plain 75`` and ``text 300`` for text objects, ``str 1..150``, ``int 0..8``, ``list 1..5``,
    ``word`` for a word among others, and ``like BAD`` for a format with a value that does not have it.
    ``extras``: what must hold between fields, each with a change that breaks it and Slack's words.
    ``beside``: what must change so that a field may be there at all.
    """

    good: Json
    place: Place
    fields: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    extras: dict[str, tuple[Json, str]] = field(default_factory=dict)
    surface: str = "message"
    beside: dict[str, Json] = field(default_factory=dict)


def in_actions(element: Json) -> list[Json]:
    return [{"type": "actions", "elements": [element]}]


def in_context_actions(element: Json) -> list[Json]:
    return [{"type": "context_actions", "elements": [element]}]


def in_input(element: Json) -> list[Json]:
    return [{"type": "input", "label": plain(), "element": element}]


def in_section(element: Json) -> list[Json]:
    return [{"type": "section", "text": plain(), "accessory": element}]


def in_rich_section(part: Json) -> list[Json]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [part]}]}]


def in_rich_text(part: Json) -> list[Json]:
    return [{"type": "rich_text", "elements": [part]}]


def alone(block: Json) -> list[Json]:
    return [block]


OPTION = {"text": plain(), "value": "v"}
GROUP = {"label": plain(), "options": [OPTION]}
CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
BUTTON = {"type": "button", "text": plain(), "action_id": "a"}
IMAGE = {"type": "image", "image_url": "https://i.test/i.png", "alt_text": "x"}
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}
CARD = {"type": "card", "title": plain()}
TASK = {"type": "task_card", "task_id": "t", "title": "x", "status": "pending"}

_ACTION = {"action_id": "str 1..255"}
_FIELD = {**_ACTION, "placeholder": "plain 150"}
_PRESSED = {**_ACTION, "text": "plain 75", "value": "str ..2000", "accessibility_label": "str ..75"}
_BOTH = {"one-of-options-option_groups": ({"option_groups": [GROUP]}, "must provide exactly one of")}
_SAME = {"option-values": ({"options": [OPTION, OPTION]}, "must be unique")}
_INITIAL = {"initial-option": ({"initial_option": {"text": plain(), "value": "w"}}, "must be one of the options")}
_INITIALS = {"initial-options": ({"initial_options": [{"text": plain(), "value": "w"}]}, "must be among the options")}
_ONE_PICTURE = {"one-of-image_url-slack_file": ({"slack_file": {"id": "F1"}}, "must provide exactly one of")}
_GROUPED = {"option_groups": {"options": None, "option_groups": [GROUP]}}
_MANY = {"max_selected_items": "int 1.."}


def _field(kind: str, **more: object) -> Json:
    return {"type": kind, "action_id": "a", "placeholder": plain(), **more}


PARTS: dict[str, Example] = {
    "confirm": Example(
        CONFIRM,
        lambda it: in_actions(BUTTON | {"confirm": it}),
        {"title": "plain 100", "text": "text 300", "confirm": "plain 30", "deny": "plain 30", "style": "word"},
        ("title", "text", "confirm", "deny"),
    ),
    "option": Example(
        OPTION,
        lambda it: in_actions({"type": "static_select", "options": [it]}),
        {"text": "plain 75", "value": "str 1..150", "description": "plain 75"},
        ("text", "value"),
    ),
    "box": Example(
        OPTION,
        lambda it: in_actions({"type": "checkboxes", "options": [it]}),
        {"text": "text 75", "value": "str 1..150", "description": "text 75"},
        ("text", "value"),
    ),
    "overflow_option": Example(
        OPTION,
        lambda it: in_actions({"type": "overflow", "options": [it]}),
        {"text": "plain 75", "value": "str 1..150", "description": "plain 75", "url": "str 1..3000"},
        ("text", "value"),
    ),
    "option_group": Example(
        GROUP,
        lambda it: in_actions({"type": "static_select", "option_groups": [it]}),
        {"label": "plain 75", "options": "list 1..100"},
        ("label", "options"),
    ),
    "feedback_button": Example(
        {"text": plain(), "value": "v"},
        lambda it: in_context_actions(
            {"type": "feedback_buttons", "positive_button": it, "negative_button": {"text": plain(), "value": "w"}}
        ),
        {"text": "plain 75", "value": "str 1..2000", "accessibility_label": "str ..75"},
        ("text", "value"),
    ),
    "slack_file": Example(
        {"id": "F1"},
        lambda it: [{"type": "image", "alt_text": "x", "slack_file": it}],
        {"id": "str 1..", "url": "str 1.."},
        extras={"one-of-id-url": ({"url": "https://i.test"}, "must provide exactly one of")},
        beside={"url": {"id": None, "url": "https://i.test"}},
    ),
    "image_element": Example(
        IMAGE,
        in_section,
        {"image_url": "str 1..3000", "alt_text": "str 1..2000"},
        ("alt_text",),
        _ONE_PICTURE,
    ),
    "dispatch_action_config": Example(
        {"trigger_actions_on": ["on_enter_pressed"]},
        lambda it: in_input({"type": "plain_text_input", "dispatch_action_config": it}),
        {"trigger_actions_on": "list 1.. word"},
        ("trigger_actions_on",),
    ),
    "filter": Example(
        {"include": ["im"]},
        lambda it: in_actions({"type": "conversations_select", "filter": it}),
        {"include": "list 1.. word"},
    ),
    "url_source": Example(
        {"type": "url", "url": "https://i.test", "text": "x"},
        lambda it: [TASK | {"sources": [it]}],
        {"url": "str 1..", "text": "str 1.."},
        ("url", "text"),
    ),
}

ELEMENTS: dict[str, Example] = {
    "button": Example(
        BUTTON,
        in_actions,
        {**_PRESSED, "url": "str 1..3000", "style": "word", "agent_prompt": "str ..4000"},
        ("text",),
    ),
    "icon_button": Example(
        {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "a"},
        in_context_actions,
        {**_PRESSED, "icon": "word"},
        ("icon", "text"),
    ),
    "feedback_buttons": Example(
        {
            "type": "feedback_buttons",
            "positive_button": {"text": plain(), "value": "v"},
            "negative_button": {"text": plain(), "value": "w"},
        },
        in_context_actions,
        _ACTION,
        ("positive_button", "negative_button"),
    ),
    "workflow_button": Example(
        {"type": "workflow_button", "text": plain(), "workflow": {"trigger": {}}},
        in_actions,
        _PRESSED,
        ("text", "workflow"),
    ),
    "static_select": Example(
        _field("static_select", options=[OPTION]),
        in_actions,
        {**_FIELD, "options": "list 1..100", "option_groups": "list 1..100"},
        extras={**_BOTH, **_SAME, **_INITIAL},
        beside=_GROUPED,
    ),
    "multi_static_select": Example(
        _field("multi_static_select", options=[OPTION], initial_options=[OPTION]),
        in_input,
        {
            **_FIELD,
            **_MANY,
            "options": "list 1..100",
            "option_groups": "list 1..100",
            "initial_options": "list 1..100",
        },
        extras={**_BOTH, **_SAME, **_INITIALS},
        beside=_GROUPED,
    ),
    "external_select": Example(_field("external_select"), in_actions, {**_FIELD, "min_query_length": "int 0.."}),
    "multi_external_select": Example(
        _field("multi_external_select", initial_options=[OPTION]),
        in_input,
        {**_FIELD, **_MANY, "min_query_length": "int 0..", "initial_options": "list 1..100"},
    ),
    "users_select": Example(_field("users_select"), in_actions, _FIELD),
    "multi_users_select": Example(_field("multi_users_select"), in_input, {**_FIELD, **_MANY}),
    "conversations_select": Example(_field("conversations_select"), in_actions, _FIELD),
    "multi_conversations_select": Example(_field("multi_conversations_select"), in_input, {**_FIELD, **_MANY}),
    "channels_select": Example(_field("channels_select"), in_actions, _FIELD),
    "multi_channels_select": Example(_field("multi_channels_select"), in_input, {**_FIELD, **_MANY}),
    "checkboxes": Example(
        {"type": "checkboxes", "options": [OPTION], "initial_options": [OPTION]},
        in_actions,
        {**_ACTION, "options": "list 1..10", "initial_options": "list 1..10"},
        ("options",),
        {**_SAME, **_INITIALS},
    ),
    "radio_buttons": Example(
        {"type": "radio_buttons", "options": [OPTION]},
        in_actions,
        {**_ACTION, "options": "list 1..10"},
        ("options",),
        {**_SAME, **_INITIAL},
    ),
    "overflow": Example(
        {"type": "overflow", "options": [OPTION]},
        in_actions,
        {**_ACTION, "options": "list 1..5"},
        ("options",),
        _SAME,
    ),
    "datepicker": Example(
        _field("datepicker", initial_date="2026-11-24"), in_actions, {**_FIELD, "initial_date": "like 24.11.2026"}
    ),
    "timepicker": Example(
        _field("timepicker", initial_time="08:00"), in_actions, {**_FIELD, "initial_time": "like 8am"}
    ),
    "datetimepicker": Example(
        {"type": "datetimepicker", "initial_date_time": 1628633820},
        in_actions,
        {**_ACTION, "initial_date_time": "int 0..9999999999"},
    ),
    "plain_text_input": Example(
        _field("plain_text_input", min_length=1, max_length=3_000),
        in_input,
        {**_FIELD, "initial_value": "str ..3000", "min_length": "int 0..3000", "max_length": "int 1..3000"},
        extras={"range": ({"min_length": 5, "max_length": 4}, "must not be greater")},
    ),
    "email_text_input": Example(_field("email_text_input"), in_input, _FIELD),
    "url_text_input": Example(_field("url_text_input"), in_input, _FIELD),
    "number_input": Example(
        _field("number_input", is_decimal_allowed=False), in_input, _FIELD, ("is_decimal_allowed",)
    ),
    "rich_text_input": Example(
        _field("rich_text_input"), in_input, {**_FIELD, "min_lines": "int 1..", "max_lines": "int 1.."}
    ),
    "file_input": Example(
        {"type": "file_input", "max_files": 1}, in_input, {**_ACTION, "max_files": "int 1..10"}, surface="modal"
    ),
}


def _part(name: str, fields: str, **good: object) -> tuple[str, Example]:
    limits = dict.fromkeys(fields.split(), "str 1..")
    return f"inline_{name}", Example({"type": name, **good}, in_rich_section, limits, tuple(fields.split()))


RICH_TEXT: dict[str, Example] = dict(
    (
        _part("text", "text", text="x"),
        _part("link", "url", url="https://i.test"),
        _part("user", "user_id", user_id="U1"),
        _part("channel", "channel_id", channel_id="C1"),
        _part("usergroup", "usergroup_id", usergroup_id="S1"),
        _part("team", "team_id", team_id="T1"),
        _part("color", "value", value="#fff"),
    )
) | {
    "inline_emoji": Example(
        {"type": "emoji", "name": "wave"},
        in_rich_section,
        {"name": "str 1..", "skin_tone": "int 1..6"},
        ("name",),
    ),
    "inline_broadcast": Example({"type": "broadcast", "range": "here"}, in_rich_section, {"range": "word"}, ("range",)),
    "inline_date": Example(
        {"type": "date", "timestamp": 1, "format": "{date}"},
        in_rich_section,
        {"timestamp": "int 0..", "format": "str 1.."},
        ("timestamp", "format"),
    ),
    "rich_text_section": Example({"type": "rich_text_section", "elements": []}, in_rich_text, {}, ("elements",)),
    "rich_text_list": Example(
        {"type": "rich_text_list", "elements": [], "style": "bullet"},
        in_rich_text,
        {"style": "word", "indent": "int 0..8", "offset": "int 0..", "border": "int 0..1"},
        ("elements", "style"),
    ),
    "rich_text_quote": Example(
        {"type": "rich_text_quote", "elements": []}, in_rich_text, {"border": "int 0..1"}, ("elements",)
    ),
    "rich_text_preformatted": Example(
        {"type": "rich_text_preformatted", "elements": []}, in_rich_text, {"border": "int 0..1"}, ("elements",)
    ),
}

_ID = {"block_id": "str 1..255"}
BLOCKS: dict[str, Example] = {
    "section": Example(
        {"type": "section", "text": mrkdwn(), "fields": [mrkdwn()]},
        alone,
        {**_ID, "text": "text 3000", "fields": "list 1..10 text 2000"},
        extras={"any-of-text-fields": ({"text": None, "fields": None}, "missing required field: text")},
    ),
    "header": Example({"type": "header", "text": plain()}, alone, {**_ID, "text": "plain 150"}, ("text",)),
    "context": Example(
        {"type": "context", "elements": [mrkdwn()]},
        alone,
        {**_ID, "elements": "list 1..10 length 3000"},
        ("elements",),
    ),
    "actions": Example(
        {"type": "actions", "elements": [{"type": "button", "text": plain()}]},
        alone,
        {**_ID, "elements": "list 1..25"},
        ("elements",),
    ),
    "context_actions": Example(
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}]},
        alone,
        {**_ID, "elements": "list 1..5"},
        ("elements",),
    ),
    "divider": Example({"type": "divider"}, alone, _ID),
    "image": Example(
        IMAGE,
        alone,
        {**_ID, "image_url": "str 1..3000", "alt_text": "str 1..2000", "title": "plain 2000"},
        ("alt_text",),
        _ONE_PICTURE,
    ),
    "input": Example(
        {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}},
        alone,
        {**_ID, "label": "plain 2000", "hint": "plain 2000"},
        ("label", "element"),
    ),
    "markdown": Example({"type": "markdown", "text": "x"}, alone, {**_ID, "text": "str 1..12000"}, ("text",)),
    "rich_text": Example(RICH, alone, {**_ID, "elements": "list 1.."}, ("elements",)),
    "video": Example(
        {
            "type": "video",
            "alt_text": "x",
            "title": plain(),
            "video_url": "https://i.test",
            "thumbnail_url": "https://i.test",
        },
        alone,
        {
            **_ID,
            "alt_text": "str 1..2000",
            "title": "plain 200",
            "video_url": "str 1..3000",
            "thumbnail_url": "str 1..3000",
            "author_name": "str ..50",
            "description": "plain 200",
        },
        ("alt_text", "title", "video_url", "thumbnail_url"),
    ),
    "file": Example(
        {"type": "file", "external_id": "x", "source": "remote"},
        alone,
        {**_ID, "external_id": "str 1..", "source": "word"},
        ("external_id", "source"),
    ),
    "table": Example(
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]], "column_settings": [{}]},
        alone,
        {**_ID, "rows": "list 1..100", "column_settings": "list ..20"},
        ("rows",),
    ),
    "task_card": Example(
        TASK,
        alone,
        {**_ID, "task_id": "str 1..", "title": "str 1..", "status": "word"},
        ("task_id", "title", "status"),
    ),
    "plan": Example({"type": "plan", "title": "x", "tasks": [TASK]}, alone, {**_ID, "title": "str 1.."}, ("title",)),
    "alert": Example(
        {"type": "alert", "text": mrkdwn(), "level": "info"},
        alone,
        {**_ID, "text": "text 3000", "level": "word"},
        ("text",),
    ),
    "card": Example(
        {**CARD, "actions": [BUTTON]},
        alone,
        {**_ID, "title": "text 150", "subtitle": "text 150", "body": "text 200", "actions": "list ..5"},
        extras={
            "any-of-title-hero_image-actions-body": ({"title": None, "actions": None}, "missing required field: title")
        },
    ),
    "carousel": Example(
        {"type": "carousel", "elements": [CARD]}, alone, {**_ID, "elements": "list 1..10"}, ("elements",)
    ),
    "call": Example({"type": "call", "call_id": "R1"}, alone, {**_ID, "call_id": "str 1.."}, ("call_id",)),
    "container": Example(
        {"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}], "width": "wide"},
        alone,
        {
            **_ID,
            "title": "plain 150",
            "subtitle": "text 150",
            "child_blocks": "list 1..10",
            "width": "word",
        },
        ("child_blocks",),
        {"any-of-title-rich_text_title": ({"title": None}, "missing required field: title")},
    ),
}

ALL = {**PARTS, **ELEMENTS, **RICH_TEXT, **BLOCKS}

UNKNOWN = {"type": "hologram"}
KINDS: dict[str, Place] = {
    "message:type": alone,
    "modal:type": alone,
    "home:type": alone,
    "section.accessory:type": in_section,
    "actions.elements:type": in_actions,
    "context_actions.elements:type": in_context_actions,
    "context.elements:type": lambda it: [{"type": "context", "elements": [it]}],
    "input.element:type": in_input,
    "rich_text.elements:type": in_rich_text,
    "rich_text_section.elements:type": in_rich_section,
    "rich_text_list.elements:type": lambda it: in_rich_text(
        {"type": "rich_text_list", "style": "bullet", "elements": [it]}
    ),
    "rich_text_quote.elements:type": lambda it: in_rich_text({"type": "rich_text_quote", "elements": [it]}),
    "rich_text_preformatted.elements:type": lambda it: in_rich_text(
        {"type": "rich_text_preformatted", "elements": [it]}
    ),
    "plan.tasks:type": lambda it: [{"type": "plan", "title": "x", "tasks": [it]}],
    "card.actions:type": lambda it: [CARD | {"actions": [it]}],
    "carousel.elements:type": lambda it: [{"type": "carousel", "elements": [it]}],
    "container.child_blocks:type": lambda it: [{"type": "container", "title": plain(), "child_blocks": [it]}],
}
