"""Recall: what somebody may see at a place that has to do with what is asked, the best first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from core.memory.asking import as_said_by, named, of_oneself, spans
from core.memory.models import Recalled
from core.memory.ports import Embedder, EmbeddingError, MemoryStore, Vector
from core.memory.ranking import Question, fits, ranked
from core.people.viewer import Viewer

_log = logging.getLogger(__name__)
_CANDIDATES = 100
_LONGEST = 1000  # characters of a question that are looked for, from the end: that is where people ask


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
        self,
        viewer: Viewer,
        text: str,
        now: datetime,
        limit: int,
        *,
        without_conversation: int | None = None,
        since: datetime | None = None,
    ) -> Sequence[Recalled]:
        """What the viewer may see here that has to do with a text, the best first."""
        most, text = max(limit, _CANDIDATES), text[-_LONGEST:]
        hits = await self._store.by_words(viewer, text, most, without_conversation=without_conversation, since=since)
        names = named(text, hits.speakers)
        vectors = await self._vectors(viewer, as_said_by(text, names))
        candidates = await self._store.candidates(
            viewer, hits, vectors, most, without_conversation=without_conversation, since=since
        )
        # A name stands for who speaks: others say it, mostly.
        words = hits.asked.difference(*(hits.speakers[name] for name in names))
        question = Question(
            words, hits.holders, names, not names and of_oneself(text), spans(text, now), now.tzinfo or UTC
        )
        best = ranked(question, candidates)[:limit]
        recalled = {one.id: one for one in await self._store.recalled(viewer, [number for number, _ in best])}
        near = {one.id: one.similarity for one in candidates.found}
        return [
            recalled[number].model_copy(update={"score": score, "fits": fits(score, near[number])})
            for number, score in best
            if number in recalled
        ]

    async def _vectors(self, viewer: Viewer, text: str) -> Mapping[str, Vector]:
        """While memories get another embedder's vectors, each is compared with the question's vector of its own."""
        embedders = self._embedders()
        vectors = await asyncio.gather(*(self._vector(embedder, viewer, text) for embedder in embedders))
        return {embedder.name: vector for embedder, vector in zip(embedders, vectors, strict=True) if vector}

    async def _vector(self, embedder: Embedder, viewer: Viewer, text: str) -> Vector | None:
        if not text.strip():
            return None
        try:
            (vector,) = await embedder.embed([text], org_id=viewer.org_id)
        except EmbeddingError as error:
            _log.warning("recall goes by words alone: %s", error.detail)
            return None
        return vector
