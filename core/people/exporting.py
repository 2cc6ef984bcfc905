"""``/export``: everything that is kept about a person, in two files: for programs (JSON) and for people (Markdown)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.handling import Asked, Handlers, Say
from core.conversation.models import Asker
from core.reminders.moments import zone_of
from core.rendering.message import Attachment

LARGEST = 3_000_000
"""How many characters of rows an export holds, so that every platform takes its files."""

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of one kind.

    Attributes:
        title: what people call it.
        rows: the latest first, ready for JSON.
        left_out: how many more there are, which had no room.
    """

    name: str
    title: str
    rows: Sequence[Row]
    left_out: int = 0


class Exports(Protocol):
    """Reads what is kept about people."""

    async def collect(self, asker: Asker, most: int) -> Sequence[Part]:
        """All that is kept about the asker in this org, over all accounts that are joined.

        Args:
            asker: whose it is.
            most: how many characters of rows at most; what is small comes first.
        """


def exporting(exports: Exports) -> Handlers:
    """What carries out ``export``."""

    async def export(asked: Asked) -> Say:
        parts = await exports.collect(asked.asker, LARGEST)
        made_at = asked.now.astimezone(zone_of(asked.asker.zone))
        files = (
            _file("robbie-export.md", "text/markdown", as_markdown(parts, made_at)),
            _file("robbie-export.json", "application/json", as_json(parts, made_at)),
        )
        return Say(_summary(parts, direct=asked.place.direct), files=files)

    return {"export": export}


def as_json(parts: Sequence[Part], made_at: datetime) -> str:
    """The parts by name, with what was left out of each."""
    left = {part.name: part.left_out for part in parts if part.left_out}
    whole = {"made_at": made_at.isoformat(), "left_out": left, **{part.name: part.rows for part in parts}}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def as_markdown(parts: Sequence[Part], made_at: datetime) -> str:
    """The parts as people read them."""
    head = f"# What Robbie keeps about you\n\nMade on {made_at:%-d %B %Y, %H:%M}."
    return "\n\n".join([head, *(_told(part) for part in parts)]) + "\n"


def _told(part: Part) -> str:
    left = f"\n\n{part.left_out} older ones had no room in this file." if part.left_out else ""
    rows = "\n".join(line for row in part.rows for line in _lines(row)) or "Nothing."
    return f"## {part.title} ({len(part.rows)})\n\n{rows}{left}"


def _lines(row: Row) -> Iterator[str]:
    """A row as an item: its text first, and then what else there is of it."""
    said = {name: _words(value) for name, value in row.items() if value not in (None, "", [], {}, False)}
    text = said.pop("text", "")
    beside = "; ".join(f"{name}: {value}" for name, value in said.items())
    if not text:
        yield f"- {beside}"
        return
    yield "- " + "\n  ".join(text.splitlines())
    if beside:
        yield f"  - {beside}"


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _summary(parts: Sequence[Part], *, direct: bool) -> str:
    counts = ", ".join(f"{part.title[0].lower()}{part.title[1:]}: {len(part.rows)}" for part in parts if part.rows)
    where = "" if direct else " If you do not see them here, they are in our direct message."
    cut = "" if not any(part.left_out for part in parts) else (
        "\n\nNot everything had room: the files say how many older ones are left out. Whoever runs Robbie can give you "
        "the rest from the database."
    )  # fmt: skip
    return f"This is what I keep about you, as two files for you alone.{where}\n\n{counts}.{cut}"


def _file(name: str, media_type: str, text: str) -> Attachment:
    return Attachment(name=name, media_type=media_type, data=base64.b64encode(text.encode()))
