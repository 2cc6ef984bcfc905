"""What the demo's company is made of, as its file says it, and when all of that is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict

from core.notes.models import NoteKind
from core.reminders.moments import moment
from core.work.deals import Stage

_FILE = Path(__file__).with_name("company.yaml")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _clock(value: object) -> object:
    return time.fromisoformat(value) if isinstance(value, str) else value


Clock = Annotated[time, BeforeValidator(_clock)]


class Member(_Part):
    """Somebody who works there."""

    name: str
    zone: str
    does: str


class Client(_Part):
    """A company that they deal with."""

    name: str
    domain: str
    owner: str


class Contact(_Part):
    """Somebody there. ``touches``: how many days ago one was in touch, how, and what it was about."""

    name: str
    company: str
    title: str
    email: str
    owner: str
    touches: tuple[tuple[int, Literal["call", "meeting", "email", "message"], str], ...]


class Deal(_Part):
    """Something that they may buy. ``closes`` is in days from now, ``since`` days ago."""

    name: str
    company: str
    contact: str
    value: int
    currency: str
    stage: Stage
    closes: int
    since: int
    owner: str
    next: str = ""


class Goal(_Part):
    """What somebody wants to reach, in days from now."""

    owner: str
    text: str
    due: int
    importance: int
    progress: int


class Task(_Part):
    """What somebody has to do. ``due`` is a working day and a time, ``done`` and ``made`` are days ago."""

    text: str
    made: int
    id: str = ""
    due: tuple[int, Clock] | None = None
    done: int | None = None
    importance: int | None = None
    effort: int | None = None
    energy: str = ""
    who: str = ""
    promised: bool = False
    blocked: str = ""
    deal: str = ""
    goal: str = ""
    contact: str = ""
    after: str = ""


class Event(_Part):
    """An event of one day, or one that comes back every week on these weekdays."""

    who: tuple[str, ...]
    title: str
    at: Clock
    minutes: int
    day: int | None = None
    weekly: tuple[int, ...] = ()
    zone: str = ""
    place: str = ""
    people: tuple[str, ...] = ()


class Noted(_Part):
    """A note that Robbie would have taken."""

    owner: str
    kind: NoteKind
    day: int
    at: Clock
    text: str
    importance: float
    celebration: float = 0.0
    shared: bool = False
    due: tuple[int, Clock] | None = None


class Demo(_Part):
    """The whole file."""

    name: str
    people: dict[str, Member]
    companies: dict[str, Client]
    contacts: dict[str, Contact]
    deals: dict[str, Deal]
    goals: dict[str, Goal]
    tasks: dict[str, tuple[Task, ...]]
    events: tuple[Event, ...]
    notes: tuple[Noted, ...]
    talk: dict[str, tuple[tuple[int, Clock, str, str], ...]]
    asked: tuple[tuple[int, Clock, str, str, str, int, int, int], ...]


def load() -> Demo:
    """The company of the file beside this one."""
    return Demo.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))


class Days:
    """Working days and times around one day.

    Args:
        today: day 0; on a weekend, the Monday after.
    """

    def __init__(self, today: date) -> None:
        self.today = today + timedelta(days=max(0, 7 - today.weekday()) if today.weekday() > 4 else 0)

    def day(self, number: int) -> date:
        """The working day so many before (negative) or after."""
        weeks, rest = divmod(self.today.weekday() + number, 5)
        return self.today - timedelta(days=self.today.weekday()) + timedelta(weeks=weeks, days=rest)

    def at(self, number: int, clock: time, zone: str) -> datetime:
        """A time of such a day, on a zone's clock."""
        return moment(self.day(number), clock, ZoneInfo(zone))

    def ago(self, days: int, clock: time, zone: str) -> datetime:
        """A time so many days of the calendar before (or after, where it is negative)."""
        return moment(self.today - timedelta(days=days), clock, ZoneInfo(zone))
