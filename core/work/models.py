"""What a task and a goal are, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from core.conversation.models import Asker
from core.notes.models import Note
from core.values import Frozen

LONGEST = 1_000
MOST_MINUTES = 14_400  # ten days
LONGEST_NAME = 200

Due = Callable[[Note], datetime | None]
"""When something is to be done that a note speaks of; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that its owner wants to have done. Nobody else sees it.

    Attributes:
        note_id: the note that it was made of.
        importance: from 1 (hardly) to 5 (very); None where nobody said.
        effort_minutes: how long it takes; None where nobody said.
        energy: what it asks for: ``low``, ``high`` or nothing in particular.
        waiting: who waits for it; empty for nobody.
        promised: whether it was promised to them.
        blocked: why it cannot be begun; empty where it can.
        after: the open tasks that have to be done before.
        snoozed_until: it is not shown before.
        dropped_at: since when it is not to be done after all.
    """

    id: int
    text: str
    due_at: datetime | None = None
    done_at: datetime | None = None
    note_id: int | None = None
    importance: int | None = None
    effort_minutes: int | None = None
    energy: str = ""
    waiting: str = ""
    promised: bool = False
    blocked: str = ""
    snoozed_until: datetime | None = None
    dropped_at: datetime | None = None
    goal_id: int | None = None
    deal_id: int | None = None
    contact_id: int | None = None
    after: tuple[int, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None and self.dropped_at is None


class TaskChanges(Frozen):
    """What becomes different of a task. What is not given stays; None or nothing takes away what was said."""

    text: str = Field("", min_length=1, max_length=LONGEST)
    due_at: datetime | None = None
    importance: int | None = Field(None, ge=1, le=5)
    effort_minutes: int | None = Field(None, ge=1, le=MOST_MINUTES)
    energy: str = Field("", pattern="^(low|high|)$")
    waiting: str = Field("", max_length=LONGEST_NAME)
    promised: bool = False
    blocked: str = Field("", max_length=LONGEST)
    snoozed_until: datetime | None = None
    goal_id: int | None = None
    deal_id: int | None = None
    contact_id: int | None = None


class Which(StrEnum):
    """Which tasks are listed."""

    OPEN = "open"
    TODAY = "today"  # due by the end of the day, and what is late
    WAITING = "waiting"  # what cannot be begun, and what others wait for
    SNOOZED = "snoozed"
    DONE = "done"


class Missing(ValueError):
    """What a task shall be tied to is not there. ``what`` names it: ``task``, ``goal``, ``deal`` or ``contact``."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Cycle(ValueError):
    """Two tasks would wait for each other."""


class Tasks(Protocol):
    """Keeps tasks. Each is its owner's: every question carries who asks."""

    async def add(
        self,
        asker: Asker,
        text: str,
        due_at: datetime | None,
        *,
        origin: int,
        conversation_id: int | None,
        more: TaskChanges | None = None,
        after: Sequence[int] = (),
    ) -> Task:
        """Keep a task, once for each ``origin`` (the inbox row that asked for it). Raises Missing."""

    async def add_of_note(self, asker: Asker, note_id: int, due: Due, conversation_id: int) -> Task | None:
        """Make a task of one of the asker's notes, once for each note; None where there is no such note."""

    async def one(self, asker: Asker, task_id: int) -> Task | None:
        """One of the asker's; None where there is none of that id."""

    async def listed(self, asker: Asker, which: Which, now: datetime, until: datetime, limit: int) -> Sequence[Task]:
        """Some of the asker's: what is due first, then the rest; of what is done, the latest first.

        Args:
            asker: whose.
            which: which of them.
            now: what is snoozed until later is not open.
            until: the end of the day.
            limit: how many at the most.
        """

    async def finish(self, asker: Asker, task_id: int, *, done: bool) -> Task | None:
        """Mark one of the asker's as done, or as not done after all; None where there is none of that id."""

    async def drop(self, asker: Asker, task_id: int, *, dropped: bool) -> Task | None:
        """Mark one of the asker's as not to be done, or as to be done after all; None where there is none."""

    async def change(self, asker: Asker, task_id: int, changes: TaskChanges) -> tuple[Task, Task] | None:
        """Change one of the asker's: as it was, and as it is; None where there is none. Raises Missing."""

    async def tie(self, asker: Asker, task_id: int, after: Sequence[int]) -> tuple[Task, Task] | None:
        """Say which tasks have to be done before one: as it was, and as it is. Raises Missing and Cycle."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that its owner wants to reach.

    Attributes:
        importance: from 1 to 5.
        progress: percent.
        tasks, tasks_done: how many tasks serve it, and how many of these are done.
    """

    id: int
    text: str
    importance: int = 3
    due_on: date | None = None
    progress: int = 0
    done_at: datetime | None = None
    dropped_at: datetime | None = None
    tasks: int = 0
    tasks_done: int = 0


class GoalChanges(Frozen):
    """What becomes different of a goal. What is not given stays."""

    text: str = Field("", min_length=1, max_length=LONGEST)
    importance: int = Field(3, ge=1, le=5)
    due_on: date | None = None
    progress: int = Field(0, ge=0, le=100)
    done_at: datetime | None = None
    dropped_at: datetime | None = None


class Goals(Protocol):
    """Keeps goals. Each is its owner's."""

    async def add(self, asker: Asker, text: str, due_on: date | None, *, origin: int, importance: int = 3) -> Goal:
        """Keep a goal, once for each ``origin``."""

    async def listed(self, asker: Asker, limit: int) -> Sequence[Goal]:
        """What is still to be reached, what is due first."""

    async def change(self, asker: Asker, goal_id: int, changes: GoalChanges) -> tuple[Goal, Goal] | None:
        """Change one of the asker's: as it was, and as it is; None where there is none of that id."""
