"""A model reads on so often and no more: what is noticed must leave the budget to what people ask."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from core.notes.noticing import Extractor
from core.notes.policy import Draft
from core.notes.sources import Sentence, Window

_HOUR = 3600.0


class Sparing:
    """Implements ``core.notes.noticing.Extractor`` by another one, as long as the org has not asked too often.

    Args:
        extractor: reads.
        per_hour: how often at most for one org; it is counted in this process alone.
        clock: seconds.
    """

    def __init__(self, extractor: Extractor, per_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._extractor = extractor
        self._per_hour = per_hour
        self._clock = clock
        self._asked: dict[int, deque[float]] = {}

    async def extract(self, window: Window, sentences: Sequence[Sentence]) -> Sequence[Draft] | None:
        """What the other one reads; None where it was asked often enough in the last hour."""
        now, asked = self._clock(), self._asked.setdefault(window.org_id, deque())
        while asked and asked[0] <= now - _HOUR:
            asked.popleft()
        if len(asked) >= self._per_hour:
            return None
        asked.append(now)
        return await self._extractor.extract(window, sentences)
