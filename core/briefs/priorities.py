"""The few that matter most: a weighted mean of terms, with what speaks for each in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.briefs.candidates import Candidate
from core.briefs.formulas import Mean
from core.briefs.models import Gap, Priority
from core.briefs.reasons import reasons
from core.briefs.terms import TERMS, Moment, measure

DEFAULTS: Mapping[str, float] = MappingProxyType({
    "urgency": 3.0,
    "importance": 2.5,
    "waits": 1.2,
    "promise": 1.2,
    "deal": 1.8,
    "unblocks": 0.8,
    "effort": 0.6,
    "energy": 0.3,
    "fresh": 1.0,
})  # fmt: skip
"""What each term weighs for somebody of whom nothing is known."""

PRIORITIES = Mean(
    name="priorities",
    title="your priorities",
    lines="the lines of your briefs",
    defaults=DEFAULTS,
    meanings=TERMS,
    heaviest=10.0,
    how="The score is the mean of the terms, each from 0 to 1, by their weights.",
)
"""What matters most."""

HANDED_ON = 0.9
"""The part of what speaks for a blocked thing that speaks for what it waits for."""
_HANDED = ("urgency", "importance", "waits", "promise", "deal")
SAME = 0.85
"""What a score counts beside a chosen one of the same goal or deal."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its terms.

    Attributes:
        holds_up: the blocked thing that most speaks for it; None for none.
    """

    candidate: Candidate
    terms: Mapping[str, float]
    score: float
    holds_up: Candidate | None = None


def rank(
    candidates: Sequence[Candidate],
    at: datetime,
    zone: ZoneInfo,
    free: Sequence[Gap],
    weights: Mapping[str, float],
    most: int = 3,
) -> tuple[Priority, ...]:
    """The ``most`` that matter most, the first of them first.

    What is blocked, or waits for something that is open, is none of them; what it waits for inherits most of what
    speaks for it. A second thing of the same goal or deal counts a little less, so that three slices of one thing do
    not hide another. The order of ``candidates`` changes nothing: ties go by due time, then age, then ref.

    Args:
        candidates: what is open; nothing that is put off until later.
        at: the moment, which may be past.
        zone: of the person.
        free: the free time from that moment on.
        weights: what each term weighs; one that is missing weighs what it does by default.
        most: how many.
    """
    moment = Moment(at, zone, free, _usual(candidates))
    weighed = sorted(weigh(candidates, moment, weights), key=_order)
    return tuple(_priority(one, moment, weights) for one in _apart(weighed, most))


def weigh(candidates: Sequence[Candidate], moment: Moment, weights: Mapping[str, float]) -> list[Weighed]:
    """Each that can be begun, with its terms and its score."""
    by_ref = {one.ref: one for one in candidates}
    own = {ref: measure(one, moment) for ref, one in by_ref.items()}
    return [
        _inherit(one, own, _held_up(one, by_ref), weights)
        for one in by_ref.values()
        if not one.blocked and not any(ref in by_ref for ref in one.waits_for)
    ]


def _usual(candidates: Iterable[Candidate]) -> dict[str, float]:
    """The median value of the deals, each counted once, by currency."""
    values: dict[str, dict[str, float]] = {}
    for one in candidates:
        if one.deal_value is not None and one.deal_value > 0:
            values.setdefault(one.deal_currency, {})[one.deal_name or one.ref] = one.deal_value
    return {currency: median(deals.values()) for currency, deals in values.items()}


def _held_up(blocker: Candidate, by_ref: Mapping[str, Candidate]) -> list[Candidate]:
    """Everything that waits for it, and what waits for that; each once, in the order of the refs."""
    found: dict[str, Candidate] = {}
    around = [blocker.ref]
    while around:
        ref = around.pop()
        for one in sorted(by_ref.values(), key=lambda other: other.ref):
            if ref in one.waits_for and one.ref not in found and one.ref != blocker.ref:
                found[one.ref] = one
                around.append(one.ref)
    return list(found.values())


def _inherit(
    one: Candidate,
    own: Mapping[str, Mapping[str, float]],
    held_up: Sequence[Candidate],
    weights: Mapping[str, float],
) -> Weighed:
    terms = dict(own[one.ref])
    for name in _HANDED:
        handed = max((own[other.ref][name] for other in held_up), default=0.0)
        terms[name] = max(terms[name], round(HANDED_ON * handed, 3))
    terms["unblocks"] = max(terms["unblocks"], round(1 - 0.5 ** len(held_up), 3))
    most = max(held_up, key=lambda other: (PRIORITIES.score(own[other.ref], weights), other.ref), default=None)
    return Weighed(one, terms, round(PRIORITIES.score(terms, weights), 4), most)


def _order(one: Weighed) -> tuple[float, float, float, str]:
    due = one.candidate.due_at
    due_at = due.timestamp() if due else float("inf")
    return -one.score, due_at, one.candidate.created_at.timestamp(), one.candidate.ref


def _apart(weighed: Sequence[Weighed], most: int) -> list[Weighed]:
    left, chosen = list(weighed), list[Weighed]()
    while left and len(chosen) < most:
        best = min(left, key=lambda one: (-one.score * _beside(one.candidate, chosen), *_order(one)))
        chosen.append(best)
        left.remove(best)
    return chosen


def _beside(one: Candidate, chosen: Sequence[Weighed]) -> float:
    same = sum(
        bool(one.goal and one.goal == other.candidate.goal)
        or bool(one.deal_name and one.deal_name == other.candidate.deal_name)
        for other in chosen
    )
    return float(SAME**same)


def _priority(one: Weighed, moment: Moment, weights: Mapping[str, float]) -> Priority:
    candidate = one.candidate
    return Priority(
        ref=candidate.ref,
        text=candidate.text,
        due_at=candidate.due_at,
        who=candidate.who,
        why=reasons(candidate, moment, PRIORITIES.parts(one.terms, weights), one.holds_up),
        score=one.score,
        terms=dict(one.terms),
        minutes=candidate.effort_minutes,
    )
