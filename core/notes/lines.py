"""What the detector reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One message or utterance."""

    speaker: str
    text: str
