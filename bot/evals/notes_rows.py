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
    thread: str | int | None = None
    speaker: str | int | None = None

    @property
    def line(self) -> Line:
        """As the detector reads it."""
        return Line("" if self.speaker is None else str(self.speaker), self.text)


def read(files: Sequence[Path]) -> tuple[list[Row], list[BadLine]]:
    """The rows of all files, those of a file's threads together, and the lines that are none. Raises EvalError."""
    rows: list[Row] = []
    bad: list[BadLine] = []
    for file in files:
        own: list[Row] = []
        for found in rows_of(file, Row):
            if isinstance(found, BadLine):
                bad.append(found)
            else:
                own.append(found[1])
        rows.extend(_together(own))
    return rows, bad


def _together(rows: Sequence[Row]) -> Sequence[Row]:
    """Each thread where its first row stands: what is cut up has no lines beside and far too many windows."""
    first: dict[str | int, int] = {}
    places = [at if row.thread is None else first.setdefault(row.thread, at) for at, row in enumerate(rows)]
    return [rows[at] for at in sorted(range(len(rows)), key=places.__getitem__)]


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
