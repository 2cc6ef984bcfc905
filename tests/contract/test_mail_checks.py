"""What the doctor and ``robbie mail test`` say of a mail server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.email.checks import mail
from adapters.llm.breakers import PyBreakers
from bot.mail import GuardedMailer
from core.mail.models import MailDeferred, MailRefused
from tests.contract.test_smtp import mail as a_mail
from tests.findings import findings, statuses
from tests.integration.test_cli import robbie
from tests.mail_server import PASSWORD, USER, MailServer, mail_server

SENDER = "robbie@example.com"


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A server with TLS and a login, whose certificate this machine trusts."""
    with mail_server(tmp_path, "tls") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        yield server


def url(server: MailServer, password: str = PASSWORD) -> str:
    return f"smtps://{USER}:{password}@localhost:{server.port}"


async def test_mail_that_works(trusted: MailServer) -> None:
    look = mail(url(trusted), sender=SENDER, public_url="https://robbie.example.com")
    found = await findings(look)
    assert statuses(found) == {"mail server": "ok", "mail sender": "ok", "mail links": "ok"}
    assert "TLS, logged in" in found["mail server"].found
    assert trusted.received == []


async def test_what_is_wrong_is_said_with_what_to_do(trusted: MailServer) -> None:
    found = await findings(mail(url(trusted, "wrong"), sender="", public_url=None))
    assert statuses(found) == {"mail server": "problem", "mail sender": "problem", "mail links": "warning"}
    assert "refuses the login" in found["mail server"].found
    assert "config.yaml" in found["mail sender"].mend
    assert "brief now" in found["mail links"].found or "chat" in found["mail links"].found


async def test_a_server_that_is_not_there_or_has_a_strange_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(tmp_path, "tls") as server:
        found = await findings(mail(url(server), sender=SENDER, public_url=None))
        assert "certificate" in found["mail server"].found
        assert server.logins == []
    found = await findings(mail(url(server), sender=SENDER, public_url="http://robbie.example.com"))
    assert "cannot be reached" in found["mail server"].found
    assert statuses(found)["mail links"] == "warning"


async def test_a_url_that_cannot_be_read_and_none_at_all() -> None:
    found = await findings(mail("smtp://h:port", sender=SENDER, public_url=None))
    assert (statuses(found)["mail server"], "h:port" in found["mail server"].found) == ("problem", False)
    assert statuses(await findings(mail("", sender="", public_url=None))) == {"mail server": "skipped"}


def sent_by_cli(folder: Path, server: MailServer, to: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return robbie(
        folder,
        "mail",
        "test",
        to,
        environ={
            "SMTP_URL": f"smtp://localhost:{server.port}",
            "ROBBIE_MAIL__SENDER": SENDER,
            "COLUMNS": "200",
            **environ,
        },
    )


def test_robbie_mail_test_says_what_the_server_made_of_it(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        sent = sent_by_cli(tmp_path, server, "ana@example.com")
        assert (sent.returncode, "queued as 7" in sent.stdout) == (0, True), sent.stderr
        assert server.received[0].message["Subject"] == "Robbie's mail works"
        server.refusals["ben@example.com"] = ["550 5.1.1 no such user"]
        refused = sent_by_cli(tmp_path, server, "ben@example.com")
        assert (refused.returncode, "550 5.1.1" in refused.stderr) == (2, True)
        assert "no mail address" in sent_by_cli(tmp_path, server, "nobody").stderr
        assert "mail.sender" in sent_by_cli(tmp_path, server, "ana@example.com", ROBBIE_MAIL__SENDER="").stderr
        assert len(server.received) == 1


async def test_a_server_that_is_away_is_left_alone_for_a_moment(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        breakers = PyBreakers(fail_max=3, reset_seconds=0.2)
        guarded = GuardedMailer(server.mailer(), breakers("smtp"))
        server.refusals["ana@example.com"] = ["550 5.1.1 no"] * 4 + ["450 later"] * 4
        for _ in range(8):  # a server that says no is well
            with pytest.raises((MailRefused, MailDeferred)):
                await guarded.send(a_mail())
        assert breakers.states() == {"smtp": "closed"}
        port = server.port
    for _ in range(3):
        with pytest.raises(MailDeferred, match="cannot be reached"):
            await guarded.send(a_mail())
    assert breakers.states() == {"smtp": "open"}
    with pytest.raises(MailDeferred, match="left alone"):
        await guarded.send(a_mail())
    with mail_server(tmp_path, port=port) as server:
        while breakers.states() == {"smtp": "open"}:
            pass
        await guarded.send(a_mail())
        assert (len(server.received), breakers.states()) == (1, {"smtp": "closed"})
