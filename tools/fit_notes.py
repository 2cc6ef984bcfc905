"""Fits the weights of the offline detector, and says how good they are on data that they were not fitted on.

    ROBBIE_DATA=… PYTHONPATH=. .venv/bin/python tools/fit_notes.py [--dry]

Reads only what may be shipped: meetings_train, email_requests_train and emotions_train. Every choice, the thresholds
with them, is made by cross validation on these. ``--dry`` prints the figures and writes nothing.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.evals.logistic import Dense, Doubles, Fitted, Flags, Sparse, Vocabulary, fit
from bot.evals.notes_measures import Ranks, best_threshold, windows
from core.notes import cues
from core.notes.detecting import CHARS, WEIGHTS, WORDS, asked
from core.notes.emotions import GROUPS
from core.notes.grams import Grams, char_grams, tokens, word_grams
from core.notes.heads import Head
from core.notes.lines import Line
from core.notes.surroundings import Second, surroundings

MEETINGS = ("action", "decision", "problem", "positive")
WINDOW = 20
TOPICS = 8.0
Ids = npt.NDArray[np.int64]
thresholds: dict[str, float] = {}


def rows_of(name: str) -> list[dict]:
    """The rows of a file of ROBBIE_DATA."""
    path = Path(os.environ["ROBBIE_DATA"]) / "notes" / f"{name}.jsonl.gz"
    return [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]


def flags_of(rows: Sequence[dict], labels: Sequence[str]) -> Flags:
    """Which rows have which labels."""
    return np.array([[label in row["labels"] for label in labels] for row in rows])


def head(labels: Sequence[str], vocabulary: Vocabulary, fitted: Sequence[Fitted], keep: int) -> Head:
    """The most telling grams' weights, as whole numbers."""
    weights = np.stack([one.weights for one in fitted], axis=1)
    telling = np.abs(weights * vocabulary.rarity[:, None]).max(axis=1)
    kept = np.sort(np.argsort(-telling)[:keep])
    scale = np.abs(weights[kept]).max(axis=0) / 127
    return Head(
        tuple(labels),
        vocabulary.hashes[kept],
        vocabulary.rarity[kept].astype(np.float16).astype(np.float32),
        np.round(weights[kept] / scale).astype(np.int8),
        scale.astype(np.float32),
        np.array([one.bias for one in fitted], np.float32),
    )


def held_out(rows: Sparse | Dense, truth: Flags, folds: Ids, strength: float, steps: int) -> Doubles:
    """Log odds of each row by a fit without its fold."""
    logits = np.zeros(truth.shape)
    for fold in range(int(folds.max()) + 1):
        inside = folds != fold
        seen, unseen = only(rows, inside), only(rows, ~inside)
        for column in range(truth.shape[1]):
            logits[~inside, column] = fit(seen, truth[inside, column], strength, steps).logits(unseen)
    return logits


def only(rows: Sparse | Dense, kept: Flags) -> Sparse | Dense:
    """Some of the rows."""
    return rows.only(kept) if isinstance(rows, Sparse) else Dense(rows.values[kept])


def sigmoid(logits: Doubles) -> Doubles:
    """Log odds as probabilities."""
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def report(name: str, truth: Flags, scores: Doubles) -> None:
    """Choose and keep the threshold, and print what it gives."""
    thresholds[name] = best_threshold(truth, scores)
    _, _, f1, average = Ranks(truth, scores, thresholds[name]).figures(np.ones(len(truth)))
    print(f"{name:24} positives {int(truth.sum()):6}  f1 {f1:.3f}  average precision {average:.3f}", flush=True)


def meetings() -> tuple[Head, Head, Second]:
    """What meetings teach: actions, decisions and problems, alone, by what is talked about, and both together."""
    rows = rows_of("meetings_train")
    truth = flags_of(rows, MEETINGS)
    threads = [row["thread"] for row in rows]
    series = sorted({thread[:-1] for thread in threads})
    order = np.random.default_rng(0).permutation(len(series))
    folds = np.array([order[series.index(thread[:-1])] % 5 for thread in threads])
    words = [tokens(row["text"]) for row in rows]
    grams = word_grams(words, WORDS)
    vocabulary, common = Vocabulary.of(grams, 2), Vocabulary.of(grams, 3)
    entries, plain = vocabulary.rows(grams), common.rows(grams)
    logits = held_out(entries, truth, folds, 4.0, 40)
    parts = parts_of(threads)
    spans = spans_of(parts)
    bags = averages(plain, spans)
    near = np.stack([truth[start:end].any(axis=0) for start, end in spans])
    where = folds[spans[:, 0]]
    topics = np.zeros(truth.shape)
    for fold in range(int(folds.max()) + 1):
        seen = bags.only(where != fold)
        for column in range(truth.shape[1]):
            model = fit(seen, near[where != fold, column], TOPICS, 40)
            topics[folds == fold, column] = model.logits(plain.only(folds == fold))
    features = np.concatenate(
        [
            surroundings(
                [Line(rows[number]["speaker"], rows[number]["text"]) for number in part],
                [words[number] for number in part],
                logits[part].astype(np.float32),
                topics[part].astype(np.float32),
            )
            for part in parts
        ]
    ).astype(np.float64)
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = Dense((features - middle) / spread)
    scores = sigmoid(held_out(scaled, truth, folds, 0.03, 200))
    numbers = np.unique([f"{row['thread']}/{row['i'] // WINDOW:05}" for row in rows], return_inverse=True)[1]
    for column, label in enumerate(MEETINGS):
        report(label, truth[:, column], scores[:, column])
        some = windows(numbers, {"truth": truth[:, column].astype(float), "scores": scores[:, column]})
        report(f"window {label}", some["truth"] > 0.5, some["scores"])
    second = [fit(scaled, truth[:, column], 0.03, 200) for column in range(len(MEETINGS))]
    fitted = [fit(entries, truth[:, column], 4.0, 40) for column in range(len(MEETINGS))]
    talk = Second(
        MEETINGS,
        middle.astype(np.float32),
        spread.astype(np.float32),
        np.stack([one.weights for one in second], axis=1).astype(np.float32),
        np.array([one.bias for one in second], np.float32),
    )
    about = [fit(bags, near[:, column], TOPICS, 40) for column in range(len(MEETINGS))]
    return head(MEETINGS, vocabulary, fitted, 60_000), head(MEETINGS, common, about, 60_000), talk


def spans_of(parts: Sequence[Ids]) -> Ids:
    """Begin and end of overlapping windows of the threads."""
    return np.array(
        [
            (start, min(start + WINDOW, int(part[-1]) + 1))
            for part in parts
            for start in range(int(part[0]), max(int(part[0]) + 1, int(part[-1]) + 2 - WINDOW // 2), WINDOW // 2)
        ]
    )


def averages(rows: Sparse, spans: Ids) -> Sparse:
    """The mean of the rows of each span."""
    firsts = np.searchsorted(rows.rows, spans)
    numbers = np.repeat(np.arange(len(spans)), firsts[:, 1] - firsts[:, 0])
    chosen = np.concatenate([np.arange(start, end) for start, end in firsts])
    length = (spans[:, 1] - spans[:, 0])[numbers]
    return Sparse((len(spans), rows.shape[1]), numbers, rows.columns[chosen], rows.values[chosen] / length)


def parts_of(threads: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """The rows of each thread."""
    starts = [0, *(n for n in range(1, len(threads)) if threads[n] != threads[n - 1]), len(threads)]
    return [np.arange(a, b) for a, b in pairwise(starts)]


def requests() -> Head:
    """What mails teach: requests."""
    rows = rows_of("email_requests_train")
    truth = flags_of(rows, ("request",))
    words = [tokens(row["text"]) for row in rows]
    grams = word_grams(words, WORDS)
    vocabulary = Vocabulary.of(grams, 1)
    entries = vocabulary.rows(grams)
    folds = np.random.default_rng(0).integers(0, 5, len(rows))
    alone = sigmoid(held_out(entries, truth, folds, 8.0, 40))[:, 0]
    found = [cues.found(one, row["text"][: cues.LONGEST]) for one, row in zip(words, rows, strict=True)]
    report("request", truth[:, 0], np.array([asked(*one) for one in zip(alone, found, strict=True)]))
    return head(("request",), vocabulary, [fit(entries, truth[:, 0], 8.0, 40)], 40_000)


def emotions() -> Head:
    """What comments teach: feelings."""
    rows = rows_of("emotions_train")
    labels = sorted({label for row in rows for label in row["labels"]})
    truth = flags_of(rows, labels)
    texts = [row["text"] for row in rows]
    grams: Grams = char_grams(texts, CHARS).joined(word_grams([tokens(text) for text in texts], WORDS))
    vocabulary = Vocabulary.of(grams, 4)
    entries = vocabulary.rows(grams)
    scores = sigmoid(held_out(entries, truth, np.random.default_rng(0).integers(0, 3, len(rows)), 2.0, 30))
    for column, label in enumerate(labels):
        report(label, truth[:, column], scores[:, column])
    for group, members in GROUPS.items():
        some = [labels.index(member) for member in members]
        report(group, truth[:, some].any(axis=1), 1 - np.prod(1 - scores[:, some], axis=1))
    return head(labels, vocabulary, [fit(entries, truth[:, n], 2.0, 30) for n in range(len(labels))], 60_000)


def main() -> None:
    """Fit all heads and write the weights."""
    request, (meeting, topics, talk), emotion = requests(), meetings(), emotions()
    if "--dry" in sys.argv:
        return
    arrays = {
        **meeting.arrays("meetings"), **topics.arrays("topics"), **talk.arrays("talk"),
        **request.arrays("requests"), **emotion.arrays("emotions"),
        "thresholds.labels": np.array(list(thresholds)), "thresholds.values": np.array(list(thresholds.values())),
    }  # fmt: skip
    np.savez_compressed(WEIGHTS, **arrays)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
