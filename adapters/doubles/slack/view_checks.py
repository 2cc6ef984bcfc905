"""What the platform refuses in a view."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.doubles.slack.blockkit.blocks import WHERE, SurfaceKind
from adapters.doubles.slack.blockkit.check import WHOLE_RULES, problems, refusal
from adapters.doubles.slack.blockkit.composition import PLAIN
from adapters.doubles.slack.blockkit.shapes import Extra, Flag, Kinds, Obj, Problem, Shape, Str, Text
from adapters.doubles.slack.wire import Json, SlackError, as_list, invalid_arguments

VIEW_BYTES = 250 * 1024


@dataclass(frozen=True)
class _Blocks:
    """The blocks of a surface."""

    surface: SurfaceKind

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Each, and all together."""
        yield from problems(value, self.surface, at)

    def rules(self, name: str) -> Iterator[str]:
        """Each one's, and those of all together."""
        yield from WHOLE_RULES
        yield from WHERE[self.surface].rules(self.surface)


_COMMON: Mapping[str, Shape] = {
    "private_metadata": Str(3_000),
    "callback_id": Str(255),
    "external_id": Str(255),
    "clear_on_close": Flag(),
    "notify_on_close": Flag(),
}
_SUBMIT = Extra(
    "submit-with-inputs",
    "missing required field: submit",
    lambda view: view.get("submit") is not None or all(b.get("type") != "input" for b in as_list(view.get("blocks"))),
)
_LABEL = Text(24, PLAIN)
VIEWS: dict[str, Shape] = {
    "modal": Obj(
        "modal",
        {
            **_COMMON,
            "title": _LABEL,
            "submit": _LABEL,
            "close": _LABEL,
            "submit_disabled": Flag(),
            "blocks": _Blocks("modal"),
        },
        ("title", "blocks"),
        (_SUBMIT,),
    ),
    "home": Obj("home", {**_COMMON, "blocks": _Blocks("home")}, ("blocks",)),
}


def checked_view(view: object, only: SurfaceKind | None = None) -> Json:
    """The view as it is stored, with an id on each block. Refuses what Slack refuses."""
    if not isinstance(view, dict):
        raise invalid_arguments("missing required field: view")
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    table = VIEWS if only is None else {str(only): VIEWS[only]}
    refused = refusal("invalid_arguments", Kinds(table).check(view, "/view", "view"))
    if refused is not None:
        raise refused
    blocks = [dict(block) for block in view["blocks"]]
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    return {key: value for key, value in view.items() if value is not None} | {"blocks": blocks}
