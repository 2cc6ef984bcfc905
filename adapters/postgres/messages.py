"""A message of the outbox: its text in a column of its own, and whatever else it has as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg.types.json import Jsonb

from core.rendering.message import Outgoing, Persona


def extras(message: Outgoing) -> Jsonb:
    """Everything but the text, as far as there is any."""
    return Jsonb(message.model_dump(mode="json", exclude={"body"}, exclude_defaults=True))


def message(body: str, extras: Mapping[str, object]) -> Outgoing:
    """The message that was stored."""
    return Outgoing.model_validate({"body": body, **extras})


def persona(extras: Mapping[str, object] | None) -> Persona | None:
    """Who speaks in a stored message."""
    found = (extras or {}).get("persona")
    return Persona.model_validate(found) if found else None
