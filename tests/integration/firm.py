"""People with contacts, over a real database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.postgres.links import PostgresLinks
from adapters.postgres.outreach import PostgresOutreach
from adapters.postgres.people import PostgresPeople
from core.briefs.drafting import Templates
from core.briefs.models import Reader
from core.briefs.ports import Entry
from core.briefs.queue import Queue
from core.conversation.models import Place
from core.people.viewer import Viewer
from tests.integration.conftest import PLACE, Desk
from tests.integration.test_links import Meeting

AT = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
DIRECT = Place(surface="slack", tenant="T1", channel="D1", direct=True)


@dataclass
class Firm:
    """People with contacts."""

    desk: Desk
    store: PostgresOutreach
    meeting: Meeting
    readers: dict[str, Reader] = field(default_factory=dict)

    async def meets(self, account: str = "U1", name: str = "Ana Alt", place: Place = PLACE) -> Reader:
        """Somebody who gets briefs, and is a member."""
        person = await self.meeting.meet(place, account)
        org = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        return Reader(org_id=int(str(org["org_id"])), person_id=person, name=name, zone="Europe/Berlin", member=True)

    async def put(self, reader: Reader, table: str, **values: object) -> int:
        """A row of a person's."""
        whole: dict[str, object] = {"org_id": reader.org_id, "owner": reader.person_id, **values}
        columns, holes = ", ".join(whole), ", ".join(f"%({name})s" for name in whole)
        insert = f"INSERT INTO {table} ({columns}) VALUES ({holes}) RETURNING id"
        viewer = Viewer(org_id=reader.org_id, person_id=reader.person_id, private=True, org_wide=reader.member)
        (rows,) = await self.desk.database.run(reader.org_id, (insert, whole), viewer=viewer)
        return int(rows[0]["id"])

    async def contact(self, reader: Reader, name: str, *touched: float, **values: object) -> int:
        """A contact that one was in touch with so many days ago."""
        given = {"created_at": AT - 400 * DAY, **values}
        id = await self.put(reader, "contacts", name=name, **given)
        for days in touched:
            await self.put(reader, "activities", contact_id=id, kind="call", happened_at=AT - DAY * days, text="spoke")
        return id

    async def rows(self, reader: Reader, query: str) -> list[dict[str, object]]:
        """What a person sees."""
        viewer = Viewer(org_id=reader.org_id, person_id=reader.person_id, private=True, org_wide=reader.member)
        (rows,) = await self.desk.database.run(reader.org_id, (query, ()), viewer=viewer)
        return rows

    async def prepare(self, reader: Reader) -> None:
        await Queue(self.store, Templates()).prepare(reader, AT)

    async def queue(self, reader: Reader) -> tuple[Entry, ...]:
        return (await self.store.waiting(reader, AT)).queue


def firm_at(desk: Desk) -> Firm:
    """Nobody is met yet."""
    database = desk.database
    meeting = Meeting(desk, PostgresPeople(database), PostgresLinks(database))
    return Firm(desk, PostgresOutreach(database), meeting)


FORTNIGHTLY = (35, 49, 63, 77, 91)
