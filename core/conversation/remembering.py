"""What an answer is given of earlier conversations and notes: what its asker may see at this place, and no more."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from core.conversation.context import safe_speaker, zone_of
from core.conversation.quoting import quoted_lines
from core.conversation.stores import Claim
from core.conversation.tokens import shortened
from core.memory.models import MemoryKind, Recalled
from core.memory.ports import Recalls
from core.people.viewer import Viewer

_log = logging.getLogger(__name__)

_BEGIN, _END = "[from earlier conversations and notes, which may or may not matter here:]", "[end of what was earlier]"
_SMALL = 2  # memories in a small prompt
_TOKENS, _SMALL_TOKENS = 150, 60  # of each
_TOLD_WHOLE = timedelta(days=7)  # in a transcript (core.conversation.fading)
_WORD = re.compile(r"[^\W_]{3,}")
_SMALL_TALK = frozenset(
    [
        *(
            "hello",
            "hey",
            "thanks",
            "thank",
            "thx",
            "you",
            "and",
            "the",
            "for",
            "that",
            "how",
            "are",
            "please",
            "sorry",
        ),
        *("good", "morning", "afternoon", "evening", "night", "day", "bye", "welcome", "lol", "okay", "yes", "yeah"),
        *("great", "nice", "cool", "well", "done", "very", "much", "lot", "perfect", "awesome", "nope", "sorry"),
        *("hallo", "danke", "guten", "morgen", "abend", "tag", "bitte", "super", "gut", "sehr", "merci", "bonjour"),
        *("salut", "gracias", "hola", "buenos", "dias", "robbie"),
    ]
)

RecallOutcome = Literal["found", "nothing", "late", "failed"]
Heard = Callable[[float, RecallOutcome], None]
"""Told how long each recall took, in seconds, and what came of it."""


class Remembering:
    """Recalls for answers. A turn does not wait long for it, and goes without where it fails.

    Args:
        recalls: recall; None where answers go without.
        limit: at most so many memories.
        seconds: a recall that takes longer is given up.
        now: the clock, with a time zone.
        heard: told of each recall.
    """

    def __init__(
        self,
        recalls: Recalls | None = None,
        *,
        limit: int = 0,
        seconds: float = 0.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        heard: Heard = lambda seconds, outcome: None,
    ) -> None:
        self._recalls = recalls
        self._limit = limit
        self._seconds = seconds
        self._now = now
        self._heard = heard

    async def recall(self, claim: Claim, text: str) -> Sequence[Recalled]:
        """What has to do with a question, the best first. Never raises."""
        if self._recalls is None or not worth_recalling(text):
            return ()
        begun = time.monotonic()
        outcome: RecallOutcome = "failed"
        found: Sequence[Recalled] = ()
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._recall(self._recalls, claim, text)
            outcome = "found" if found else "nothing"
        except TimeoutError:
            outcome = "late"
        except Exception as error:  # an answer without memory is better than none; its text may quote what was asked
            _log.warning("an answer goes without memory: %s", type(error).__name__)
        self._heard(time.monotonic() - begun, outcome)
        return found

    async def _recall(self, recalls: Recalls, claim: Claim, text: str) -> Sequence[Recalled]:
        """What the transcript tells whole is not recalled again."""
        viewer = Viewer.of(claim.asker, claim.place)
        now = self._now().astimezone(zone_of(claim.asker.zone))
        since = max(claim.transcript[0].at, now - _TOLD_WHOLE) if claim.transcript else None
        found = await recalls.recall(
            viewer, text, now, self._limit, without_conversation=claim.conversation_id, since=since
        )
        asked = claim.message_id
        return [one for one in _once(found) if one.fits and (asked is None or one.message_id != asked)]


def worth_recalling(text: str) -> bool:
    """Whether a text says anything that could be looked for: a greeting does not."""
    return any(word.casefold() not in _SMALL_TALK for word in _WORD.findall(text))


def _once(found: Sequence[Recalled]) -> Iterator[Recalled]:
    """A note and the message that it was made of may say the same."""
    told: set[str] = set()
    for one in found:
        words = " ".join(one.text.casefold().split())
        if words not in told:
            told.add(words)
            yield one


def told(recalled: Sequence[Recalled], zone: str, *, small: bool = False) -> str:
    """What was recalled, as a prompt quotes it; empty for nothing.

    Args:
        recalled: the best first.
        zone: of the asker, for the dates.
        small: for a very small model.
    """
    if not recalled:
        return ""
    tokens = _SMALL_TOKENS if small else _TOKENS
    lines = [line for one in recalled[: _SMALL if small else None] for line in _told(one, zone, tokens)]
    return "\n".join((_BEGIN, *lines, _END))


def _told(one: Recalled, zone: str, tokens: int) -> Iterator[str]:
    at = one.said_at.astimezone(zone_of(zone))
    what = {MemoryKind.NOTE: "a note of {}", MemoryKind.MESSAGE: "{} said"}.get(one.kind, "a summary")
    yield f"| {what.format(safe_speaker(one.speaker))}, {at.day} {at:%B %Y}:"
    yield from quoted_lines(shortened(one.text, tokens), "|   ")
