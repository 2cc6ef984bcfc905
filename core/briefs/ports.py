"""What briefs need of their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from core.briefs.candidates import Candidate, Tie
from core.briefs.formulas import Formula
from core.briefs.models import Act, Brief, BriefKind, Facts, Gap, Line, Opportunity, Reader
from core.briefs.weights import Kept
from core.people.models import PersonSettings
from core.values import Frozen


class DueBrief(Frozen):
    """A brief whose time has come, or that was composed already.

    Attributes:
        at: the moment that it is computed for.
        facts: what it was composed of; None until then.
        brief: what was composed of them; None until then.
    """

    id: int
    reader: Reader
    kind: BriefKind
    at: datetime
    facts: Facts | None = None
    brief: Brief | None = None


class FactSource(Protocol):
    """Finds out what a brief may say. It reads only, as its reader, in their private place or their channel."""

    async def gather(self, reader: Reader, kind: BriefKind, at: datetime) -> Facts:
        """The facts for one brief, as of a moment, which may be past or to come."""


class CandidateSource(Protocol):
    """Finds what may become a priority. It reads only, as its reader."""

    async def candidates(self, reader: Reader, at: datetime) -> Sequence[Candidate]:
        """Everything open that the reader could do or is blocked in, as of a moment; what is put off is left out."""

    async def free(self, reader: Reader, at: datetime) -> Sequence[Gap]:
        """The free time within the reader's working hours from a moment on, over the next two weeks, in its order."""


class BriefStore(Protocol):
    """Keeps what was composed. A brief is its reader's: nobody else reads it."""

    async def due(self, org_id: int, person_id: int, brief_id: int, room: str = "") -> DueBrief | None:
        """One of a person's briefs, or of the channel ``room``; None where there is none of that id."""

    async def latest(self, org_id: int, person_id: int) -> DueBrief | None:
        """The latest of a person's briefs that they have seen, or are about to; None where there is none."""

    async def keep(self, due: DueBrief, facts: Facts, brief: Brief) -> DueBrief:
        """Keep what it was composed of, with its lines, once; returns what is kept, which may be another's."""

    async def line(self, org_id: int, person_id: int, brief_id: int, number: int) -> Line | None:
        """A line of one of a person's briefs, without its words; None where there is none."""

    async def acted(self, org_id: int, person_id: int, brief_id: int, number: int, act: Act | None) -> bool:
        """Record what was done with a line; the last act counts, and None takes it back. False for no such line."""


class Acts(Protocol):
    """Does what a person asks for about a line of a brief, wherever they ask: under the line or from a mail."""

    async def act(self, org_id: int, person_id: int, brief_id: int, number: int, act: Act) -> str:
        """Do it, record it, and say in a sentence of markdown what became of it. Raises CommandError."""


class Phraser(Protocol):
    """Puts a composed brief into better words."""

    async def phrase(self, facts: Facts, brief: Brief) -> Brief:
        """The same in better words, or as it is where nothing better was found that adds no fact. Never raises."""


Weights = Mapping[str, float]
"""What each term of a formula weighs."""


class WeightStore(Protocol):
    """Keeps what the terms of each formula weigh for each person."""

    async def weights(self, org_id: int, person_id: int, formula: Formula) -> Weights:
        """This person's; the defaults where nothing was set or learnt."""

    async def kept(self, org_id: int, person_id: int, formula: Formula) -> Kept:
        """What was set by hand, and what was learnt."""

    async def choose(self, org_id: int, person_id: int, formula: Formula, name: str, weight: float) -> None:
        """Set one by hand; it stays until it is set anew, or all are set back."""

    async def reset(self, org_id: int, person_id: int, now: datetime) -> None:
        """Set those of all formulas back to the defaults; only what is done from now on is learnt from."""


class Entry(Frozen):
    """Somebody to get in touch with, as it waits in its person's ready queue.

    Attributes:
        opportunity: its ref is ``outreach:ID``.
        reason: the term that speaks most for it (core/briefs/outreach.py), for which the draft was made.
        edited: whether the person changed the draft, which is then kept as it is.
        email: the contact's address; empty where it is not known.
    """

    id: int
    contact_id: int
    opportunity: Opportunity
    state: Literal["ready", "sent", "later", "dropped"] = "ready"
    reason: str = ""
    edited: bool = False
    email: str = ""
    deal_id: int | None = None
    later_until: datetime | None = None


class Style(Frozen):
    """How a person writes, and what they have chosen.

    Attributes:
        samples: a few short messages of their own from private places, the newest first.
    """

    settings: PersonSettings = PersonSettings()
    samples: tuple[str, ...] = ()


class Waiting(Frozen):
    """Who could be got in touch with, what waits in the queue already, and what each term weighs if not its default."""

    ties: tuple[Tie, ...] = ()
    queue: tuple[Entry, ...] = ()
    weights: Weights = Field(default_factory=dict)


class OutreachStore(Protocol):
    """Keeps the ready queue. It is its person's: nobody else reads it."""

    async def waiting(self, reader: Reader, at: datetime) -> Waiting:
        """All ties of a person, with the open entries, as of a moment. It reads only."""

    async def ready(self, reader: Reader, at: datetime) -> tuple[Opportunity, ...]:
        """The few to get in touch with now, each with the draft that is kept for it. It reads only.

        The ref is ``outreach:ID`` for what is in the queue, and ``contact:ID`` for what was not put into it yet, as in
        a preview.
        """

    async def enqueue(self, reader: Reader, entries: Sequence[Entry], at: datetime) -> None:
        """Put them into the queue, or change what is open for the same contact. What a person edited stays."""

    async def one(self, reader: Reader, id: int) -> Entry | None:
        """An entry in whatever state; None where there is none of that id."""

    async def settle(
        self,
        reader: Reader,
        id: int,
        state: Literal["ready", "sent", "later", "dropped"],
        until: datetime | None = None,
        *,
        kind: Literal["email", "message"] = "message",
    ) -> Entry | None:
        """Change its state once; what is ``sent`` becomes an activity with the contact, and is none after an undo.

        None where there is no such entry, or where another one for the contact has taken its place.
        """  # fmt: skip

    async def edit(self, reader: Reader, id: int, draft: str) -> Entry | None:
        """Keep a draft in the person's own words; None where there is no such open entry."""

    async def style(self, reader: Reader) -> Style:
        """How the person writes."""


class Preparer(Protocol):
    """Puts a person's ready queue in order before the morning's brief."""

    async def prepare(self, reader: Reader, at: datetime) -> None:
        """Enqueue the top opportunities, each with a draft: at most one model call, none with nothing new."""


class Letter(Frozen):
    """A mail that a person sends to somebody outside. ``key`` makes it once."""

    key: str
    to: str
    name: str
    subject: str
    text: str


class Outbound(Protocol):
    """Sends mail to people outside, for a person who has seen text and address, and pressed a button."""

    async def reply_to(self, org_id: int, person_id: int) -> str:
        """The person's own verified address, which answers go to; empty where no mail can be sent for them."""

    async def send(self, org_id: int, person_id: int, letter: Letter) -> str:
        """Hand it over, once for each key, with Reply-To the person. Returns the problem in words; empty for none."""
