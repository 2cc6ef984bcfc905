"""Mail through the whole app: an address by a command in Slack, a brief by mail, a line done by its link."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import psycopg

from bot.run import tick
from tests.mail_server import MailServer, mail_server
from tests.office import Office
from tests.web_room import healthy

ANA = "ana@example.com"
PUBLIC = "https://robbie.example.com"


def environment(server: MailServer) -> dict[str, str]:
    return {
        "SMTP_URL": f"smtp://localhost:{server.port}",
        "ROBBIE_MAIL__SENDER": "robbie@example.com",
        "ROBBIE_WEB__PUBLIC_URL": PUBLIC,
    }


async def test_from_the_first_command_to_the_line_that_is_done(office: Office, admin_url: str, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        app = await office.open(**environment(server))
        await office.command(f"email <mailto:{ANA}|{ANA}>", "U1")  # as Slack writes it
        (first,) = server.received
        code = re.search(r"email code (\d{6})", first.part("plain"))
        assert code
        await office.command(f"email code {code[1]}", "U1")
        await office.until_rows("SELECT address, verified_at IS NOT NULL FROM mail_addresses", [(ANA, True)])
        await office.command("brief by email", "U1")
        await office.command("task send Ben the signed contract", "U1")
        with psycopg.connect(admin_url, autocommit=True) as admin:
            due(admin)
            await office.until(lambda: len(server.received) == 2)
            await office.until_rows("SELECT state FROM deliveries WHERE channel = 'email'", [("sent",)])
            token = link(server, "Done")
            transport = httpx.ASGITransport(app=app.web(healthy))
            async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
                assert "signed contract" in (await browser.get(token)).text
                assert "It is done" in (await browser.post(token)).text
                assert (await browser.get("/")).status_code == 400
            assert admin.execute("SELECT done_at IS NOT NULL FROM tasks").fetchall() == [(True,)]
        await tick(app)
        assert app.work
        assert app.work.health()["mail"] == "ok"


def due(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """A brief of Ana's is due, by mail."""
    person, org = admin.execute("SELECT person_id, org_id FROM mail_addresses").fetchall()[0]
    brief = admin.execute(
        """INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at)
           VALUES (%s, %s, 'person:1', 'morning', current_date, 'Europe/Berlin', now()) RETURNING id""",
        (org, person),
    ).fetchall()[0]
    values = (org, person, brief[0])
    admin.execute("INSERT INTO deliveries (org_id, owner, brief_id, channel) VALUES (%s, %s, %s, 'email')", values)


def link(server: MailServer, label: str) -> str:
    """The path of the first link of that name in the newest mail."""
    found = re.search(rf"{label}: {PUBLIC}(/m/[\w-]+)", server.received[-1].part("plain"))
    assert found, server.received[-1].part("plain")
    return found[1]
