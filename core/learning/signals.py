"""What people's next words say of an answer without their having been asked. Never a vote, never mixed with one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from core.conversation.models import Utterance

_SOON = timedelta(minutes=10)
_ALIKE = 0.6  # share of words that two questions have in common, of all their words

_THANKS = re.compile(
    r"\W*(?:many |vielen |tausend )?(?:thanks|thank you|thx|ty|danke?|dankeschön|merci|gracias|"
    r"perfect|perfekt|exactly what i needed|genau das)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\W*(?:no[,.!]|nope|nein[,.!]|not what i|that(?:'|’)?s (?:not|wrong|incorrect)|that is (?:not|wrong|incorrect)|"
    r"wrong|falsch|das stimmt nicht|stimmt nicht|das ist falsch|you misunderstood|i meant|ich meinte|"
    r"actually,? (?:it|that|no))(?!\w)",
    re.IGNORECASE,
)


class Signal(StrEnum):
    """What was heard in somebody's next words about the answer before."""

    REASK = "reask"
    CORRECTION = "correction"
    THANKS = "thanks"


def signal(text: str, at: datetime, speaker: str, before: Sequence[Utterance]) -> Signal | None:
    """What ``text`` says of Robbie's answer right before it; None for nothing, or where there was no such answer.

    Args:
        text: what somebody wrote.
        at: when.
        speaker: who, as transcripts name them.
        before: the conversation before it, oldest first.
    """
    if len(before) < 2 or not before[-1].by_robbie:
        return None
    question = next((said for said in reversed(before) if not said.by_robbie), None)
    if question is None or question.speaker != speaker or at - question.at > _SOON:
        return None
    if _CORRECTION.match(text):
        return Signal.CORRECTION
    if _THANKS.match(text):
        return Signal.THANKS
    return Signal.REASK if _overlap(text, question.text) >= _ALIKE else None


def _overlap(one: str, other: str) -> float:
    """Jaccard's index of the words."""
    first, second = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    return len(first & second) / len(first | second) if first | second else 0.0
