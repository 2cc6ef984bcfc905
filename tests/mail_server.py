"""A real mail server on this machine, that does what a test tells it to, also badly."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.email import SmtpMailer, SmtpServer
from tests.patience import PATIENCE

USER, PASSWORD = "robbie", "do-not-show-this"


@dataclass(frozen=True)
class Received:
    """A mail that the server took."""

    sender: str
    to: list[str]
    raw: bytes
    secure: bool
    login: bool

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def part(self, kind: str) -> str:
        """The text of a part."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class MailServer:
    """What it took, and how it behaves.

    Attributes:
        refusals: what it says to RCPT, by address, one at a time; then it says yes.
        verdicts: what it says once it has a mail, one at a time; without any, yes. Only a yes is received.
        hangs_up: after which command it breaks the connection off: ``RCPT``, ``DATA`` (before it takes the words),
            ``WORDS`` (it took the mail, and does not say so); empty for none.
        meanwhile: what happens elsewhere before it answers RCPT.
        wait: a mail that it took is answered only once this is set.
        taken: set when a mail came, before it is answered.
        stay: a goodbye is answered only once this is set.
        left: set when somebody said goodbye.
    """

    received: list[Received] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    verdicts: list[str] = field(default_factory=list)
    hangs_up: str = ""
    meanwhile: Callable[[], object] = bool
    wait: threading.Event = field(default_factory=threading.Event)
    taken: threading.Event = field(default_factory=threading.Event)
    stay: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    certificate: Path | None = None
    security: str = "none"
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # fmt: skip  # noqa: E501
        self.meanwhile()
        if self.hangs_up == "RCPT":
            _break_off(server)
        replies = self.refusals.get(address, [])
        if replies:
            return replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        verdict = self.verdicts.pop(0) if self.verdicts else "250 2.0.0 queued as 7"
        if verdict.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            assert envelope.mail_from is not None
            assert server.transport is not None
            secure = server.transport.get_extra_info("ssl_object") is not None
            login = session.authenticated is True
            self.received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), content, secure, login))
        self.taken.set()
        if self.hangs_up == "WORDS":
            _break_off(server)
            return verdict
        while not self.wait.is_set():
            await asyncio.sleep(0.01)
        return verdict

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.left.set()
        while not self.stay.is_set():
            await asyncio.sleep(0.01)
        return "221 bye"

    def let_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        good = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=False)

    def to(self, address: str) -> list[Received]:
        """The mails that it took for somebody."""
        return [mail for mail in self.received if address in mail.to]

    def mailer(
        self, password: str = PASSWORD, *, login: bool = True, trusting: bool = True, **more: float
    ) -> SmtpMailer:
        """What sends to it."""
        security = self.security
        assert security in ("none", "starttls", "tls")
        user = USER if login and security != "none" else ""
        server = SmtpServer("localhost", self.port, user, password, security)  # type: ignore[arg-type]
        context = ssl.create_default_context(cafile=str(self.certificate)) if trusting and self.certificate else None
        return SmtpMailer(server, tls=context, **{"connect_seconds": 5.0, "reply_seconds": 20.0, **more})


class _Breaking(SMTP):
    """Breaks off where it is told to."""

    async def smtp_DATA(self, arg: str | None) -> None:
        handler = self.event_handler
        assert isinstance(handler, MailServer)
        if handler.hangs_up == "DATA":
            _break_off(self)
            return
        await super().smtp_DATA(arg)  # type: ignore[arg-type]


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Breaking(self.handler, **self.SMTP_kwargs)


def _break_off(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.abort()  # type: ignore[attr-defined]


@contextmanager
def mail_server(folder: Path, security: str = "none", port: int = 0) -> Iterator[MailServer]:
    """A server that listens; with a security, it wants a login and has a certificate of its own.

    Args:
        folder: for the certificate.
        security: ``none``, ``starttls`` or ``tls``.
        port: where; 0 for any.
    """
    double = MailServer(security=security)
    double.wait.set()
    double.stay.set()
    more: dict[str, object] = {}
    if security != "none":
        double.certificate, key = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(double.certificate, key)
        more = {"authenticator": double.let_in}
        if security == "starttls":
            more |= {"tls_context": context, "require_starttls": True, "auth_required": True}
        else:  # it does not know that it is within TLS already
            more |= {"ssl_context": context, "auth_require_tls": False}
    controller = _Controller(double, hostname="localhost", port=port or _free(), ready_timeout=PATIENCE, **more)  # type: ignore[arg-type]
    controller.start()
    double.port = int(controller.port)
    try:
        yield double
    finally:
        double.wait.set()
        double.stay.set()
        controller.stop()


def _free() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A throw-away certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "mail.crt", folder / "mail.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file
