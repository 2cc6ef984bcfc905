"""What is behind a link of a mail: first it is only shown, and pressing a button does it."""

from __future__ import annotations

from datetime import datetime

from core.briefs.models import Act
from core.briefs.ports import Acts, BriefStore
from core.conversation.models import Asker
from core.mail.links import LinkRefused, Links, Ticket, tag_of
from core.mail.models import Address
from core.mail.ports import Addresses, LinkStore
from core.values import Frozen


class LinkOutdated(LinkRefused):
    """It was good, and what it is about is gone: the address, the person or the line."""


class Offer(Frozen):
    """What a link would do.

    Attributes:
        act: with the line; None where it stops all mail.
        text: the line, as markdown; the address where it stops all mail.
        title: of the brief, with its day.
        done: what was done with the line before, or, of stopping, whether it is stopped.
    """

    act: Act | None
    text: str
    title: str = ""
    done: Act | bool | None = None

    @property
    def used(self) -> bool:
        """Whether it is as it would be after pressing."""
        return self.done is True if self.act is None else self.done is self.act


class Following:
    """Follows links.

    Args:
        links: reads tokens.
        addresses: where people get mail; a link is good while its person gets theirs where it was mailed to.
        briefs: what the lines say.
        store: who the person is, and what was done.
        acts: does what is done with a line.
    """

    def __init__(self, links: Links, addresses: Addresses, briefs: BriefStore, store: LinkStore, acts: Acts) -> None:
        self._links = links
        self._addresses = addresses
        self._briefs = briefs
        self._store = store
        self._acts = acts

    async def look(self, token: str, now: datetime) -> Offer:
        """What it would do. It changes nothing: whoever scans mails looks, too. Raises LinkRefused."""
        ticket, address, asker = await self._checked(token, now)
        return await self._offer(ticket, address, asker)

    async def press(self, token: str, now: datetime) -> tuple[Offer, str]:
        """Do it, unless it was done; what it was, and what became of it, as markdown.

        Raises:
            LinkRefused: the link is not good.
            CommandError: it cannot be done.
        """
        ticket, address, asker = await self._checked(token, now)
        offer = await self._offer(ticket, address, asker)
        if offer.used:
            return offer, ""
        if ticket.act is None:
            await self._addresses.stop(ticket.person_id)
            return offer, f"No more mail goes to {address.address}. In the chat, `email on` starts again."
        said = await self._acts.act(asker.org_id, asker.person_id, ticket.brief_id, ticket.number, ticket.act)
        return offer, said

    async def _checked(self, token: str, now: datetime) -> tuple[Ticket, Address, Asker]:
        """Whose it is, if it still is. Raises LinkRefused."""
        ticket = self._links.read(token, now)
        address = await self._addresses.state(ticket.person_id)
        asker = await self._store.asker(ticket.person_id)
        if asker is None or not address.address or tag_of(address.address) != ticket.tag:
            raise LinkOutdated("the person gets no mail there any more")
        return ticket, address, asker

    async def _offer(self, ticket: Ticket, address: Address, asker: Asker) -> Offer:
        if ticket.act is None:
            return Offer(act=None, text=address.address, done=address.stopped)
        due = await self._briefs.due(asker.org_id, asker.person_id, ticket.brief_id)
        lines = due.brief.lines if due and due.brief else ()
        line = next((line for line in lines if line.number == ticket.number), None)
        if line is None or due is None or due.brief is None or ticket.act not in line.acts:
            raise LinkOutdated("the line is gone")
        done = await self._store.acted(asker, ticket.brief_id, ticket.number)
        day = f" · {due.facts.local_date:%A, %-d %B %Y}" if due.facts else ""
        return Offer(act=ticket.act, text=line.text, title=due.brief.title + day, done=done)
