"""A person's work at one look: what is to be done, today's events, the open deals by stage, and contacts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.conversation.models import Asker
from core.desk import Visitor
from core.people.stores import Known, PeopleStore
from core.reminders.moments import zone_of
from core.work.agenda import agenda, bounds
from core.work.agenda_words import lines_of
from core.work.calendar import Calendars
from core.work.contacts import Contact, Crm, Deal, Wanted
from core.work.crm_showing import sums
from core.work.deals import OPEN, Stage
from core.work.editing import onlooker
from core.work.models import Task, Tasks, Which
from core.work.money import Money

_TASKS = 20
_DEALS = 200
PAGE = 50
"""Contacts on one page."""


@dataclass(frozen=True, slots=True)
class Column:
    """The deals of one stage, with what they are worth by currency."""

    stage: Stage
    deals: Sequence[Deal]
    worth: Sequence[Money]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows.

    Attributes:
        agenda: today's events as markdown; empty where no calendar is read.
        more: whether there are more contacts than these.
    """

    zone: ZoneInfo
    now: datetime
    tasks: Sequence[Task]
    agenda: str
    columns: Sequence[Column]
    contacts: Sequence[Contact]
    more: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing yet."""
        return not (self.tasks or self.agenda or self.contacts or any(column.deals for column in self.columns))


class WorkView:
    """Gathers it, as the person in front of the page sees it.

    Args:
        people: who they are.
        tasks, crm, calendars: what is theirs.
    """

    def __init__(self, people: PeopleStore, tasks: Tasks, crm: Crm, calendars: Calendars) -> None:
        self._people = people
        self._tasks = tasks
        self._crm = crm
        self._calendars = calendars

    async def overview(self, visitor: Visitor, search: str, page: int) -> Overview | None:
        """What the page shows; None for somebody who has not written yet."""
        known = await self._people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None:
            return None
        asker, viewer, zone = _asker(known, visitor), onlooker(known), zone_of(known.zone)
        now = datetime.now(UTC)
        _, end = bounds(now.astimezone(zone).date(), zone)
        tasks, today, deals, contacts = await asyncio.gather(
            self._tasks.listed(asker, Which.OPEN, now, end, _TASKS),
            self._today(asker, now, zone),
            self._crm.deals.find(viewer, Wanted(open_only=True), _DEALS),
            self._crm.contacts.find(viewer, Wanted(words=search[:200]), (page + 1) * PAGE + 1),
        )
        shown = contacts[page * PAGE : (page + 1) * PAGE]
        return Overview(zone, now, tasks, today, _columns(deals), shown, len(contacts) > (page + 1) * PAGE)

    async def _today(self, asker: Asker, now: datetime, zone: ZoneInfo) -> str:
        day = now.astimezone(zone).date()
        start, end = bounds(day, zone)
        events = await self._calendars.events(asker, start, end, (day, day + timedelta(days=1)))
        blocks = await self._calendars.blocks(asker, start, end)
        if not events and not blocks:
            return ""
        lines, _ = lines_of(agenda(events, blocks, day, zone, now), zone)
        return "\n".join(lines)


def _asker(known: Known, visitor: Visitor) -> Asker:
    return Asker(
        org_id=known.org_id,
        person_id=known.person_id,
        account=visitor.account,
        name=known.name,
        zone=known.zone or "UTC",
        member=known.member,
    )


def _columns(deals: Sequence[Deal]) -> Sequence[Column]:
    found = {stage: [deal for deal in deals if deal.stage is stage] for stage in OPEN}
    return [Column(stage, of_stage, list(sums(of_stage))) for stage, of_stage in found.items()]
