"""Who asks, as the reader of a brief."""

from __future__ import annotations

from core.briefs.models import Reader
from core.conversation.handling import Asked


def reader_of(asked: Asked) -> Reader:
    """The person who asked, alone."""
    asker = asked.asker
    return Reader(
        org_id=asker.org_id,
        person_id=asker.person_id,
        name=asker.name,
        zone=asker.zone,
        member=asker.member,
        language=asked.person.language,
    )
