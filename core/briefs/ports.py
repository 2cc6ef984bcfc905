"""What briefs need of their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.briefs.candidates import Candidate
from core.briefs.models import Act, Brief, BriefKind, Facts, Gap, Line, Reader
from core.values import Frozen


class DueBrief(Frozen):
    """A brief whose time has come, or that was composed already.

    Attributes:
        at: the moment that it is computed for.
        facts: what it was composed of; None until then.
    """

    id: int
    reader: Reader
    kind: BriefKind
    at: datetime
    facts: Facts | None = None


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

    async def due(self, org_id: int, person_id: int, brief_id: int) -> DueBrief | None:
        """One of a person's briefs; None where there is none of that id."""

    async def keep(self, due: DueBrief, facts: Facts, brief: Brief) -> Facts:
        """Keep what it was composed of, with its lines, once; returns what is kept, which may be another's."""

    async def line(self, org_id: int, person_id: int, brief_id: int, number: int) -> Line | None:
        """A line of one of a person's briefs, without its words; None where there is none."""

    async def acted(self, org_id: int, person_id: int, brief_id: int, number: int, act: Act) -> bool:
        """Record what was done with a line; the last act counts. False where there is no such line."""


class Phraser(Protocol):
    """Puts a composed brief into better words."""

    async def phrase(self, facts: Facts, brief: Brief) -> Brief:
        """The same in better words, or as it is where nothing better was found that adds no fact. Never raises."""


Weights = Mapping[str, float]
"""What each term of a formula weighs."""


class WeightStore(Protocol):
    """Keeps what the terms of the priorities' formula weigh for each person."""

    async def weights(self, org_id: int, person_id: int) -> Weights:
        """This person's; the defaults where nothing was learnt."""

    async def shown(self, org_id: int, person_id: int, limit: int) -> Sequence[tuple[Mapping[str, float], str]]:
        """The terms of lines that were shown as priorities, with what became of each, the newest first."""
