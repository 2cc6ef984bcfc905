"""What a message gives away: cues with points, so that every choice can be told in a clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mentors.reading import Loader
from mentors.words import Phrases, Words

_FOLDER = Path(__file__).resolve().parent / "cues"


class Cue(BaseModel):
    """Phrases that say the same of a message.

    Attributes:
        cue: its name.
        because: the clause that a person is shown.
        says: points for what it speaks for, and against.
        most_words: it counts in messages of at most so many words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cue: str
    because: str
    says: dict[str, float]
    most_words: int = 100_000
    phrases: Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Seen:
    """A cue in a message, with the words that give it away."""

    cue: Cue
    words: str


class Evidence:
    """The cues of one file."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._cues = {cue.cue: cue for cue in cues}
        self._phrases = Phrases({cue.cue: cue.phrases for cue in self._cues.values()})

    def seen(self, message: Words) -> list[Seen]:
        """The cues of a message."""
        found = self._phrases.find(message.tokens)
        if message.code and "code" in self._cues:
            found.setdefault("code", "```")
        return [
            Seen(self._cues[name], said) for name, said in found.items() if message.count <= self._cues[name].most_words
        ]


def points(seen: Iterable[Seen], weight: float = 1.0) -> dict[str, float]:
    """The points of all cues together."""
    total: dict[str, float] = {}
    for one in seen:
        for name, value in one.cue.says.items():
            total[name] = total.get(name, 0.0) + value * weight
    return total


def strongest(seen: Iterable[Seen], name: str) -> Seen | None:
    """The cue that says most for something."""
    speaking = [one for one in seen if one.cue.says.get(name, 0.0) > 0]
    return max(speaking, key=lambda one: one.cue.says[name], default=None)


@cache
def evidence(file: str) -> Evidence:
    """The cues of ``mentors/cues/<file>.yaml``."""
    return Evidence(cues_of(file))


def cues_of(file: str) -> tuple[Cue, ...]:
    """The cues of a file as they are written."""
    text = (_FOLDER / f"{file}.yaml").read_text("utf-8")
    return TypeAdapter(tuple[Cue, ...]).validate_python(yaml.load(text, Loader))  # noqa: S506 - a safe one
