"""What the platform refuses in a message, with its own error names."""

from __future__ import annotations

from collections.abc import Callable

from adapters.doubles.slack.wire import Json, SlackError, as_list, invalid_arguments

TEXT_CUT = 40_000
UPDATE_TEXT_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000
SECTION_LIMIT = 3_000
FIELD_LIMIT = 2_000
HEADER_LIMIT = 150
BLOCKS_LIMIT = 50
VIEW_BLOCKS_LIMIT = 100
ALL_BLOCKS_LIMIT = 13_200
_ELEMENTS = {"context": 10, "actions": 25, "context_actions": 5}


def _invalid(block: int, why: str) -> SlackError:
    message = f"[ERROR] {why} [json-pointer:/blocks/{block}]"
    return SlackError("invalid_blocks", errors=[why], response_metadata={"messages": [message]})


def check_metadata(metadata: object) -> Json | None:
    """Metadata is an object with a name and an object, or nothing at all."""
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    name, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(name, str) or not name or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    return metadata


def check_blocks(blocks: object, most: int = BLOCKS_LIMIT) -> list[Json]:
    """Check kinds, sizes and numbers of blocks."""
    if blocks is None:
        return []
    if not isinstance(blocks, list) or len(as_list(blocks)) != len(blocks):
        raise SlackError("invalid_blocks_format")
    if len(blocks) > most:
        raise _invalid(most, f"no more than {most} items allowed")
    for number, block in enumerate(blocks):
        _check_block(number, block)
    _check_totals(blocks)
    return blocks


def check_view_blocks(blocks: object) -> list[Json]:
    """Check the blocks of a modal or home tab."""
    try:
        return check_blocks(blocks, VIEW_BLOCKS_LIMIT)
    except SlackError as refusal:
        raise SlackError("invalid_arguments", **refusal.extra) from None


def check_options(options: object) -> list[Json]:
    """Check the options of a menu."""
    if not isinstance(options, list) or len(options) > 100:
        raise invalid_arguments("no more than 100 items allowed [json-pointer:/options]")
    return as_list(options)


def _check_totals(blocks: list[Json]) -> None:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        raise _invalid(0, "block_id must be unique")
    markdown = sum(len(str(block.get("text") or "")) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_LIMIT:
        raise _invalid(0, f"markdown text must be less than {MARKDOWN_LIMIT + 1} characters in all")
    if sum(_length(block) for block in blocks) > ALL_BLOCKS_LIMIT:
        raise SlackError("msg_blocks_too_long")


def _length(node: object) -> int:
    """Characters of text anywhere in a block."""
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_length(value) for value in node.values())
    return sum(_length(item) for item in node) if isinstance(node, list) else 0


def _check_block(number: int, block: Json) -> None:
    kind = block.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise _invalid(number, f"unsupported type: {kind}")
    if len(str(block.get("block_id") or "")) > 255:
        raise _invalid(number, "block_id must be less than 256 characters")
    check(number, block)


def _check_text(number: int, text: object, limit: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")) -> None:
    if not isinstance(text, dict) or text.get("type") not in kinds or not isinstance(text.get("text"), str):
        raise _invalid(number, "text must be a text object")
    if not 1 <= len(text["text"]) <= limit:
        raise _invalid(number, f"must be more than 0 and less than {limit + 1} characters")


def _check_section(number: int, block: Json) -> None:
    fields = block.get("fields") or []
    if "text" not in block and not fields:
        raise _invalid(number, "missing required field: text")
    if "text" in block:
        _check_text(number, block["text"], SECTION_LIMIT)
    if len(fields) > 10:
        raise _invalid(number, "no more than 10 items allowed")
    for item in fields:
        _check_text(number, item, FIELD_LIMIT)


def _check_header(number: int, block: Json) -> None:
    _check_text(number, block.get("text"), HEADER_LIMIT, ("plain_text",))


def _check_markdown(number: int, block: Json) -> None:
    if not isinstance(block.get("text"), str) or not block["text"]:
        raise _invalid(number, "missing required field: text")


def _check_image(number: int, block: Json) -> None:
    if not block.get("alt_text") or not (block.get("image_url") or block.get("slack_file")):
        raise _invalid(number, "missing required field: image_url, alt_text")


def _check_elements(number: int, block: Json) -> None:
    elements, limit = block.get("elements"), _ELEMENTS.get(block["type"], 10_000)
    if not isinstance(elements, list) or not 1 <= len(elements) <= limit:
        raise _invalid(number, f"elements must be a list of 1 to {limit} items")


def _accept(number: int, block: Json) -> None:
    """Known, and used by nobody here so closely that it would be checked."""


_Check = Callable[[int, Json], None]
_LOOSE = ("divider", "file", "input", "video", "table", "task_card", "plan", "alert", "card")
_CHECKS: dict[str, _Check] = {
    "section": _check_section,
    "header": _check_header,
    "markdown": _check_markdown,
    "image": _check_image,
    "context": _check_elements,
    "actions": _check_elements,
    "context_actions": _check_elements,
    "rich_text": _check_elements,
    **dict.fromkeys(_LOOSE, _accept),
}
