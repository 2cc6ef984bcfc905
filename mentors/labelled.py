"""The labelled messages on which the choice of a mentor is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = Path(__file__).resolve().parent / "eval" / "messages.yaml"


class Labelled(BaseModel):
    """A message and who should answer it.

    Attributes:
        label: a mentor's id, or ``robbie``.
        also: who would be a good choice, too.
        kind: nothing but the message says it, a word points to the wrong one, or it is asked for by name.
        why: the rationale.
        held_out: nothing was tuned on it.
        fresh: held out, and written after the last tuning.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    label: str
    also: tuple[str, ...] = ()
    kind: Literal["auto", "trap", "named"]
    why: str
    held_out: bool = False
    fresh: bool = False


def labelled(file: Path = FILE) -> tuple[Labelled, ...]:
    """All of them, as they are written."""
    return TypeAdapter(tuple[Labelled, ...]).validate_python(yaml.safe_load(file.read_text("utf-8")))
