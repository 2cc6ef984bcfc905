"""Checking the blocks of a message or view as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from adapters.doubles.slack.blockkit.blocks import ALL_BLOCKS_LIMIT, BLOCKS_LIMITS, MARKDOWN_LIMIT, WHERE, SurfaceKind
from adapters.doubles.slack.blockkit.shapes import Problem
from adapters.doubles.slack.wire import Json, SlackError, as_list

REPORTED = 10
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?(^\1|\Z)", re.MULTILINE | re.DOTALL)
_OWN_BLOCK = re.compile(r"^(?:#{1,6}\s.*|(?:-{3,}|\*{3,}|_{3,})\s*)$", re.MULTILINE)
WHOLE_RULES = (
    "blocks:many",
    "block_id:unique",
    "action_id:unique",
    "markdown:sum",
    "focus_on_load:one",
    "file_input:in-modal",
)
"""The refusals that concern blocks together; ``msg_blocks_too_long`` is an error of its own."""


def problems(blocks: object, surface: SurfaceKind, at: str = "/blocks") -> Iterator[Problem]:
    """What Slack would not take."""
    if not isinstance(blocks, list):
        yield Problem("type:array", "must be an array", at)
        return
    if sum(_expanded(block) for block in blocks) > BLOCKS_LIMITS[surface]:
        yield Problem("blocks:many", f"no more than {BLOCKS_LIMITS[surface]} items allowed", at)
    for number, block in enumerate(blocks):
        yield from WHERE[surface].check(block, f"{at}/{number}", surface)
    yield from _together(as_list(blocks), surface, at)


def too_long(blocks: Sequence[Json]) -> bool:
    """Whether the blocks of a message are more than Slack takes in all."""
    return _length(list(blocks)) > ALL_BLOCKS_LIMIT


def refusal(error: str, found: Iterator[Problem]) -> SlackError | None:
    """The first problems as Slack reports them, or None where there is none."""
    first = list(islice(found, REPORTED))
    if not first:
        return None
    said = [str(problem) for problem in first]
    return SlackError(error, errors=said, response_metadata={"messages": [f"[ERROR] {one}" for one in said]})


def _together(blocks: list[Json], surface: str, at: str) -> Iterator[Problem]:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    for number, block in enumerate(blocks):
        if block.get("block_id") and ids.count(block["block_id"]) > 1:
            yield Problem("block_id:unique", f'`block_id` "{block["block_id"]}" already exists', f"{at}/{number}")
            break
    for number, block in enumerate(blocks):
        yield from _actions(block, f"{at}/{number}")
    markdown = sum(len(block["text"]) for block in blocks if block.get("type") == "markdown" and _text(block))
    if markdown > MARKDOWN_LIMIT:
        yield Problem("markdown:sum", f"markdown text must be less than {MARKDOWN_LIMIT + 1} characters in all", at)
    elements = [element for block in blocks for element in _elements(block)]
    if sum(element.get("focus_on_load") is True for element in elements) > 1:
        yield Problem("focus_on_load:one", "only one element can have focus_on_load", at)
    if surface != "modal" and any(element.get("type") == "file_input" for element in elements):
        yield Problem("file_input:in-modal", "unsupported type: file_input", at)


def _actions(block: Json, at: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, element in enumerate(as_list(block.get("elements"))):
        name = str(element.get("action_id") or "")
        if name and name in seen:
            yield Problem(
                "action_id:unique", f'`action_id` "{name}" already exists', f"{at}/elements/{number}/action_id"
            )
        seen.add(name)


def _elements(block: Json) -> list[Json]:
    return as_list([block.get("accessory"), block.get("element"), *as_list(block.get("elements"))])


def _expanded(block: object) -> int:
    """How many blocks Slack makes of one: a markdown's headings and lines become blocks of their own."""
    if not isinstance(block, dict) or block.get("type") != "markdown" or not _text(block):
        return 1
    pieces = _OWN_BLOCK.split(_FENCE.sub("code", block["text"]))
    return len(pieces) - 1 + sum(bool(piece.strip()) for piece in pieces)


def _text(block: Json) -> bool:
    return isinstance(block.get("text"), str)


def _length(node: object) -> int:
    """Characters of text anywhere in a block."""
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_length(value) for value in node.values())
    return sum(_length(item) for item in node) if isinstance(node, list) else 0
