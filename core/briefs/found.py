"""What was found for a brief, row by row, before it is decided what of it is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from core.briefs.models import Missed, Opportunity
from core.notes.models import TO_DO, NoteKind
from core.work.calendar import Block, Event


@dataclass(frozen=True, slots=True)
class FoundTask:
    """One of the reader's tasks.

    Attributes:
        waiting: who waits for it; empty for nobody.
        snoozed_until: until when it was put off.
        contact: whom it is about, of their contacts.
        after: the open tasks that have to be done before, with what they say.
        unblocks: how many open tasks wait for it.
    """

    id: int
    text: str
    created_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    importance: int | None = None
    effort_minutes: int | None = None
    energy: str = ""
    waiting: str = ""
    promised: bool = False
    blocked: str = ""
    snoozed_until: datetime | None = None
    contact: str = ""
    after: Mapping[str, str] = field(default_factory=dict)
    unblocks: int = 0
    goal: str = ""
    goal_importance: int = 0
    deal_name: str = ""
    deal_value: float | None = None
    deal_currency: str = ""
    deal_stage: str = ""
    deal_closes_on: date | None = None

    @property
    def ref(self) -> str:
        """As lines name it."""
        return f"task:{self.id}"


@dataclass(frozen=True, slots=True)
class FoundNote:
    """A note that the reader may see.

    Attributes:
        celebration: from 0 to 1: how much it is worth celebrating.
        mine: whether it is the reader's own.
        about_me: whether it is about the reader.
        who: of whom it speaks beside the reader; empty for nobody.
    """

    id: int
    text: str
    kind: NoteKind
    importance: float
    celebration: float
    said_at: datetime
    due_at: datetime | None = None
    mine: bool = False
    about_me: bool = False
    speaker: str = ""
    who: str = ""

    @property
    def ref(self) -> str:
        """As lines name it."""
        return f"note:{self.id}"


@dataclass(frozen=True, slots=True)
class FoundConsent:
    """A question to the reader that waits for an answer. ``of`` is whose note it is, where it is another's."""

    id: int
    wording: str
    asked_at: datetime
    of: str = ""


@dataclass(frozen=True, slots=True)
class FoundAsk:
    """A message of somebody else in a channel that speaks to the reader by name, and that they have not answered.

    Attributes:
        text: as it was written.
        names: of those whom it mentions by an account, by that; the reader's own is empty.
        notes: the notes that were made of it.
    """

    id: int
    text: str
    said_at: datetime
    speaker: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    notes: Sequence[int] = ()

    @property
    def ref(self) -> str:
        """As lines name it."""
        return f"message:{self.id}"


@dataclass(frozen=True, slots=True)
class FoundBroken:
    """A calendar of the reader's that could not be read for a while, or is refused."""

    id: int
    name: str
    since: datetime

    @property
    def ref(self) -> str:
        """As lines name it."""
        return f"calendar:{self.id}"


@dataclass(frozen=True, slots=True)
class FoundDeal:
    """A deal that is the reader's, or that a task of theirs is about."""

    id: int
    name: str
    stage: str
    stage_since: datetime
    changed_at: datetime
    created_at: datetime
    mine: bool = True
    value: float | None = None
    currency: str = ""
    closes_on: date | None = None
    next_step: str = ""
    company: str = ""

    @property
    def ref(self) -> str:
        """As lines name it."""
        return f"deal:{self.id}"


@dataclass(frozen=True, slots=True)
class FoundGoal:
    """A goal whose day has come."""

    id: int
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of one of the reader's earlier briefs, and what became of it; ``act`` is empty for nothing."""

    ref: str
    section: str
    kind: str
    local_date: date
    act: str = ""
    acted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found.

    Attributes:
        asked: what others asked the reader in channels, the newest first.
        broken: calendars that cannot be read.
        lines: of earlier briefs, the newest first.
        told: refs that a channel was told as news before.
        missed: earlier briefs that were not delivered, and not told of.
        first: whether no brief came through before.
        since: when the last brief was that could tell of news.
        days: the weekdays on which the reader works, Monday is 0.
    """

    since: datetime
    tasks: Sequence[FoundTask] = ()
    events: Sequence[Event] = ()
    blocks: Sequence[Block] = ()
    notes: Sequence[FoundNote] = ()
    consents: Sequence[FoundConsent] = ()
    asked: Sequence[FoundAsk] = ()
    broken: Sequence[FoundBroken] = ()
    deals: Sequence[FoundDeal] = ()
    goals: Sequence[FoundGoal] = ()
    lines: Sequence[FoundLine] = ()
    told: frozenset[str] = frozenset()
    missed: Sequence[Missed] = ()
    first: bool = False
    outreach: Sequence[Opportunity] = ()
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def notes_to_do(self) -> list[FoundNote]:
        """The notes that say what is to be done."""
        return [one for one in self.notes if one.kind in TO_DO]
