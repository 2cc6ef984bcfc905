"""The words of briefs: what one is about, and what was found out for it before anything is put into words."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from pydantic import Field, field_validator

from core.people.models import NAMELESS
from core.values import Frozen


class BriefKind(StrEnum):
    """Which of the day's three."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


TIMES = {BriefKind.MORNING: time(8), BriefKind.AFTERNOON: time(14), BriefKind.EVENING: time(18)}
"""When each is due, on its reader's clock, unless they chose another time."""


class Reader(Frozen):
    """Whom a brief is for.

    Attributes:
        name: empty where nobody has said it.
        zone: IANA time zone.
        member: whether the person sees what is shared with the whole org.
        room: for a brief of a channel, the channel; then only what everybody there may see is used.
        language: the English name of the language that they chose; empty where they chose none.
        silent: whether they want nothing where there is nothing to say.
    """

    org_id: int
    person_id: int
    name: str
    zone: str
    member: bool = False
    room: str = ""
    language: str = ""
    silent: bool = False

    @field_validator("name")
    @classmethod
    def _nobody_is_called_so(cls, name: str) -> str:
        return "" if name == NAMELESS else name


class Act(StrEnum):
    """What can be done with a line."""

    DONE = "done"
    SNOOZE = "snooze"
    DISMISS = "dismiss"  # not relevant
    ASK = "ask"
    SEND = "send"
    EDIT = "edit"
    LATER = "later"


class Item(Frozen):
    """Something that a line says.

    Attributes:
        ref: what it is about, by kind and id: ``task:12``, ``deal:3``, ``note:7``, ``event:5``, ``consent:9``,
            ``message:4``, ``calendar:2``.
        text: its own words, on one line.
        due_at: when it is due, if it is.
        who: with whom it is, or who waits for it.
        at: when it happened, for what has.
        why: what speaks for it, the weightiest first, each a short clause.
        link: where it can be read.
    """

    ref: str
    text: str
    due_at: datetime | None = None
    who: str = ""
    at: datetime | None = None
    why: tuple[str, ...] = ()
    link: str = ""


class Priority(Item):
    """One of the few that matter most.

    Attributes:
        score: from 0 to 1.
        terms: each term of the formula, from 0 to 1, before it is weighed (core/briefs/priorities.py).
        minutes: how long it takes, where that is known.
    """

    score: float = 0.0
    terms: dict[str, float] = Field(default_factory=dict)
    minutes: int | None = None


class Meeting(Frozen):
    """An event of the day.

    Attributes:
        clashes: refs of the events that it overlaps.
        people: who else is there, by name.
    """

    ref: str
    title: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False
    place: str = ""
    url: str = ""
    people: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()


class Gap(Frozen):
    """Time between events that is free."""

    starts_at: datetime
    ends_at: datetime


class Opportunity(Item):
    """Somebody to get in touch with.

    Attributes:
        contact: whom.
        company: of which company; empty for none.
        draft: what could be written, in the person's voice; empty until it is made.
        score: from 0 to 1.
        terms: each term that speaks for it, from 0 to 1, before it is weighed (core/briefs/outreach.py).
    """

    contact: str
    company: str = ""
    draft: str = ""
    score: float = 0.0
    terms: dict[str, float] = Field(default_factory=dict)


class Move(Item):
    """Something that could better be done at another time. ``until`` is when."""

    until: datetime


class Missed(Frozen):
    """A brief that was not delivered, which is said in the next."""

    kind: BriefKind
    local_date: date


class Facts(Frozen):
    """Everything that a brief may say. Each kind of brief fills what it is about; the rest stays empty.

    Attributes:
        at: the moment that it was computed for.
        first: whether it is the first that this person gets.
        priorities: the top three.
        meetings: the day's that are not over, in their order; of the evening's brief, the next day's.
        gaps: free time of at least half an hour within the working hours that are left of that day.
        outreach: whom to get in touch with.
        news: what happened since the last brief that concerns the person.
        broken: calendars that cannot be read, told once.
        asks: what others wait for from the person: questions, requests.
        done: what got done since the morning.
        slipped: what was due and is not done.
        blocked: what cannot go on, and why.
        moves: what could better be done at another time.
        wins: what is worth celebrating, consented to or the person's own.
        commitments: what the person promised, and is open.
        tomorrow: what the next day of work is about.
        next_day: which day that is, of which the evening's meetings and gaps are, too.
        missed: earlier briefs that were not delivered.
    """

    kind: BriefKind
    reader: Reader
    at: datetime
    local_date: date
    first: bool = False
    priorities: tuple[Priority, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    gaps: tuple[Gap, ...] = ()
    outreach: tuple[Opportunity, ...] = ()
    news: tuple[Item, ...] = ()
    broken: tuple[Item, ...] = ()
    asks: tuple[Item, ...] = ()
    done: tuple[Item, ...] = ()
    slipped: tuple[Item, ...] = ()
    blocked: tuple[Item, ...] = ()
    moves: tuple[Move, ...] = ()
    wins: tuple[Item, ...] = ()
    commitments: tuple[Item, ...] = ()
    tomorrow: tuple[Priority, ...] = ()
    next_day: date | None = None
    missed: tuple[Missed, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not any(
            (
                self.priorities, self.meetings, self.broken, self.outreach, self.news, self.asks, self.done,
                self.slipped, self.blocked, self.moves, self.wins, self.commitments, self.tomorrow, self.missed,
            )
        )  # fmt: skip


class Line(Frozen):
    """One line of a brief, as it is shown and acted on.

    Attributes:
        number: from 1, over the whole brief.
        section: the field of ``Facts`` that it comes from.
        text: markdown, on one line.
        acts: what can be done with it.
    """

    number: int
    section: str
    ref: str
    text: str
    acts: tuple[Act, ...] = ()


class Part(Frozen):
    """One part of a brief, under a title.

    Attributes:
        text: what stands before its lines, e.g. the free time of the day.
    """

    title: str
    lines: tuple[Line, ...] = ()
    text: str = ""


class Brief(Frozen):
    """A brief in words, before a surface gives it its form.

    Attributes:
        opening: one or two sentences under the title.
        closing: one suggestion at the end; empty for none.
    """

    title: str
    opening: str = ""
    parts: tuple[Part, ...] = ()
    closing: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in their order."""
        return tuple(line for part in self.parts for line in part.lines)
