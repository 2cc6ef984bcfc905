"""What one would try first: TF-IDF of words, pairs of words and the lines beside, and a logistic regression a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evals.logistic import Fitted, Flags, Vocabulary, fit
from bot.evals.notes_measures import Doubles, best_threshold, windows
from bot.evals.notes_rows import Row, numbered, threads
from core.notes.grams import Grams, tokens, word_grams

_STRENGTH = 4.0
_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted one, with the thresholds that were best on held-out parts of what it was fitted on."""

    vocabulary: Vocabulary
    models: Mapping[str, Fitted]
    thresholds: Mapping[str, float]

    @classmethod
    def fitted(cls, rows: Sequence[Row], truth: Mapping[str, Flags], window: int) -> Baseline:
        """Fit one model for each label of the rows."""
        grams = _grams(rows)
        vocabulary = Vocabulary.of(grams, 2)
        entries = vocabulary.rows(grams)
        units, numbers = numbered(rows, window)
        models, thresholds = {}, {}
        for label, positive in truth.items():
            models[label] = fit(entries, positive, _STRENGTH)
            scores = np.zeros(len(rows))
            for fold in range(_FOLDS):
                inside = units % _FOLDS != fold
                part = fit(entries.only(inside), positive[inside], _STRENGTH)
                scores[~inside] = _sigmoid(part.logits(entries.only(~inside)))
            thresholds[label] = best_threshold(positive, scores)
            both = windows(numbers, {"truth": positive.astype(np.float64), "scores": scores})
            thresholds[f"window {label}"] = best_threshold(both["truth"] > 0.5, both["scores"])
        return cls(vocabulary, models, thresholds)

    def scores(self, rows: Sequence[Row]) -> Mapping[str, Doubles]:
        """A column for each label."""
        entries = self.vocabulary.rows(_grams(rows))
        return {label: _sigmoid(model.logits(entries)) for label, model in self.models.items()}


def _grams(rows: Sequence[Row]) -> Grams:
    words = [tokens(row.text) for row in rows]
    for part in threads(rows):
        own = [words[number] for number in part]
        for at, number in enumerate(part):
            before = own[at - 1] if at else []
            after = own[at + 1] if at + 1 < len(own) else []
            words[number] = [*own[at], *(f"<{word}" for word in before), *(f">{word}" for word in after)]
    return word_grams(words, (1, 2))


def _sigmoid(logits: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
