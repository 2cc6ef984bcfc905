"""What people and channels have chosen. Unknown keys are left alone: another release may know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

AUTO = "auto"
"""The mentor is chosen for each message."""

NAMELESS = "You"
"""What the web chat calls its person, who has no name there."""

ROBBIE = "robbie"
"""Robbie's own voice, whatever the channel says."""


class _Chosen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Once(_Chosen):
    """Whose voice only the next answer has."""

    mentor: str
    mood: str = ""


class BriefSettings(_Chosen):
    """When and where a person gets briefs.

    Attributes:
        on: whether there are any at all.
        times: another wall time (``HH:MM``) than the usual one by kind of brief; empty for none of that kind.
        days: the weekdays, Monday is 0.
        holidays: whose public holidays are days without briefs: a country, or a country and a part of it, as in
            ISO 3166 (``DE``, ``DE-BY``, ``US-CA``); empty for none.
        quiet: further days without briefs: ``2026-12-24``, or first and last day ``2026-12-24/2027-01-02``.
        paused_until: the first day with briefs again; empty when they are not paused.
        by: ``slack``, ``discord`` or ``email``; empty for the direct message that was last written in.
        fallback: whether another way may be taken where that one fails.
        silent: whether nothing is sent when there is nothing to say, instead of a short line.
    """

    on: bool = True
    times: Mapping[str, str] = Field(default_factory=dict)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: str = ""
    quiet: tuple[str, ...] = ()
    paused_until: str = ""
    by: Literal["", "slack", "discord", "email", "web"] = ""
    fallback: bool = True
    silent: bool = False


class RoomBrief(_Chosen):
    """When a channel gets a brief of what everybody in it may see.

    Attributes:
        zone: IANA time zone of whoever switched it on.
        times: the wall time (``HH:MM``) by kind of brief.
        days: the weekdays, Monday is 0.
        by: the person who switched it on.
    """

    zone: str
    times: Mapping[str, str]
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    by: int


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
        briefs: when and where the person gets briefs.
    """

    mentor: str = ""
    mood: str = ""
    gentle_forceful: int = Field(0, ge=-2, le=2)
    relaxed_intense: int = Field(0, ge=-2, le=2)
    language: str = ""
    once: Once | None = None
    never_ask: tuple[str, ...] = ()
    briefs: BriefSettings = BriefSettings()


class ChannelSettings(_Chosen):
    """What a channel's people have chosen for it.

    Attributes:
        mentor: a mentor's id, ``robbie``, ``auto``, or empty.
        wins: whether wins are told there.
        brief: when the channel gets a brief; None for never.
    """

    mentor: str = ""
    wins: bool = False
    brief: RoomBrief | None = None
