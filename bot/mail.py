"""Mail, where the settings name a server and a sender: what sends it, what writes it, what its links lead to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.email import SmtpMailer, SmtpServer, SmtpUrlError
from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.database import Database
from adapters.postgres.letters import PostgresLetters
from adapters.postgres.mail import PostgresMails
from adapters.postgres.mail_addresses import PostgresMailAddresses
from adapters.postgres.mail_links import PostgresMailLinks
from adapters.web.mail import MailPages
from bot.settings import Settings, SettingsError
from bot.vault import open_vault
from core.briefs.ports import Outbound
from core.conversation.handling import Handler, Handlers
from core.mail.acting import MailActs
from core.mail.commands import Codes, mailing
from core.mail.following import Following
from core.mail.links import Links
from core.mail.models import Mail, MailDeferred, MailError, MailUnknown
from core.mail.outbound import MailOutbound
from core.mail.ports import Mailer, Maker
from core.mail.service import Mailing
from core.mail.writing import Writer
from core.routing.models import ErrorClass, ModelError

if TYPE_CHECKING:  # only a worker loads the library
    from adapters.llm.breakers import PyBreaker, PyBreakers

_REMOTE = "smtp"


class GuardedMailer:
    """A mailer with a breaker before its server: one that is away is left alone for a moment.

    Args:
        mailer: hands mails over.
        breaker: counts how often the server was away.
    """

    def __init__(self, mailer: Mailer, breaker: PyBreaker) -> None:
        self._mailer = mailer
        self._breaker = breaker

    async def send(self, mail: Mail, handing_over: Callable[[], Awaitable[bool]] | None = None) -> str:
        """Hand one over; see the port."""
        came_of_it: MailError | None = None
        try:
            with self._breaker.attempt():
                try:
                    return await self._mailer.send(mail, handing_over)
                except MailError as error:
                    came_of_it = error
                    if _is_away(error):
                        raise ModelError(ErrorClass.CONNECTION) from error
        except ModelError:
            if came_of_it is None:
                raise MailDeferred("the mail server was away several times, and is left alone for a moment") from None
        assert came_of_it is not None  # noqa: S101
        raise came_of_it


def _is_away(error: MailError) -> bool:
    return isinstance(error, MailUnknown) or (isinstance(error, MailDeferred) and error.away)


@dataclass(frozen=True, slots=True)
class MailKeys:
    """What mail needs of the vault."""

    links: Links
    codes: Codes


def keys_of(settings: Settings) -> MailKeys:
    """The keys that links and codes are made with: the same in every process of this Robbie."""
    vault = open_vault(settings)
    return MailKeys(Links(vault.key("mail links 1")), Codes(vault.key("mail codes 1")))


def can_mail(settings: Settings) -> bool:
    """Whether mails can be sent at all."""
    return settings.secrets.smtp_url is not None and bool(settings.mail.sender)


def server_of(settings: Settings) -> SmtpServer:
    """The server of SMTP_URL, which is set. Raises SettingsError."""
    url = settings.secrets.smtp_url
    assert url is not None  # noqa: S101
    try:
        return SmtpServer.parse(url.get_secret_value())
    except SmtpUrlError as error:
        raise SettingsError(f"{error}: write smtp://user:password@host:587 or smtps://user:password@host") from None


def mailer_of(settings: Settings, breakers: PyBreakers | None = None) -> Mailer | None:
    """What sends mails; None where there is no server or no sender. Raises SettingsError."""
    if not can_mail(settings):
        return None
    mail = settings.mail
    mailer = SmtpMailer(server_of(settings), connect_seconds=mail.connect_seconds, reply_seconds=mail.reply_seconds)
    return GuardedMailer(mailer, breakers(_REMOTE)) if breakers else mailer


def mail_commands(settings: Settings, database: Database, mailer: Mailer | None) -> Handlers:
    """What carries out the command on mail."""
    head = settings.mail.letterhead(settings.web.public_url)
    return mailing(PostgresMailAddresses(database), keys_of(settings).codes, head, mailer)


def outbound_of(settings: Settings, database: Database, mailer: Mailer | None) -> Outbound | None:
    """What sends mails to people outside; None where nobody may."""
    if mailer is None or not settings.mail.outreach:
        return None
    head = settings.mail.letterhead(settings.web.public_url)
    people, letters = PostgresMailLinks(database), PostgresLetters(database)
    return MailOutbound(mailer, head, PostgresMailAddresses(database), people, letters)


def mail_loop(settings: Settings, database: Database, maker: Maker, mailer: Mailer | None) -> Mailing | None:
    """What sends briefs by mail; None where no mail can be sent."""
    if mailer is None:
        return None
    policy = settings.mail.policy()
    return Mailing(
        PostgresMails(database, per_minute=policy.per_minute, patience=settings.briefs.retry),
        PostgresBriefs(database),
        maker,
        Writer(settings.mail.letterhead(settings.web.public_url), keys_of(settings).links),
        mailer,
        policy,
    )


def mail_pages(settings: Settings, database: Database, acting: Handler) -> MailPages | None:
    """What the links of mails lead to; None where no mail has links. ``acting`` carries out ``brief-act``."""
    public = settings.web.public_url
    if public is None or not can_mail(settings):
        return None
    store = PostgresMailLinks(database)
    following = Following(
        keys_of(settings).links,
        PostgresMailAddresses(database),
        PostgresBriefs(database),
        store,
        MailActs(acting, store),
    )
    return MailPages(following, public)
