"""Recall: what somebody may see at a place that has to do with what is asked, the best first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from core.memory.models import Candidate, Candidates, Recalled
from core.memory.ports import Embedder, EmbeddingError, MemoryStore, Vector
from core.memory.ranking import fused
from core.people.viewer import Viewer

_log = logging.getLogger(__name__)
_CANDIDATES = 100


class Memory:
    """Implements ``core.memory.ports.Recalls``.

    Args:
        store: finds candidates.
        embedders: those whose vectors can be compared with a question's; where none answers, words alone count.
    """

    def __init__(self, store: MemoryStore, embedders: Callable[[], Sequence[Embedder]]) -> None:
        self._store = store
        self._embedders = embedders

    async def recall(
        self, viewer: Viewer, text: str, now: datetime, limit: int, *, without_conversation: int | None = None
    ) -> Sequence[Recalled]:
        """What the viewer may see here that has to do with a text, the best first."""
        candidates = await self._candidates(viewer, text, limit, without_conversation)
        scores = fused(candidates.found, candidates.holders, candidates.total)
        scored = [
            one.memory.model_copy(update={"score": score}) for one, score in zip(candidates.found, scores, strict=True)
        ]
        return sorted(scored, key=lambda one: (-one.score, -one.id))[:limit]

    async def _candidates(self, viewer: Viewer, text: str, limit: int, without: int | None) -> Candidates:
        """While memories get another embedder's vectors, each is compared with the question's vector of its own."""
        embedders = self._embedders()
        vectors = await asyncio.gather(*(self._vector(embedder, viewer, text) for embedder in embedders))
        asked: list[tuple[str, Vector | None]]
        asked = [(embedder.name, vector) for embedder, vector in zip(embedders, vectors, strict=True) if vector]
        found = [
            await self._store.candidates(
                viewer, text, vector, max(limit, _CANDIDATES), embedded_by=name, without_conversation=without
            )
            for name, vector in asked or [("", None)]
        ]
        return merged(found)

    async def _vector(self, embedder: Embedder, viewer: Viewer, text: str) -> Vector | None:
        if not text.strip():
            return None
        try:
            (vector,) = await embedder.embed([text], org_id=viewer.org_id)
        except EmbeddingError as error:
            _log.warning("recall goes by words alone: %s", error.detail)
            return None
        return vector


def merged(several: Sequence[Candidates]) -> Candidates:
    """The candidates of several vectors of one question; of a memory that was found twice, the nearer."""
    first = several[0]
    best: dict[int, Candidate] = {}
    for one in (one for candidates in several for one in candidates.found):
        had = best.get(one.memory.id)
        if had is None or one.similarity > had.similarity:
            best[one.memory.id] = one
    return Candidates(tuple(best.values()), first.holders, first.total)
