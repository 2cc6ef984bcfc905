"""A mail address is somebody's once they gave back the code that was sent to it, and for as long as they want."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.mail_addresses import PostgresMailAddresses
from adapters.postgres.people import PostgresPeople
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker
from core.mail.commands import Codes, mailing
from core.mail.models import Letterhead
from core.mail.ports import Mailer
from core.registry import CommandError
from tests.integration.conftest import Desk
from tests.integration.test_links import DISCORD, SLACK, Meeting
from tests.mail_server import MailServer, mail_server

ANA = "ana@example.com"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


class Mailbox(Meeting):
    """People who give their addresses."""

    mailer: Mailer | None = None

    async def email(self, person: int, what: str = "", inbox_id: int | None = None) -> str:
        """Type the command; what it says, also where it says no."""
        self.number += 1
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        asker = Asker(org_id=int(str(row["org_id"])), person_id=person, account="U1", name="Ana Duarte")
        invocation = REGISTRY.read(f"email {what}".strip())
        asked = Asked(invocation, asker, SLACK, datetime.now(UTC), inbox_id or self.number, 1)
        addresses = PostgresMailAddresses(self.desk.database)
        handler = mailing(addresses, Codes(b"k" * 32), Letterhead("robbie@example.com"), self.mailer)["email"]
        try:
            said = await handler(asked)
        except CommandError as error:
            return error.problem
        assert isinstance(said, Say)
        return said.text

    async def state(self, person: int) -> str:
        """The address in use."""
        state = await PostgresMailAddresses(self.desk.database).state(person)
        return state.address if state.usable else ""


@pytest.fixture
def box(desk: Desk, database: Database, server: MailServer) -> Mailbox:
    box = Mailbox(desk, PostgresPeople(database), PostgresLinks(database))
    box.mailer = server.mailer()
    return box


def code_of(server: MailServer, address: str = ANA) -> str:
    """The code in the newest mail to an address."""
    found = re.search(r"email code (\d{6})", server.to(address)[-1].part("plain"))
    assert found
    return found[1]


async def test_an_address_is_used_once_the_code_came_back(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    assert ANA in await box.email(ana, ANA)
    assert await box.state(ana) == ""
    assert "A code waits" in await box.email(ana)
    assert ANA in await box.email(ana, f"code {code_of(server)}")
    assert await box.state(ana) == ANA
    assert "no code that waits" in await box.email(ana, f"code {code_of(server)}")


async def test_the_mail_with_the_code_tells_nothing_of_its_person(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    (received,) = server.received
    assert b"Duarte" not in received.raw
    assert received.message["Auto-Submitted"] == "auto-generated"
    assert received.message.get_content_type() == "text/plain"


async def test_no_code_is_kept_and_a_digest_cannot_be_tried_out(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    row = await box.desk.row("SELECT digest, wanted FROM mail_addresses")
    digest = bytes(row["digest"])  # type: ignore[arg-type]
    guess = Codes(b"j" * 32)
    assert digest == Codes(b"k" * 32).digest(ana, ANA, code_of(server))
    assert digest not in {guess.digest(ana, ANA, f"{number:06}") for number in range(100_000)}


async def test_five_wrong_codes_spend_it(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    good = code_of(server)
    wrong = f"{(int(good) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert "not the code" in await box.email(ana, wrong)
    assert "wrong too often" in await box.email(ana, good)
    assert await box.state(ana) == ""


async def test_a_code_is_good_for_a_quarter_of_an_hour(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    row = await box.desk.row("SELECT round(extract(epoch FROM until - asked_at)) AS seconds FROM mail_addresses")
    assert int(str(row["seconds"])) == 15 * 60
    await box.desk.execute("UPDATE mail_addresses SET until = now()")
    assert "no code that waits" in await box.email(ana, code_of(server))


async def test_a_code_of_one_person_is_no_use_to_another(box: Mailbox, server: MailServer) -> None:
    ana, ben = await box.meet(SLACK), await box.meet(SLACK, "U2")
    await box.email(ana, ANA)
    ana_code = code_of(server)
    await box.email(ben, ANA)
    assert "not the code" in await box.email(ben, ana_code)
    await box.email(ana, ana_code)
    assert await box.state(ben) == ""
    await box.email(ben, code_of(server))
    assert (await box.state(ana), await box.state(ben)) == (ANA, ANA)


async def test_one_person_gets_five_codes_an_hour(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    for number in range(5):
        await box.email(ana, f"a{number}@example.com")
    assert "in an hour" in await box.email(ana, ANA)
    assert len(server.received) == 5
    await box.desk.execute("UPDATE mail_addresses SET asks_since = asks_since - interval '1 hour'")
    await box.email(ana, ANA)
    assert len(server.received) == 6


async def test_one_address_gets_five_codes_an_hour_whoever_wants_them(box: Mailbox, server: MailServer) -> None:
    people = [await box.meet(SLACK, f"U{number}") for number in range(6)]
    for person in people[:5]:
        await box.email(person, ANA)
    assert "in an hour" in await box.email(people[5], "ANA@example.com")
    assert len(server.received) == 5


async def test_a_new_address_takes_the_place_of_the_old_once_it_is_proved(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    await box.email(ana, code_of(server))
    await box.email(ana, "new@example.com")
    assert await box.state(ana) == ANA
    await box.email(ana, code_of(server, "new@example.com"))
    assert await box.state(ana) == "new@example.com"


async def test_off_is_off_until_on(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    assert "no address" in await box.email(ana, "off")
    await box.email(ana, ANA)
    await box.email(ana, code_of(server))
    assert "no more mail" in await box.email(ana, "OFF")
    assert await box.state(ana) == ""
    assert "no mail" in await box.email(ana)
    assert ANA in await box.email(ana, "on")
    assert await box.state(ana) == ANA


async def test_an_address_that_bounced_is_used_again_after_a_new_code(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    await box.email(ana, code_of(server))
    await box.desk.execute("UPDATE mail_addresses SET bounced_at = now()")
    assert "came back" in await box.email(ana)
    assert "came back" in await box.email(ana, "on")
    assert await box.state(ana) == ""
    await box.email(ana, ANA)
    await box.email(ana, code_of(server))
    assert await box.state(ana) == ANA


async def test_accounts_of_one_human_share_an_address(box: Mailbox, server: MailServer) -> None:
    slack, discord = await box.meet(SLACK), await box.meet(DISCORD, "501")
    await box.join(slack, discord)
    await box.email(slack, ANA)
    await box.email(discord, code_of(server))
    assert (await box.state(slack), await box.state(discord)) == (ANA, ANA)
    await box.email(discord, "off")
    assert await box.state(slack) == ""


@pytest.mark.parametrize(
    ("says", "told"), [("550 5.1.1 no such user", "spelt right"), ("450 4.2.0 greylisted", "in a few minutes")]
)
async def test_who_mistypes_is_told_so(box: Mailbox, server: MailServer, says: str, told: str) -> None:
    ana = await box.meet(SLACK)
    server.refusals[ANA] = [says]
    assert told in await box.email(ana, ANA)
    assert await box.state(ana) == ""


@pytest.mark.parametrize("what", ["hello", "ana@", "code", "code 12345", "1234567"])
async def test_what_is_not_understood_gets_an_answer_that_says_what_to_write(box: Mailbox, what: str) -> None:
    ana = await box.meet(SLACK)
    assert "ana@example.com" in await box.email(ana, what)


async def test_without_a_mail_server_it_says_so(box: Mailbox) -> None:
    ana = await box.meet(SLACK)
    box.mailer = None
    assert "no mail server" in await box.email(ana)
    assert "no mail server" in await box.email(ana, ANA)


async def test_a_command_that_is_carried_out_again_sends_the_same_mail(box: Mailbox, server: MailServer) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA, inbox_id=77)
    await box.email(ana, ANA, inbox_id=77)
    first, second = (one.message for one in server.received)
    assert (first["Message-ID"], first["Subject"]) == (second["Message-ID"], second["Subject"])
    assert "is yours" in await box.email(ana, code_of(server))


async def test_another_org_sees_no_address(box: Mailbox, admin_url: str, database: Database) -> None:
    ana = await box.meet(SLACK)
    await box.email(ana, ANA)
    row = await box.desk.row("SELECT org_id FROM people WHERE id = %s", ana)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        other = admin.execute("INSERT INTO organizations (name) VALUES ('other') RETURNING id").fetchone()
    assert other
    everything = ("SELECT * FROM mail_addresses", ())
    assert len((await database.run(int(str(row["org_id"])), everything))[0]) == 1
    assert (await database.run(other[0], everything))[0] == []
