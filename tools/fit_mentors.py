"""Fits ``mentors/cues/sound.json``, a logistic regression, on the labelled messages that may be tuned on.

    PYTHONPATH=. .venv/bin/python tools/fit_mentors.py

Held-out messages are not looked at. The same messages give the same file. It prints how many of the messages that were
left out of the fit, in five folds, this model understands by itself.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import exp, sqrt

import yaml

from mentors.labelled import FILE as MESSAGES
from mentors.labelled import labelled
from mentors.loading import load
from mentors.models import ROBBIE, Work
from mentors.sound import BUCKETS, FILE, Sound, features_of, stored
from mentors.words import Words, words

LABELS = (ROBBIE, *(work.value for work in Work))
_EPOCHS, _STEP, _DECAY, _FOLDS = 20, 0.3, 3e-4, 5

Example = tuple[Words, str]


def examples() -> list[Example]:
    """Each message that may be tuned on, with the kind of work that its mentor is the first for."""
    firsts = {one.id: work.value for one in load().mentors.values() for work in one.tasks if one.tasks[work] == "first"}
    pairs = [(one.text, one.label) for one in labelled() if not one.held_out and one.kind != "named"]
    more: Mapping[str, list[str]] = yaml.safe_load((MESSAGES.parent / "tuning.yaml").read_text("utf-8"))
    pairs += [(text, label) for label, texts in more.items() for text in texts]
    return [(words(text), firsts.get(label, label)) for text, label in pairs]


def fit(messages: Sequence[Example]) -> list[list[float]]:
    """Stochastic gradient descent on the log-likelihood."""
    weights = [[0.0] * len(LABELS) for _ in range(BUCKETS)]
    model, order, shuffle = Sound(LABELS, weights), list(messages), random.Random(1)
    prepared = {id(message): [bucket for _, bucket in features_of(message)] for message, _ in messages}
    for _ in range(_EPOCHS):
        shuffle.shuffle(order)
        for message, wanted in order:
            buckets = prepared[id(message)]
            errors = _errors(model.scores(message), wanted)
            for bucket in buckets:
                row = weights[bucket]
                for at, error in enumerate(errors):
                    row[at] -= _STEP * (error / sqrt(len(buckets)) + _DECAY * row[at])
    return weights


def _errors(scores: Mapping[str, float], wanted: str) -> list[float]:
    most = max(scores.values())
    parts = {label: exp(score - most) for label, score in scores.items()}
    whole = sum(parts.values())
    return [parts[label] / whole - (label == wanted) for label in LABELS]


def accuracy(model: Sound, messages: Sequence[Example]) -> float:
    """The share that is understood."""
    hits = 0
    for message, wanted in messages:
        scores = model.scores(message)
        hits += max(scores, key=lambda label: scores[label]) == wanted
    return hits / len(messages)


def crossed(messages: Sequence[Example]) -> float:
    """The accuracy on messages that were left out of the fit, each once."""
    order = list(messages)
    random.Random(7).shuffle(order)
    folds = [order[fold::_FOLDS] for fold in range(_FOLDS)]
    fits = [fit([one for other in folds if other is not fold for one in other]) for fold in folds]
    return sum(accuracy(Sound(LABELS, it), fold) for it, fold in zip(fits, folds, strict=True)) / _FOLDS


def main() -> None:
    """Fit, say how well, and write the file."""
    messages = examples()
    print(f"{len(messages)} messages; left out of the fit, {crossed(messages):.3f} of them are understood")
    FILE.write_text(stored(LABELS, fit(messages)), "utf-8")


if __name__ == "__main__":
    main()
