"""The words of mail: one as it is sent, its delivery, and what can come of handing it over."""

from __future__ import annotations

from dataclasses import dataclass

from core.values import Frozen


class Mail(Frozen):
    """A mail as it is sent: the same at every try.

    Attributes:
        sender: the address that the server is told it comes from.
        to: the one address that it goes to.
        message_id: with the angle brackets; stays the same, so that a mailbox can tell a second copy.
        raw: the whole message in ASCII, with CRLF at the ends of its lines.
    """

    sender: str
    to: str
    message_id: str
    raw: str


class MailDelivery(Frozen):
    """A delivery by mail that this worker has taken.

    Attributes:
        key: a UUID that is this delivery's alone.
        attempts: how often it was taken, this time included.
        address: where its person gets mail; empty where there is no address to use.
        why_not: why there is none.
        written: the mail that was written for it at an earlier try.
    """

    id: int
    key: str
    org_id: int
    person_id: int
    brief_id: int
    attempts: int
    address: str = ""
    why_not: str = ""
    written: Mail | None = None


class Address(Frozen):
    """Where somebody gets mail.

    Attributes:
        address: the one that was verified; empty for none.
        wanted: the one that a code was sent to and that is not verified yet; empty for none.
        stopped: whether its person wants no mail.
        bounced: whether its server said that there is no such mailbox.
    """

    address: str = ""
    wanted: str = ""
    stopped: bool = False
    bounced: bool = False

    @property
    def usable(self) -> bool:
        """Whether mail may be sent to it."""
        return bool(self.address) and not self.stopped and not self.bounced


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who mails are from, and what their links lead to.

    Attributes:
        address: the sender's.
        name: the sender's.
        reply_to: where answers go; empty for the sender.
        public_url: where people reach Robbie's web pages, without a slash at its end; empty for nowhere.
        link_days: how long a link to act is good for.
    """

    address: str
    name: str = "Robbie"
    reply_to: str = ""
    public_url: str = ""
    link_days: int = 14

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.address.rpartition("@")[2]


class MailError(Exception):
    """A mail was not sent, or nobody knows. The message says why, and holds neither secrets nor what people wrote."""


class MailDeferred(MailError):
    """It was not taken, and may be at another time.

    Attributes:
        away: whether that is because the server does not answer as a server does.
    """

    def __init__(self, problem: str, *, away: bool = False) -> None:
        super().__init__(problem)
        self.away = away


class LoginRefused(MailDeferred):
    """The server does not let Robbie in."""


class MailRefused(MailError):
    """It was not taken, and never will be.

    Attributes:
        bounced: whether that is because there is no such mailbox.
    """

    def __init__(self, problem: str, *, bounced: bool = False) -> None:
        super().__init__(problem)
        self.bounced = bounced


class MailUnknown(MailError):
    """It was handed over, and no answer came: it may be in the mailbox, or not."""
