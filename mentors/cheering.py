"""Who tells of a win, and with which line. The line holds no fact: what was won stands in its owner's words."""

from __future__ import annotations

from collections.abc import Mapping

from core.rendering.message import Persona

_LINES: Mapping[str, str] = {
    "steve_jobs": "Stop for a moment. This one deserves it.",
    "albert_einstein": "A result, and one to be glad of.",
    "winston_churchill": "It is my pleasure to report a victory.",
    "julia_child": "Come and look at this, everybody!",
    "elvis_presley": "Well now, let's have a big hand, please.",
    "john_lennon": "Here is something to sing about.",
}
_PLAIN = "Something to celebrate."


def line_of(persona: Persona | None) -> str:
    """What a mentor (or Robbie, for None) begins with."""
    return _LINES.get(persona.id, _PLAIN) if persona else _PLAIN
