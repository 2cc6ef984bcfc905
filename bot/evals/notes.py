"""Measures the offline detector, or a model, on labelled rows, beside a TF-IDF baseline and in the same run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.evals.lines import EvalError
from bot.evals.notes_baseline import Baseline
from bot.evals.notes_measures import Doubles, Flags, measures, windows
from bot.evals.notes_rows import Row, numbered, parts, read
from core.notes.detecting import TALK, Detector, detector
from core.notes.emotions import GROUPS
from core.notes.kinds import gate

WINDOW = 20
_AT_ONCE = 2_000
MEANT: Mapping[str, str] = {"thanks": "gratitude", "apology": "remorse", "command": "request"}
"""What the detector calls a label of other data. Every other label means the detector's of the same name."""

Scores: TypeAlias = Mapping[str, Doubles]
Json: TypeAlias = dict[str, object]
Progress: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A model that is measured in the detector's place.

    Attributes:
        name: as in the settings.
        most_usd: what it may cost.
    """

    name: str
    most_usd: float


def exam(
    files: Sequence[Path], window: int, baseline: Sequence[Path], progress: Progress, asked: Asked | None = None
) -> Json:
    """Measure, and give EVAL.md's object."""
    rows, bad = _rows(files, progress)
    result: Json = {"rows": len(rows), "bad_lines": bad}
    result |= _detector(rows, window) if asked is None else _model(asked, rows, window, progress)
    if baseline:
        training, spoilt = _rows(baseline, progress)
        progress(f"fitting the baseline on {len(training)} rows")
        model = Baseline.fitted(training, truth_of(training), window)
        other = figures(rows, model.scores(rows), model.thresholds, window, {})
        result["baseline"] = {"rows": len(training), "bad_lines": spoilt, **other}
    return result


def _detector(rows: Sequence[Row], window: int) -> Json:
    found = detector()
    scores, speed = scored(found, rows)
    return {"texts_per_second": round(speed, 1), **figures(rows, scores, found.thresholds, window, MEANT)}


def _model(asked: Asked, rows: Sequence[Row], window: int, progress: Progress) -> Json:
    from bot.evals.notes_model import judged

    found = asyncio.run(judged(asked.name, rows, window, asked.most_usd, progress))
    return {
        "model": asked.name,
        "unanswered": found.unanswered,
        "cost_usd": round(found.usd, 6),
        "texts_per_second": round(len(rows) / max(found.seconds, 1e-9), 1),
        **figures(rows, found.scores, {}, window, {}),
    }


def _rows(files: Sequence[Path], progress: Progress) -> tuple[list[Row], int]:
    rows, bad = read(files)
    for line in bad:
        progress(str(line))
    if not rows:
        raise EvalError("There is no row to measure.")
    return rows, len(bad)


def scored(detecting: Detector, rows: Sequence[Row]) -> tuple[Scores, float]:
    """A column of scores for each label, and how many texts a second of one core's time were judged."""
    values = np.zeros((len(detecting.labels), len(rows)))
    spent = 0.0
    for together, part in _batches(parts(rows)):
        lines = [rows[number].line for number in part]
        started = time.process_time()
        table = detecting.scores(lines, together=together)
        for row in table:
            gate(row)
        spent += time.process_time() - started
        values[:, list(part)] = [[row[label] for row in table] for label in detecting.labels]
    return dict(zip(detecting.labels, values, strict=True)), len(rows) / max(spent, 1e-9)


def _batches(found: Iterable[tuple[bool, Sequence[int]]]) -> Iterator[tuple[bool, Sequence[int]]]:
    """Whole threads, but many of those at once whose lines explain nothing: a call for each takes a millisecond."""
    few: list[int] = []
    for together, part in found:
        talk = together and len(part) >= TALK
        if not talk:
            few.extend(part)
        while few and (talk or len(few) >= _AT_ONCE):
            yield False, few[:_AT_ONCE]
            few = few[_AT_ONCE:]
        if talk:
            yield True, part
    if few:
        yield False, few


def truth_of(rows: Sequence[Row]) -> dict[str, Flags]:
    """A column for each label of the rows, and for each group of which they have a member."""
    names = sorted({label for row in rows for label in row.labels})
    truth = {name: np.array([name in row.labels for row in rows]) for name in names}
    for group, members in GROUPS.items():
        some = [truth[member] for member in members if member in truth]
        if some:
            truth[group] = np.logical_or.reduce(some)
    return truth


def figures(
    rows: Sequence[Row], scores: Scores, thresholds: Mapping[str, float], window: int, meant: Mapping[str, str]
) -> Json:
    """The measures of each label by row and by window, and the labels that nothing was said on."""
    truth = truth_of(rows)
    known = {label: meant.get(label, label) for label in truth if meant.get(label, label) in scores}
    units, numbers = numbered(rows, window)
    result: Json = {
        "labels": {
            label: measures(truth[label], scores[name], thresholds.get(name, 0.5), units)
            for label, name in known.items()
        },
        "window": {},
        "not_scored": {label: int(column.sum()) for label, column in truth.items() if label not in known},
    }
    if any(row.thread is not None for row in rows):
        chances = {name: pooled(numbers, scores[name], f"window {name}" in thresholds) for name in known.values()}
        facts = windows(numbers, {label: truth[label].astype(np.float64) for label in known})
        owners = np.zeros(int(numbers.max()) + 1, np.int64)
        owners[numbers] = units
        result["window"] = {
            label: measures(facts[label] > 0.5, chances[name], window_threshold(thresholds, name), owners)
            for label, name in known.items()
        }
    return result


def pooled(numbers: npt.NDArray[np.int64], scores: Doubles, together: bool) -> Doubles:
    """The score of each window: that one row at least is true; or its highest, which a threshold for rows fits."""
    if together:
        return windows(numbers, {"": scores})[""]
    highest = np.zeros(int(numbers.max()) + 1)
    np.maximum.at(highest, numbers, scores)
    return highest


def window_threshold(thresholds: Mapping[str, float], name: str) -> float:
    """That of a window, if one was chosen; else that of a row."""
    return thresholds.get(f"window {name}", thresholds.get(name, 0.5))
