"""The settings of mail."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.model_settings import Section
from core.mail.building import clean_address
from core.mail.models import Letterhead
from core.mail.policy import MailPolicy
from core.registry import CommandError


def _address(given: str) -> str:
    if not given:
        return ""
    try:
        return clean_address(given)
    except CommandError:
        raise ValueError("must be a mail address such as robbie@example.com") from None


MailAddress = Annotated[str, AfterValidator(_address)]


class MailSettings(Section):
    """Mail, where SMTP_URL names a server."""

    sender: MailAddress = ""
    name: str = Field("Robbie", min_length=1, max_length=80)
    reply_to: MailAddress = ""
    per_minute: int = Field(60, ge=1)
    retry_minutes: tuple[Annotated[float, Field(gt=0)], ...] = (1, 5, 15, 45)
    connect_seconds: float = Field(10.0, gt=0)
    reply_seconds: float = Field(30.0, gt=0)
    link_days: int = Field(14, ge=1, le=90)
    outreach: bool = False

    def policy(self) -> MailPolicy:
        """How mails are sent."""
        return MailPolicy(self.per_minute, tuple(self.retry_minutes))

    def letterhead(self, public_url: str | None) -> Letterhead:
        """Who mails are from."""
        return Letterhead(self.sender, self.name, self.reply_to, (public_url or "").rstrip("/"), self.link_days)
