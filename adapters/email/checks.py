"""What can be wrong with mail: no sender, a server that cannot be reached or does not let Robbie in, no links."""

from __future__ import annotations

from adapters.email.server import WRITTEN, SmtpServer, SmtpUrlError
from adapters.email.smtp import SmtpMailer
from core.health.models import Finding, Findings, ok, problem, skipped, warning
from core.mail.models import LoginRefused, MailDeferred

_GUIDE = "docs/how-to/email.md says how"
_LOGIN = f"correct user and password in SMTP_URL ({WRITTEN})"
_REACH = f"correct SMTP_URL ({WRITTEN}), or start the server"
_SECURITY = {"tls": "TLS", "starttls": "STARTTLS", "none": "without TLS, on this machine"}


async def mail(url: str, *, sender: str, public_url: str | None, seconds: float = 5.0) -> Findings:
    """Look at the server of SMTP_URL, up to the login. No mail is sent.

    Args:
        url: SMTP_URL; empty for none.
        sender: the address that mails come from; empty for none.
        public_url: where links lead.
        seconds: for each of the server's answers.
    """
    if not url:
        yield skipped("mail server", "no SMTP_URL: no mail is sent", _GUIDE)
        return
    yield await _server(url, seconds)
    if sender:
        yield ok("mail sender", sender)
    else:
        yield problem("mail sender", "mail.sender is not set: no mail is sent", "mail.sender in config.yaml")
    yield _links(public_url)


async def _server(url: str, seconds: float) -> Finding:
    try:
        server = SmtpServer.parse(url)
    except SmtpUrlError as error:
        return problem("mail server", str(error), f"write {WRITTEN}")
    mailer = SmtpMailer(server, connect_seconds=seconds, reply_seconds=seconds)
    try:
        async with mailer.connected():
            login = "logged in" if server.user else "no login"
            return ok("mail server", f"{server.name}, {_SECURITY[server.security]}, {login}")
    except LoginRefused as error:
        return problem("mail server", f"{server.name}: {error}", _LOGIN)
    except MailDeferred as error:
        return problem("mail server", f"{server.name}: {error}", _REACH)


def _links(public_url: str | None) -> Finding:
    if public_url is None:
        found = "web.public_url is not set: mails carry no links, and say how to act in the chat"
        return warning("mail links", found, "web.public_url in config.yaml, where people reach this Robbie's web pages")
    if not public_url.startswith("https://"):
        return warning("mail links", f"{public_url} is not encrypted", "an https:// address in web.public_url")
    return ok("mail links", f"lead to {public_url}")
