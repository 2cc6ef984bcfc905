"""A provider's embedding model as an ``Embedder``: behind a breaker, and paid from the org's budget."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from math import hypot, isfinite

from core.memory.ports import DIMENSIONS, Embedded, EmbeddingError, EmbeddingModel, Vector
from core.routing.calls import uncancelled
from core.routing.models import ErrorClass, ModelError
from core.routing.ports import Breaker, Budget

_log = logging.getLogger(__name__)

# Providers refuse longer texts and more of them at once; nothing that is remembered is so long.
_MOST_CHARACTERS = 8_000
_MOST_TEXTS = 96
_MOST_AT_ONCE = 100_000  # characters
_NOTHING = "-"  # an empty text is refused
_LONGEST_REST = 300.0
_OF_TEXT = frozenset({ErrorClass.BAD_REQUEST, ErrorClass.CONTEXT, ErrorClass.REFUSED})
# The provider may have charged for these: what was held stays counted.
_PERHAPS_BILLED = frozenset({ErrorClass.TIMEOUT, ErrorClass.CONNECTION, ErrorClass.TRUNCATED, ErrorClass.MALFORMED})


class RemoteEmbedder:
    """Implements ``core.memory.ports.Embedder``. It is never waited for longer than its model's own limit allows.

    Args:
        model: who is asked.
        breaker: stands before it.
        budget: pays.
        usd: price in US dollars per million tokens; 0 for one that costs nothing.
        cut: whether the first numbers of a longer vector are a good vector (Matryoshka).
        count_tokens: estimates before asking.
        clock: seconds.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        breaker: Breaker,
        budget: Budget,
        *,
        usd: float,
        cut: bool,
        count_tokens: Callable[[str], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._breaker = breaker
        self._budget = budget
        self._usd = usd
        self._cut = cut
        self._count_tokens = count_tokens
        self._clock = clock
        self._not_before = float("-inf")

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        """One vector for each text."""
        vectors: list[Vector] = []
        for batch in _batches([_fit_to_send(text) for text in texts]):
            try:
                answer = await self._ask(batch, org_id)
            except ModelError as error:
                of_text = error.kind in _OF_TEXT
                raise EmbeddingError(f"{self.name} did not embed: {error}", of_text=of_text) from None
            vectors += [fitted(vector, cut=self._cut) for vector in answer.vectors]
        return vectors

    async def _ask(self, texts: Sequence[str], org_id: int | None) -> Embedded:
        if self._clock() < self._not_before:
            raise ModelError(ErrorClass.RATE_LIMIT, "not asked: its Retry-After has not passed")
        try:
            with self._breaker.attempt():
                return await self._paid(texts, org_id)
        except ModelError as error:
            if error.retry_after:
                self._not_before = self._clock() + min(error.retry_after, _LONGEST_REST)
            raise

    async def _paid(self, texts: Sequence[str], org_id: int | None) -> Embedded:
        """Ask with the estimate held. A hold whose bill is not known stays."""
        tokens = sum(map(self._count_tokens, texts))
        held = self._cost(tokens) * 1.25  # the count is good to a fifth
        day = await uncancelled(self._hold(org_id, held))
        spent = held
        try:
            answer = await self._model.ask(texts)
            spent = self._cost(answer.tokens or tokens)
        except ModelError as error:
            spent = held if error.kind in _PERHAPS_BILLED else 0.0
            raise
        finally:
            if org_id is not None and day is not None:
                await uncancelled(self._settle(org_id, day, held, spent))
        return answer

    def _cost(self, tokens: int) -> float:
        return tokens * self._usd / 1e6

    async def _hold(self, org_id: int | None, usd: float) -> date | None:
        if self._usd <= 0:
            return None
        if org_id is None:
            raise ModelError(ErrorClass.BUDGET, "nobody is named who pays")
        try:
            day = await self._budget.hold(org_id, usd)
        except Exception as error:  # what cannot be counted is not spent
            raise ModelError(ErrorClass.BUDGET, f"budget not reachable: {type(error).__name__}") from error
        if day is None:
            raise ModelError(ErrorClass.BUDGET)
        return day

    async def _settle(self, org_id: int, day: date, held: float, spent: float) -> None:
        try:
            await self._budget.settle(org_id, day, held, spent)
        except Exception as error:  # the hold stays counted as spent: the safe side
            _log.error("budget of org %d not settled: %s", org_id, type(error).__name__)


def fitted(vector: Sequence[float], *, cut: bool) -> Vector:
    """The vector at the length that is stored, and at unit length. Zeros in the end change no angle between two."""
    if len(vector) > DIMENSIONS and not cut:
        raise EmbeddingError(
            f"the model makes vectors of {len(vector)} numbers, and {DIMENSIONS} are stored. Set memory.embedding_size "
            "to `ask` where the provider can shorten them, or to `cut` where the model's first numbers are enough "
            "(Matryoshka); or choose another model"
        )
    kept = list(vector[:DIMENSIONS])
    length = hypot(*kept)
    if not (isfinite(length) and length > 0):
        raise EmbeddingError("the model made a vector without a direction")
    return [number / length for number in kept] + [0.0] * (DIMENSIONS - len(kept))


def _fit_to_send(text: str) -> str:
    """Without half surrogate pairs, not too long, and not empty."""
    whole = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode()
    return whole if whole.strip() else _NOTHING


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) == _MOST_TEXTS or sum(map(len, batch)) + len(text) > _MOST_AT_ONCE):
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch
