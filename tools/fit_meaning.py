"""Fits what is worth a note on the vectors of exemplars (``core/notes/meaning.py``).

    ROBBIE_DATA=… PYTHONPATH=. .venv/bin/python tools/fit_meaning.py

Reads ``exemplars.txt``, which was written for this, and what people say in comments (emotions_train), of which nothing
is taken to be worth a note.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from adapters.embedding import LocalEmbedder
from bot.evals.logistic import Dense, fit
from core.notes.meaning import ANY, Weights
from tools.fit_notes import rows_of

EXEMPLARS = Path(__file__).with_name("exemplars.txt")
NOTHING = "nothing"
COMMENTS = 1000  # more of them find less in offices, fewer let more of comments through
EACH = 15
LENGTHS = range(16, 200)
STRENGTH = 10.0
STEPS = 200


def exemplars() -> Iterator[tuple[str, str]]:
    """Kinds and texts."""
    kind = ""
    for line in EXEMPLARS.read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            yield kind, line


def comments() -> Iterator[tuple[str, str]]:
    """What is worth nothing, with its texts."""
    texts = [row["text"] for row in rows_of("emotions_train")[::EACH]]
    yield from [(NOTHING, text) for text in texts if len(text) in LENGTHS][:COMMENTS]


def main() -> None:
    """Fit and write."""
    labels, texts = zip(*exemplars(), *comments(), strict=True)
    embedder = LocalEmbedder()
    rows = Dense(np.array(asyncio.run(embedder.embed(texts)), np.float64))
    kinds = [kind for kind in dict.fromkeys(labels) if kind != NOTHING]
    known = np.array(labels)
    fitted = [fit(rows, flags, STRENGTH, STEPS) for flags in (known != NOTHING, *(known == kind for kind in kinds))]
    weights = np.array([one.weights for one in fitted], np.float32)
    Weights(embedder.name, (ANY, *kinds), weights, np.array([one.bias for one in fitted], np.float32)).save()


if __name__ == "__main__":
    main()
