"""Calendars that are files at an address: only changed ones are read, and no server leads us into our own network."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from pydantic import SecretStr

from adapters.calendar.caldav import CaldavReader
from adapters.calendar.expanding import Expanding
from adapters.calendar.ics import IcsReader
from adapters.public import is_public
from core.work.calendar import CalendarError
from tests.calendar_servers import files
from tests.ics import calendar, source, timed
from tests.robbie_process import ROOT

TEXT = calendar(timed("Europe/Berlin", "20261026T090000", "20261026T100000", "SUMMARY:Meeting"))


def reader(**more: object) -> IcsReader:
    """One that may connect to 127.0.0.2 alone, as if that were the world."""
    return IcsReader(Expanding(), **{"allowed": lambda ip: ip == "127.0.0.2", **more})  # type: ignore[arg-type]


async def test_what_has_not_changed_is_not_sent_again() -> None:
    async with files("127.0.0.2") as server:
        server.text = TEXT
        first = await reader().read(source(f"{server.url}/x.ics"))
        again = await reader().read(source(f"{server.url}/x.ics", state=first.state))
        assert [one.title for one in first.events or ()] == ["Meeting"]
        assert (again.events, again.state, server.same) == (None, first.state, 1)


async def test_a_version_in_letters_that_cannot_be_kept_is_no_version() -> None:
    async def odd(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b'HTTP/1.1 200 OK\r\nETag: "\xff"\r\nConnection: close\r\n\r\n'
        writer.write(head + TEXT.encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(odd, "127.0.0.2") as server:
        host, port = server.sockets[0].getsockname()
        found = await reader().read(source(f"http://{host}:{port}/x.ics"))
    assert found.events
    assert found.state.get("etag", "").isascii()


async def test_on_another_day_or_in_another_zone_it_is_read_again() -> None:
    async with files("127.0.0.2") as server:
        server.text = TEXT
        first = await reader().read(source(f"{server.url}/x.ics"))
        for change in ({"zone": "Asia/Kathmandu"}, {"today": source().today.replace(day=25)}):
            again = await reader().read(source(f"{server.url}/x.ics", state=first.state, **change))
            assert again.events is not None
        assert server.same == 0


async def test_a_packed_file_is_read() -> None:
    async with files("127.0.0.2") as server:
        server.text, server.packed = TEXT, True
        assert (await reader().read(source(f"{server.url}/x.ics"))).events


@pytest.mark.parametrize("packed", [False, True])
async def test_what_is_or_becomes_too_large_is_refused(packed: bool) -> None:
    async with files("127.0.0.2") as server:
        server.text, server.packed = TEXT + " " * 5_000_000, packed
        with pytest.raises(CalendarError, match="larger than 1 MB") as refused:
            await reader(most=1_000_000).read(source(f"{server.url}/x.ics"))
        assert refused.value.hopeless


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "127.1"])
async def test_no_server_leads_us_into_our_own_network(name: str) -> None:
    async with files("127.0.0.2") as public, files() as inside:
        inside.text = TEXT
        public.status, public.location = 302, inside.url.replace("127.0.0.1", name)
        with pytest.raises(CalendarError):
            await reader().read(source(f"{public.url}/x.ics"))
        assert (len(public.asked), inside.asked) == (1, [])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_addresses_of_our_own_network_are_refused_at_once(name: str) -> None:
    async with files() as inside:
        inside.text = TEXT
        address = inside.url.replace("127.0.0.1", name)
        for one in (IcsReader(Expanding()), CaldavReader(Expanding())):
            with pytest.raises(CalendarError, match="private network") as refused:
                await one.read(source(address, user="ana", password=SecretStr("x")))
            assert refused.value.hopeless
        assert inside.asked == []


@pytest.mark.parametrize(
    ("status", "problem", "hopeless"),
    [
        (401, "does not let me in", True),
        (404, "nothing at its address", True),
        (418, "refused", True),
        (429, "trouble", False),
        (503, "trouble", False),
    ],
)
async def test_what_a_server_refuses_is_told_in_our_words(status: int, problem: str, hopeless: bool) -> None:
    async with files("127.0.0.2") as server:
        server.status = status
        with pytest.raises(CalendarError, match=problem) as refused:
            await reader().read(source(f"{server.url}/x.ics"))
        assert refused.value.hopeless == hopeless
        assert "secret" not in refused.value.problem + str(refused.value)


async def test_a_circle_of_redirects_ends() -> None:
    async with files("127.0.0.2") as server:
        server.status, server.location = 302, "/again"
        with pytest.raises(CalendarError, match="again and again"):
            await reader().read(source(f"{server.url}/x.ics"))
        assert len(server.asked) == 5


async def test_nobody_there_is_a_problem_that_may_pass() -> None:
    with pytest.raises(CalendarError, match="does not answer") as refused:
        await reader().read(source("http://127.0.0.2:9/x.ics"))
    assert not refused.value.hopeless


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
        "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "::127.0.0.1", "64:ff9b:1::7f00:1", "::ffff:0:7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_worlds(address: str) -> None:
    assert not is_public(address)
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_no_process_of_robbies_loads_what_reads_calendars() -> None:
    program = """import sys, bot.work, bot.run
print([name for name in ("caldav", "icalendar", "recurring_ical_events", "niquests", "lxml") if name in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
