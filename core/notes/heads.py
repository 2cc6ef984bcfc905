"""Linear models over hashed grams, small enough to be shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.notes.grams import Grams, Hashes, weighed

Floats: TypeAlias = npt.NDArray[np.float32]
_CHUNK = 200_000


@dataclass(frozen=True, slots=True)
class Head:
    """One model for several labels: a text's grams are weighed by rarity, brought to length 1, and scored.

    Attributes:
        labels: what it tells apart, a column each.
        hashes: the grams that it knows, sorted.
        rarity: the weight of each gram within a text.
        weights: the score of each gram for each label, as whole numbers in units of ``scale``.
        scale: per label.
        bias: per label.
    """

    labels: tuple[str, ...]
    hashes: Hashes
    rarity: Floats
    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats

    def logits(self, grams: Grams) -> Floats:
        """Log odds, a row for each text."""
        rows, columns, exact = weighed(grams, self.hashes, self.rarity)
        values = exact.astype(np.float32)
        sums = np.zeros((grams.texts, len(self.labels)), np.float32)
        for start in range(0, len(rows), _CHUNK):
            part = slice(start, start + _CHUNK)
            _add(sums, rows[part], self.weights[columns[part]] * values[part, None])
        return np.asarray(sums * self.scale + self.bias, np.float32)

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """As arrays of a file, their names beginning with ``name``."""
        fields = ("hashes", "rarity", "weights", "scale", "bias")
        return {
            f"{name}.labels": np.array(self.labels),
            **{f"{name}.{field}": getattr(self, field) for field in fields},
        }

    @classmethod
    def of(cls, file: Mapping[str, npt.NDArray[np.generic]], name: str) -> Head:
        """What ``arrays`` gave."""
        return cls(
            tuple(str(label) for label in file[f"{name}.labels"]),
            file[f"{name}.hashes"].astype(np.uint32),
            file[f"{name}.rarity"].astype(np.float32),
            file[f"{name}.weights"].astype(np.int8),
            file[f"{name}.scale"].astype(np.float32),
            file[f"{name}.bias"].astype(np.float32),
        )


def _add(sums: Floats, rows: npt.NDArray[np.int64], scores: Floats) -> None:
    """Add the scores to the sums of their rows, which are in order."""
    if len(rows):
        firsts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        sums[rows[firsts]] += np.add.reduceat(scores, firsts, axis=0)


def probabilities(logits: Floats) -> Floats:
    """What log odds mean."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
