"""The demo: believable, marked, apart from everybody, and gone without a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from adapters.postgres.brief_times import PostgresBriefTimes
from adapters.postgres.database import Database
from adapters.postgres.demo import demos, new_demo, remove
from adapters.postgres.facts import PostgresFacts
from adapters.postgres.roles import RoleUrls
from adapters.postgres.somebody import somebody
from adapters.postgres.value import done
from bot.demo.company import Days, load
from bot.demo.seeding import TENANT, Seeding
from core.briefs.composing import compose
from core.briefs.models import TIMES, BriefKind, Reader
from core.briefs.value import value
from tests.integration.test_homes import tables_of_orgs

DAY = date(2026, 11, 24)


def seed(roles: RoleUrls, day: date = DAY) -> tuple[int, Seeding]:
    with new_demo(roles.owner, "A demo", TENANT) as store:
        seeding = Seeding(store, load(), day)
        seeding.write()
    return store.org_id, seeding


@pytest.fixture
async def database(roles: RoleUrls) -> AsyncIterator[Database]:
    database = Database(roles.app, roles.system, size=2)
    await database.open()
    yield database
    await database.close()


def rows(admin_url: str) -> dict[str, int]:
    with psycopg.connect(admin_url) as admin:
        found = {}
        for table in tables_of_orgs(admin_url):
            row = admin.execute(f"SELECT count(*) FROM {table}").fetchone()
            found[table] = int(row[0]) if row else 0
    return found


def test_a_demo_is_removed_without_a_trace(roles: RoleUrls, admin_url: str) -> None:
    before = rows(admin_url)
    seed(roles)
    assert len(demos(roles.system)) == 1
    assert remove(roles.owner, demos(roles.system)) == {"people": 8, "messages": 80}
    assert rows(admin_url) == before
    assert demos(roles.system) == []


async def test_everybody_in_the_demo_has_three_briefs_with_something_in_each(
    roles: RoleUrls, database: Database
) -> None:
    org, seeding = seed(roles)
    facts, company = PostgresFacts(database), load()
    for key, member in company.people.items():
        reader = Reader(org_id=org, person_id=seeding.person(key), name=member.name, zone=member.zone, member=True)
        for kind in BriefKind:
            at = datetime.combine(DAY, TIMES[kind], ZoneInfo(member.zone))
            found = await facts.gather(reader, kind, at)
            assert not found.empty, (key, kind)
            if kind is BriefKind.MORNING:
                assert len(found.priorities) == 3, key
                assert found.meetings, key
            assert len(compose(found).lines) >= 2, (key, kind)


async def test_the_demo_tells_no_old_news_and_knows_its_deals_on_its_own_day(
    roles: RoleUrls, database: Database
) -> None:
    org, seeding = seed(roles)
    facts, company = PostgresFacts(database), load()

    def reader(key: str) -> Reader:
        member = company.people[key]
        return Reader(org_id=org, person_id=seeding.person(key), name=member.name, zone=member.zone, member=True)

    at = datetime.combine(DAY, TIMES[BriefKind.MORNING], ZoneInfo("Europe/Berlin"))
    found = await facts.gather(reader("jonas"), BriefKind.MORNING, at)
    assert [one.contact for one in found.outreach] == ["Luc Moreau", "Henrike Petersen"]
    assert all(one.at and at - one.at < timedelta(days=1) for one in found.news)
    mara = await facts.gather(reader("mara"), BriefKind.MORNING, at)
    assert len([one for one in mara.priorities if "Petra" in one.text]) == 1, "once, as a task"


async def test_the_demo_is_left_out_of_what_briefs_are_worth(roles: RoleUrls, database: Database) -> None:
    seed(roles, datetime.now(UTC).date())
    now = datetime.now(UTC)
    span = (now - timedelta(days=60), now)
    assert (await done(database, *span, (1.0, 1.0))).days == []
    shown = await done(database, *span, (1.0, 1.0), demo=True)
    found = value(shown.days, shown.spent, shown.cost_usd)
    assert found.people == 8
    assert found.saved_usd.value > 0


@pytest.mark.parametrize(
    ("number", "day"), [(0, "2026-11-24"), (-1, "2026-11-23"), (-2, "2026-11-20"), (3, "2026-11-27"), (4, "2026-11-30")]
)
def test_days_of_the_demo_step_over_weekends(number: int, day: str) -> None:
    assert str(Days(DAY).day(number)) == day
    assert Days(date(2026, 11, 28)).today == date(2026, 11, 30)


async def test_nothing_is_ever_due_for_the_people_of_a_demo(roles: RoleUrls, database: Database) -> None:
    seed(roles)
    times = PostgresBriefTimes(database, grace=timedelta(hours=1), holidays=lambda _place, _years: frozenset())
    await times.reckon(datetime(2026, 11, 24, tzinfo=UTC))
    async with database.system() as tx:
        rows = await (await tx.execute("SELECT count(*) AS n FROM brief_times WHERE due_at < 'infinity'")).fetchall()
    assert rows == [{"n": 0}]


@pytest.mark.parametrize(
    ("who", "found"),
    [("Mara Lindqvist", 1), ("mara", 1), ("demo/mara", 1), ("Zora", 0), ("", 8), ("%", 0), ("a", 1)],
)
async def test_who_is_meant_is_found_by_the_beginning_of_a_name_as_well(
    roles: RoleUrls, database: Database, who: str, found: int
) -> None:
    seed(roles)
    assert len(await somebody(database, who)) == found
