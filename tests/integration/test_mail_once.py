"""A mail is sent once, and its brief is not waited for without end, whatever becomes of workers and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest

from adapters.email import smtp
from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.database import Database
from adapters.postgres.mail import PostgresMails
from core.briefs.composing import compose
from core.mail import service
from core.mail.models import MailDelivery
from tests import brief_facts
from tests.integration.mail_world import MailWorld, mail_world
from tests.mail_server import MailServer, mail_server

ANA = "ana@example.com"


@pytest.fixture
def world(admin_url: str) -> Iterator[MailWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield mail_world(admin)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


@pytest.mark.parametrize(("away", "state"), [(1, "sent"), (99, "unknown")])
async def test_a_database_that_is_away_when_a_mail_has_been_sent_does_not_have_it_sent_again(
    world: MailWorld, database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch, away: int, state: str
) -> None:
    record = PostgresMails.sent
    failures = iter([psycopg.OperationalError("the server restarts")] * away)

    async def sent(mails: PostgresMails, item: MailDelivery) -> None:
        if failure := next(failures, None):
            raise failure
        await record(mails, item)

    monkeypatch.setattr(PostgresMails, "sent", sent)
    monkeypatch.setattr(service, "_RECORD_SECONDS", (0.0, 0.0))
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    world.admin.execute("UPDATE deliveries SET not_before = now(), lease_until = now()")
    await mailing.look()
    assert (world.state(delivery), len(server.received)) == (state, 1)


async def asked_to_end(looking: asyncio.Task[None]) -> None:
    """As ``robbie run`` does it: again and again, until it has ended."""
    for _ in range(3):
        looking.cancel()
        await asyncio.sleep(0.05)


async def test_a_worker_that_is_asked_to_end_still_records_what_it_has_begun_to_send(
    world: MailWorld, database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, takers = PostgresMails.take, count()

    async def slow(mails: PostgresMails) -> MailDelivery | None:
        if next(takers):  # whoever looks beside the first one still waits for the database, and ends at once
            await asyncio.Event().wait()
        return await take(mails)

    monkeypatch.setattr(PostgresMails, "take", slow)
    monkeypatch.setattr(service, "_FINISH_SECONDS", 30.0)
    server.wait.clear()  # the server has the mail, and does not answer yet
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    looking = asyncio.create_task(world.mailing(database, server.mailer()).look())
    assert await asyncio.to_thread(server.taken.wait, 60)
    await asked_to_end(looking)
    server.wait.set()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert (world.state(delivery), len(server.received)) == ("sent", 1)


async def test_a_worker_that_has_no_more_time_while_it_says_goodbye_still_records_what_was_sent(
    world: MailWorld, database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_FINISH_SECONDS", 0.0)
    monkeypatch.setattr(service, "_LAST_SECONDS", 30.0)
    monkeypatch.setattr(smtp, "_GOODBYE_SECONDS", 60.0)
    server.stay.clear()
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    looking = asyncio.create_task(world.mailing(database, server.mailer()).look())
    assert await asyncio.to_thread(server.left.wait, 60)
    await asked_to_end(looking)
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert (world.state(delivery), len(server.received)) == ("sent", 1)


async def test_a_worker_that_has_no_more_time_while_it_records_a_mail_still_records_it(
    world: MailWorld, database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, recording, go_on = PostgresMails.sent, asyncio.Event(), asyncio.Event()

    async def sent(mails: PostgresMails, item: MailDelivery) -> None:
        recording.set()
        await go_on.wait()  # the database is slow
        await record(mails, item)

    monkeypatch.setattr(PostgresMails, "sent", sent)
    monkeypatch.setattr(service, "_FINISH_SECONDS", 0.0)
    monkeypatch.setattr(service, "_LAST_SECONDS", 30.0)
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    looking = asyncio.create_task(world.mailing(database, server.mailer()).look())
    await recording.wait()
    await asked_to_end(looking)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert (world.state(delivery), len(server.received)) == ("sent", 1)


async def test_a_mail_that_an_outage_kept_is_not_sent_hours_later(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana", created_at=datetime.now(UTC) - timedelta(hours=6))
    await world.mailing(database, server.mailer()).look()
    assert (world.state(delivery), server.received) == ("ready", [])  # a tick says that it has failed


async def test_what_two_workers_made_of_one_brief_is_kept_once_as_the_first_made_it(
    world: MailWorld, database: Database
) -> None:
    ana = world.at_address("Ana", ANA)
    world.due("Ana")
    brief = int(str(world.value("SELECT id FROM briefs")))
    kept = PostgresBriefs(database)
    due = await kept.due(world.org_id, ana, brief)
    assert due is not None
    first = brief_facts.MORNING.model_copy(update={"reader": due.reader})
    other = first.model_copy(update={"priorities": ()})
    await kept.keep(due, first, compose(first))
    second = await kept.keep(due, other, compose(other))
    assert (second.facts, second.brief) == (first, compose(first))
