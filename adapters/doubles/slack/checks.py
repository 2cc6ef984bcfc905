"""What the platform refuses in a message, with its own error names."""

from __future__ import annotations

from adapters.doubles.slack.blockkit.blocks import MARKDOWN_LIMIT
from adapters.doubles.slack.blockkit.check import problems, refusal, too_long
from adapters.doubles.slack.wire import Json, SlackError, as_list

TEXT_CUT = 40_000
UPDATE_TEXT_LIMIT = 4_000
ATTACHMENTS_LIMIT = 100

__all__ = [
    "ATTACHMENTS_LIMIT",
    "MARKDOWN_LIMIT",
    "TEXT_CUT",
    "UPDATE_TEXT_LIMIT",
    "check_attachments",
    "check_blocks",
    "check_metadata",
]


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


def check_blocks(blocks: object) -> list[Json]:
    """Check the blocks of a message."""
    if blocks is None:
        return []
    if not isinstance(blocks, list) or len(as_list(blocks)) != len(blocks):
        raise SlackError("invalid_blocks_format")
    refused = refusal("invalid_blocks", problems(blocks, "message"))
    if refused is not None:
        raise refused
    if too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    return blocks


def check_attachments(attachments: object) -> list[Json]:
    """Check the number of attachments, and the blocks in them."""
    if attachments is None:
        return []
    if not isinstance(attachments, list) or len(as_list(attachments)) != len(attachments):
        raise SlackError("invalid_attachments_format")
    if len(attachments) > ATTACHMENTS_LIMIT:
        raise SlackError("too_many_attachments")
    for number, attachment in enumerate(attachments):
        if "blocks" in attachment:
            found = problems(attachment["blocks"], "message", f"/attachments/{number}/blocks")
            refused = refusal("invalid_attachments", found)
            if refused is not None:
                raise refused
    return attachments
