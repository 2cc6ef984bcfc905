"""Why an answer is as it is: whose voice, in which mood and why, which model, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.conversation.handling import Asked, Handler, Say

_NOTHING = "I have answered nothing here yet that I could explain."
_LEVELS = {
    1: "a model of the GPT-4 class",
    2: "a model of the Claude class",
    3: "a hosted open-weight model",
    4: "a local model",
    5: "no model: none could be reached",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """What is recorded of an answer.

    Attributes:
        mentor, mood: empty for Robbie's own voice.
        reason: why that voice, as a clause.
        passed_over: models that were asked before and did not answer.
    """

    mentor: str
    mood: str
    reason: str
    level: int
    model: str
    cost_usd: float
    latency_ms: float
    passed_over: tuple[str, ...] = ()


class Records(Protocol):
    """Where answers are recorded."""

    async def last(self, org_id: int, conversation_id: int, about: str) -> Explained | None:
        """The conversation's last answer of a model, or the one with that platform id."""


def why(records: Records) -> Handler:
    """What carries out ``why``."""

    async def handler(asked: Asked) -> Say:
        found = await records.last(asked.asker.org_id, asked.conversation_id, asked.about)
        return Say(explained(found) if found else _NOTHING)

    return handler


def explained(answer: Explained) -> str:
    """The record in words."""
    name = answer.mentor.replace("_", " ").title()
    voice = f"{name} (an AI persona)" if answer.mentor else "My own voice"
    mood = "" if answer.mood in answer.reason else answer.mood
    lines = [
        ", ".join(filter(None, (voice, mood, answer.reason))) + ".",
        f"Written by `{answer.model}`, {_LEVELS[answer.level]}, in {answer.latency_ms / 1000:.1f} s "
        f"for {_money(answer.cost_usd)}.",
    ]
    if answer.passed_over:
        lines.append("Asked before it, without an answer: " + ", ".join(f"`{m}`" for m in answer.passed_over) + ".")
    return "\n".join(f"- {line}" for line in lines)


def _money(usd: float) -> str:
    return "nothing" if usd == 0 else f"${usd:.4f}"
