"""What is wrong with settings, in words that name the key (or the variable) and the nearest right one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Path = tuple[str, ...]


def explain(error: ValidationError, root: type[BaseModel], variables: Mapping[Path, str]) -> Iterator[str]:
    """One clause for each thing that is wrong.

    Args:
        error: what the settings' model said.
        root: that model.
        variables: the environment variable that set the key at a path.
    """
    known = dict.fromkeys(_paths(root))
    for item in error.errors():
        path = tuple(str(step) for step in item["loc"])
        # The variable that set this key, one below it, or one above it (a whole list).
        by = next((at for at in variables if at[: len(path)] == path or path[: len(at)] == at), None)
        named = variables[by] if by else f"setting {'.'.join(path)!r}"
        if item["type"] == "extra_forbidden":
            yield _unknown(path, known, by, named)
        else:
            below = ".".join(path[len(by) :]) if by else ""
            yield f"{named}: {below}{' ' * bool(below)}{_problem(item)}"


def _unknown(where: Path, known: Iterable[Path], by: Path | None, named: str) -> str:
    """A list's positions do not count when the nearest key is looked for."""
    dotted = {".".join(path): path for path in known}
    asked = ".".join(step for step in by or where if not step.isdigit())
    near = difflib.get_close_matches(asked.lower(), dotted, n=1, cutoff=0.5)
    if by is None:
        return f"unknown {named}" + (f": did you mean {near[0]!r}?" if near else "")
    means = ("ROBBIE_" + "__".join(dotted[near[0]]).upper()) if near else ""
    return f"unknown variable {named}" + (f": did you mean {means}?" if means not in ("", named) else "")


def _problem(item: ErrorDetails) -> str:
    secret = item["loc"][0] == "secrets"
    given = "" if secret else f" (it is {item['input']!r})"
    match item["type"]:
        case "missing":
            return "is missing"
        case "model_type" | "model_attributes_type":
            return f"must hold keys of its own{given}"
        case "value_error":
            return item["msg"].removeprefix("Value error, ")
    return item["msg"][0].lower() + item["msg"][1:] + given


def _paths(model: type[BaseModel], above: Path = ()) -> Iterator[Path]:
    """Every key that exists, with the sections."""
    for name, field in model.model_fields.items():
        if name == "secrets":
            continue
        yield (*above, name)
        inner = (field.annotation, *get_args(field.annotation))
        for kind in inner:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _paths(kind, (*above, name))
