"""The labelled rows that the detector of notes is measured on."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

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


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no row."""

    file: Path
    number: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file.name}, line {self.number}: {self.problem}"


def read(files: Sequence[Path]) -> tuple[list[Row], list[BadLine]]:
    """The rows of all files, and the lines that are none. Raises OSError, and what gzip raises."""
    rows: list[Row] = []
    bad: list[BadLine] = []
    for file in files:
        with _opened(file) as lines:
            for number, line in enumerate(lines, 1):
                found = _row(line)
                if isinstance(found, Row):
                    rows.append(found)
                elif found:
                    bad.append(BadLine(file, number, found))
    return rows, bad


def _opened(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", errors="surrogateescape")
    return file.open(encoding="utf-8", errors="surrogateescape")


def _row(line: str) -> Row | str:
    """The row, or what is wrong; an empty text for an empty line. What a line says is not repeated."""
    if not line.strip():
        return ""
    try:
        return Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else "not a JSON object"
    except UnicodeEncodeError:
        return "not UTF-8"


def threads(rows: Sequence[Row]) -> Iterator[Sequence[int]]:
    """The numbers of the rows of each thread; a row without a thread is one of its own."""
    start = 0
    for number in range(1, len(rows) + 1):
        ends = number == len(rows) or rows[number].thread is None or rows[number].thread != rows[start].thread
        if ends:
            yield range(start, number)
            start = number


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
