"""A simulated year of briefs in 40 zones: two schedulers at once, killed at any moment, and a clock that is ours.

The clock does not run through every minute: it stands at each minute in which some brief is due, as a search through
the zones' own clocks finds them (not the code that is tested), and at a minute before some of them.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.types.json import Jsonb

from adapters.postgres.roles import RoleUrls
from core.briefs.models import BriefKind

ROOT = Path(__file__).parents[2]
BEGIN, DAYS = date(2027, 7, 1), 366  # the leap day of 2028 is in it
MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
KILLS = 8
SEED = 6

# Each kind of rule that the zone database has: none, of an hour, of half an hour (Lord Howe), of two (Troll), the
# other way round (Dublin), by the moon (Morocco), at midnight (Cairo, Beirut), before it (Nuuk), quarter hours.
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Chisinau", "Atlantic/Azores", "Africa/Casablanca",
    "Africa/El_Aaiun", "Africa/Cairo", "Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Tehran", "Asia/Kabul",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Tokyo", "Australia/Eucla", "Australia/Adelaide",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Norfolk", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
    "Pacific/Kiritimati", "Pacific/Honolulu", "Pacific/Marquesas", "Pacific/Easter", "Antarctica/Troll",
    "America/Adak", "America/Los_Angeles", "America/New_York", "America/St_Johns", "America/Havana",
    "America/Santiago", "America/Asuncion", "America/Nuuk", "America/Scoresbysund",
)  # fmt: skip
# Wall times that some night of a weekend leaves out, or has twice.
NIGHTS = {
    "Europe/Berlin": "02:30", "America/New_York": "01:30", "Australia/Lord_Howe": "01:45", "Antarctica/Troll": "02:15",
    "Africa/Cairo": "00:15",
}  # fmt: skip
# Who travels, on which day of the year, at which hour in UTC, and where to.
JOURNEYS = {
    "Europe/Berlin": (100, 12, "America/New_York"),
    "America/New_York": (101, 11, "Europe/Berlin"),
    "Pacific/Auckland": (200, 1, "Pacific/Honolulu"),
    "Pacific/Honolulu": (244, 17, "Pacific/Kiritimati"),
}


@dataclass(frozen=True)
class Reader:
    """Somebody who gets briefs on each day."""

    id: int
    zone: str
    times: dict[str, str]
    days: tuple[int, ...] = tuple(range(7))
    journey: tuple[datetime, str] | None = None


def first_shown(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first quarter of an hour at which the zone's clock shows this time of this day, or already a later one."""
    asked = datetime.combine(day, wall)
    guess = asked.replace(tzinfo=zone).astimezone(UTC) - timedelta(hours=4)
    while guess.astimezone(zone).replace(tzinfo=None) < asked:
        guess += QUARTER
    return guess


def readers() -> Iterator[Reader]:
    """One in each zone, whose briefs are due in few different minutes in UTC; and those who wake or travel."""
    for number, zone in enumerate(ZONES, 1):
        morning = datetime(2027, 7, 1, 6, tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        times = {
            kind: f"{morning + timedelta(hours=hours):%H:%M}" for kind, hours in zip(BriefKind, (0, 6, 10), strict=True)
        }
        yield Reader(number, zone, times)
    for number, (zone, wall) in enumerate(NIGHTS.items(), len(ZONES) + 1):
        yield Reader(number, zone, {"morning": wall}, (4, 5, 6))
    for number, (zone, (day, hour, to)) in enumerate(JOURNEYS.items(), len(ZONES) + len(NIGHTS) + 1):
        at = datetime.combine(BEGIN + timedelta(days=day), time(hour), UTC)
        yield Reader(number, zone, {"morning": "08:00"}, journey=(at, to))


def due(reader: Reader, zone: str) -> Iterator[tuple[str, date, datetime]]:
    """All of the year, were they in this zone."""
    for ahead in range(DAYS):
        for kind, at in reader.times.items():
            day = BEGIN + timedelta(days=ahead)
            if day.weekday() not in reader.days:
                continue
            yield kind, day, first_shown(day, time.fromisoformat(at), ZoneInfo(zone))


def settle_in(admin: psycopg.Connection, people: list[Reader]) -> None:
    """Everybody has written a direct message, and chosen every day of the week."""
    admin.execute("INSERT INTO organizations (name) VALUES ('one')")
    admin.execute("INSERT INTO tenants (surface, tenant, org_id) SELECT 'slack', 'T1', id FROM organizations")
    for reader in people:
        times = {kind: reader.times.get(kind, "") for kind in BriefKind}
        settings = Jsonb({"briefs": {"days": reader.days, "times": times}})
        admin.execute(
            """WITH org AS (SELECT id FROM organizations),
               person AS (INSERT INTO people (id, org_id, zone, settings) OVERRIDING SYSTEM VALUE
                          SELECT %(id)s, id, %(zone)s, %(settings)s FROM org RETURNING id, org_id),
               known AS (INSERT INTO accounts (org_id, person_id, surface, tenant, account)
                         SELECT org_id, id, 'slack', 'T1', 'U' || id FROM person),
               place AS (INSERT INTO conversations (org_id, surface, tenant, channel, direct)
                         SELECT org_id, 'slack', 'T1', 'D' || id, true FROM person RETURNING id)
               INSERT INTO direct_places SELECT person.id, org_id, place.id, now() FROM person, place""",
            {"id": reader.id, "zone": reader.zone, "settings": settings},
        )


def set_clock(admin: psycopg.Connection, people: list[Reader], chance: random.Random) -> int:
    """Write down all moments, with who travels at them; returns how many."""
    moments = {at for reader in people for _, _, at in due(reader, reader.zone)}
    moments |= {at for one in people if one.journey for _, _, at in due(one, one.journey[1])}
    moments |= {at - MINUTE for at in chance.sample(sorted(moments), len(moments) // 20)}
    events: list[tuple[datetime, int | None, str]] = [(at, None, "") for at in moments]
    events += [(one.journey[0], one.id, one.journey[1]) for one in people if one.journey]
    begin = datetime.combine(BEGIN, time(), UTC) - timedelta(days=1)
    admin.execute("CREATE TABLE clock (number int, at timestamptz, person bigint, zone text)")
    admin.execute("CREATE TABLE progress (name text PRIMARY KEY, number int)")
    admin.execute("GRANT SELECT ON clock TO robbie_system")
    admin.execute("GRANT SELECT, INSERT, UPDATE ON progress TO robbie_system")
    with admin.cursor().copy("COPY clock FROM STDIN") as copy:
        for number, event in enumerate([(begin, None, ""), *sorted(events, key=lambda it: it[0])]):
            copy.write_row((number, *event))
    return len(events)


async def begin(roles: RoleUrls, name: str) -> asyncio.subprocess.Process:
    """A scheduler."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.brief_scheduler", roles.app, roles.system, name, cwd=ROOT
    )


async def kill(process: asyncio.subprocess.Process) -> bool:
    """kill -9; returns whether it still ran."""
    ran = process.returncode is None
    if ran:
        process.kill()
    await process.wait()
    return ran


async def run_the_year(roles: RoleUrls, admin: psycopg.Connection, moments: int, chance: random.Random) -> int:
    """Two schedulers, of whom one after the other is killed somewhere in the year; returns how many were."""
    running = {name: await begin(roles, name) for name in ("one", "two")}
    killed = 0
    try:
        for number in sorted(chance.sample(range(moments), KILLS)):
            while (admin.execute("SELECT coalesce(max(number), 0) FROM progress").fetchone() or [0])[0] < number:
                await asyncio.sleep(0.005)
            for name in chance.choice((["one"], ["two"], ["one", "two"])):
                killed += await kill(running[name])
                running[name] = await begin(roles, name)
        assert [await process.wait() for process in running.values()] == [0, 0]
    finally:
        for process in running.values():
            await kill(process)
    return killed


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_a_year_in_forty_zones_brings_each_brief_once_at_its_wall_time(roles: RoleUrls, admin_url: str) -> None:
    people, chance = list(readers()), random.Random(SEED)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        settle_in(admin, people)
        moments = set_clock(admin, people, chance)
        assert await run_the_year(roles, admin, moments, chance) >= KILLS
        rows = admin.execute(
            """SELECT briefs.owner, briefs.kind, local_date, zone, briefs.state, deliveries.created_at, due_at,
                      inbox.id IS NOT NULL
               FROM briefs LEFT JOIN deliveries ON brief_id = briefs.id LEFT JOIN inbox ON inbox.id = inbox_id"""
        ).fetchall()
    made = Counter((owner, kind, day) for owner, kind, day, *_ in rows)
    assert set(made.values()) == {1}
    by_person = {reader.id: {} for reader in people}  # type: ignore[var-annotated]
    for owner, kind, day, *rest in rows:
        by_person[owner][kind, day] = rest
    for reader in people:
        if reader.journey is None:
            _as_expected(reader, by_person[reader.id])
        else:
            _without_a_hole(reader, by_person[reader.id])


def _as_expected(reader: Reader, found: dict[tuple[str, date], list[object]]) -> None:
    """Every day of the year has the three, each in the minute in which it is due."""
    expected = {(kind, day): at for kind, day, at in due(reader, reader.zone)}
    assert set(expected) <= set(found), reader.zone
    for key, at in expected.items():
        zone, state, handed, due_at, in_inbox = found[key]
        assert (zone, state, due_at, in_inbox) == (reader.zone, "due", at, True), (reader.zone, key)
        assert isinstance(handed, datetime)
        assert timedelta() <= handed - at <= MINUTE, (reader.zone, key)


def _without_a_hole(reader: Reader, found: dict[tuple[str, date], list[object]]) -> None:
    """Each day has each of the three once: made at its wall time where the reader was, or skipped with a reason."""
    assert reader.journey is not None
    skipped = [key for key, (_, state, *_) in found.items() if state == "skipped"]
    for kind in reader.times:
        days = sorted(day for one, day in found if one == kind)
        inner = [day for day in days if BEGIN < day < BEGIN + timedelta(days=DAYS - 2)]
        assert inner == [inner[0] + timedelta(days=ahead) for ahead in range(len(inner))], (reader.zone, kind)
    for (kind, day), (zone, state, handed, _, _) in found.items():
        if state == "skipped":
            continue
        at = first_shown(day, time.fromisoformat(reader.times[kind]), ZoneInfo(str(zone)))
        assert isinstance(handed, datetime)
        # On the day of the journey, one that is just past there comes at once, within the grace time.
        late = timedelta(minutes=90) if abs(handed - reader.journey[0]) < timedelta(minutes=91) else MINUTE
        assert timedelta() <= handed - at <= late, (reader.zone, kind, day)
    assert len(skipped) <= 3, (reader.zone, skipped)
