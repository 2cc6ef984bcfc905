"""What every capability adds to the commands: what carries them out, and what a platform is shown at once."""

from __future__ import annotations

from adapters.postgres.database import Database
from adapters.postgres.interactions import PostgresInteractions
from core.commands import REGISTRY
from core.conversation.basics import basics
from core.conversation.handling import Handlers
from core.conversation.why import why
from core.desk import Desk


def handlers(database: Database) -> Handlers:
    """What carries out each command."""
    return {**basics(REGISTRY), "why": why(PostgresInteractions(database))}


def desk() -> Desk:
    """Forms, completions and the sections of a person's home."""
    return Desk(REGISTRY)
