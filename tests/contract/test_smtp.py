"""What becomes of a mail, by what a real server does with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.email import SmtpMailer, SmtpServer, SmtpUrlError
from core.mail.building import build
from core.mail.models import (
    Letterhead,
    LoginRefused,
    Mail,
    MailDeferred,
    MailError,
    MailRefused,
    MailUnknown,
)
from tests.mail_server import PASSWORD, MailServer, mail_server

HEAD = Letterhead("robbie@example.com")
AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
TEXT = "Grüße, Ana\n.\n..two\n.hidden\nFrom here on\n"


def mail(to: str = "ana@example.com") -> Mail:
    return build(HEAD, key="k1", to=to, at=AT, subject="Ünïcode", text=TEXT, html="<p>Grüße</p>")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


class Asked:
    """Notes that it was asked before the words went out."""

    def __init__(self, answer: bool = True) -> None:
        self.times = 0
        self._answer = answer

    async def __call__(self) -> bool:
        self.times += 1
        return self._answer


async def test_a_mail_arrives_as_it_was_written(server: MailServer) -> None:
    assert "queued as 7" in await server.mailer().send(mail())
    (received,) = server.received
    assert (received.sender, received.to) == ("robbie@example.com", ["ana@example.com"])
    assert received.message["Subject"] == "Ünïcode"
    assert received.part("plain").replace("\r\n", "\n") == TEXT
    assert "Grüße" in received.part("html")


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_over_tls_that_is_verified_it_logs_in(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, security) as server:
        await server.mailer().send(mail())
        assert [(one.secure, one.login) for one in server.received] == [(True, True)]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_of_nobody_known_gets_neither_login_nor_mail(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, security) as server:
        with pytest.raises(MailDeferred, match="certificate"):
            await server.mailer(trusting=False).send(mail())
        assert (server.received, server.logins) == ([], [])


async def test_without_tls_nothing_goes_to_another_machine(server: MailServer) -> None:
    assert SmtpServer.parse("smtp://u:p@mail.example.com").security == "starttls"
    elsewhere = SmtpServer("localhost", server.port, "robbie", PASSWORD, "starttls")
    with pytest.raises(MailDeferred, match="no TLS"):
        await SmtpMailer(elsewhere).send(mail())
    assert (server.received, server.logins) == ([], [])


async def test_a_login_that_is_refused_says_so_without_the_password(tmp_path: Path) -> None:
    with mail_server(tmp_path, "starttls") as server:
        with pytest.raises(LoginRefused) as caught:
            await server.mailer("wrong-" + PASSWORD).send(mail())
        assert PASSWORD not in str(caught.value)
        with pytest.raises(LoginRefused):
            await server.mailer(login=False).send(mail())
        assert server.received == []


@pytest.mark.parametrize(
    ("says", "becomes", "bounced"),
    [
        ("450 4.2.1 come back later", MailDeferred, None),
        ("421 too many", MailDeferred, None),
        ("550 5.1.1 no such user", MailRefused, True),
        ("551 moved", MailRefused, True),
        ("550 5.7.1 relaying denied", MailRefused, False),
        ("552 5.2.2 mailbox full", MailRefused, False),
        ("530 5.7.0 authentication required", LoginRefused, None),
    ],
)
async def test_what_a_server_says_of_an_address(
    server: MailServer, says: str, becomes: type[MailError], bounced: bool | None
) -> None:
    server.refusals["ana@example.com"] = [says]
    asked = Asked()
    with pytest.raises(becomes) as caught:
        await server.mailer().send(mail(), asked)
    assert (server.received, asked.times) == ([], 0)
    if isinstance(caught.value, MailRefused):
        assert caught.value.bounced == bounced
    await server.mailer().send(mail("ben@example.com"))
    assert [one.to for one in server.received] == [["ben@example.com"]]


@pytest.mark.parametrize(("says", "becomes"), [("451 4.3.0 later", MailDeferred), ("554 5.6.0 spam", MailRefused)])
async def test_what_a_server_says_of_a_mail(server: MailServer, says: str, becomes: type[MailError]) -> None:
    server.verdicts = [says]
    with pytest.raises(becomes) as caught:
        await server.mailer().send(mail())
    assert not getattr(caught.value, "bounced", False)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_connection_that_breaks_before_the_words_went_out_is_tried_again(
    server: MailServer, command: str
) -> None:
    server.hangs_up, asked = command, Asked()
    with pytest.raises(MailDeferred):
        await server.mailer().send(mail(), asked)
    assert (server.received, asked.times) == ([], 0)


async def test_a_connection_that_breaks_before_the_answer_leaves_it_unknown(server: MailServer) -> None:
    server.hangs_up, asked = "WORDS", Asked()
    with pytest.raises(MailUnknown):
        await server.mailer().send(mail(), asked)
    assert (len(server.received), asked.times) == (1, 1)


async def test_a_server_that_does_not_answer_in_time_leaves_it_unknown(server: MailServer) -> None:
    server.wait.clear()
    with pytest.raises(MailUnknown, match="in time"):
        await server.mailer(reply_seconds=0.3).send(mail())


async def test_nothing_goes_out_that_another_worker_has(server: MailServer) -> None:
    with pytest.raises(MailDeferred):
        await server.mailer().send(mail(), Asked(False))
    assert server.received == []


async def test_a_server_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        mailer = server.mailer()
    with pytest.raises(MailDeferred, match="cannot be reached"):
        await mailer.send(mail())


def test_the_server_of_a_url() -> None:
    given = SmtpServer.parse("smtp://ana%40example.com:p%3Aw%2F@mail.example.com")
    assert (given.host, given.port, given.security) == ("mail.example.com", 587, "starttls")
    assert (given.user, given.password) == ("ana@example.com", "p:w/")
    assert "p:w/" not in repr(given)
    assert SmtpServer.parse("smtps://u:p@mail.example.com").port == 465
    assert SmtpServer.parse("smtp://127.0.0.1:25").security == "none"
    assert SmtpServer.parse("smtps://localhost").security == "tls"


@pytest.mark.parametrize("url", ["smtp://", "smtp://u@h", "smtp://h:port", "http://h", "smtp://h/x", "smtp://h?tls=no"])
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(SmtpUrlError) as caught:
        SmtpServer.parse(url)
    assert url not in str(caught.value)
