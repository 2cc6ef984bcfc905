"""Loads the mentors that come with Robbie, and those of a team's folder over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from mentors.complaints import Problem, explain
from mentors.models import Mentor
from mentors.reading import Unreadable, parse, text_of

SHIPPED = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Loaded:
    """The mentors by their ids, and what is wrong with files that were left out.

    Attributes:
        mentors: the shipped ones first, in the order of their files, then a team's own.
        sources: the file of each.
    """

    mentors: Mapping[str, Mentor]
    sources: Mapping[str, Path]
    problems: tuple[Problem, ...] = ()


def load(folder: Path | None = None) -> Loaded:
    """The shipped mentors and a team's.

    A file of the team with the id of a shipped mentor takes its place. One that is wrong is left out, so that the
    others (and a shipped one of that id) remain.

    Args:
        folder: the team's; it need not exist.
    """
    mentors: dict[str, Mentor] = {}
    sources: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in (*_files(SHIPPED), *_of_team(folder)):
        mentor, complaints = load_one(path)
        if mentor and not complaints:
            complaints = list(_clashes(mentor, path, mentors.values()))
        if mentor and not complaints:
            mentors[mentor.id], sources[mentor.id] = mentor, path
        problems += complaints
    return Loaded(mentors, sources, tuple(problems))


def load_one(path: Path) -> tuple[Mentor | None, list[Problem]]:
    """The mentor of a file, or all that is wrong with it."""
    try:
        mentor, problems = _read(path, text_of(path))
    except Unreadable as error:
        return None, [Problem(path, error.line, "", error.found, error.mend)]
    return mentor, [*problems]


@lru_cache(maxsize=64)  # a process loads the mentors for each of their uses
def _read(path: Path, text: str) -> tuple[Mentor | None, tuple[Problem, ...]]:
    """The mentor of a file's text, or all that is wrong with it. Raises Unreadable."""
    values, lines = parse(text)
    if values.get("id", path.stem) != path.stem:
        mend = f"take the line out, or call the file {values['id']}.yaml"
        return None, (Problem(path, lines[("id",)], "id", f"the id is the file's name, {path.stem!r}", mend),)
    try:
        return Mentor.model_validate({**values, "id": path.stem}), ()
    except ValidationError as error:
        return None, (*explain(error, path, lines),)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.name[0] not in "._")


def _of_team(folder: Path | None) -> list[Path]:
    """The team's files. Where Robbie runs from its sources, its own folder can be meant: it is loaded already."""
    if folder is None or not folder.is_dir() or folder.resolve() == SHIPPED:
        return []
    return _files(folder)


def _clashes(mentor: Mentor, path: Path, others: Iterable[Mentor]) -> Iterator[Problem]:
    """Two mentors cannot be called by the same name."""
    taken = {name.casefold(): other for other in others if other.id != mentor.id for name in (other.id, *other.names())}
    for name in dict.fromkeys(name.casefold() for name in mentor.names()):
        if name in taken:
            mend = f"choose another, or replace {taken[name].name} by calling the file {taken[name].id}.yaml"
            yield Problem(path, 0, "aliases", f"{name!r} already means {taken[name].name}", mend)
