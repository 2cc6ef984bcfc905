"""Precision, recall, F1 and average precision, each with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Flags: TypeAlias = npt.NDArray[np.bool_]
Doubles: TypeAlias = npt.NDArray[np.float64]
Measures: TypeAlias = dict[str, object]
SAMPLES = 200
_NAMES = ("precision", "recall", "f1", "average_precision")


def measures(truth: Flags, scores: Doubles, threshold: float, units: npt.NDArray[np.int64], seed: int = 0) -> Measures:
    """How well scores tell the true from the rest.

    Args:
        truth: what is true, a flag for each case.
        scores: of each case; those at or above the threshold are taken for true.
        threshold: chosen elsewhere.
        units: the thread (or row) of each case, from 0; what the bootstrap draws.
        seed: of the draws.
    """
    ranks = Ranks(truth, scores, threshold)
    counts = np.bincount(units)
    randoms = np.random.default_rng(seed)
    drawn = [
        ranks.figures(randoms.multinomial(len(counts), np.full(len(counts), 1 / len(counts)))[units].astype(np.float64))
        for _ in range(SAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    found: Measures = {"positives": int(truth.sum())}
    found |= {name: round(value, 4) for name, value in zip(_NAMES, ranks.figures(np.ones(len(truth))), strict=True)}
    found["intervals"] = {
        name: [round(float(a), 4), round(float(b), 4)] for name, a, b in zip(_NAMES, low, high, strict=True)
    }
    return found


class Ranks:
    """Cases in the order of their scores, sorted once for all draws."""

    def __init__(self, truth: Flags, scores: Doubles, threshold: float):
        self._order = np.argsort(-scores, kind="stable")
        self._truth = truth[self._order].astype(np.float64)
        ordered = scores[self._order]
        self._last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
        self._taken = int((scores >= threshold).sum())

    def figures(self, weights: Doubles) -> tuple[float, float, float, float]:
        """Precision, recall, F1 and average precision, when each case counts as often as its weight says."""
        weights = weights[self._order]
        hits, seen = np.cumsum(self._truth * weights), np.cumsum(weights)
        positives = float(hits[-1])
        hit, taken = (float(hits[self._taken - 1]), float(seen[self._taken - 1])) if self._taken else (0.0, 0.0)
        precision, recall = _share(hit, taken), _share(hit, positives)
        f1 = _share(2 * hit, taken + positives)
        found, total = hits[self._last], seen[self._last]
        steps = np.diff(found, prepend=0.0)
        average = float((steps * found / np.maximum(total, 1e-12)).sum()) / positives if positives else 0.0
        return precision, recall, f1, average


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def best_threshold(truth: Flags, scores: Doubles) -> float:
    """Where F1 is highest."""
    order = np.argsort(-scores, kind="stable")
    hits, taken = np.cumsum(truth[order]), np.arange(1, len(truth) + 1)
    return float(scores[order][int(np.argmax(2 * hits / (taken + truth.sum())))])


def windows(numbers: npt.NDArray[np.int64], values: Mapping[str, Doubles]) -> dict[str, Doubles]:
    """That at least one case of a window is true, when each is as likely as its value says."""
    count = int(numbers.max()) + 1
    return {
        name: -np.expm1(np.bincount(numbers, np.log1p(-np.clip(value, 0, 1 - 1e-9)), count))
        for name, value in values.items()
    }
