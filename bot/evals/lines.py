"""The rows of JSON Lines files, plain or gzip, and the lines that are none."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from pydantic import BaseModel, ValidationError

_Row = TypeVar("_Row", bound=BaseModel)


class EvalError(Exception):
    """Nothing can be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no row."""

    file: Path
    number: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file.name}, line {self.number}: {self.problem}"


def rows_of(file: Path, kind: type[_Row]) -> Iterator[tuple[int, _Row] | BadLine]:
    """Each row with the number of its line, and the lines that are no row. Raises EvalError for an unreadable file."""
    try:
        with _opened(file) as lines:
            for number, line in enumerate(lines, 1):
                found = _row(line, kind)
                if isinstance(found, BaseModel):
                    yield number, found
                elif found:
                    yield BadLine(file, number, found)
    except (OSError, EOFError, zlib.error) as error:
        raise EvalError(
            f"{file.name} cannot be read: {getattr(error, 'strerror', None) or 'it is no gzip file, or a damaged one'}."
        ) from None


def _opened(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", errors="surrogateescape")
    return file.open(encoding="utf-8", errors="surrogateescape")


def _row(line: str, kind: type[_Row]) -> _Row | str:
    """The row, or what is wrong; an empty text for an empty line. What a line says is not repeated."""
    if not line.strip():
        return ""
    if "\\u0000" in line:
        return "a NUL, which no text holds"
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else "not a JSON object"
    except UnicodeEncodeError:
        return "not UTF-8"
