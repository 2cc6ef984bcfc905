"""Logistic regression on sparse rows, with numpy alone: for baselines and for the fitting of shipped weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from core.notes.grams import Grams, Hashes, weighed

Doubles: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
_Objective: TypeAlias = Callable[[Doubles], tuple[float, Doubles]]


class Rows(Protocol):
    """A matrix."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def times(self, weights: Doubles) -> Doubles:
        """A sum for each row."""

    def back(self, errors: Doubles) -> Doubles:
        """A sum for each column."""


@dataclass(frozen=True, slots=True)
class Dense:
    """A matrix in full."""

    values: Doubles

    @property
    def shape(self) -> tuple[int, int]:
        """See ``Rows``."""
        return (self.values.shape[0], self.values.shape[1])

    def times(self, weights: Doubles) -> Doubles:
        """See ``Rows``."""
        return self.values @ weights

    def back(self, errors: Doubles) -> Doubles:
        """See ``Rows``."""
        return errors @ self.values


@dataclass(frozen=True, slots=True)
class Sparse:
    """A matrix as its entries, in the order of the rows; entries of the same place add up."""

    shape: tuple[int, int]
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: Doubles

    def times(self, weights: Doubles) -> Doubles:
        """A sum for each row."""
        return np.bincount(self.rows, self.values * weights[self.columns], self.shape[0]).astype(np.float64)

    def back(self, errors: Doubles) -> Doubles:
        """A sum for each column."""
        return np.bincount(self.columns, self.values * errors[self.rows], self.shape[1]).astype(np.float64)

    def only(self, kept: Flags) -> Sparse:
        """The rows that are kept, numbered anew."""
        chosen = kept[self.rows]
        numbers = np.cumsum(kept) - 1
        shape = (int(kept.sum()), self.shape[1])
        return Sparse(shape, numbers[self.rows[chosen]], self.columns[chosen], self.values[chosen])


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The grams that a model knows, sorted, and how much each counts (the more, the rarer)."""

    hashes: Hashes
    rarity: Doubles

    @classmethod
    def of(cls, grams: Grams, at_least: int) -> Vocabulary:
        """Those that stand in so many texts."""
        hashes, counts = np.unique(grams.hashes, return_counts=True)
        kept = counts >= at_least
        return cls(hashes[kept], np.log(grams.texts / counts[kept]) + 1)

    def rows(self, grams: Grams) -> Sparse:
        """TF-IDF rows of length 1."""
        return Sparse((grams.texts, len(self.hashes)), *weighed(grams, self.hashes, self.rarity))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of one label."""

    weights: Doubles
    bias: float

    def logits(self, rows: Rows) -> Doubles:
        """Log odds, one for each row."""
        return rows.times(self.weights) + self.bias


def fit(rows: Rows, positive: Flags, strength: float, steps: int = 40) -> Fitted:
    """The weights that make the labels likely; ``strength`` is what a row counts against the weights' length."""
    truth = positive.astype(np.float64)

    def objective(at: Doubles) -> tuple[float, Doubles]:
        logits = rows.times(at[:-1]) + at[-1]
        loss = strength * float((np.logaddexp(0, logits) - truth * logits).sum()) + 0.5 * float(at[:-1] @ at[:-1])
        errors = strength * (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - truth)
        return loss, np.append(rows.back(errors) + at[:-1], errors.sum())

    share = float(np.clip(truth.mean(), 1e-6, 1 - 1e-6)) if len(truth) else 0.5
    start = np.zeros(rows.shape[1] + 1)
    start[-1] = np.log(share / (1 - share))
    best = minimum(objective, start, steps)
    return Fitted(best[:-1], float(best[-1]))


def minimum(objective: _Objective, at: Doubles, steps: int, memory: int = 8) -> Doubles:
    """Where a smooth convex function is lowest (L-BFGS)."""
    value, slope = objective(at)
    moves: list[tuple[Doubles, Doubles]] = []
    for _ in range(steps):
        way = _direction(slope, moves)
        new, new_value, new_slope = _search(objective, at, value, slope, way)
        move, turn = new - at, new_slope - slope
        if move @ turn > 1e-12:
            moves = [*moves[1 - memory :], (move, turn)]
        done = value - new_value < 1e-6 * max(1.0, abs(value))
        at, value, slope = new, new_value, new_slope
        if done:
            break
    return at


def _direction(slope: Doubles, moves: list[tuple[Doubles, Doubles]]) -> Doubles:
    way, shares = slope.copy(), []
    for move, turn in reversed(moves):
        shares.append((move @ way) / (move @ turn))
        way -= shares[-1] * turn
    if moves:
        move, turn = moves[-1]
        way *= (move @ turn) / (turn @ turn)
    else:
        way /= max(float(np.linalg.norm(way)), 1e-12)
    for (move, turn), share in zip(moves, reversed(shares), strict=True):
        way += (share - (turn @ way) / (move @ turn)) * move
    return -way


def _search(
    objective: _Objective, at: Doubles, value: float, slope: Doubles, way: Doubles
) -> tuple[Doubles, float, Doubles]:
    length, fall = 1.0, float(slope @ way)
    for _ in range(20):
        new = at + length * way
        new_value, new_slope = objective(new)
        if new_value <= value + 1e-4 * length * fall:
            return new, new_value, new_slope
        length /= 2
    return at, value, slope
