"""The small objects that elements are made of."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.blockkit.shapes import Flag, Items, Obj, Shape, Str, Text, Whole, one_of

PLAIN = ("plain_text",)
URL = Str(3_000, 1)
USERS = Items(Str())

CONFIRM = Obj(
    "confirm",
    {
        "title": Text(100, PLAIN),
        "text": Text(300),
        "confirm": Text(30, PLAIN),
        "deny": Text(30, PLAIN),
        "style": Str(choices=("primary", "danger")),
    },
    ("title", "text", "confirm", "deny"),
    typed=False,
)


def _option(name: str, kinds: tuple[str, ...] = PLAIN, more: Mapping[str, Shape] | None = None) -> Obj:
    fields: dict[str, Shape] = {"text": Text(75, kinds), "value": Str(150, 1), "description": Text(75, kinds)}
    return Obj(name, fields | dict(more or {}), ("text", "value"), typed=False)


OPTION = _option("option")
BOX = _option("box", ("plain_text", "mrkdwn"))
LINK = _option("overflow_option", more={"url": URL})
OPTIONS = Items(OPTION, 100, 1)
GROUPS = Items(
    Obj("option_group", {"label": Text(75, PLAIN), "options": OPTIONS}, ("label", "options"), typed=False), 100, 1
)

FEEDBACK = Obj(
    "feedback_button",
    {"text": Text(75, PLAIN), "value": Str(2_000, 1), "accessibility_label": Str(75)},
    ("text", "value"),
    typed=False,
)

SLACK_FILE = Obj("slack_file", {"id": Str(least=1), "url": Str(least=1)}, (), (one_of("id", "url"),), typed=False)

IMAGE = Obj(
    "image_element",
    {"image_url": URL, "slack_file": SLACK_FILE, "alt_text": Str(2_000, 1)},
    ("alt_text",),
    (one_of("image_url", "slack_file"),),
)

DISPATCH = Obj(
    "dispatch_action_config",
    {"trigger_actions_on": Items(Str(choices=("on_enter_pressed", "on_character_entered")), None, 1)},
    ("trigger_actions_on",),
    typed=False,
)

FILTER = Obj(
    "filter",
    {
        "include": Items(Str(choices=("im", "mpim", "private", "public")), None, 1),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    typed=False,
)

MANY = Whole(1)
