"""Mails to people outside, each after its person saw text and address and pressed a button, and each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from core.briefs.ports import Letter
from core.mail.building import build, clean_address
from core.mail.models import Letterhead, MailError, MailUnknown
from core.mail.ports import Addresses, LinkStore, Mailer
from core.registry import CommandError

A_DAY = 50
"""How many one person sends in a day at most."""

_UNKNOWN = "the mail server broke off while it took it, so nobody knows whether it was sent. Ask whom it was for"
_TOO_MANY = f"you have sent {A_DAY} in a day, which is the most"
_NO_ADDRESS = "you have no verified mail address for the answer. Write `email` and your address"


class Begun(StrEnum):
    """How a letter stands when somebody wants to send it."""

    READY = "ready"
    SENT = "sent"
    UNKNOWN = "unknown"
    TOO_MANY = "too_many"


class Letters(Protocol):
    """Remembers which letters were sent, without their words."""

    async def begin(self, org_id: int, person_id: int, key: str, a_day: int) -> tuple[Begun, int]:
        """Begin to send one, with the number of the try; whoever began before stops."""

    async def handing_over(self, org_id: int, person_id: int, key: str, attempt: int) -> bool:
        """Note that from now on nobody knows. False where somebody else began meanwhile."""

    async def became(self, org_id: int, person_id: int, key: str, attempt: int, state: Begun) -> None:
        """Note what came of it."""


class MailOutbound:
    """Implements ``core.briefs.ports.Outbound``.

    Args:
        mailer: hands mails over.
        head: whose server it is: the mails are from there, and their answers go to the person.
        addresses: where people get mail.
        people: knows the persons' names.
        letters: remembers what was sent.
        now: the clock.
    """

    def __init__(
        self,
        mailer: Mailer,
        head: Letterhead,
        addresses: Addresses,
        people: LinkStore,
        letters: Letters,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._mailer = mailer
        self._head = head
        self._addresses = addresses
        self._people = people
        self._letters = letters
        self._now = now

    async def reply_to(self, org_id: int, person_id: int) -> str:
        """The person's verified address, also where they want no mail of Robbie's; empty for none."""
        state = await self._addresses.state(person_id)
        return "" if state.bounced else state.address

    async def send(self, org_id: int, person_id: int, letter: Letter) -> str:
        """Hand it over, once for each key. Returns the problem in words; empty for none."""
        answers = await self.reply_to(org_id, person_id)
        if not answers:
            return _NO_ADDRESS
        try:
            to = clean_address(letter.to)
        except CommandError as error:
            return error.problem
        begun, attempt = await self._letters.begin(org_id, person_id, letter.key, A_DAY)
        if begun is not Begun.READY:
            return {Begun.SENT: "", Begun.UNKNOWN: _UNKNOWN, Begun.TOO_MANY: _TOO_MANY}[begun]
        became, problem = await self._try(org_id, person_id, letter.model_copy(update={"to": to}), answers, attempt)
        await self._letters.became(org_id, person_id, letter.key, attempt, became)
        return problem

    async def _try(self, org_id: int, person_id: int, letter: Letter, answers: str, attempt: int) -> tuple[Begun, str]:
        asker = await self._people.asker(person_id)
        name = asker.name if asker else ""
        mail = build(
            self._head,
            key=f"letter.{person_id}.{letter.key}".replace(":", "."),
            to=letter.to,
            name=letter.name,
            at=self._now(),
            subject=letter.subject,
            text=letter.text,
            sender_name=f"{name} via {self._head.name}" if name else "",
            reply_to=answers,
        )
        try:
            await self._mailer.send(mail, lambda: self._letters.handing_over(org_id, person_id, letter.key, attempt))
        except MailUnknown:
            return Begun.UNKNOWN, _UNKNOWN
        except MailError as error:
            return Begun.READY, str(error)
        return Begun.SENT, ""
