"""Calendars: what stands in them, where that is kept, and who reads it from where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import Field, SecretStr

from core.conversation.models import Asker
from core.routing.models import ErrorClass, ModelError
from core.values import Frozen

SourceKind = Literal["ics", "caldav"]
Answer = Literal["", "accepted", "declined", "tentative"]

LONGEST_TITLE = 300
"""Characters of a title, a place or a name that are kept."""
DAYS_BEHIND, DAYS_AHEAD = 2, 60
"""The window within which events are kept, around the day of a sync."""


class Event(Frozen):
    """One occurrence of something in a calendar. It is its owner's alone.

    Attributes:
        uid, occurrence: what it is called in its calendar, and which of a series it is.
        starts_at, ends_at: moments in UTC; of an all-day event, the bounds of its days where its owner was then.
        starts_on, ends_on: the days of an all-day event, which are the same in every zone: the first day, and the
            first one after it.
        busy: whether it takes its owner's time: not where it is marked as free, cancelled or declined.
        answer: what its owner answered to the invitation; empty where there is none, or no answer yet.
        url: where it is held, if that is an address.
        people: who else is invited, by name.
    """

    id: int = 0
    uid: str
    occurrence: str = ""
    title: str = ""
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    busy: bool = True
    answer: Answer = ""
    place: str = ""
    url: str = ""
    people: tuple[str, ...] = ()


class Block(Frozen):
    """Time that its owner keeps free for something.

    Attributes:
        task_id: the task that it is for, if it is for one.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    text: str = ""
    task_id: int | None = None


class Calendar(Frozen):
    """A calendar that somebody subscribes to.

    Attributes:
        problem: why it could not be read the last time, in words for its owner; empty where it could.
        failures: how often that failed in a row.
        synced_at: when it was read last.
        events: how many events are kept of it.
    """

    id: int
    kind: str
    name: str
    problem: str = ""
    failures: int = 0
    synced_at: datetime | None = None
    events: int = 0


class Calendars(Protocol):
    """Keeps calendars, events and kept time. Each is its owner's: every question carries who asks."""

    async def add(self, asker: Asker, kind: SourceKind, name: str, sealed: bytes, *, origin: int) -> Calendar:
        """Keep a calendar, once for each ``origin`` (the inbox row that asked for it); it is read at the next sync."""

    async def all(self, asker: Asker) -> Sequence[Calendar]:
        """The asker's calendars, in the order in which they came."""

    async def remove(self, asker: Asker, calendar_id: int) -> Calendar | None:
        """Take a calendar and its events away; it can be brought back for a day. None where there is none."""

    async def restore(self, asker: Asker, calendar_id: int) -> Calendar | None:
        """Bring back what was removed, to be read again at the next sync; None where it is gone for good."""

    async def sync(self, asker: Asker, calendar_id: int) -> Calendar | None:
        """Have it read at the next sync; None where there is none."""

    async def events(self, asker: Asker, since: datetime, until: datetime, days: tuple[date, date]) -> Sequence[Event]:
        """What happens between two moments, and all day from the first of ``days`` to before the second."""

    async def blocks(self, asker: Asker, since: datetime, until: datetime) -> Sequence[Block]:
        """The time that is kept free between two moments."""

    async def keep_free(
        self, asker: Asker, starts_at: datetime, ends_at: datetime, text: str, task_id: int | None, *, origin: int
    ) -> Block | None:
        """Keep time free, once for each ``origin``; None where the asker has no such task."""

    async def give_back(self, asker: Asker, block_id: int) -> Block | None:
        """Do not keep it free after all; None where it was not."""


class Source(Frozen):
    """Where a calendar comes from, and for whom it is read.

    Attributes:
        address: with the scheme http or https; whoever knows that of an ICS file can read it.
        state: what the last reading left for the next (see ``Reading``).
        zone: of its owner, in which times without a zone are meant.
        emails: of its owner, by which their own answer to an invitation is found.
        today: the owner's day, around which the window of events lies.
    """

    kind: SourceKind
    address: SecretStr
    user: str = ""
    password: SecretStr = SecretStr("")
    state: dict[str, str] = Field(default_factory=dict)
    zone: str = "UTC"
    emails: tuple[str, ...] = ()
    today: date


class Reading(Frozen):
    """What a calendar's server gave.

    Attributes:
        events: what lies within the window; None where nothing has changed since the last reading.
        state: kept for the next reading, such as the version of what was read.
        left_out: what had to be left out, in words for its owner; empty for nothing.
        name: what the calendar calls itself; empty where it does not.
    """

    events: tuple[Event, ...] | None
    name: str = ""
    state: dict[str, str] = Field(default_factory=dict)
    left_out: str = ""


class CalendarError(ModelError):
    """A calendar could not be read.

    Attributes:
        problem: what is wrong and what to do about it, in words for its owner; holds no secret.
        hopeless: whether trying again soon helps nobody, as with a wrong password.
    """

    def __init__(self, problem: str, kind: ErrorClass = ErrorClass.REFUSED, *, hopeless: bool = False) -> None:
        super().__init__(kind, problem)
        self.problem = problem
        self.hopeless = hopeless


class CalendarReader(Protocol):
    """Reads calendars of one kind where they come from. It changes nothing there."""

    async def read(self, source: Source) -> Reading:
        """What is in the calendar now. Raises CalendarError."""


class Lease(Frozen):
    """A calendar in the hands of one worker, until its lease ends."""

    calendar_id: int
    org_id: int
    owner: int
    until: datetime


class Subscription(Frozen):
    """What a worker needs to know of a calendar that it is to read.

    Attributes:
        removed: whether its owner has taken it away, and it is to be forgotten now.
    """

    kind: SourceKind
    sealed: bytes
    state: dict[str, str]
    zone: str
    emails: tuple[str, ...] = ()
    failures: int = 0
    removed: bool = False


class SyncStore(Protocol):
    """What a sync reads and writes. What is written with a lease that has ended changes nothing."""

    async def due(self, limit: int, lease_seconds: float) -> Sequence[Lease]:
        """Take what is due and in nobody's hands, over all orgs."""

    async def open(self, lease: Lease) -> Subscription | None:
        """What is to be read; None where it is not there any more."""

    async def keep(self, lease: Lease, reading: Reading, next_seconds: float) -> bool:
        """Put what was read in the place of what was kept, in one transaction; False with a lease that has ended."""

    async def failed(self, lease: Lease, problem: str, next_seconds: float) -> bool:
        """Note why it could not be read; what was kept stays."""

    async def forget(self, lease: Lease) -> None:
        """Delete a calendar that its owner has removed."""
