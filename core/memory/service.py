"""Recall: what somebody may see at a place that has to do with what is asked, the best first."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from core.memory.models import Recalled
from core.memory.ports import Embedder, EmbeddingError, MemoryStore, Vector
from core.memory.ranking import fused
from core.people.viewer import Viewer

_log = logging.getLogger(__name__)
_CANDIDATES = 100


class Memory:
    """Implements ``core.memory.ports.Recalls``.

    Args:
        store: finds candidates.
        embedder: turns questions into vectors; when it does not answer, words alone count.
    """

    def __init__(self, store: MemoryStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    async def recall(
        self, viewer: Viewer, text: str, now: datetime, limit: int, *, without_conversation: int | None = None
    ) -> Sequence[Recalled]:
        """What the viewer may see here that has to do with a text, the best first."""
        candidates = await self._store.candidates(
            viewer,
            text,
            await self._vector(viewer, text),
            max(limit, _CANDIDATES),
            embedded_by=self._embedder.name,
            without_conversation=without_conversation,
        )
        scores = fused(candidates.found, candidates.holders, candidates.total)
        scored = [
            one.memory.model_copy(update={"score": score}) for one, score in zip(candidates.found, scores, strict=True)
        ]
        return sorted(scored, key=lambda one: (-one.score, -one.id))[:limit]

    async def _vector(self, viewer: Viewer, text: str) -> Vector | None:
        if not text.strip():
            return None
        try:
            (vector,) = await self._embedder.embed([text], org_id=viewer.org_id)
        except EmbeddingError as error:
            _log.warning("recall goes by words alone: %s", error.detail)
            return None
        return vector
