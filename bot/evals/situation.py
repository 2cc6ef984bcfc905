"""Reads the labelled situations of ``robbie eval priorities``: people with too much to do, at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from core.briefs.candidates import Candidate
from core.briefs.models import Gap

FOLDER = Path(__file__).resolve().parent / "situations"
CHOSEN = 3

Letters = Annotated[tuple[str, ...], BeforeValidator(tuple)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Thing(_Model):
    """One thing to do, in short.

    Attributes:
        t: its words.
        due: days from the local day of the moment, and a wall time: ``+1d 12:00``.
        eff: minutes.
        imp: importance, 1 to 5.
        who: who waits for it; ``since`` so many days.
        prom: whether it was promised.
        val, cur, stage, closes: of the deal: its value, currency and stage, and in how many days it is to close.
        goal, gimp: the goal that it serves, and its importance.
        en: energy, ``high`` or ``low``.
        snz: how often it was put off.
        blk: why it cannot be begun.
        after: the letters of what has to be done before.
        unb: how many things that are not in the list wait for it.
        age: days since it is known.
    """

    t: str
    due: str = ""
    eff: int | None = None
    imp: int | None = Field(None, ge=1, le=5)
    who: str = ""
    since: int | None = None
    prom: bool = False
    deal: str = ""
    val: float | None = None
    cur: str = "EUR"
    stage: str = ""
    closes: int | None = None
    goal: str = ""
    gimp: int = 0
    en: str = ""
    snz: int = 0
    blk: str = ""
    after: Letters = ()
    unb: int = 0
    age: int = 5


class Situation(_Model):
    """A person at a moment, what they could do, and what they should do first.

    Attributes:
        who: who it is and what is going on, in words; the formula does not see it.
        at: wall time in ``zone``.
        free: the free time that the calendar shows: ``+0d 09:00-11:00``.
        must: what belongs to the three without doubt.
        also: what would do for the rest of the three.
        say: the reason.
    """

    id: str
    held_back: bool = False
    role: str
    who: str
    at: datetime
    zone: str
    free: tuple[str, ...]
    candidates: Mapping[str, Thing]
    must: Letters
    also: Letters = Field((), alias="or")
    say: str

    @property
    def moment(self) -> datetime:
        """When it is."""
        return self.at.replace(tzinfo=ZoneInfo(self.zone))

    def gaps(self) -> tuple[Gap, ...]:
        """The free time."""
        return tuple(self._gap(text) for text in self.free)

    def listed(self) -> tuple[Candidate, ...]:
        """The candidates, with their letters as refs."""
        return tuple(self._candidate(letter, thing) for letter, thing in self.candidates.items())

    def agreement(self, chosen: Sequence[str]) -> float:
        """The share of the three that were chosen: what must be there, and as many of the others as have room."""
        sure = len(set(chosen) & set(self.must))
        filling = min(CHOSEN - len(self.must), len(set(chosen) & set(self.also)))
        return (sure + filling) / CHOSEN

    def _candidate(self, letter: str, thing: Thing) -> Candidate:
        now = self.moment
        return Candidate(
            ref=letter,
            text=thing.t,
            created_at=now - timedelta(days=thing.age),
            due_at=self._wall(thing.due) if thing.due else None,
            importance=thing.imp,
            effort_minutes=thing.eff,
            energy=thing.en,
            who=thing.who,
            waiting_since=None if thing.since is None else now - timedelta(days=thing.since),
            promised=thing.prom,
            blocked=thing.blk,
            waits_for=thing.after,
            unblocks=thing.unb + sum(letter in other.after for other in self.candidates.values()),
            goal=thing.goal,
            goal_importance=thing.gimp,
            deal_name=thing.deal,
            deal_value=thing.val,
            deal_currency=thing.cur if thing.deal else "",
            deal_stage=thing.stage,
            deal_closes_on=None if thing.closes is None else (now + timedelta(days=thing.closes)).date(),
            snoozed=thing.snz,
        )

    def _gap(self, text: str) -> Gap:
        day, _, hours = text.partition(" ")
        start, _, end = hours.partition("-")
        return Gap(starts_at=self._wall(f"{day} {start}"), ends_at=self._wall(f"{day} {end}"))

    def _wall(self, text: str) -> datetime:
        days, _, at = text.partition(" ")
        day = self.at.date() + timedelta(days=int(days.removesuffix("d")))
        return datetime.combine(day, time.fromisoformat(at), ZoneInfo(self.zone))


def situations(folder: Path = FOLDER) -> tuple[Situation, ...]:
    """All of them, by their ids."""
    reader = TypeAdapter(tuple[Situation, ...])
    found = [one for file in sorted(folder.glob("*.yaml")) for one in reader.validate_python(_read(file))]
    return tuple(sorted(found, key=lambda one: one.id))


def _read(file: Path) -> object:
    return yaml.safe_load(file.read_text("utf-8"))
