"""What mail needs of its neighbours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from core.briefs.models import Act, Brief, Facts
from core.briefs.ports import DueBrief
from core.conversation.models import Asker
from core.mail.models import Address, Mail, MailDelivery
from core.registry import Invocation


class Mailer(Protocol):
    """Hands mails to a server."""

    async def send(self, mail: Mail, handing_over: Callable[[], Awaitable[bool]] | None = None) -> str:
        """Hand one over, and return what the server answered.

        Args:
            mail: the mail.
            handing_over: called once, after the server has agreed to take it and before any of it goes there; where it
                returns False, nothing goes there, and the mail counts as deferred.

        Raises:
            MailDeferred: it was not taken; another time it may be.
            LoginRefused: nobody's mail is taken until somebody mends that.
            MailRefused: it never will be taken.
            MailUnknown: it may have been taken.
        """


class Mails(Protocol):
    """Keeps the deliveries by mail. A step back in them is for the worker alone that took them last."""

    async def take(self) -> MailDelivery | None:
        """Take one that is due, unless as many were handed over in the last minute as may be."""

    async def write(self, item: MailDelivery, mail: Mail) -> None:
        """Keep the mail, before it is sent."""

    async def handing_over(self, item: MailDelivery) -> bool:
        """Note that from now on nobody knows whether it was sent.

        False where another worker has it, or its person does not want mail at this address any more.
        """

    async def sent(self, item: MailDelivery) -> None:
        """The server has it."""

    async def later(self, item: MailDelivery, pause: timedelta, problem: str, *, counts: bool = True) -> None:
        """Ready again after a pause; where that does not count, as if it had not been taken."""

    async def failed(self, item: MailDelivery, problem: str, *, bounced: bool = False) -> None:
        """It is not sent; where it bounced, its person's address is not used any more."""

    async def unknown(self, item: MailDelivery, problem: str) -> None:
        """It may have been sent: it is left to the operator, and not sent again."""


class Made(Protocol):
    """A brief that was made."""

    @property
    def facts(self) -> Facts:
        """What it was made of."""

    @property
    def brief(self) -> Brief:
        """Its words."""

    @property
    def said(self) -> bool:
        """Whether it is sent at all: some people want nothing where there is nothing to say."""


class Maker(Protocol):
    """Makes a brief out of what is known."""

    async def make(self, due: DueBrief) -> Made:
        """Find out, put into words, and keep it; of one that is kept already, the same."""


class Asking(StrEnum):
    """What came of a wish for a code."""

    ASKED = "asked"
    TOO_MANY = "too_many"
    TOO_MANY_THERE = "too_many_there"


class Verified(StrEnum):
    """What came of a code."""

    YES = "yes"
    WRONG = "wrong"
    SPENT = "spent"
    NONE = "none"


class Addresses(Protocol):
    """Keeps where people get mail. A code itself is never kept, its digest is."""

    async def state(self, person_id: int) -> Address:
        """What is known of a person, or of another account of theirs."""

    async def ask(self, org_id: int, person_id: int, wanted: str, digest: bytes, valid: timedelta) -> Asking:
        """Keep that a code was sent to an address, unless that was too often lately; the address in use stays."""

    async def verify(self, person_id: int, digest: Callable[[int, str], bytes]) -> Verified:
        """Compare with the code that was sent. ``digest`` gives that of what was typed, for a person and an address."""

    async def stop(self, person_id: int) -> bool:
        """Send no more mail; False where there is no address."""

    async def start(self, person_id: int) -> bool:
        """Send mail again; False where there is no address to send to."""


class LinkStore(Protocol):
    """Knows what a link needs to know of its person and its line."""

    async def asker(self, person_id: int) -> Asker | None:
        """The person, as whom something is done; None for nobody."""

    async def acted(self, asker: Asker, brief_id: int, number: int) -> Act | None:
        """What was done with a line last; None for nothing."""

    async def by_chat(self, asker: Asker, command: Invocation, name: str) -> bool:
        """Have a command carried out in their direct conversation; False where there is none.

        Args:
            asker: whose.
            command: the command.
            name: what tells it from others.
        """
