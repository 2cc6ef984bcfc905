"""What the platform refuses in a view."""

from __future__ import annotations

import json
import secrets

from adapters.doubles.slack.checks import check_view_blocks
from adapters.doubles.slack.wire import Json, SlackError, invalid_arguments

VIEW_BYTES = 250 * 1024
_STRINGS = {"private_metadata": 3_000, "callback_id": 255, "external_id": 255}
_LABELS = ("title", "submit", "close")
_KEYS = {"type", "blocks", "clear_on_close", "notify_on_close", "submit_disabled", *_LABELS, *_STRINGS}
LABEL_LIMIT = 24


def checked_view(view: object, only: str = "") -> Json:
    """The view as it is stored, with an id on each block. Refuses what Slack refuses."""
    if not isinstance(view, dict):
        raise invalid_arguments("missing required field: view")
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    kind = view.get("type")
    if kind not in ("modal", "home") or (only and kind != only):
        raise invalid_arguments(f"unsupported type: {kind} [json-pointer:/view/type]")
    if kind == "modal":
        _check_labels(view)
    _check_keys(view)
    blocks = [dict(block) for block in check_view_blocks(view.get("blocks"))]
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    return view | {"blocks": blocks}


def _check_keys(view: Json) -> None:
    for key in view.keys() - _KEYS:
        raise invalid_arguments(f"invalid additional property: {key} [json-pointer:/view]")
    for key, limit in _STRINGS.items():
        if len(str(view.get(key) or "")) > limit:
            raise invalid_arguments(f"must be less than {limit + 1} characters [json-pointer:/view/{key}]")


def _check_labels(view: Json) -> None:
    if view.get("title") is None:
        raise invalid_arguments("missing required field: title [json-pointer:/view]")
    for key in _LABELS:
        label = view.get(key)
        if label is None:
            continue
        if not isinstance(label, dict) or label.get("type") != "plain_text":
            raise invalid_arguments(f"must be a plain_text object [json-pointer:/view/{key}]")
        if not 1 <= len(str(label.get("text") or "")) <= LABEL_LIMIT:
            raise invalid_arguments(f"must be less than {LABEL_LIMIT + 1} characters [json-pointer:/view/{key}/text]")
    inputs = any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks") or [])
    if inputs and view.get("submit") is None:
        raise invalid_arguments("missing required field: submit [json-pointer:/view]")
