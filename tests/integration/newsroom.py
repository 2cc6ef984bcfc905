"""People who get briefs, without a platform: what is handed over stands in the inbox, and the clock is ours."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from adapters.holidays import holidays_in
from adapters.postgres.brief_delivery import PostgresBriefDelivery, Settled
from adapters.postgres.brief_due import Handed, PostgresDueBriefs
from adapters.postgres.brief_times import PostgresBriefTimes
from adapters.postgres.links import PostgresLinks
from adapters.postgres.people import PostgresPeople
from core.conversation.models import Place
from tests.integration.conftest import Desk
from tests.integration.test_links import Meeting

GRACE = timedelta(minutes=90)
RETRY = timedelta(minutes=90)
MONDAY = datetime(2026, 11, 30, 0, tzinfo=UTC)
TIMES = ("morning", "afternoon", "evening")


def dm(account: str, tenant: str = "T1") -> Place:
    """Somebody's direct message in Slack."""
    return Place(surface="slack", tenant=tenant, channel=f"D{account}", direct=True)


@dataclass
class Newsroom(Meeting):
    """Briefs are scheduled by hand, at any moment."""

    per_minute: int = 300

    def __post_init__(self) -> None:
        database = self.desk.database
        self.times = PostgresBriefTimes(database, grace=GRACE, holidays=holidays_in)
        self.due = PostgresDueBriefs(database, grace=GRACE, per_minute=self.per_minute, holidays=holidays_in)
        self.delivery = PostgresBriefDelivery(database, retry=RETRY)

    async def reader(self, account: str = "U1", zone: str = "Europe/Berlin", place: Place | None = None) -> int:
        """Somebody writes to Robbie directly, from a zone."""
        person = await self.meet(place or dm(account), account)
        await self.desk.execute("UPDATE people SET zone = %s WHERE id = %s", zone, person)
        return person

    async def chooses(self, person: int, **chosen: object) -> None:
        """A person's brief settings."""
        await self.people.choose(person, {"briefs": chosen})

    async def moves(self, person: int, zone: str) -> None:
        """Their platform says that they are in another zone."""
        await self.desk.execute("UPDATE people SET zone = %s WHERE id = %s", zone, person)

    async def tick(self, now: datetime) -> Handed:
        """What a scheduler does each minute, but for looking what became of it: nobody works here."""
        await self.times.reckon(now)
        return await self.due.hand_over(now)

    async def settle(self, now: datetime) -> Settled:
        """What became of what is on its way."""
        return await self.delivery.settle(now)

    async def briefs(self, *, kinds: Collection[str] = ("morning",)) -> list[tuple[str, date]]:
        """State and day of each brief."""
        rows = await self.desk.rows(
            "SELECT state, local_date, kind FROM briefs WHERE kind = ANY (%s) ORDER BY due_at, id", list(kinds)
        )
        return [(str(row["state"]), row["local_date"]) for row in rows]  # type: ignore[misc]

    async def told(self) -> list[tuple[str, str, bool, int]]:
        """The places into which briefs were handed over, with whom they are for."""
        rows = await self.desk.rows(
            """SELECT surface, channel, direct, inbox.person_id FROM inbox
               JOIN conversations ON conversations.id = conversation_id
               WHERE starts_with(inbox.platform_id, 'brief:') ORDER BY inbox.id"""
        )
        return [(str(r["surface"]), str(r["channel"]), bool(r["direct"]), int(str(r["person_id"]))) for r in rows]

    async def proven(self, person: int, address: str = "ana@example.com") -> None:
        """A mail address that a person has proven to be theirs."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        insert = (
            """INSERT INTO mail_addresses (person_id, org_id, address, verified_at) VALUES (%s, %s, %s, now())""",
            (person, row["org_id"], address),
        )
        await self.desk.database.run(int(str(row["org_id"])), insert)

    async def channel_brief(self, person: int, place: Place, **chosen: object) -> None:
        """Somebody switches a channel's brief on."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        values = (row["org_id"], place.surface, place.tenant, place.channel, json.dumps({"brief": chosen}))
        insert = (
            """INSERT INTO channel_settings (org_id, surface, tenant, channel, settings) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (surface, tenant, channel) DO UPDATE SET settings = excluded.settings""",
            values,
        )
        await self.desk.database.run(int(str(row["org_id"])), insert)


def newsroom(desk: Desk, per_minute: int = 300) -> Newsroom:
    """Nobody gets anything yet."""
    return Newsroom(desk, PostgresPeople(desk.database), PostgresLinks(desk.database), per_minute=per_minute)
