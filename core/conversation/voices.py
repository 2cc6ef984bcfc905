"""Whose voice an answer has: Robbie's own, or a mentor's. A voice changes how things are said, never what is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.conversation.models import Utterance
from core.people.models import ChannelSettings, PersonSettings
from core.rendering.message import Persona
from core.routing.models import Answer


@dataclass(frozen=True, slots=True)
class Situation:
    """What a voice is chosen by.

    Attributes:
        text: what was asked.
        before: the conversation before it, oldest first.
        mentor, mood: what was asked for with a command; empty for nothing.
        zone: the asker's IANA time zone.
    """

    text: str
    now: datetime
    zone: str = "UTC"
    before: Sequence[Utterance] = ()
    mentor: str = ""
    mood: str = ""
    person: PersonSettings = field(default_factory=PersonSettings)
    channel: ChannelSettings = field(default_factory=ChannelSettings)


@dataclass(frozen=True, slots=True)
class Voice:
    """How an answer is given, and why.

    Attributes:
        persona: who is seen to speak; None for Robbie itself.
        instructions: stands in the prompt after Robbie's own rules; empty for none.
        short: the same for a very small model.
        reason: a clause for the person, such as ``because the deadline is tomorrow``.
        policy, arm, propensity: name and version of what chose, its choice, and with which probability it makes it.
    """

    persona: Persona | None = None
    instructions: str = ""
    short: str = ""
    reason: str = ""
    policy: str = "robbie/1"
    arm: str = "robbie"
    propensity: float = 1.0


ROBBIE = Voice()


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in one voice."""

    voice: Voice
    answer: Answer


class Voices(Protocol):
    """The mentors, as a turn sees them. Choosing takes no time that a person would notice, and raises nothing."""

    def choose(self, situation: Situation) -> Voice:
        """Whose voice the answer has."""

    def council(self, situation: Situation) -> Sequence[Voice]:
        """Two or three who see a question differently, the most fitting first."""


class OnlyRobbie:
    """Implements ``Voices`` where there are no mentors."""

    def choose(self, situation: Situation) -> Voice:
        """Robbie's own."""
        return ROBBIE

    def council(self, situation: Situation) -> Sequence[Voice]:
        """Nobody else is there."""
        return (ROBBIE,)
