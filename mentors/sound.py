"""How a message sounds: a small linear model over its words and parts of words, for what no cue foresaw.

It was fitted on messages of our own (``tools/fit_mentors.py``). Parts of words let it read forms that it never saw, in
German above all.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from math import sqrt
from pathlib import Path

from mentors.words import Words

FILE = Path(__file__).resolve().parent / "cues" / "sound.json"
BUCKETS = 8_192
_PART = 4
_MOST_WORDS = 160


class Sound:
    """The fitted model.

    Args:
        labels: what it tells apart.
        weights: for each bucket, one for each label.
    """

    def __init__(self, labels: Sequence[str], weights: Sequence[Sequence[float]]) -> None:
        self.labels = labels
        self._weights = weights

    def scores(self, message: Words) -> dict[str, float]:
        """How much the message sounds like each label."""
        features = list(features_of(message))
        size = sqrt(len(features) or 1)
        columns = zip(*(self._weights[bucket] for _, bucket in features), strict=True)
        sums = [sum(column) / size for column in columns] or [0.0] * len(self.labels)
        return dict(zip(self.labels, sums, strict=True))

    def telling(self, message: Words, label: str, most: int = 2) -> list[str]:
        """The words that speak most for a label, the strongest first."""
        at = self.labels.index(label)
        said: dict[str, float] = {}
        for word, bucket in features_of(message):
            said[word] = said.get(word, 0.0) + self._weights[bucket][at]
        strong = sorted((word for word in said if said[word] > 0 and len(word) > 2), key=lambda word: -said[word])
        return strong[:most]


def features_of(message: Words) -> Iterator[tuple[str, int]]:
    """The buckets of a message, each with the word that it comes from."""
    tokens = [word for word in message.tokens if word != ","]
    if len(tokens) > _MOST_WORDS:
        tokens = [*tokens[: _MOST_WORDS // 2], *tokens[-_MOST_WORDS // 2 :]]
    seen: set[str] = set()
    for before, word in zip(["^", *tokens], tokens, strict=False):
        for feature in _features(before, word):
            if feature not in seen:
                seen.add(feature)
                yield word, zlib.crc32(feature.encode()) % BUCKETS


def _features(before: str, word: str) -> Iterator[str]:
    yield f"w:{word}"
    yield f"b:{before}_{word}"
    if len(word) > _PART:
        yield f"s:{word[:_PART]}"
        for start in range(1, len(word) - _PART + 1):
            yield f"c:{word[start : start + _PART]}"


@cache
def sound() -> Sound:
    """The model as it is shipped."""
    stored = json.loads(FILE.read_text("utf-8"))
    raw, labels = base64.b64decode(stored["weights"]), stored["labels"]
    size = len(labels)
    rows = [[(byte - 128) * stored["step"] for byte in raw[at : at + size]] for at in range(0, len(raw), size)]
    return Sound(labels, rows)


def stored(labels: Sequence[str], weights: Sequence[Sequence[float]]) -> str:
    """The model as a file."""
    step = max(abs(value) for row in weights for value in row) / 127
    raw = bytes(128 + round(value / step) for row in weights for value in row)
    return json.dumps({"labels": list(labels), "step": step, "weights": base64.b64encode(raw).decode()}) + "\n"
