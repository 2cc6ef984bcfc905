"""The terms of the priorities' formula: each from 0 (says nothing for it) to 1 (says all that it can)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import log2
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.briefs.candidates import Candidate
from core.briefs.models import Gap

TERMS: Mapping[str, str] = MappingProxyType({
    "urgency": "how little free time is left before it is due, for what it takes, the less the less it matters",
    "importance": "how important its person said it is, or the goal that it serves",
    "waits": "since when somebody waits for it",
    "promise": "whether it was promised",
    "deal": "what its deal is worth beside the others, how far it has come, and when it closes",
    "unblocks": "how many other things can go on once it is done",
    "effort": "how small it is, if it fits into the free time of the day",
    "energy": "whether it suits the time of day: what needs a clear head, in the morning",
    "fresh": "how seldom it was put off, and how long it has lain without anybody asking for it",
})  # fmt: skip
"""What each term says, in the order in which they are shown."""

OVERRUN = 1.5
"""People take longer than they think: half as long again at least (Buehler, Griffin and Ross 1994: 55 days for 34)."""
USUAL_MINUTES = 45
"""What is taken for the effort where nobody said one."""
DAY_MINUTES = 240
"""Free minutes of a working day whose calendar is not known: half of it goes to meetings and messages."""
HALF_SLACK = 2 * DAY_MINUTES
"""Spare minutes before the due time at which the urgency is one half: two working days'."""
DUE_TODAY = 0.85
"""The least urgency of what is due before the day's end: it cannot be put off until tomorrow."""
POINTLESS = 0.4
"""What is left of the urgency of what matters to nobody: else a trifle of today hides what a week hangs on."""
UNSAID = 0.4
"""The importance of what nobody said anything about: a little under the middle, since who cares says so."""
_STAGES = {"lead": 0.25, "qualified": 0.5, "proposal": 0.75, "negotiation": 1.0}
_EVENING = time(18)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and among what candidates are looked at.

    Attributes:
        free: the free time from ``at`` on, in its order; after the last of it the calendar is not known.
        usual: the median value of the person's deals by currency.
    """

    at: datetime
    zone: ZoneInfo
    free: Sequence[Gap] = ()
    usual: Mapping[str, float] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The local day."""
        return self.at.astimezone(self.zone).date()

    def day(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.astimezone(self.zone).date()

    def minutes_until(self, due: datetime) -> float:
        """Free minutes before a moment: those of the calendar, and beyond it those of usual working days."""
        end = max((gap.ends_at for gap in self.free), default=self.at)
        known = sum(_minutes(max(gap.starts_at, self.at), min(gap.ends_at, due)) for gap in self.free)
        return known + self._unknown(end, due)

    def longest_today(self) -> float:
        """Minutes of the day's longest free time; of a usual day where the calendar is not known."""
        if not self.free:
            return DAY_MINUTES / 2
        today = (gap for gap in self.free if self.day(gap.starts_at) == self.today)
        return max((_minutes(max(gap.starts_at, self.at), gap.ends_at) for gap in today), default=0)

    def _unknown(self, start: datetime, due: datetime) -> float:
        """Free minutes of the working days after the last one that is known, a part of a day where little is left."""
        day, minutes = self.day(start) + timedelta(days=1 if self.free else 0), 0.0
        last = min(self.day(due), day + timedelta(days=365))
        while day <= last:
            if day.weekday() < 5:
                opens = max(start, self._wall(day, time(9)))
                minutes += min(DAY_MINUTES, _minutes(opens, min(due, self._wall(day, _EVENING))))
            day += timedelta(days=1)
        return minutes

    def _wall(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)


def _minutes(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 60)


def measure(one: Candidate, moment: Moment) -> dict[str, float]:
    """Every term of one candidate, rounded to three digits."""
    terms = {
        "importance": importance(one),
        "waits": waits(one, moment),
        "deal": deal(one, moment),
        "unblocks": unblocks(one),
        "effort": effort(one, moment),
        "energy": energy(one, moment),
        "fresh": fresh(one, moment),
    }
    pressed = pressure(one, moment)
    terms["promise"] = promise(one, pressed, terms["waits"])
    terms["urgency"] = pressed * matters(terms)
    return {name: round(terms[name], 3) for name in TERMS}


def pressure(one: Candidate, moment: Moment) -> float:
    """How soon it has to be begun: ``0.5 ** (spare / HALF_SLACK)``.

    ``spare`` are the free minutes before it is due without those that it takes (``effort * OVERRUN``), so that eight
    hours' work for Thursday presses on Tuesday, and a quick call does not. 1 where none are left, as when it is
    overdue; at least ``DUE_TODAY`` on its day; 0 without a due time.
    """
    if one.due_at is None:
        return 0.0
    spare = moment.minutes_until(one.due_at) - (one.effort_minutes or USUAL_MINUTES) * OVERRUN
    if one.due_at <= moment.at or spare <= 0:
        return 1.0
    least = DUE_TODAY if moment.day(one.due_at) <= moment.today else 0.0
    return max(least, float(0.5 ** (spare / HALF_SLACK)))


def matters(terms: Mapping[str, float]) -> float:
    """What part of the pressure counts: 0.4 of it for what matters to nobody, since missing that costs nothing."""
    return POINTLESS + (1 - POINTLESS) * max(terms["importance"], terms["waits"], terms["promise"], terms["deal"])


def importance(one: Candidate) -> float:
    """From what the person said of it (1 to 5), raised by its goal's: the larger of it and the mean of both."""
    own = None if one.importance is None else (one.importance - 1) / 4
    goal = (one.goal_importance - 1) / 4 if one.goal and one.goal_importance else 0.0
    if own is None:
        return max(UNSAID, (UNSAID + goal) / 2)
    return max(own, (own + goal) / 2)


def waits(one: Candidate, moment: Moment) -> float:
    """``1 - 0.5 ** (0.5 + days / 2)``: half after a day, three quarters after three. 0 where nobody waits."""
    if not one.who:
        return 0.0
    days = _minutes(one.waiting_since, moment.at) / 1440 if one.waiting_since else 0.0
    return float(1 - 0.5 ** (0.5 + days / 2))


def promise(one: Candidate, pressed: float, waited: float) -> float:
    """A half for any promise, and up to all of it the sooner it is due or the longer somebody waits."""
    return 0.5 + 0.5 * max(pressed, waited) if one.promised else 0.0


def deal(one: Candidate, moment: Moment) -> float:
    """``value * (0.4 * stage + 0.6 * closing)``.

    ``value`` is one half for the person's median deal of that currency and grows by a sixth with each doubling (and
    falls so), from 0.1 to 1: what is much for one person is little for another. ``stage`` is a quarter for a lead, and
    a quarter more with each step to a negotiation. ``closing`` is halved with each week that is left.
    """
    if one.deal_stage not in _STAGES:
        return 0.0
    usual = moment.usual.get(one.deal_currency, 0.0)
    value = 0.5
    if one.deal_value is not None and usual > 0:
        value = min(1.0, max(0.1, 0.5 + log2(max(one.deal_value, 1e-9) / usual) / 6))
    closing = 0.3
    if one.deal_closes_on is not None:
        closing = 0.5 ** (max(0, (one.deal_closes_on - moment.today).days) / 7)
    return value * (0.4 * _STAGES[one.deal_stage] + 0.6 * closing)


def unblocks(one: Candidate) -> float:
    """``1 - 0.5 ** others``: half for one other thing that waits for it, three quarters for two."""
    return float(1 - 0.5**one.unblocks)


def effort(one: Candidate, moment: Moment) -> float:
    """``0.5 ** (minutes / 30)``, and 0 for what fits into no free time of the day: quick wins are worth their while."""
    minutes = one.effort_minutes or USUAL_MINUTES
    return 0.0 if minutes > moment.longest_today() else float(0.5 ** (minutes / 30))


def energy(one: Candidate, moment: Moment) -> float:
    """1 for what needs a clear head before noon and 0.2 after; the other way round 0.3 and 0.7; 0.5 for the rest."""
    morning = moment.at.astimezone(moment.zone).hour < 12
    if one.energy == "high":
        return 1.0 if morning else 0.2
    if one.energy == "low":
        return 0.3 if morning else 0.7
    return 0.5


def fresh(one: Candidate, moment: Moment) -> float:
    """``0.7`` for each time that it was put off, and a half for what has lain 60 days without a day or somebody."""
    lain = one.due_at is None and not one.who and moment.at - one.created_at > timedelta(days=60)
    return float(0.7**one.snoozed) * (0.5 if lain else 1.0)
