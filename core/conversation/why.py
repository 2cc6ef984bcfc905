"""Why an answer is as it is: whose voice, in which mood and why, which model, what it cost, and what it drew on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.context import safe_speaker, zone_of
from core.conversation.handling import Asked, Handler, Say
from core.notes.showing import short
from core.people.viewer import Viewer

_NOTHING = "I have answered nothing here yet that I could explain."
_LEVELS = {
    1: "a model of the GPT-4 class",
    2: "a model of the Claude class",
    3: "a hosted open-weight model",
    4: "a local model",
    5: "no model: none could be reached",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A memory that an answer was given.

    Attributes:
        note: whether it is a note, and not a message.
        link: where the message stands; empty where there is no address, or where it is not to be seen here.
    """

    speaker: str
    text: str
    said_at: datetime
    note: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """What is recorded of an answer.

    Attributes:
        mentor, mood: empty for Robbie's own voice.
        reason: why that voice, as a clause.
        passed_over: models that were asked before and did not answer.
        sources: what it was given of earlier conversations and notes, as far as it may be seen here.
    """

    mentor: str
    mood: str
    reason: str
    level: int
    model: str
    cost_usd: float
    latency_ms: float
    passed_over: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


class Records(Protocol):
    """Where answers are recorded."""

    async def last(self, viewer: Viewer, conversation_id: int, about: str) -> Explained | None:
        """The conversation's last answer of a model, or the one with that platform id."""


def why(records: Records) -> Handler:
    """What carries out ``why``."""

    async def handler(asked: Asked) -> Say:
        viewer = Viewer.of(asked.asker, asked.place)
        found = await records.last(viewer, asked.conversation_id, asked.about)
        if found is None:
            return Say(_NOTHING)
        links = tuple(source.link for source in found.sources if source.link)
        return Say(explained(found, asked.asker.zone), links=links)

    return handler


def explained(answer: Explained, zone: str = "UTC") -> str:
    """The record in words; days are those of a time zone."""
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
    if answer.sources:
        lines.append("\n  - ".join(("It was given, of what was said and noted earlier:", *_sources(answer, zone))))
    return "\n".join(f"- {line}" for line in lines)


def _sources(answer: Explained, zone: str) -> Iterator[str]:
    for source in answer.sources:
        who = safe_speaker(source.speaker)
        at = source.said_at.astimezone(zone_of(zone))
        day = f"{at.day} {at:%B %Y}"
        whose = f"a note of {who}, {day}" if source.note else f"{who}, {day}"
        linked = f" ([message]({source.link}))" if source.link else ""
        yield f"{whose}{linked}: “{short(source.text)}”"


def _money(usd: float) -> str:
    return "nothing" if usd == 0 else f"${usd:.4f}"
