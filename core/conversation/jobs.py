"""Jobs: a job only says that somewhere something is pending; the inbox and outbox rows are the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Job:
    """A call of a drain by ids. Jobs of one lock run one after the other.

    Attributes:
        queue: turns wait for models and sends (quick) for platforms; control waits for neither.
    """

    task: Literal["turn", "control", "send"]
    queue: Literal["turns", "quick", "control"]
    lock: str
    args: dict[str, int | str]


def turn_job(org_id: int, conversation_id: int) -> Job:
    """Answer what is pending in a conversation."""
    args: dict[str, int | str] = {"org_id": org_id, "conversation_id": conversation_id}
    return Job("turn", "turns", f"turn:{conversation_id}", args)


def control_job(org_id: int, conversation_id: int) -> Job:
    """Apply the edits, deletions, stops and reactions that are pending in a conversation."""
    args: dict[str, int | str] = {"org_id": org_id, "conversation_id": conversation_id}
    return Job("control", "control", f"control:{conversation_id}", args)


def send_job(org_id: int, surface: str, tenant: str, channel: str) -> Job:
    """Send what is pending for a channel."""
    args: dict[str, int | str] = {"org_id": org_id, "surface": surface, "tenant": tenant, "channel": channel}
    return Job("send", "quick", f"send:{surface}:{tenant}:{channel}", args)
