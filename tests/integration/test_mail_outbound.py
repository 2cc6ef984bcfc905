"""Mails to people outside: from Robbie's address in a person's name, answers to the person, each once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.letters import PostgresLetters
from adapters.postgres.mail_addresses import PostgresMailAddresses
from adapters.postgres.mail_links import PostgresMailLinks
from bot.mail import outbound_of
from bot.settings import load
from core.briefs.ports import Letter
from core.mail.outbound import A_DAY, MailOutbound
from tests.integration.mail_world import HEAD, MailWorld, mail_world
from tests.mail_server import MailServer, mail_server

ANA = "ana@example.com"
LETTER = Letter(
    key="outreach:7:ab", to="dana@northwind.example", name="Dana Reed", subject="The renewal", text="Hi Dana\n"
)


@pytest.fixture
def world(admin_url: str) -> Iterator[MailWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield mail_world(admin)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


def outbound(database: Database, server: MailServer) -> MailOutbound:
    addresses, people = PostgresMailAddresses(database), PostgresMailLinks(database)
    return MailOutbound(server.mailer(), HEAD, addresses, people, PostgresLetters(database))


async def test_a_letter_is_from_the_person_by_robbie_and_answers_go_to_the_person(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    ana = world.at_address("Ana Duarte", ANA, stopped_at=datetime.now(UTC))  # she wants no briefs by mail
    assert await outbound(database, server).send(world.org_id, ana, LETTER) == ""
    (received,) = server.received
    message = received.message
    assert (received.sender, received.to) == ("robbie@example.com", ["dana@northwind.example"])
    assert message["From"] == "Ana Duarte via Robbie <robbie@example.com>"
    assert (message["Reply-To"], message["Subject"]) == (ANA, "The renewal")
    assert message["To"].addresses[0].display_name == "Dana Reed"
    assert message["Auto-Submitted"] is None
    assert message["List-Id"] is None
    assert received.part("plain").strip() == "Hi Dana"


async def test_a_letter_is_sent_once_however_often_and_at_once_it_is_asked_for(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    ana = world.at_address("Ana", ANA)
    sending = [outbound(database, server) for _ in range(4)]
    await asyncio.gather(*(one.send(world.org_id, ana, LETTER) for one in sending))
    assert await sending[0].send(world.org_id, ana, LETTER) == ""
    assert len(server.received) == 1


async def test_what_broke_off_is_not_sent_again(world: MailWorld, database: Database, server: MailServer) -> None:
    ana = world.at_address("Ana", ANA)
    server.hangs_up = "WORDS"
    assert "nobody knows" in await outbound(database, server).send(world.org_id, ana, LETTER)
    server.hangs_up = ""
    assert "nobody knows" in await outbound(database, server).send(world.org_id, ana, LETTER)
    assert len(server.received) == 1


@pytest.mark.parametrize("says", ["450 4.2.0 later", "550 5.1.1 no such user"])
async def test_what_was_refused_can_be_sent_again(
    world: MailWorld, database: Database, server: MailServer, says: str
) -> None:
    ana = world.at_address("Ana", ANA)
    server.refusals[LETTER.to] = [says]
    assert says[:3] in await outbound(database, server).send(world.org_id, ana, LETTER)
    assert await outbound(database, server).send(world.org_id, ana, LETTER) == ""
    assert len(server.received) == 1
    assert world.value("SELECT bounced_at FROM mail_addresses") is None


async def test_without_a_verified_address_nothing_is_sent(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    ana = world.at_address("Ana", ANA, verified_at=None)
    one = outbound(database, server)
    assert await one.reply_to(world.org_id, ana) == ""
    assert "no verified mail address" in await one.send(world.org_id, ana, LETTER)
    assert server.received == []


async def test_one_person_sends_so_many_a_day(world: MailWorld, database: Database, server: MailServer) -> None:
    ana = world.at_address("Ana", ANA)
    for number in range(A_DAY):
        world.admin.execute(
            "INSERT INTO letters (person_id, org_id, key, state) VALUES (%s, %s, %s, 'sent')",
            (ana, world.org_id, f"k{number}"),
        )
    assert "the most" in await outbound(database, server).send(world.org_id, ana, LETTER)
    world.admin.execute("UPDATE letters SET changed_at = changed_at - interval '1 day'")
    assert await outbound(database, server).send(world.org_id, ana, LETTER) == ""


async def test_nobody_may_unless_the_operator_says_so(database: Database, server: MailServer, tmp_path: Path) -> None:
    environ = {"SMTP_URL": f"smtp://localhost:{server.port}", "ROBBIE_MAIL__SENDER": "robbie@example.com"}
    closed = load(env_file=tmp_path / "none", environ=environ)
    opened = load(env_file=tmp_path / "none", environ={**environ, "ROBBIE_MAIL__OUTREACH": "true"})
    assert outbound_of(closed, database, server.mailer()) is None
    assert outbound_of(opened, database, None) is None
    assert outbound_of(opened, database, server.mailer()) is not None
