"""The mentors' pictures, by the key ``<id>-<mood>``. Who only shows them needs nothing of the generator beside it."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "png"
_KEY = re.compile(r"[a-z][a-z0-9_]*-[a-z]+")


def path(key: str) -> Path | None:
    """The picture with this key; None where there is none, as for a mentor that a team has added."""
    if not _KEY.fullmatch(key):
        return None
    picture = FOLDER / f"{key}.png"
    return picture if picture.is_file() else None
