"""What every capability adds to the commands: what carries them out, and what a platform is shown at once."""

from __future__ import annotations

from core.commands import REGISTRY
from core.conversation.basics import basics
from core.conversation.handling import Handlers
from core.desk import Desk


def handlers() -> Handlers:
    """What carries out each command."""
    return {**basics(REGISTRY)}


def desk() -> Desk:
    """Forms, completions and the sections of a person's home."""
    return Desk(REGISTRY)
