"""The files that settings are read from: YAML and ``.env``, with complaints that name the line."""

from __future__ import annotations

import difflib
import io
from collections.abc import Collection
from pathlib import Path

import yaml
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from mentors.reading import Loader


class SettingsError(Exception):
    """A setting is unknown or wrong; the message names it and says what to do."""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"cannot read {path}: it is not text in UTF-8") from None


def read_yaml(path: Path | None) -> dict[str, object]:
    """What the file sets; nothing without a file."""
    if path is None:
        return {}
    try:
        values = yaml.load(_text(path), Loader)  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}{_place(error)} is not valid YAML: {_problem(error)}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must hold lines such as 'home: var'")
    # A section whose lines were all deleted is as good as none.
    return {str(key): value for key, value in values.items() if value is not None}


def _place(error: yaml.YAMLError) -> str:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return f", line {mark.line + 1}," if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return problem or "it holds a character that is not allowed"


def read_env(path: Path, known: Collection[str]) -> dict[str, str]:
    """What ``.env`` gives; an empty value gives nothing. A name that nearly is a known one is refused."""
    if not path.exists():
        return {}
    text = _text(path)
    line = 1
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise SettingsError(
                f"{path}, line {line}, cannot be read: write NAME=value, with a quote at both ends or none"
            )
        line = binding.original.line + binding.original.string.count("\n")
    values = {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}
    for name in values.keys() - set(known):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.88)
        if near:
            raise SettingsError(f"{path}: unknown variable {name}: did you mean {near[0]}?")
    return values
