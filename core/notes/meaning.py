"""What sentences mean, by vectors: finds what is worth a note though no word of it is a cue.

Small linear models on the vectors of the embedder that needs no network, fitted on exemplars (``tools/fit_meaning.py``,
``weights/README.md``). Vectors of another embedder say nothing to them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

import numpy as np

from core.memory.ports import Embedder, EmbeddingError
from core.notes.heads import Floats
from core.notes.models import NoteKind

_log = logging.getLogger(__name__)
WEIGHTS = Path(__file__).parent / "weights" / "meaning.npz"
ANY = "any"
_MOST = 2.0  # log odds; a detector that is surer than that counts no more
_SHARE = 0.8
_LEAN = 0.3  # what it was fitted on as worth nothing is worth something now and then


@dataclass(frozen=True, slots=True)
class Meant:
    """What one sentence means.

    Attributes:
        odds: that it is worth a note, as a logarithm.
        kind: the likeliest one if it is.
    """

    odds: float
    kind: NoteKind

    def with_words(self, likely: float) -> float:
        """How likely it is worth a note by its meaning and by its words, which alone make it so likely."""
        words = log(max(likely, 1e-6) / max(1 - likely, 1e-6))
        return 1 / (1 + exp(-(self.odds + _LEAN + _SHARE * max(-_MOST, min(_MOST, words)))))


@dataclass(frozen=True, slots=True)
class Weights:
    """A row for each label: ANY, then the kinds.

    Attributes:
        embedder: the name of the one whose vectors are weighed.
    """

    embedder: str
    labels: tuple[str, ...]
    weights: Floats
    bias: Floats

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Weights:
        """The shipped ones."""
        with np.load(path, allow_pickle=False) as file:
            labels = tuple(file["labels"].tolist())
            return cls(str(file["embedder"]), labels, file["weights"].astype(np.float32), file["bias"])

    def save(self, path: Path = WEIGHTS) -> None:
        """Write what ``load`` reads."""
        weights = self.weights.astype(np.float16)
        np.savez_compressed(path, embedder=self.embedder, labels=self.labels, weights=weights, bias=self.bias)


class Meaning:
    """Says what sentences mean.

    Args:
        embedder: the one whose name the weights bear.
        weights: fitted ones.
    """

    def __init__(self, embedder: Embedder, weights: Weights) -> None:
        self._embedder = embedder
        self._weights = weights

    @classmethod
    def by(cls, embedder: Embedder | None) -> Meaning | None:
        """By the shipped weights; None where they do not fit the embedder, or there is none."""
        if embedder is None or embedder.name != (weights := Weights.load()).embedder:
            return None
        return cls(embedder, weights)

    async def of(self, texts: Sequence[str], org_id: int) -> Mapping[str, Meant]:
        """What each text means; nothing where the embedder fails, since there are words to go by."""
        texts = list(dict.fromkeys(texts))
        if not texts:
            return {}
        try:
            vectors = await self._embedder.embed(texts, org_id=org_id)
        except EmbeddingError as error:
            _log.warning("what is worth a note goes by words alone: %s", error.detail)
            return {}
        odds = np.asarray(vectors, np.float32) @ self._weights.weights.T + self._weights.bias
        kinds = self._weights.labels[1:]
        best = [NoteKind(kinds[number]) for number in odds[:, 1:].argmax(axis=1)]
        return {text: Meant(float(row[0]), kind) for text, row, kind in zip(texts, odds, best, strict=True)}
