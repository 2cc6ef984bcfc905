"""What is wrong with a mentor's file, in words that name file, line and field, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mentors.models import Example, Mentor, Mood, Moods, Work
from mentors.reading import Where

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "": tuple(Mentor.model_fields),
    "moods": tuple(Moods.model_fields),
    "examples": tuple(Example.model_fields),
    "tasks": tuple(work.value for work in Work),
}
_SAMPLES: Mapping[str, str] = {
    "id": "name the file in small letters, digits and _, such as ada_lovelace.yaml",
    "tasks": "write 'strategy: first' or 'second', one to a line",
    "moods": f"write a line for each of {', '.join(Mood)}",
    "examples": "write a list of '- asked: …' with 'answer: …' below it",
    "who": "write 'who: An AI persona inspired by …'",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file.

    Attributes:
        line: counted from one; 0 when the whole file is meant.
        field: dotted; empty when the whole file is meant.
        found: what is wrong.
        mend: what to write instead.
    """

    path: Path
    line: int
    field: str
    found: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.path.name}, line {self.line}" if self.line else self.path.name
        return f"{place}: {self.field + ' ' if self.field else ''}{self.found}"


def explain(error: ValidationError, path: Path, lines: Mapping[Where, int]) -> Iterator[Problem]:
    """One problem for each thing that is wrong."""
    for item in error.errors():
        # A key that is wrong itself is marked so by pydantic; it stands at the same line as its value.
        where = tuple(step for step in item["loc"] if step != "[key]")
        field = ".".join(str(step + 1) if isinstance(step, int) else step for step in where)
        yield Problem(path, _line(where, lines), field, *_words(item, where))


def _line(where: Where, lines: Mapping[Where, int]) -> int:
    """The line of a value, or of the nearest thing around it."""
    found = next((lines[where[:end]] for end in range(len(where), 0, -1) if where[:end] in lines), 0)
    return found if where != ("id",) else 0


def _words(item: ErrorDetails, where: Where) -> tuple[str, str]:
    """What is wrong, and what to write instead."""
    top = str(where[0]) if where else ""
    match item["type"]:
        case "extra_forbidden":
            return "is no field of a mentor", _nearest(where)
        case "missing":
            return "is missing", _SAMPLES.get(top, f"write '{where[-1]}: …'")
        case "enum":
            return "is no kind of work", _nearest(where)
        case "value_error":
            return item["msg"].removeprefix("Value error, "), _SAMPLES.get(top, "see the shipped mentors")
    return _sentence(item), _SAMPLES.get(top, _KINDS.get(item["type"], "see the shipped mentors for how it looks"))


_KINDS: Mapping[str, str] = {
    "tuple_type": "write a list: one '- …' to a line",
    "string_type": "write one text, in double quotes if it holds ': '",
    "string_too_long": "shorten it",
    "string_too_short": "write a few words",
    "too_long": "take some out",
    "too_short": "write at least one '- …'",
}


def _sentence(item: ErrorDetails) -> str:
    limits = item.get("ctx", {})
    match item["type"]:
        case "string_too_long":
            return f"is longer than {limits['max_length']} characters"
        case "string_too_short" | "too_short":
            return "is empty or too short"
        case "too_long":
            return f"has more than {limits['max_length']} entries"
        case "tuple_type":
            return "must be a list"
        case "string_type":
            return "must be a text"
    return f"is wrong: {item['msg'][0].lower()}{item['msg'][1:]}"


def _nearest(where: Where) -> str:
    words = [step for step in where if isinstance(step, str)]
    known = _KNOWN.get(words[0] if len(words) > 1 else "", ())
    near = difflib.get_close_matches(words[-1].lower() if words else "", known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(name for name in known if name != 'id')}"
