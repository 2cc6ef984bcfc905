"""Calendars over a real database and real servers: what is read, what stays when nothing can be, and who sees it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.access import Access
from adapters.postgres.calendar_checks import calendars
from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.people import PostgresPeople
from core.conversation.models import Asker, Place
from core.health.models import Status
from core.registry import CommandError
from tests.calendar_servers import PASSWORD, USER, FileServer, Radicale, files, radicale
from tests.calendar_world import BERLIN, Planner, worker
from tests.ics import calendar, timed
from tests.integration.conftest import Desk
from tests.integration.test_links import SLACK, Meeting

TODAY = datetime.now(BERLIN).date()
ROOM = Place(surface="slack", tenant="T1", channel="C1", thread="1.0")


def day(ahead: int) -> str:
    """A day from now on, as calendars write it."""
    return f"{TODAY + timedelta(days=ahead):%Y%m%d}"


def on(ahead: int, at: str) -> str:
    """The same as the tests show it."""
    return f"{TODAY + timedelta(days=ahead):%m-%d} {at}"


def meeting(uid: str, ahead: int, start: str = "10", end: str = "11", *lines: str) -> str:
    """A meeting some days from now."""
    return timed(
        "Europe/Berlin", f"{day(ahead)}T{start}0000", f"{day(ahead)}T{end}0000", f"SUMMARY:{uid}", *lines, uid=uid
    )


@pytest.fixture
async def ana(desk: Desk, database: Database) -> Planner:
    """Somebody in Berlin."""
    return await somebody(Meeting(desk, PostgresPeople(database), PostgresLinks(database)), "U1")


async def somebody(them: Meeting, account: str) -> Planner:
    person = await them.meet(SLACK, account)
    row = await them.desk.row("SELECT org_id FROM people WHERE id = %s", person)
    org = int(str(row["org_id"]))
    async with them.desk.database.app(org) as tx:
        await tx.execute("UPDATE people SET zone = 'Europe/Berlin' WHERE id = %s", (person,))
    asker = Asker(org_id=org, person_id=person, account=account, name="Ana", zone="Europe/Berlin", member=True)
    return Planner(them.desk.database, asker)


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    async with files() as found:
        found.text = calendar(meeting("One", 1), meeting("Two", 2))
        yield found


async def test_what_is_read_takes_the_place_of_what_was_and_what_is_the_same_keeps_its_id(
    ana: Planner, server: FileServer
) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    assert await ana.titles() == [f"One {on(1, '10:00')}", f"Two {on(2, '10:00')}"]
    before = {one.uid: one.id for one in await ana.calendars.events(*window(ana))}
    server.text = calendar(meeting("Two", 2, "15", "16"), meeting("Three", 3))
    await ana.again(id)
    assert await ana.titles() == [f"Two {on(2, '15:00')}", f"Three {on(3, '10:00')}"]
    after = {one.uid: one.id for one in await ana.calendars.events(*window(ana))}
    assert after["Two"] == before["Two"]
    await ana.again(id)
    assert (server.same, ana.counted) == (1, ["read", "read", "same"])


def window(ana: Planner) -> tuple[Asker, datetime, datetime, tuple[date, date]]:
    now = datetime.now(UTC)
    far = timedelta(days=90)
    return ana.asker, now - far, now + far, ((now - far).date(), (now + far).date())


@pytest.mark.parametrize(
    ("status", "text", "problem"),
    [
        (503, "", "trouble"),
        (404, "", "nothing at its address"),
        (200, "<html>Sign in</html>", "is no calendar"),
        (200, calendar(meeting("New", 1))[:-40], "Only a part"),
    ],
)
async def test_what_was_read_last_stays_when_nothing_can_be_read(
    ana: Planner, server: FileServer, status: int, text: str, problem: str
) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    kept = await ana.titles()
    server.status, server.text, good = status, text, server.text
    await ana.again(id)
    (one,) = await ana.calendars.all(ana.asker)
    assert problem in one.problem
    assert (one.failures, await ana.titles()) == (1, kept)
    assert problem in (await ana.do("agenda")).text
    assert problem in (await ana.do("calendar")).text
    server.status, server.text = 200, good
    await ana.again(id)
    (one,) = await ana.calendars.all(ana.asker)
    assert (one.problem, one.failures) == ("", 0)


async def test_after_each_failure_in_a_row_it_is_left_alone_for_longer_up_to_six_hours(
    ana: Planner, server: FileServer, desk: Desk
) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    ana.worker = worker(ana.database)
    server.status = 503
    waits = []
    for _ in range(7):
        await ana.again(id)
        async with ana.database.system() as tx:
            query = "SELECT round(extract(epoch FROM sync_at - now()) / 60)::int AS minutes FROM calendars"
            row = await (await tx.execute(query)).fetchone()
        assert row is not None
        waits.append(row["minutes"])
    assert waits == [15, 30, 60, 120, 240, 360, 360]
    assert len(server.asked) == 1 + 3  # then the breaker before its server is open


async def test_two_workers_read_a_calendar_once(ana: Planner, server: FileServer) -> None:
    await ana.do("calendar", do="add", of=f"{server.url}/a.ics")
    done = await asyncio.gather(*(worker(ana.database).sync() for _ in range(4)))
    assert (sum(done), len(server.asked)) == (1, 1)


async def test_a_worker_whose_lease_has_ended_changes_nothing(ana: Planner, server: FileServer, admin_url: str) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    kept = await ana.titles()
    server.held, server.text = True, calendar(meeting("Late", 1))
    slow = asyncio.create_task(ana.again(id))
    while len(server.asked) < 2:
        await asyncio.sleep(0.01)
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        await admin.execute("UPDATE calendars SET lease_until = now() + interval '1 hour'")
    server.held = False
    await slow
    assert (await ana.titles(), ana.counted) == (kept, ["read", "lost"])


async def test_a_calendar_is_removed_and_brought_back_and_forgotten_after_a_day(
    ana: Planner, server: FileServer, admin_url: str
) -> None:
    id = await ana.subscribe(f"{server.url}/a.ics")
    gone = await ana.do("calendar", do="remove", of=str(id))
    assert (await ana.titles(), await ana.calendars.all(ana.asker)) == ([], [])
    await ana.worker.sync()
    assert len(server.asked) == 1
    assert "is back" in (await ana.press("Undo", gone)).text
    await ana.worker.sync()
    assert len(await ana.titles()) == 2
    await ana.do("calendar", do="remove", of=str(id))
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        await admin.execute("UPDATE calendars SET sync_at = now()")
        await ana.worker.sync()
        assert await (await admin.execute("SELECT count(*) FROM calendars")).fetchone() == (0,)
    assert "not there any more" in (await ana.press("Undo", gone)).text


async def test_an_address_is_refused_where_others_read_and_nothing_of_it_is_kept(ana: Planner) -> None:
    for given in ({"do": "add", "of": "https://example.com/a.ics"}, {"do": "caldav", "of": "https://a.example b c"}):
        with pytest.raises(CommandError, match="direct message"):
            await ana.do("calendar", ROOM, **given)
    assert await ana.calendars.all(ana.asker) == []


@pytest.mark.parametrize(
    "address",
    ["ftp://a.example/x", "hello", "https://", "https://[secret", "https://calendar.google.com/calendar/u/0/r"],
)
async def test_what_is_no_address_is_refused_with_where_to_find_it(ana: Planner, address: str) -> None:
    with pytest.raises(CommandError, match="Secret address in iCal format"):
        await ana.do("calendar", do="add", of=address)


async def test_an_agenda_shows_the_day_its_clashes_and_its_gaps(ana: Planner, server: FileServer) -> None:
    monday = 7 - TODAY.weekday()
    declined = "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.com"
    server.text = calendar(
        meeting("Plan", monday, "10", "12", "LOCATION:Room 7", "ATTENDEE;CN=Ben Bo:mailto:ben@example.com"),
        meeting("Call", monday, "11", "13", "URL:https://meet.google.com/abc"),
        meeting("No", monday, "14", "15", declined),
        head=("X-WR-CALNAME:ana@example.com",),
    )
    await ana.subscribe(f"{server.url}/a.ics")
    said = await ana.do("agenda", day=f"{TODAY + timedelta(days=monday)}")
    assert said.text.splitlines()[1:] == [
        "- 10:00–12:00 Plan _(Room 7; Ben Bo)_",
        "- 11:00–13:00 Call https://meet.google.com/abc",
        "- 14:00–15:00 No _(declined)_",
        "- ⚠ Plan and Call clash, 11:00–12:00",
        "",
        "Free: 09:00–10:00, 13:00–18:00",
    ]
    assert said.links == ("https://meet.google.com/abc",)


async def test_time_is_kept_free_in_the_first_gap_that_fits_and_given_back(ana: Planner, server: FileServer) -> None:
    monday = 7 - TODAY.weekday()
    server.text = calendar(meeting("Plan", monday, "09", "11"))
    await ana.subscribe(f"{server.url}/a.ics")
    when = f"{TODAY + timedelta(days=monday)}"
    kept = await ana.do("focus", text=f"1h {when} morning for writing")
    assert re.fullmatch(r"Kept free: \*\*Monday, .*, 11:00–12:00\*\* for writing\.", kept.text)
    full = await ana.do("focus", text=f"2h {when} morning")
    assert "Nothing so long is free then" in full.text
    assert "11:00–12:00 kept free for writing" in (await ana.do("agenda", day=when)).text
    assert "Not kept free any more" in (await ana.press("Undo", kept)).text
    assert "kept free" not in (await ana.do("agenda", day=when)).text
    over = await ana.do("focus", text=f"1h {when} 10:30")
    assert "It clashes with Plan" in over.text
    with pytest.raises(CommandError, match="no task #99"):
        await ana.do("focus", text=f"1h {when} for #99")
    with pytest.raises(CommandError, match="how long"):
        await ana.do("focus", text="tomorrow")


async def test_doctor_says_how_many_calendars_fail_and_of_whom_it_does_not(
    ana: Planner, server: FileServer, admin_url: str, tmp_path: Path
) -> None:
    access = Access(admin_url, tmp_path, lambda _text: None)
    (none,) = [finding async for finding in calendars(access)]
    id = await ana.subscribe(f"{server.url}/a.ics")
    (good,) = [finding async for finding in calendars(access)]
    server.status = 404
    await ana.again(id)
    (bad,) = [finding async for finding in calendars(access)]
    await access.close()
    assert (none.status, good.status, bad.status) == (Status.OK, Status.OK, Status.WARNING)
    assert bad.found == "1 of 1 cannot be read, 0 of them for a day"


async def test_a_password_that_goes_by_https_needs_no_warning(ana: Planner) -> None:
    said = await ana.do("calendar", do="caldav", of="https://cloud.example/dav ana secret")
    assert "from now on" in said.text
    assert "can read your password" not in said.text


@pytest.fixture
async def caldav(tmp_path: Path) -> AsyncIterator[Radicale]:
    async with radicale(tmp_path / "radicale") as found:
        yield found


async def test_a_caldav_account_is_read_with_its_series_and_what_was_changed_in_them(
    ana: Planner, caldav: Radicale
) -> None:
    series = meeting("Weekly", 1, "10", "11", "RRULE:FREQ=DAILY;COUNT=3")
    moved = meeting("Weekly", 2, "15", "16", f"RECURRENCE-ID;TZID=Europe/Berlin:{day(2)}T100000")
    york = timed("America/New_York", f"{day(4)}T090000", f"{day(4)}T100000", "SUMMARY:York", uid="York")
    await caldav.put("weekly", calendar(series, moved))
    await caldav.put("york", calendar(york, zones=()), calendar="travel")
    said = await ana.do("calendar", do="caldav", of=f"{caldav.url} {USER} {PASSWORD}")
    assert "can read your password" in said.text
    await ana.worker.sync()
    first = [f"Weekly {on(1, '10:00')}", f"Weekly {on(2, '15:00')}", f"Weekly {on(3, '10:00')}"]
    titles = await ana.titles()
    assert titles[:3] == first
    assert titles[3].startswith("York")
    (account,) = await ana.calendars.all(ana.asker)
    await ana.again(account.id)
    assert ana.counted == ["read", "same"]

    await caldav.put("weekly", calendar(meeting("Weekly", 1, "09", "10")))
    await caldav.delete("york", calendar="travel")
    await ana.again(account.id)
    assert await ana.titles() == [f"Weekly {on(1, '09:00')}"]


async def test_a_caldav_server_that_is_away_or_refuses_us_takes_nothing_away(ana: Planner, caldav: Radicale) -> None:
    await caldav.put("one", calendar(meeting("One", 1)))
    await ana.do("connect-calendar", url=caldav.url, user=USER, password=PASSWORD)
    await ana.do("connect-calendar", url=caldav.url, user=USER, password="wrong")
    await ana.worker.sync()
    good, bad = await ana.calendars.all(ana.asker)
    assert (good.problem, good.events) == ("", 1)
    assert "does not take the user name or the password" in bad.problem
    await caldav.stop()
    await ana.again(good.id)
    good, _ = await ana.calendars.all(ana.asker)
    assert ("does not answer" in good.problem, good.events) == (True, 1)
    await caldav.start()
    await ana.again(good.id)
    good, _ = await ana.calendars.all(ana.asker)
    assert (good.problem, good.events) == ("", 1)
