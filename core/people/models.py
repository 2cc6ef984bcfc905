"""What people and channels have chosen. Unknown keys are left alone: another release may know them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

AUTO = "auto"
"""The mentor is chosen for each message."""

ROBBIE = "robbie"
"""Robbie's own voice, whatever the channel says."""


class _Chosen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Once(_Chosen):
    """Whose voice only the next answer has."""

    mentor: str
    mood: str = ""


class PersonSettings(_Chosen):
    """What a person has chosen.

    Attributes:
        mentor: a mentor's id, ``robbie``, ``auto``, or empty for what the channel says (else Robbie itself).
        mood: a mood, or empty for what the situation suggests.
        gentle_forceful: from -2 (gentle) to 2 (forceful).
        relaxed_intense: from -2 (relaxed) to 2 (intense).
        language: a language's English name, or empty for the language of each message.
        once: what the next answer alone is given in.
        never_ask: the kinds of notes that are never to be proposed for sharing.
    """

    mentor: str = ""
    mood: str = ""
    gentle_forceful: int = Field(0, ge=-2, le=2)
    relaxed_intense: int = Field(0, ge=-2, le=2)
    language: str = ""
    once: Once | None = None
    never_ask: tuple[str, ...] = ()


class ChannelSettings(_Chosen):
    """What a channel's people have chosen for it.

    Attributes:
        mentor: a mentor's id, ``robbie``, ``auto``, or empty.
        wins: whether wins are told there.
    """

    mentor: str = ""
    wins: bool = False
