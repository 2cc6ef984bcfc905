"""The ready queue: the few to get in touch with now, with what waits for them already, and its morning's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.briefs.models import Opportunity, Reader
from core.briefs.outreach import Chance, opportunities
from core.briefs.ports import Entry, OutreachStore, Style, Waiting
from core.reminders.moments import zone_of

MOST = 3
"""How many are proposed at a time: more would be a list that nobody works off."""


class Drafter(Protocol):
    """Writes what could be sent."""

    async def draft(self, reader: Reader, style: Style, chances: Sequence[Chance], at: datetime) -> Mapping[int, str]:
        """A draft for each contact, by its id. Never raises."""


def current(waiting: Waiting, reader: Reader, at: datetime) -> list[tuple[Chance, Entry | None]]:
    """The few who matter most now, each with its open entry, if there is one."""
    open_ = {entry.contact_id: entry for entry in waiting.queue}
    chances = opportunities(waiting.ties, at, zone_of(reader.zone), MOST, reader.language, waiting.weights)
    return [(chance, open_.get(chance.tie.contact_id)) for chance in chances]


def ready(waiting: Waiting, reader: Reader, at: datetime) -> tuple[Opportunity, ...]:
    """The few as a brief says them, each with the draft that is kept for it."""
    return tuple(_opportunity(chance, entry) for chance, entry in current(waiting, reader, at))


def _opportunity(chance: Chance, entry: Entry | None, draft: str = "") -> Opportunity:
    tie = chance.tie
    return Opportunity(
        ref=f"outreach:{entry.id}" if entry and entry.id else f"contact:{tie.contact_id}",
        text=f"Get in touch with {tie.name}",
        who=tie.name,
        why=chance.why,
        contact=tie.name,
        company=tie.company,
        draft=draft or (entry.opportunity.draft if entry else ""),
        score=chance.score,
        terms=dict(chance.terms),
    )


class Queue:
    """Implements ``core.briefs.ports.Preparer``.

    Args:
        store: keeps the queue.
        drafter: writes the drafts.
    """

    def __init__(self, store: OutreachStore, drafter: Drafter) -> None:
        self._store = store
        self._drafter = drafter

    async def prepare(self, reader: Reader, at: datetime) -> None:
        """Put the queue in order. A draft is made where there is none for this reason, and none is made over."""
        if reader.room:
            return
        waiting = await self._store.waiting(reader, at)
        found = current(waiting, reader, at)
        if not found and not waiting.queue:
            return
        drafts = await self._drafts(reader, [chance for chance, entry in found if _wants_draft(chance, entry)], at)
        entries = [_entry(chance, entry, drafts.get(chance.tie.contact_id, "")) for chance, entry in found]
        await self._store.enqueue(reader, entries, at)

    async def _drafts(self, reader: Reader, chances: Sequence[Chance], at: datetime) -> Mapping[int, str]:
        if not chances:
            return {}
        return await self._drafter.draft(reader, await self._store.style(reader), chances, at)


def _wants_draft(chance: Chance, entry: Entry | None) -> bool:
    if entry is None or not entry.opportunity.draft:
        return True
    return not entry.edited and entry.reason != chance.reason


def _entry(chance: Chance, entry: Entry | None, draft: str) -> Entry:
    return Entry(
        id=entry.id if entry else 0,
        contact_id=chance.tie.contact_id,
        opportunity=_opportunity(chance, entry, draft),
        reason=chance.reason,
        edited=entry.edited if entry else False,
        email=chance.tie.email,
        deal_id=chance.tie.deal_id,
    )
