"""``robbie mail``: a mail to see that mail works."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.settings import Settings, load
from core.mail.building import build, clean_address, of_a_machine
from core.mail.models import MailError
from core.registry import CommandError

mail_app = typer.Typer(help="See whether mail works.", no_args_is_help=True)

_TEXT = """Hello,

this is a test of Robbie's mail. If you read it, the server of SMTP_URL takes Robbie's mails and delivers them.
"""


@mail_app.callback()
def _mail() -> None:
    """See whether mail works."""


@mail_app.command()
def test(to: Annotated[str, typer.Argument(metavar="TO", help="The address that a test mail goes to.")]) -> None:
    """Send a test mail, and say what the server made of it."""
    settings = load()
    try:
        address = clean_address(to)
    except CommandError as error:
        raise SystemExit(error.problem) from None
    try:
        answer = asyncio.run(_send(settings, address))
    except MailError as error:
        raise SystemExit(f"it was not sent: {error}") from None
    typer.echo(f"The mail server took it for {address}: {answer}")


async def _send(settings: Settings, to: str) -> str:
    from bot.mail import mailer_of

    mailer = mailer_of(settings)
    if mailer is None:
        raise SystemExit("SMTP_URL in .env and mail.sender in config.yaml are needed; docs/how-to/email.md says how")
    head = settings.mail.letterhead(settings.web.public_url)
    mail = build(
        head,
        key=f"test.{uuid.uuid4().hex}",
        to=to,
        at=datetime.now(UTC),
        subject="Robbie's mail works",
        text=_TEXT,
        headers=of_a_machine("test"),
    )
    return await mailer.send(mail)
