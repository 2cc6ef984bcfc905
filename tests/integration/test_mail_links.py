"""The links of a mail: who looks changes nothing, who presses does what the button in the chat does, once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from adapters.postgres.database import Database
from core.briefs.models import Act
from core.mail.links import Links, Ticket
from tests.integration.mail_world import PUBLIC, MailWorld, mail_world
from tests.mail_server import mail_server

ANA = "ana@example.com"
CONTRACT = "Send Ben the signed contract"


@pytest.fixture
def world(admin_url: str) -> Iterator[MailWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield mail_world(admin)


class Reader:
    """Ana, who reads her mail and opens its links in some browser: no cookie, no page of ours before."""

    def __init__(self, world: MailWorld, raw: str, browser: httpx.AsyncClient) -> None:
        self.world = world
        self.raw = raw
        self.browser = browser
        self.tickets = [world.links.read(token, datetime.now(UTC)) for token in self.tokens()]

    def tokens(self) -> list[str]:
        """Every token of the mail's text."""
        return re.findall(r"/m/([\w-]+)", self.raw)

    def token(self, act: Act | None, number: int = 1) -> str:
        """The one that does this."""
        which = {(ticket.act, ticket.number): token for ticket, token in zip(self.tickets, self.tokens(), strict=True)}
        return which[act, number if act else 0]

    def ticket(self, act: Act | None, number: int = 1) -> Ticket:
        """What stands in it."""
        return self.world.links.read(self.token(act, number), datetime.now(UTC))

    async def get(self, token: str, **headers: str) -> httpx.Response:
        return await self.browser.get(f"/m/{token}", headers=headers)

    async def post(self, token: str, **headers: str) -> httpx.Response:
        return await self.browser.post(f"/m/{token}", headers=headers, data={"List-Unsubscribe": "One-Click"})

    def everything(self) -> list[object]:
        """All that acting could change."""
        return [
            self.world.value("SELECT array_agg(lines ORDER BY id) FROM brief_lines AS lines"),
            self.world.value("SELECT array_agg(tasks ORDER BY id) FROM tasks"),
            self.world.value("SELECT array_agg(mail_addresses) FROM mail_addresses"),
            self.world.value("SELECT count(*) FROM inbox"),
        ]

    def acts(self) -> str:
        """What was done with the first line."""
        return str(self.world.value("SELECT act FROM brief_lines WHERE number = 1"))


@pytest.fixture
async def ana(world: MailWorld, database: Database, tmp_path: Path) -> AsyncIterator[Reader]:
    """Her mail has come."""
    world.at_address("Ana", ANA)
    assert world.task("Ana", CONTRACT) == 1
    world.due("Ana")
    with mail_server(tmp_path) as server:
        await world.mailing(database, server.mailer()).look()
        text = server.received[0].part("plain")
    transport = httpx.ASGITransport(app=world.web(database))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        yield Reader(world, text, browser)


async def test_a_page_asks_and_a_press_does_it(ana: Reader) -> None:
    page = await ana.get(ana.token(Act.DONE))
    assert page.status_code == 200
    assert CONTRACT in page.text
    assert '<form method="post">' in page.text
    assert ana.world.value("SELECT done_at FROM tasks") is None
    done = await ana.post(ana.token(Act.DONE))
    assert (done.status_code, "It is done" in done.text) == (200, True)
    assert ana.world.value("SELECT done_at FROM tasks") is not None
    assert ana.acts() == "done"


async def test_scanners_that_follow_every_link_change_nothing(ana: Reader) -> None:
    before = ana.everything()
    for token in ana.tokens():
        assert (await ana.browser.head(f"/m/{token}")).status_code == 200
        assert (await ana.get(token)).status_code == 200
        assert (await ana.get(token, purpose="prefetch", origin="https://scanner.example")).status_code == 200
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            assert (await ana.browser.request(method, f"/m/{token}")).status_code == 405
    assert ana.everything() == before


async def test_pressing_twice_says_that_it_was_done(ana: Reader) -> None:
    await ana.post(ana.token(Act.DONE))
    before = ana.everything()
    again = await ana.post(ana.token(Act.DONE))
    assert "That was done already" in again.text
    assert "That was done already" in (await ana.get(ana.token(Act.DONE))).text
    assert "<form" not in again.text
    assert ana.everything() == before


async def test_a_line_can_be_put_off_or_put_aside(ana: Reader) -> None:
    await ana.post(ana.token(Act.SNOOZE))
    assert ana.acts() == "snooze"
    assert ana.world.value("SELECT snoozed_until > now() FROM tasks") is True
    await ana.post(ana.token(Act.DISMISS))
    assert ana.acts() == "dismiss"


async def test_a_question_is_answered_in_the_direct_message(ana: Reader) -> None:
    nowhere = await ana.post(ana.token(Act.ASK))
    assert "in the chat" in nowhere.text
    person, org = ana.ticket(Act.ASK).person_id, ana.world.org_id
    direct = ana.world.row(
        "conversations", org_id=org, surface="slack", tenant="T1", channel="D1", thread="", direct=True
    )
    ana.world.row(
        "messages", org_id=org, conversation_id=direct, person_id=person, text="hi", occurred_at=datetime.now(UTC)
    )
    await ana.post(ana.token(Act.ASK))
    command = ana.world.value("SELECT detail -> 'command' FROM inbox WHERE conversation_id = %s", direct)
    brief = str(ana.ticket(Act.ASK).brief_id)
    assert command == {"command": "brief-act", "arguments": {"b": brief, "n": "1", "act": "ask"}}
    await asyncio.gather(*(ana.post(ana.token(Act.ASK)) for _ in range(3)))
    assert ana.world.value("SELECT count(*) FROM inbox WHERE conversation_id = %s", direct) == 1, "it is asked once"


async def test_one_click_of_a_mail_program_unsubscribes_at_once(ana: Reader) -> None:
    stop = ana.token(None)
    asked = await ana.get(stop)
    assert "Stop these mails?" in asked.text
    assert ana.world.value("SELECT stopped_at FROM mail_addresses") is None
    # As Gmail does it: from elsewhere, without cookies, with this body (RFC 8058).
    done = await ana.post(stop, origin="https://mail.example", **{"sec-fetch-site": "cross-site"})
    assert done.status_code == 200
    assert ana.world.value("SELECT stopped_at FROM mail_addresses") is not None
    assert "stopped already" in (await ana.get(stop)).text
    assert "stopped already" in (await ana.post(stop)).text


async def test_nothing_is_kept_or_told_on_by_browsers(ana: Reader) -> None:
    for token in (ana.token(Act.DONE), "forged"):
        headers = (await ana.get(token)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert "set-cookie" not in headers
        assert "form-action 'self'" in headers["content-security-policy"]


async def test_a_link_that_was_changed_does_nothing(ana: Reader) -> None:
    before, token = ana.everything(), ana.token(Act.DONE)
    for changed in (
        token[:-1],
        token + "A",
        token[:5] + ("A" if token[5] != "A" else "B") + token[6:],
        "x",
        "%00",
        "é",
    ):
        for answer in (await ana.get(changed), await ana.post(changed)):
            assert (answer.status_code, "not good" in answer.text) == (404, True)
    assert ana.everything() == before


async def test_a_ticket_signed_with_another_key_does_nothing(ana: Reader) -> None:
    before = ana.everything()
    forged = Links(b"j" * 32).sign(ana.ticket(Act.DONE))
    assert (await ana.post(forged)).status_code == 404
    assert ana.everything() == before


async def test_a_link_that_had_its_time_says_so(ana: Reader) -> None:
    before = ana.everything()
    old = ana.ticket(Act.DONE).model_copy(update={"until": datetime.now(UTC) - timedelta(hours=1)})
    for answer in (await ana.get(ana.world.links.sign(old)), await ana.post(ana.world.links.sign(old))):
        assert (answer.status_code, "had its time" in answer.text) == (410, True)
    assert ana.everything() == before


@pytest.mark.parametrize("change", ["address = 'new@example.com'", "verified_at = NULL"])
async def test_a_link_ends_with_the_address_that_it_was_mailed_to(ana: Reader, change: str) -> None:
    ana.world.admin.execute(f"UPDATE mail_addresses SET {change}")
    before = ana.everything()
    for token in (ana.token(Act.DONE), ana.token(None)):
        for answer in (await ana.get(token), await ana.post(token)):
            assert (answer.status_code, "out of date" in answer.text) == (410, True)
            assert CONTRACT not in answer.text
    assert ana.everything() == before


async def test_a_link_of_one_person_does_nothing_with_the_brief_of_another(ana: Reader, world: MailWorld) -> None:
    ben = world.at_address("Ben", ANA)  # both get their mail there
    before = ana.everything()
    theirs = ana.ticket(Act.DONE).model_copy(update={"person_id": ben})
    answer = await ana.post(world.links.sign(theirs))
    assert (answer.status_code, CONTRACT in answer.text) == (410, False)
    assert ana.everything() == before


async def test_what_a_line_does_not_offer_is_not_done(ana: Reader) -> None:
    before = ana.everything()
    for change in ({"act": Act.SEND}, {"number": 99}, {"number": 0}):
        ticket = ana.ticket(Act.DONE).model_copy(update=change)
        assert (await ana.post(ana.world.links.sign(ticket))).status_code == 410
    assert ana.everything() == before


async def test_the_public_name_opens_the_links_and_nothing_else(ana: Reader) -> None:
    assert (await ana.get(ana.token(Act.DONE))).status_code == 200
    assert (await ana.browser.get("/static/chat.css")).status_code == 200
    for path in ("/", "/c/abc", "/healthz", "/readyz", "/metrics"):
        assert (await ana.browser.get(path)).status_code == 400, path
    assert (await ana.get(ana.token(Act.DONE), host="evil.example")).status_code == 400
    assert (await ana.get(ana.token(Act.DONE), host="127.0.0.1:8080")).status_code == 200


async def test_the_words_of_a_line_are_text_on_the_page(ana: Reader, world: MailWorld) -> None:
    world.admin.execute(
        "UPDATE briefs SET facts = replace(facts::text, %s, %s)::jsonb", (CONTRACT, "<script>alert(1)</script> x")
    )
    page = (await ana.get(ana.token(Act.DONE))).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_links_are_good_where_mail_goes_to_the_address_of_another_account(
    world: MailWorld, database: Database, tmp_path: Path
) -> None:
    """Ana's own address bounced, so her mail goes to that of her other account; she can stop it there."""
    now = datetime.now(UTC)
    ids = (world.at_address("Ana", "old@example.com", bounced_at=now), world.at_address("Ana's other account", ANA))
    world.admin.execute("UPDATE people SET human = gen_random_uuid() WHERE id = %s", (ids[0],))
    world.admin.execute("UPDATE people SET human = (SELECT human FROM people WHERE id = %s) WHERE id = %s", ids)
    world.task("Ana", CONTRACT)
    world.due("Ana")
    with mail_server(tmp_path) as server:
        await world.mailing(database, server.mailer()).look()
        (received,) = server.received
    assert received.to == [ANA]
    transport = httpx.ASGITransport(app=world.web(database))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        ana = Reader(world, received.part("plain"), browser)
        stopped = await ana.post(ana.token(None))
    assert (stopped.status_code, "The mails are stopped" in stopped.text) == (200, True)
    assert world.value("SELECT count(*) FROM mail_addresses WHERE stopped_at IS NULL") == 0
