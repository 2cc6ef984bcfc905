"""Long conversations, and the questions whose answers stand in some of their turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, field_validator

from bot.evals.lines import BadLine, EvalError, rows_of

_Row = TypeVar("_Row", bound=BaseModel)
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
"""Those that are measured. The fifth asks what was never said."""


class Turn(BaseModel):
    """What somebody said.

    Attributes:
        date: of the session; ISO 8601, or like ``1:56 pm on 8 May, 2023``.
        id: unique in its conversation.
        img: what a picture shows that was sent with it.
    """

    model_config = ConfigDict(frozen=True)

    conv: str
    id: str
    date: datetime
    speaker: str
    text: str
    img: str | None = None

    @field_validator("date", mode="before")
    @classmethod
    def _dated(cls, value: object) -> object:
        try:
            return datetime.strptime(str(value), "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        except ValueError:
            return value

    @field_validator("date")
    @classmethod
    def _zoned(cls, value: datetime) -> datetime:
        if not 1 < value.year < 9999:
            raise ValueError("no day before or after it can be named")
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    @property
    def told(self) -> str:
        """The text, with what is seen in its picture."""
        return f"{self.text} [{self.img}]" if self.img else self.text


class Question(BaseModel):
    """A question, and the turns that hold its answer."""

    model_config = ConfigDict(frozen=True)

    conv: str
    question: str
    evidence: frozenset[str] = frozenset()
    category: int

    @field_validator("evidence", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return () if value is None else value


@dataclass(slots=True)
class Exam:
    """What is measured.

    Attributes:
        turns: of each conversation, in the order of the file.
        questions: those of the measured categories that have evidence.
        bad: the lines that are left out.
    """

    turns: dict[str, list[Turn]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read(turns: Path, questions: Path) -> Exam:
    """Read both files. Raises EvalError where there is nothing to measure."""
    exam = Exam()
    _turns(turns, exam)
    _questions(questions, exam)
    if not exam.questions:
        raise EvalError("There is no question to measure.")
    return exam


def _turns(file: Path, exam: Exam) -> None:
    known: set[tuple[str, str]] = set()
    for row in _rows(file, Turn, exam):
        number, turn = row
        if (turn.conv, turn.id) in known:
            exam.bad.append(BadLine(file, number, "id: a turn before has the same"))
            continue
        known.add((turn.conv, turn.id))
        exam.turns.setdefault(turn.conv, []).append(turn)


def _questions(file: Path, exam: Exam) -> None:
    """What has no evidence cannot be measured, and is no bad line."""
    known = {conv: {turn.id for turn in turns} for conv, turns in exam.turns.items()}
    for number, question in _rows(file, Question, exam):
        if not question.evidence or question.category not in CATEGORIES:
            continue
        if question.conv not in known:
            exam.bad.append(BadLine(file, number, "conv: no turn is of it"))
        elif not question.evidence & known[question.conv]:
            exam.bad.append(BadLine(file, number, "evidence: none of it is a turn"))
        else:
            exam.questions.append(question)


def _rows(file: Path, kind: type[_Row], exam: Exam) -> Iterator[tuple[int, _Row]]:
    for found in rows_of(file, kind):
        if isinstance(found, BadLine):
            exam.bad.append(found)
        else:
            yield found
