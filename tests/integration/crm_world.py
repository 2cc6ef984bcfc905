"""A team that keeps contacts and deals, without a platform."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.postgres.contacts import PostgresCrm
from adapters.postgres.links import PostgresLinks
from adapters.postgres.people import PostgresPeople
from core.commands import REGISTRY
from core.conversation.handling import Say
from core.conversation.models import Place
from core.work.crm_commands import keeping_contacts
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import Circle

PRIVATE = Place(surface="slack", tenant="T1", channel="D1", direct=True)


@dataclass
class Team(Circle):
    """People of one workspace, and what they deal with."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.crm = PostgresCrm(self.desk.database)
        self.handlers = {**self.handlers, **keeping_contacts(self.crm)}

    async def says(self, person: int, line: str, place: Place = PLACE) -> Say:
        """Carry out a typed line."""
        invocation = REGISTRY.read(line)
        return await self.do(person, invocation.command, place, **invocation.arguments)


def team(desk: Desk) -> Team:
    """Nobody has said anything yet."""
    database = desk.database
    return Team(desk, PostgresPeople(database), PostgresLinks(database))
