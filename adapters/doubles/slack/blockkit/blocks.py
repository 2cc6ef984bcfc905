"""The blocks, and where each may stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from adapters.doubles.slack.blockkit.composition import IMAGE, PLAIN, SLACK_FILE, URL
from adapters.doubles.slack.blockkit.elements import ELEMENTS, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from adapters.doubles.slack.blockkit.rich_text import RICH_TEXT
from adapters.doubles.slack.blockkit.shapes import (
    Flag,
    Items,
    Kinds,
    Loose,
    Obj,
    Shape,
    Str,
    Text,
    any_of,
    one_of,
)

SurfaceKind = Literal["message", "modal", "home"]
MARKDOWN_LIMIT = 12_000
ALL_BLOCKS_LIMIT = 13_200
BLOCKS_LIMITS: Mapping[str, int] = {"message": 50, "modal": 100, "home": 100}
_MRKDWN = ("mrkdwn", "plain_text")
_ID: Mapping[str, Shape] = {"block_id": Str(255, 1)}
_CONTEXT = Kinds({"image": IMAGE, "mrkdwn": Text(3_000), "plain_text": Text(3_000)})
_SECTION = Kinds({**IN_SECTION, "image": IMAGE})
_STATUS = Str(choices=("pending", "in_progress", "complete", "error"))
_TASK: Mapping[str, Shape] = {
    "task_id": Str(least=1),
    "title": Str(least=1),
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": Items(Obj("url_source", {"url": Str(least=1), "text": Str(least=1)}, ("url", "text"))),
    "status": _STATUS,
}
_CARD_ACTIONS = Kinds({"button": ELEMENTS["button"]})


def _block(name: str, fields: Mapping[str, Shape], *needs: str) -> Obj:
    return Obj(name, {**_ID, **fields}, needs)


def _content(block: Obj, *extras: str) -> Obj:
    return Obj(block.name, block.fields, block.needs, (any_of(*extras),))


_TASK_CARD = _block("task_card", _TASK, "task_id", "title", "status")
_CARD = _content(
    _block(
        "card",
        {
            "hero_image": IMAGE,
            "icon": IMAGE,
            "title": Text(150),
            "subtitle": Text(150),
            "body": Text(200),
            "actions": Items(_CARD_ACTIONS, 5),
        },
    ),
    "title",
    "hero_image",
    "actions",
    "body",
)
_IMAGE = Obj(
    "image",
    {**_ID, "image_url": URL, "slack_file": SLACK_FILE, "alt_text": Str(2_000, 1), "title": Text(2_000, PLAIN)},
    ("alt_text",),
    (one_of("image_url", "slack_file"),),
)
_TABLE: list[Obj] = [
    _content(
        _block(
            "section",
            {
                "text": Text(3_000),
                "fields": Items(Text(2_000), 10, 1),
                "accessory": _SECTION,
                "expand": Flag(),
            },
        ),
        "text",
        "fields",
    ),
    _block("header", {"text": Text(150, PLAIN)}, "text"),
    _block("context", {"elements": Items(_CONTEXT, 10, 1)}, "elements"),
    _block("actions", {"elements": Items(Kinds(IN_ACTIONS), 25, 1)}, "elements"),
    _block("context_actions", {"elements": Items(Kinds(IN_CONTEXT_ACTIONS), 5, 1)}, "elements"),
    _block("divider", {}),
    _IMAGE,
    _block(
        "input",
        {
            "label": Text(2_000, PLAIN),
            "element": Kinds(IN_INPUT),
            "dispatch_action": Flag(),
            "hint": Text(2_000, PLAIN),
            "optional": Flag(),
        },
        "label",
        "element",
    ),
    _block("markdown", {"text": Str(MARKDOWN_LIMIT, 1)}, "text"),
    RICH_TEXT,
    _block(
        "video",
        {
            "alt_text": Str(2_000, 1),
            "title": Text(200, PLAIN),
            "video_url": URL,
            "thumbnail_url": URL,
            "author_name": Str(50),
            "description": Text(200, PLAIN),
            "provider_icon_url": Str(),
            "provider_name": Str(),
            "title_url": Str(),
        },
        "alt_text",
        "title",
        "video_url",
        "thumbnail_url",
    ),
    _block("file", {"external_id": Str(least=1), "source": Str(choices=("remote",))}, "external_id", "source"),
    _block("table", {"rows": Items(Items(Loose(), 20, 1), 100, 1), "column_settings": Items(Loose(), 20)}, "rows"),
    _TASK_CARD,
    _block("plan", {"title": Str(least=1), "tasks": Items(Kinds({"task_card": _TASK_CARD}))}, "title"),
    _block(
        "alert",
        {"text": Text(3_000), "level": Str(choices=("default", "info", "warning", "error", "success"))},
        "text",
    ),
    _CARD,
    _block("carousel", {"elements": Items(Kinds({"card": _CARD}), 10, 1)}, "elements"),
    _block("call", {"call_id": Str(least=1), "api_decoration_available": Flag(), "call": Loose()}, "call_id"),
]
BLOCKS: dict[str, Shape] = {shape.name: shape for shape in _TABLE}
_CONTAINER = Obj(
    "container",
    {
        **_ID,
        "title": Text(150, PLAIN),
        "rich_text_title": RICH_TEXT,
        "subtitle": Text(150),
        "child_blocks": Items(Kinds(BLOCKS.copy()), 10, 1),
        "width": Str(choices=("narrow", "standard", "wide", "full")),
        "icon": IMAGE,
        "is_collapsible": Flag(),
        "default_collapsed": Flag(),
        "has_header_divider": Flag(),
    },
    ("child_blocks",),
    (any_of("title", "rich_text_title"),),
)
BLOCKS["container"] = _CONTAINER

_ANYWHERE = {"actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
WHERE: dict[str, Kinds] = {
    "message": Kinds(BLOCKS),
    "modal": Kinds({name: BLOCKS[name] for name in sorted(_ANYWHERE)}),
    "home": Kinds({name: BLOCKS[name] for name in sorted(_ANYWHERE)}),
}
