"""Whom to get in touch with, and why now. Each term is from 0 to 1; together they are the score, from 0 to 1.

    silence  1 - usual / gap, where the gap since the last touch is longer than usual; times how well the rhythm is
             known. usual is what the person wants (known: 1); else the median of the gaps between touches, drawn
             towards 30 days as if 3 further gaps of that length had been seen (on the scale of logarithms, so that
             twice and half weigh the same; known: n / (n + 1) for n gaps). What ended more than a year ago fades, by
             half in 180 days.
    stalled  1 - usual / days, where the open deal has stood in its stage longer than is usual for it; times its
             weight: that of its stage, from .3 (lead) to 1 (negotiation), times .6 + .8 * v / (v + u) for its value
             v against the person's usual u, at most 1.
    closing  1 - days / 21, where the deal is to close within 21 days; 1 once that day is over; times its weight.
    promise  1 - .4 ** n for n open promises.
    event    a birthday: 1 today, .6 for two days after it, .5 on the day before, .3 within the week before.
    later    1 where the person put it off until now.
    step     1 where a next step of the open deal is named. Alone it proposes nobody.

The score is 1 - the product of (1 - weight * term) over all terms: it grows with each, and no sum is cut off. What each
term weighs for a person is learnt from what they do (core/briefs/weights.py).
``silence``, ``stalled`` and ``closing`` count less soon after a touch (days / 7, or of half the rhythm where that is
less), and before a meeting within seven days, where one will speak anyway (.4); two days before it, what is open
becomes its preparation. Nobody is proposed who was in touch today or yesterday, who was dropped within 90 days, who is
put off, or whose score is under .15.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.briefs.candidates import Tie
from core.briefs.clauses import Seen, clauses
from core.briefs.formulas import NoisyOr
from core.values import Frozen

OUTREACH = NoisyOr(
    name="outreach",
    title="whom to get in touch with",
    lines="those whom I propose to get in touch with",
    defaults=MappingProxyType({
        "later": 0.7,
        "promise": 0.7,
        "event": 0.65,
        "closing": 0.6,
        "silence": 0.55,
        "stalled": 0.5,
        "step": 0.1,
    }),
    meanings=MappingProxyType({
        "later": "whether you put it off until now",
        "promise": "how many promises to them are open",
        "event": "whether it is their birthday, or nearly",
        "closing": "how soon their deal is to close, and what it is worth",
        "silence": "how much longer than usual you have not been in touch",
        "stalled": "how long their deal has stood still, and what it is worth",
        "step": "whether a next step of their deal is named",
    }),
    heaviest=1.0,
    how="Each term says its value times its weight; the score is 1 less the product of what each leaves unsaid.",
)  # fmt: skip
"""Whom to get in touch with; of two terms that say as much, the earlier one is said first."""

DROPPED_DAYS = 90
"""So long nobody is proposed again whom the person did not want."""

_LEAST = 0.15
_PRIOR_DAYS, _PRIOR_GAPS = 30.0, 3
_LIVELY_DAYS, _HALF_LIFE_DAYS = 365.0, 180.0
_CLOSING_DAYS = 21
_SOON, _PREPARE = timedelta(days=7), timedelta(days=2)
_BEFORE_MEETING = 0.4
_STAGES = {"lead": (0.3, 30), "qualified": (0.5, 21), "proposal": (0.8, 14), "negotiation": (1.0, 10)}
_DAY = 86_400.0


class Chance(Frozen):
    """Somebody to get in touch with now.

    Attributes:
        score: from 0 to 1.
        terms: each term that speaks for it, from 0 to 1, before it is weighed; the weightiest first.
        why: a short clause for each, the weightiest first.
        reason: the name of the weightiest.
        belated: whether the birthday has been.
        meets_at: the next meeting on the person's clock, where it is soon.
    """

    tie: Tie
    score: float
    terms: Mapping[str, float]
    why: tuple[str, ...]
    reason: str
    belated: bool = False
    meets_at: datetime | None = None


def opportunities(
    ties: Sequence[Tie],
    at: datetime,
    zone: ZoneInfo,
    most: int = 3,
    language: str = "",
    weights: Mapping[str, float] = OUTREACH.defaults,
) -> tuple[Chance, ...]:
    """The few who matter most now, the weightiest first. The same ties give the same, in whatever order they come.

    Args:
        ties: all contacts of a person; what happened after ``at`` is not looked at.
        at: the moment.
        zone: the person's, which says what today is.
        most: how many at most.
        language: of the reasons, by its English name.
        weights: what each term weighs for the person.
    """
    looked = (chance_of(tie, at, zone, language, weights) for tie in ties)
    found = [chance for chance in looked if chance is not None]
    return tuple(sorted(found, key=lambda one: (-one.score, one.tie.name, one.tie.contact_id))[:most])


def chance_of(
    tie: Tie, at: datetime, zone: ZoneInfo, language: str = "", weights: Mapping[str, float] = OUTREACH.defaults
) -> Chance | None:
    """What speaks for getting in touch with one contact; None where nothing does, or something speaks against it."""
    look = _Look(tie, at, zone)
    if look.resting:
        return None
    terms = {name: value for name, value in look.terms().items() if value > 0}
    shares = OUTREACH.parts(terms, weights)
    score = sum(shares.values())
    if score < _LEAST or not terms.keys() - {"step"}:
        return None
    names = list(OUTREACH.defaults)
    order = sorted(terms, key=lambda name: (-shares[name], names.index(name)))
    seen = look.seen()
    return Chance(
        tie=tie,
        score=round(score, 4),
        terms={name: round(terms[name], 4) for name in order},
        why=clauses(seen, order, language),
        reason=order[0],
        belated=(seen.birthday_in or 0) < 0,
        meets_at=seen.meets_at,
    )


class _Look:
    """One tie as of a moment."""

    def __init__(self, tie: Tie, at: datetime, zone: ZoneInfo) -> None:
        self._tie, self._at, self._zone = tie, at, zone
        self._today = at.astimezone(zone).date()
        self._touches = sorted((touch for touch in tie.touches if touch <= at), reverse=True)
        self._usual, self._known = rhythm(tie, self._touches)

    @property
    def resting(self) -> bool:
        """Whether it is too early, whatever speaks for it."""
        tie = self._tie
        if self._touches and (self._today - self._touches[0].astimezone(self._zone).date()).days <= 1:
            return True
        if tie.dropped_at is not None and self._at - tie.dropped_at < timedelta(days=DROPPED_DAYS):
            return True
        return tie.later_until is not None and tie.later_until > self._at

    def terms(self) -> dict[str, float]:
        tie, rest = self._tie, self._rest()
        deal = _weight(tie) * rest
        return {
            "later": 1.0 if tie.later_until is not None else 0.0,
            "promise": 1 - math.pow(0.4, len(tie.promised)),
            "event": _birthday(self._birthday_in()),
            "closing": deal * self._closing(),
            "silence": rest * self._silence(),
            "stalled": deal * self._stalled(),
            "step": 1.0 if tie.deal_next_step and tie.deal_stage in _STAGES else 0.0,
        }

    def _rest(self) -> float:
        """How much a touch of these days, or a meeting of the next, lets wait."""
        recent = min(1.0, self._gap() / max(1.0, min(7.0, self._usual / 2))) if self._touches else 1.0
        return recent * (_BEFORE_MEETING if self._meets_within(_SOON) else 1.0)

    def _gap(self) -> float:
        """Days since the last touch; since the contact is known, where there was none."""
        since = self._touches[0] if self._touches else self._tie.created_at or self._at
        return max(0.0, (self._at - since).total_seconds() / _DAY)

    def _silence(self) -> float:
        gap = self._gap()
        late = max(0.0, 1 - self._usual / gap) if gap else 0.0
        ended = 0.0 if self._tie.rhythm_days else max(0.0, gap - _LIVELY_DAYS)
        return late * self._known * math.pow(0.5, ended / _HALF_LIFE_DAYS)

    def _days_in_stage(self) -> float:
        since = self._tie.deal_stage_since
        return max(0.0, (self._at - since).total_seconds() / _DAY) if since else 0.0

    def _stalled(self) -> float:
        usual, days = _STAGES.get(self._tie.deal_stage, (0, 0))[1], self._days_in_stage()
        return max(0.0, 1 - usual / days) if days else 0.0

    def _closes_in(self) -> int | None:
        closes_on = self._tie.deal_closes_on
        return (closes_on - self._today).days if closes_on else None

    def _closing(self) -> float:
        days = self._closes_in()
        return 0.0 if days is None else min(1.0, max(0.0, 1 - days / _CLOSING_DAYS))

    def _birthday_in(self) -> int | None:
        """Days until the nearest birthday, under 0 for one that has been; on 29 February, 1 March of other years."""
        born = self._tie.birthday
        if born is None:
            return None
        days = [(_in_year(born, self._today.year + shift) - self._today).days for shift in (-1, 0, 1)]
        return min(days, key=lambda one: (abs(one), -one))

    def _meets_within(self, time: timedelta) -> bool:
        meeting = self._tie.meeting_at
        return meeting is not None and timedelta(0) < meeting - self._at <= time

    def seen(self) -> Seen:
        """What was found out, for its words."""
        tie = self._tie
        between = gaps(self._touches)
        soon = tie.meeting_at if self._meets_within(_SOON) else None
        return Seen(
            today=self._today,
            gap=self._gap(),
            rhythm=tie.rhythm_days or (median(between) if between else None),
            wanted=bool(tie.rhythm_days),
            touched=bool(self._touches),
            promised=tie.promised,
            deal=tie.deal_name,
            stage=tie.deal_stage,
            step=tie.deal_next_step,
            in_stage=self._days_in_stage(),
            closes_in=self._closes_in(),
            birthday_in=self._birthday_in(),
            meets_at=soon.astimezone(self._zone) if soon else None,
            prepares=self._meets_within(_PREPARE),
        )


def rhythm(tie: Tie, touches: Sequence[datetime]) -> tuple[float, float]:
    """Every how many days one is usually in touch, and how well that is known, from 0 to 1.

    Args:
        tie: says what the person wants.
        touches: the newest first; of one day, one counts.
    """
    if tie.rhythm_days:
        return float(tie.rhythm_days), 1.0
    between = gaps(touches)
    if not between:
        return _PRIOR_DAYS, 0.0
    drawn = len(between) * math.log(max(1.0, median(between))) + _PRIOR_GAPS * math.log(_PRIOR_DAYS)
    return math.exp(drawn / (len(between) + _PRIOR_GAPS)), len(between) / (len(between) + 1)


def gaps(touches: Sequence[datetime]) -> list[float]:
    """The days between touches; of one day, one counts."""
    days = [(new - old).total_seconds() / _DAY for new, old in pairwise(touches)]
    return [gap for gap in days if gap >= 0.5]


def _weight(tie: Tie) -> float:
    stage = _STAGES.get(tie.deal_stage, (0.0, 0))[0]
    if not stage or tie.deal_value is None or not tie.usual_value:
        return stage
    return min(1.0, stage * (0.6 + 0.8 * tie.deal_value / (tie.deal_value + tie.usual_value)))


def _birthday(days: int | None) -> float:
    if days is None or not -2 <= days <= 7:
        return 0.0
    return {0: 1.0, 1: 0.5}.get(days, 0.6 if days < 0 else 0.3)


def _in_year(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
