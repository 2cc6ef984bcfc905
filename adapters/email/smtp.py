"""Mails over SMTP, one connection each. What the server said decides whether one is tried again."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from socket import gethostname

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPStatus,
)

from adapters.email.server import SmtpServer
from core.mail.models import LoginRefused, Mail, MailDeferred, MailError, MailRefused, MailUnknown

_GO_ON = 354
_MAY_NOT = (530, 534, 535, 538)  # what a server says to who is not logged in as it wants
# "No such mailbox", and a mere "no"; a refusal for another reason is not the address's fault.
_NO_MAILBOX = re.compile(r"5\.(?:1\.|2\.1\b)|(?!\d\.\d)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_GOODBYE_SECONDS = 2.0
_DOT = re.compile(rb"(?m)^\.")


class SmtpMailer:
    """Implements ``core.mail.ports.Mailer``.

    Args:
        server: where mails go.
        connect_seconds: to reach it, TLS included.
        reply_seconds: for each of its answers.
        tls: whom to trust; by default, whom the system trusts.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        connect_seconds: float = 10.0,
        reply_seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._connect = connect_seconds
        self._reply = reply_seconds
        self._tls = tls

    async def send(self, mail: Mail, handing_over: Callable[[], Awaitable[bool]] | None = None) -> str:
        """Hand one over; see the port."""
        async with self.connected() as smtp:
            try:
                await smtp.mail(mail.sender, timeout=self._reply)
                await smtp.rcpt(mail.to, timeout=self._reply)
                ready = await smtp.execute_command(b"DATA", timeout=self._reply)
            except (SMTPException, OSError, TimeoutError) as error:
                raise _before(error) from None
            if ready.code != _GO_ON:
                raise _answered(ready.code, ready.message)
            if handing_over is not None and not await handing_over():
                raise MailDeferred("another worker has it")
            return await self._words(smtp, mail.raw.encode("ascii"))

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[SMTP]:
        """A connection that is secured and logged in. Raises MailDeferred, LoginRefused."""
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=_name_of_this_machine(),
            timeout=self._connect,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._tls,
        )
        try:
            async with asyncio.timeout(self._connect):
                await smtp.connect()
            if server.user:
                await smtp.login(server.user, server.password, timeout=self._reply)
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            smtp.close()
            raise _unreached(error) from None
        try:
            yield smtp
        finally:
            await _goodbye(smtp)

    async def _words(self, smtp: SMTP, raw: bytes) -> str:
        """Hand over the words. From the first byte on, no answer means that nobody knows. Raises MailError."""
        protocol = smtp.protocol
        if protocol is None:
            raise MailDeferred("the server hung up")
        try:
            protocol.write(_DOT.sub(b"..", raw) + b".\r\n")
            answer = await protocol.read_response(timeout=self._reply)
        except (SMTPException, OSError, TimeoutError) as error:
            smtp.close()
            what = "no answer in time" if isinstance(error, TimeoutError) else "the connection broke"
            raise MailUnknown(f"{what} after the mail was handed over") from None
        if answer.code != SMTPStatus.completed:
            raise _answered(answer.code, answer.message, content=True)
        return _short(answer)


async def _goodbye(smtp: SMTP) -> None:
    """Say goodbye to a server that waits for it; whatever it makes of that, the mail stands as it stands."""
    try:
        # Whatever is raised here would count as a mail that was not sent, or of which nobody can tell: also that its
        # worker is to end.
        with suppress(Exception, asyncio.CancelledError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await smtp.quit()
    finally:
        smtp.close()


def _name_of_this_machine() -> str:
    name = gethostname()
    return name if _HOST.fullmatch(name) else "localhost"


def _short(answer: SMTPResponse) -> str:
    return " ".join(f"{answer.code} {answer.message}".split())[:200]


def _unreached(error: BaseException) -> MailError:
    """What it means that there is no connection. What the server says to a login is not repeated."""
    if isinstance(error, SMTPAuthenticationError):
        if 400 <= error.code < 500:
            return MailDeferred(f"the mail server cannot check the login now ({error.code})")
        return LoginRefused(f"the mail server refuses the login of SMTP_URL ({error.code})")
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return MailDeferred("the mail server's certificate is not to be trusted", away=True)
    if isinstance(error, SMTPNotSupported):
        return LoginRefused("the mail server offers no way to log in that Robbie knows")
    if isinstance(error, SMTPResponseException):
        return MailDeferred(f"the mail server is not ready ({error.code})", away=True)
    if isinstance(error, SMTPException) and "STARTTLS" in str(error):
        return MailDeferred("the mail server offers no TLS", away=True)
    return MailDeferred(f"the mail server cannot be reached ({type(error).__name__})", away=True)


def _before(error: BaseException) -> MailError:
    """What it means that the server did not want a mail, of which nothing was handed over."""
    if isinstance(error, SMTPSenderRefused) and error.code not in _MAY_NOT:
        return _answered(error.code, error.message, content=True)
    if isinstance(error, SMTPResponseException):
        return _answered(error.code, error.message)
    return MailDeferred(f"the connection to the mail server broke ({type(error).__name__})", away=True)


def _answered(code: int, said: str, *, content: bool = False) -> MailError:
    """What an answer means. ``content``: it is about the sender or the words, not about the mailbox."""
    if code in _MAY_NOT:
        return LoginRefused(f"the mail server takes nothing without a login that it accepts ({code})")
    if code < 500:
        return MailDeferred(f"the mail server said {code}, not now")
    status = re.match(r"\d\.\d{1,3}\.\d{1,3}", said)
    problem = f"the mail server said {code}{' ' + status[0] if status else ''}, never"
    return MailRefused(problem, bounced=not content and _NO_MAILBOX.match(said) is not None)
