"""What the lines around a line tell about it: where it stands in a talk, who speaks, what is near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.notes.grams import LONGEST
from core.notes.heads import Floats, probabilities
from core.notes.lines import Line

REACH = 10
_NEAR = (2, 5, 12, 30)
_PACE = (3, 10)
_OPENING = 60
_FLOOR = 1e-4
_ASSENT = frozenset({"okay", "ok", "yeah", "yep", "yes", "mm", "hmm", "right", "alright", "sure"})
_SHORT = 4


def surroundings(lines: Sequence[Line], words: Sequence[Sequence[str]], logits: Floats, topics: Floats) -> Floats:
    """A row of features for each line of one thread.

    Args:
        lines: all of the thread.
        words: the tokens of each line.
        logits: the log odds of each line by itself.
        topics: what each line adds to the log odds that something is near it; their mean around a line counts.
    """
    count = len(lines)
    if not count:
        return np.zeros((0, 0), np.float32)
    lengths = np.array([line.text[:LONGEST].count(" ") + 1 for line in lines], np.float32)
    columns = [*_position(count), *_speaking(lines, lengths), *_pace(words, lengths)]
    columns.extend(_mean(topics[:, label]) for label in range(topics.shape[1]))
    near = probabilities(logits)
    for label in range(logits.shape[1]):
        columns.append(logits[:, label])
        columns.extend(np.log(_around(near[:, label], reach) + _FLOOR) for reach in _NEAR)
    return np.stack(columns, axis=1).astype(np.float32)


def _position(count: int) -> list[Floats]:
    at = np.arange(count, dtype=np.float32)
    share = at / count
    late = [np.clip(share - since, 0, None) * (share <= since + 0.1) * 10 for since in (0.8, 0.87)]
    return [np.log1p(at), np.log1p(count - 1 - at), share, *late, np.clip(share - 0.9, 0, None) * 10]


def _speaking(lines: Sequence[Line], words: Floats) -> list[Floats]:
    """How much the speaker says in all, whether they opened the talk, and whether they go on."""
    said: dict[str, float] = defaultdict(float)
    opened: dict[str, float] = defaultdict(float)
    for number, (line, length) in enumerate(zip(lines, words, strict=True)):
        said[line.speaker] += float(length)
        if number < _OPENING:
            opened[line.speaker] += float(length)
    chair, total = max(opened, key=lambda one: opened[one]), sum(said.values())
    speakers = [line.speaker for line in lines]
    goes_on = np.array([one == next_ for one, next_ in pairwise(speakers)], np.float32)
    return [
        np.array([said[one] / total for one in speakers], np.float32),
        np.array([one == chair for one in speakers], np.float32),
        np.log1p(words),
        np.append(goes_on, np.float32(0)),
        np.append(np.float32(0), goes_on),
    ]


def _pace(words: Sequence[Sequence[str]], lengths: Floats) -> list[Floats]:
    """Whether people hold forth or toss short words of assent to each other."""
    assent = np.array([len(line) <= _SHORT and not _ASSENT.isdisjoint(line) for line in words], np.float32)
    return [_around(one, reach) for one in (np.log1p(lengths), assent) for reach in _PACE]


def _mean(values: Floats) -> Floats:
    """The mean of each line and those within reach."""
    kernel = np.ones(2 * REACH + 1)
    sums = np.convolve(np.pad(values, REACH), kernel, "valid")
    return np.asarray(sums / np.convolve(np.pad(np.ones(len(values)), REACH), kernel, "valid"), np.float32)


def _around(near: Floats, reach: int) -> Floats:
    """The mean of what stands around a line, the nearer the heavier, without the line itself."""
    steps = np.arange(-3 * reach, 3 * reach + 1)
    weights = np.exp(-0.5 * (steps / reach) ** 2)
    weights[3 * reach] = 0
    return np.convolve(np.pad(near, 3 * reach), weights / weights.sum(), "valid").astype(np.float32)


@dataclass(frozen=True, slots=True)
class Second:
    """A second, small model: from a line's surroundings to labels."""

    labels: tuple[str, ...]
    middle: Floats
    spread: Floats
    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """Log odds, a row for each line."""
        return np.asarray(((features - self.middle) / self.spread) @ self.weights + self.bias, np.float32)

    def arrays(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """As arrays of a file, their names beginning with ``name``."""
        fields = ("middle", "spread", "weights", "bias")
        return {
            f"{name}.labels": np.array(self.labels),
            **{f"{name}.{field}": getattr(self, field) for field in fields},
        }

    @classmethod
    def of(cls, file: Mapping[str, npt.NDArray[np.generic]], name: str) -> Second:
        """What ``arrays`` gave."""
        labels = tuple(str(label) for label in file[f"{name}.labels"])
        fields = (file[f"{name}.{field}"].astype(np.float32) for field in ("middle", "spread", "weights", "bias"))
        return cls(labels, *fields)
