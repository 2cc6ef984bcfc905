"""Who reads, and where: it decides what of people's notes and memories may be seen, in the database itself."""

from __future__ import annotations

from typing import Self

from core.conversation.models import Asker, Place
from core.values import Frozen


class Viewer(Frozen):
    """Somebody who reads at a place.

    Attributes:
        room: the channel that is read in, as ``Place.room``; empty in a direct message.
        private: whether nobody but this person reads it. Only then what is the person's own is seen everywhere.
        org_wide: whether what is shared with everybody in the org is seen: nobody but its members reads it.
    """

    org_id: int
    person_id: int
    room: str = ""
    private: bool = False
    org_wide: bool = False

    @classmethod
    def of(cls, asker: Asker, place: Place, *, private: bool | None = None) -> Self:
        """Who asks at a place; an answer that only the asker reads is private in a channel, too."""
        alone = place.direct if private is None else private or place.direct
        inside = asker.member and (alone or not asker.overheard)
        return cls(org_id=asker.org_id, person_id=asker.person_id, room=place.room, private=alone, org_wide=inside)

    @classmethod
    def owner(cls, org_id: int, person_id: int) -> Self:
        """A person who looks at what is their own."""
        return cls(org_id=org_id, person_id=person_id, private=True)
