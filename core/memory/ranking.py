"""How well a memory fits a question: its words and its vector, weighed against each other by score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

from core.memory.models import Candidate

_WORDS, _MEANING = 0.6, 0.4
_SATURATION, _LENGTH = 1.2, 0.75


def bm25(candidates: Sequence[Candidate], holders: Mapping[str, int], total: int) -> list[float]:
    """Okapi BM25 (Robertson & Zaragoza 2009, The Probabilistic Relevance Framework) of each candidate.

    Args:
        candidates: with how often each asked word is in them.
        holders: in how many rows each asked word is.
        total: of how many rows.
    """
    if not candidates:
        return []
    average = max(1.0, sum(one.length for one in candidates) / len(candidates))
    weights = {word: log(1 + (max(total, held) - held + 0.5) / (held + 0.5)) for word, held in holders.items()}

    def score(one: Candidate) -> float:
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * one.length / average)
        return sum(
            weights.get(word, 0.0) * count * (_SATURATION + 1) / (count + norm) for word, count in one.words.items()
        )

    return [score(one) for one in candidates]


def spread(scores: Sequence[float]) -> list[float]:
    """The scores from 0 for the lowest to 1 for the highest."""
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    return [(score - low) / (high - low) if high > low else 0.0 for score in scores]


def fused(candidates: Sequence[Candidate], holders: Mapping[str, int], total: int) -> list[float]:
    """Words and meaning, each spread from 0 to 1; a weighted sum keeps how much better one is, which ranks do not."""
    words = spread(bm25(candidates, holders, total))
    meaning = spread([one.similarity for one in candidates])
    return [_WORDS * word + _MEANING * near for word, near in zip(words, meaning, strict=True)]
