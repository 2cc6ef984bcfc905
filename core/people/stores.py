"""What is known of people, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.conversation.models import Place
from core.people.models import PersonSettings


@dataclass(frozen=True, slots=True)
class Known:
    """A person, as the account that is in front of a menu belongs to it.

    Attributes:
        zone: IANA time zone; empty where no platform has said.
        member: whether the platform said that the account is a member's: no guest's, and of no other company's.
    """

    org_id: int
    person_id: int
    name: str = ""
    zone: str = ""
    settings: PersonSettings = field(default_factory=PersonSettings)
    member: bool = False


class PeopleStore(Protocol):
    """Reads and writes what people and channels have chosen."""

    async def known(self, surface: str, tenant: str, account: str) -> Known | None:
        """Whose account it is; None for one that was never met."""

    async def choose(self, person_id: int, changes: Mapping[str, object]) -> None:
        """Keep what a person has chosen, for all accounts that are joined; the rest stays."""

    async def choose_once(self, person_id: int, mentor: str, mood: str) -> None:
        """Keep whose voice the next answer to this account has."""

    async def choose_for_channel(self, org_id: int, place: Place, changes: Mapping[str, object]) -> None:
        """Keep what is chosen for a place's channel; the rest stays."""
