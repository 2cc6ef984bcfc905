"""Briefs by mail, through a real server: each once, whatever the server and the workers do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.access import Access
from adapters.postgres.database import Database
from adapters.postgres.mail_checks import mails
from adapters.postgres.roles import RoleUrls
from core.briefs.models import Act
from core.mail.links import tag_of
from tests.conftest import connected
from tests.findings import findings, statuses
from tests.integration.mail_world import MailWorld, mail_world
from tests.mail_server import PASSWORD, MailServer, mail_server

ANA, BEN = "ana@example.com", "ben@example.com"


@pytest.fixture
def world(admin_url: str) -> Iterator[MailWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield mail_world(admin)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


async def test_a_brief_is_mailed_once_with_both_parts_and_its_headers(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    ana = world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    await mailing.look()
    (received,) = server.received
    message = received.message
    assert (world.state(delivery), received.to) == ("sent", [ANA])
    assert message["To"].addresses[0].display_name == "Ana"
    key = world.value("SELECT key FROM deliveries WHERE id = %s", delivery)
    assert message["Message-ID"] == f"<{key}@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "Robbie's briefs <briefs.example.com>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert "Send Ben the signed contract" in received.part(kind)
    stop = re.fullmatch(r"<https://robbie\.example\.com/m/([\w-]+)>", message["List-Unsubscribe"])
    assert stop
    ticket = world.links.read(stop[1], datetime.now(UTC))
    assert (ticket.person_id, ticket.act, ticket.tag) == (ana, None, tag_of(ANA))


async def test_each_line_has_links_for_what_is_done_by_mail(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    ana = world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    await world.mailing(database, server.mailer()).look()
    brief = world.value("SELECT brief_id FROM deliveries WHERE id = %s", delivery)
    found = {}
    for kind in ("plain", "html"):
        tokens = re.findall(r"https://robbie\.example\.com/m/([\w-]+)", server.received[0].part(kind))
        tickets = [world.links.read(token, datetime.now(UTC)) for token in tokens]
        assert {(ticket.person_id, ticket.tag) for ticket in tickets} == {(ana, tag_of(ANA))}
        assert {ticket.brief_id for ticket in tickets if ticket.act} == {brief}
        found[kind] = {(ticket.number, ticket.act) for ticket in tickets if ticket.act}
        assert {Act.SEND, Act.EDIT}.isdisjoint({act for _, act in found[kind]})
        assert sum(ticket.act is None for ticket in tickets) == 1
    assert {(1, Act.DONE), (1, Act.SNOOZE), (2, Act.DONE)} <= found["plain"] <= found["html"]


async def test_a_server_that_says_not_now_is_asked_again_later_and_gets_the_same_mail_once(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    server.refusals[ANA] = ["450 4.2.0 greylisted", "450 4.2.0 greylisted"]
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    first = world.value("SELECT mail ->> 'raw' FROM deliveries WHERE id = %s", delivery)
    await mailing.look()  # it is not due yet
    assert server.refusals[ANA] == ["450 4.2.0 greylisted"]
    pause = world.value("SELECT extract(epoch FROM not_before - now()) FROM deliveries WHERE id = %s", delivery)
    assert 40 < float(str(pause)) < 75
    for _ in range(3):
        world.come()
        await mailing.look()
    assert (world.state(delivery), len(server.received)) == ("sent", 1)
    assert first == server.received[0].raw.decode()
    assert world.value("SELECT mail FROM deliveries WHERE id = %s", delivery) is None  # its words are let go of


async def test_a_server_that_says_not_now_for_too_long_has_failed(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    server.refusals[ANA] = ["450 no"] * 3
    mailing = world.mailing(database, server.mailer(), retry_minutes=(1.0, 1.0))
    for _ in range(3):
        world.come()
        await mailing.look()
    assert world.state(delivery) == "failed"
    assert "given up" in str(world.value("SELECT problem FROM deliveries WHERE id = %s", delivery))
    assert world.value("SELECT bounced_at FROM mail_addresses") is None


async def test_one_who_bounces_is_not_mailed_again_and_the_others_are(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    world.at_address("Ben", BEN)
    server.refusals[ANA] = ["550 5.1.1 no such user"]
    ana, ben = world.due("Ana"), world.due("Ben")
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    assert (world.state(ana), world.state(ben)) == ("failed", "sent")
    assert [one.to for one in server.received] == [[BEN]]
    bounced = "SELECT count(*) FROM mail_addresses WHERE bounced_at IS NOT NULL AND address = %s"
    assert (world.value(bounced, ANA), world.value(bounced, BEN)) == (1, 0)
    again = world.due("Ana", "evening")
    await mailing.look()
    assert (world.state(again), len(server.received)) == ("failed", 1)


@pytest.mark.parametrize(
    "why", [{"verified_at": None}, {"stopped_at": datetime.now(UTC)}, {"bounced_at": datetime.now(UTC)}]
)
async def test_nothing_goes_to_an_address_that_is_unverified_stopped_or_bounced(
    world: MailWorld, database: Database, server: MailServer, why: dict[str, object]
) -> None:
    world.at_address("Ana", ANA, **why)
    delivery = world.due("Ana")
    await world.mailing(database, server.mailer()).look()
    assert (world.state(delivery), server.received) == ("failed", [])


async def test_who_unsubscribes_while_the_server_is_asked_does_not_get_the_mail(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    server.meanwhile = lambda: world.admin.execute("UPDATE mail_addresses SET stopped_at = now()")
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    world.come()
    await mailing.look()
    assert (world.state(delivery), server.received) == ("failed", [])


async def test_a_mail_that_was_written_goes_to_the_address_that_is_its_persons_now(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    server.refusals[ANA] = ["450 later"]
    mailing = world.mailing(database, server.mailer())
    await mailing.look()  # it is written now
    world.admin.execute("UPDATE mail_addresses SET address = %s", (BEN,))
    world.come()
    await mailing.look()
    assert [one.to for one in server.received] == [[BEN]]  # never to the address that is not theirs any more
    assert world.state(delivery) == "sent"


async def test_a_connection_lost_before_the_answer_is_unknown_and_nobody_sends_it_again(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    server.hangs_up = "WORDS"
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    server.hangs_up = ""
    world.come()
    await mailing.look()
    assert (world.state(delivery), len(server.received)) == ("unknown", 1)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_connection_lost_before_the_words_is_tried_again(
    world: MailWorld, database: Database, server: MailServer, command: str
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana")
    server.hangs_up = command
    mailing = world.mailing(database, server.mailer())
    await mailing.look()
    assert (world.state(delivery), server.received) == ("ready", [])
    server.hangs_up = ""
    world.come()
    await mailing.look()
    assert (world.state(delivery), len(server.received)) == ("sent", 1)


async def test_a_refused_login_stops_all_mail_for_a_while_and_costs_no_try(
    world: MailWorld, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(tmp_path, "starttls") as server:
        for name in ("Ana", "Ben", "Chika"):
            world.at_address(name, f"{name}@example.com")
            world.due(name)
        mailing = world.mailing(database, server.mailer("wrong-" + PASSWORD), at_once=1)
        await mailing.look()
        tried = len(server.logins)
        await mailing.look()
        assert (mailing.paused, len(server.logins), server.received) == (True, tried, [])
        assert world.value("SELECT sum(attempts) FROM deliveries WHERE state = 'ready'") == 0
        assert PASSWORD not in caplog.text
        world.come()
        await world.mailing(database, server.mailer()).look()  # as after a restart with the right password
        assert len(server.received) == 3


async def test_two_workers_send_each_mail_once(
    world: MailWorld, database: Database, roles: RoleUrls, server: MailServer
) -> None:
    for number in range(12):
        world.at_address(f"P{number}", f"p{number}@example.com")
        world.due(f"P{number}")
    async with connected(roles) as other:
        loops = [world.mailing(pool, server.mailer()) for pool in (database, other)]
        await asyncio.gather(*(loop.look() for loop in loops))
    assert sorted(one.to[0] for one in server.received) == sorted(f"p{number}@example.com" for number in range(12))
    assert world.value("SELECT count(*) FROM deliveries WHERE state = 'sent' AND attempts = 1") == 12


async def test_all_workers_together_keep_to_the_rate(
    world: MailWorld, database: Database, roles: RoleUrls, server: MailServer
) -> None:
    for number in range(9):
        world.at_address(f"P{number}", f"p{number}@example.com")
        world.due(f"P{number}")
    async with connected(roles) as other:
        loops = [world.mailing(pool, server.mailer(), 5) for pool in (database, other)]
        await asyncio.gather(*(loop.look() for loop in loops))
        assert len(server.received) == 5
        await asyncio.gather(*(loop.look() for loop in loops))
        assert len(server.received) == 5
        world.admin.execute("UPDATE deliveries SET handed_over_at = handed_over_at - interval '1 minute'")
        await asyncio.gather(*(loop.look() for loop in loops))
    assert len(server.received) == 9


async def test_a_worker_that_lost_its_lease_hands_nothing_over(
    world: MailWorld, database: Database, roles: RoleUrls, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    delivery = world.due("Ana", state="sending", attempts=1, lease_until=datetime(2026, 1, 1, tzinfo=UTC))
    await world.mailing(database, server.mailer()).look()  # its worker died before it had begun to hand it over
    assert (world.state(delivery), len(server.received)) == ("sent", 1)


async def test_what_a_dead_worker_had_begun_to_hand_over_is_unknown(
    world: MailWorld, database: Database, server: MailServer
) -> None:
    world.at_address("Ana", ANA)
    past = datetime(2026, 1, 1, tzinfo=UTC)
    delivery = world.due("Ana", state="sending", attempts=1, lease_until=past, handed_over_at=past)
    await world.mailing(database, server.mailer()).look()
    assert (world.state(delivery), server.received) == ("unknown", [])


async def test_a_mail_without_public_address_says_how_to_act_by_chat(
    world: MailWorld, database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.mail.models import Letterhead
    from tests.integration import mail_world as module

    monkeypatch.setattr(module, "HEAD", Letterhead("robbie@example.com"))
    world.at_address("Ana", ANA)
    world.due("Ana")
    await world.mailing(database, server.mailer()).look()
    (received,) = server.received
    assert received.message["List-Unsubscribe"] is None
    assert "/m/" not in received.part("plain") + received.part("html")
    assert "`brief now`" in received.part("plain")
    assert "`email off`" in received.part("plain")


async def test_the_doctor_counts_what_was_not_sent_and_what_nobody_can_tell(
    world: MailWorld, admin_url: str, tmp_path: Path
) -> None:
    access = Access(admin_url, tmp_path, lambda _text: None)
    try:
        assert statuses(await findings(mails(access))) == {"mails": "ok"}
        world.person("Ana")
        world.due("Ana", "morning", state="failed")
        first = world.due("Ana", "evening", state="unknown")
        found = (await findings(mails(access)))["mails"]
        assert found.status == "warning"
        assert "of 1 nobody can tell" in found.found
        assert f"delivery {first}" in found.mend
    finally:
        await access.close()
