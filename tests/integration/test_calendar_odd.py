"""Calendars of people with several accounts; and one that cannot be kept keeps nobody else's waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from adapters.llm.breakers import PyBreakers
from adapters.postgres.calendar_syncs import PostgresCalendarSyncs
from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.people import PostgresPeople
from core.work.calendar import Event, Reading, Source
from core.work.syncing import Syncing
from tests.calendar_world import vault
from tests.integration.conftest import Desk
from tests.integration.test_calendars import somebody
from tests.integration.test_links import Meeting

SOON = datetime.now(UTC) + timedelta(days=1)


async def test_an_address_that_was_proved_by_another_account_is_known(desk: Desk, database: Database) -> None:
    them = Meeting(desk, PostgresPeople(database), PostgresLinks(database))
    ana, other = await somebody(them, "U1"), await somebody(them, "U2")
    await ana.do("calendar", do="add", of="https://example.com/a.ics")
    human, ids = uuid4(), [ana.asker.person_id, other.asker.person_id]
    async with database.system() as tx:
        await tx.execute("UPDATE people SET human = %s WHERE id = ANY (%s)", (human, ids))
    address = "INSERT INTO mail_addresses (person_id, org_id, address, verified_at) VALUES (%s, %s, 'A@x.de', now())"
    async with database.app(other.asker.org_id) as tx:
        await tx.execute(address, (other.asker.person_id, other.asker.org_id))
    syncs = PostgresCalendarSyncs(database)
    (lease,) = await syncs.due(1, 60)
    subscription = await syncs.open(lease)
    assert subscription is not None
    assert subscription.emails == ("a@x.de",)


class OddServers:
    """Reads calendars, of which those at ``odd.example.com`` hold a letter that no database keeps."""

    async def read(self, source: Source) -> Reading:
        """One event."""
        title = "a\x00b" if "odd" in source.address.get_secret_value() else "Meeting"
        return Reading(events=(Event(uid="1", title=title, starts_at=SOON, ends_at=SOON),))


async def test_a_calendar_that_cannot_be_kept_is_told_and_the_others_are_read(desk: Desk, database: Database) -> None:
    them = Meeting(desk, PostgresPeople(database), PostgresLinks(database))
    ana, ben = await somebody(them, "U1"), await somebody(them, "U2")
    ben.number = 200  # commands have numbers of their own
    for _ in range(5):
        await ana.do("calendar", do="add", of="https://odd.example.com/a.ics")
    await ben.do("calendar", do="add", of="https://example.com/b.ics")
    syncs = PostgresCalendarSyncs(database)
    assert await Syncing(syncs, {"ics": OddServers()}, PyBreakers(3, 60), vault().open).sync() == 6
    assert [one.problem for one in await ana.calendars.all(ana.asker)] == [
        "I could not read it. It may be damaged, or too unusual for me."
    ] * 5
    assert (await ben.calendars.all(ben.asker))[0].events == 1
