"""Addresses and passwords of calendars are sealed before anything is stored; their events are their owner's alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql

from tests.calendar_servers import FileServer, files
from tests.ics import calendar, timed
from tests.integration.conftest import office
from tests.integration.test_slack_commands import whispered
from tests.office import Office

__all__ = ["office"]

CANARY = "private-canary-8842"
TITLE = "Canary lunch with the lawyer"
ANAS = ZoneInfo("Europe/Berlin")
ALLOWED = {"ROBBIE_CALENDAR__ALLOW_PRIVATE": "true"}


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    """A calendar with one event today, where Ana is: in the last hours of a day in UTC that is tomorrow."""
    async with files() as found:
        today = f"{datetime.now(ANAS):%Y%m%d}"
        found.text = calendar(timed("Europe/Berlin", f"{today}T110000", f"{today}T130000", f"SUMMARY:{TITLE}"))
        yield found


async def holding(admin_url: str, words: str) -> list[str]:
    """The tables in which a row holds these words in the clear."""
    found = []
    async with await psycopg.AsyncConnection.connect(admin_url) as admin:
        tables = await (await admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).fetchall()
        for (table,) in tables:
            query = sql.SQL("SELECT count(*) FROM {0} AS row WHERE to_jsonb(row)::text LIKE %s").format(
                sql.Identifier(table)
            )
            row = await (await admin.execute(query, (f"%{words}%",))).fetchone()
            if row != (0,):
                found.append(str(table))
    return found


async def read(server: FileServer) -> None:
    """A worker has read the calendar."""
    async with asyncio.timeout(60):
        while not server.asked:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("line", ["!robbie calendar add {}", "!robbie calendar {}", "please add my calendar: {}"])
async def test_an_address_is_nowhere_in_the_clear_however_it_is_said(
    office: Office, server: FileServer, admin_url: str, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    caplog.set_level(logging.DEBUG)
    await office.open(**ALLOWED)
    direct = office.slack.dm("U1")
    answer = await office.ask(line.format(f"{server.url}/{CANARY}.ics"), direct)
    assert "I read **127.0.0.1** from now on" in answer
    await read(server)
    assert server.asked == [f"/{CANARY}.ics"]
    assert await holding(admin_url, CANARY) == []
    assert CANARY not in caplog.text
    assert not office.providers.requests


@pytest.mark.parametrize(
    "line", ["calendar caldav 127.0.0.1:9/dav ana {}", "!robbie calendar caldav 127.0.0.1:9/dav ana {}"]
)
async def test_a_password_that_is_typed_is_nowhere_in_the_clear(office: Office, admin_url: str, line: str) -> None:
    await office.open()
    await office.ask(line.format(CANARY), office.slack.dm("U1"))
    assert await holding(admin_url, CANARY) == []
    assert not office.providers.requests


async def test_a_password_that_is_filled_in_is_nowhere_in_the_clear(
    office: Office, admin_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await office.open()
    direct = office.slack.dm("U1")
    await office.slack.slash("U1", direct, "/robbie calendar caldav")
    await office.until(lambda: office.slack.workspace.views.stacks.get("U1"))
    fields = {"url": "https://127.0.0.1:9/", "user": "ana", "password": CANARY}
    assert (await office.slack.submit("U1", fields)).ok
    await office.until(lambda: any("I read **ana at 127.0.0.1**" in text for text in office.answers(direct)))
    await office.settled()
    assert await holding(admin_url, CANARY) == []
    assert CANARY not in caplog.text


async def test_an_agenda_that_is_asked_for_in_a_channel_is_shown_to_its_owner_alone(
    office: Office, server: FileServer, admin_url: str
) -> None:
    await office.open(**ALLOWED)
    await office.ask(f"!robbie calendar add {server.url}/a.ics", office.slack.dm("U1"))
    await read(server)
    await office.until_rows("SELECT count(*) FROM calendar_events WHERE org_id > 0", [(1,)])
    await office.command("agenda", "C1")
    await office.command("agenda", "C1", user="U2")
    await office.until(lambda: TITLE in "".join(whispered(office)))
    assert [message for message in office.slack.bot_messages("C1") if TITLE in str(message)] == []
    assert TITLE not in "".join(whispered(office, "U2"))
    assert sorted(await holding(admin_url, TITLE)) == ["calendar_events", "outbox"]  # and in no transcript


async def test_an_address_said_in_a_channel_is_not_taken(office: Office, server: FileServer, admin_url: str) -> None:
    await office.open(**ALLOWED)
    await office.command(f"calendar add {server.url}/{CANARY}.ics", "C1")
    await office.until(lambda: "direct message" in "".join(whispered(office)))
    assert await office.rows("SELECT id FROM calendars") == []
    assert await holding(admin_url, CANARY) == []
