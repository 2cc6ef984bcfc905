"""A worker is killed while it hands a mail over: the mail is never sent twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import World
from tests.integration.mail_world import MailWorld, mail_world
from tests.mail_server import MailServer, mail_server
from tests.patience import PATIENCE


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


@pytest.fixture
def people(admin_url: str) -> Iterator[MailWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        people = mail_world(admin)
        people.at_address("Ana", "ana@example.com")
        people.task("Ana", "Send Ben the signed contract")
        yield people


def environment(server: MailServer) -> dict[str, str]:
    return {"SMTP_URL": f"smtp://localhost:{server.port}", "ROBBIE_MAIL__SENDER": "robbie@example.com"}


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.05)


async def end_leases(world: World, people: MailWorld) -> None:
    """As if the five minutes were over that a worker has, and what else it held."""
    await world.end_leases()
    people.admin.execute("UPDATE deliveries SET lease_until = now() WHERE state = 'sending'")


async def test_a_worker_killed_between_sending_and_recording_leaves_it_unknown(
    world: World, people: MailWorld, server: MailServer
) -> None:
    server.wait.clear()  # the server has the mail, and does not answer yet
    first = await world.role("worker", **environment(server))
    delivery = people.due("Ana")
    await until(server.taken.is_set)
    await first.kill()
    assert people.state(delivery) == "sending"
    server.wait.set()
    await end_leases(world, people)
    await world.role("worker", **environment(server))
    await until(lambda: people.state(delivery) == "unknown")
    other = people.due("Ana", "evening")
    await until(lambda: people.state(other) == "sent")
    assert [one.message["Subject"] for one in server.received].count(server.received[0].message["Subject"]) == 1
    assert len(server.received) == 2


async def test_a_worker_killed_before_the_words_went_out_costs_nothing(
    world: World, people: MailWorld, server: MailServer
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(PATIENCE)

    server.meanwhile = hold
    first = await world.role("worker", **environment(server))
    delivery = people.due("Ana")
    await until(asked.is_set)
    await first.kill()
    go_on.set()
    server.meanwhile = bool
    mail = people.value("SELECT mail ->> 'raw' FROM deliveries WHERE id = %s", delivery)
    await end_leases(world, people)
    await world.role("worker", **environment(server))
    await until(lambda: people.state(delivery) == "sent")
    assert [one.raw.decode() for one in server.received] == [mail]  # the same mail, its id included
