"""The labelled rows that the detector of notes is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from bot.evals.lines import BadLine, rows_of
from core.notes.lines import Line


class Row(BaseModel):
    """One utterance and what people said it is."""

    model_config = ConfigDict(strict=True, frozen=True)

    text: str
    labels: frozenset[str]
    thread: str | None = None
    speaker: str = ""

    @property
    def line(self) -> Line:
        """As the detector reads it."""
        return Line(self.speaker, self.text)


def read(files: Sequence[Path]) -> tuple[list[Row], list[BadLine]]:
    """The rows of all files, and the lines that are none. Raises EvalError."""
    rows: list[Row] = []
    bad: list[BadLine] = []
    for file in files:
        for found in rows_of(file, Row):
            if isinstance(found, BadLine):
                bad.append(found)
            else:
                rows.append(found[1])
    return rows, bad


def threads(rows: Sequence[Row]) -> Iterator[Sequence[int]]:
    """The numbers of the rows of each thread; a row without a thread is one of its own."""
    start = 0
    for number in range(1, len(rows) + 1):
        ends = number == len(rows) or rows[number].thread is None or rows[number].thread != rows[start].thread
        if ends:
            yield range(start, number)
            start = number


def parts(rows: Sequence[Row]) -> Sequence[tuple[bool, Sequence[int]]]:
    """Threads, or all rows at once where none belongs to one: the numbers of rows, and whether they are one thread."""
    if all(row.thread is None for row in rows):
        return [(False, range(len(rows)))]
    return [(True, part) for part in threads(rows)]


def numbered(rows: Sequence[Row], window: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The thread of each row, and its window among all windows; these tumble within a thread."""
    units = np.zeros(len(rows), np.int64)
    numbers = np.zeros(len(rows), np.int64)
    before = 0
    for unit, part in enumerate(threads(rows)):
        for at, number in enumerate(part):
            units[number], numbers[number] = unit, before + at // window
        before = int(numbers[part[-1]]) + 1
    return units, numbers
