"""Measures the priorities on labelled situations, beside simpler orders and on the same rows."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from zoneinfo import ZoneInfo

from bot.evals.situation import CHOSEN, Situation, situations
from core.briefs.candidates import Candidate
from core.briefs.priorities import DEFAULTS, rank

Chooser = Callable[[Situation], Sequence[str]]
Interval = tuple[float, float]

_DRAWS = 200  # of the random order, a situation
_SAMPLES = 2_000  # of the bootstrap
_ALL = 0.999  # of the three: shares are thirds, and added up


@dataclass(frozen=True)
class Score:
    """How well an order did.

    Attributes:
        agreement: the mean share of the labelled three that were chosen, with its 95 % bootstrap interval.
        exact: the share of situations in which all three were.
        margin: by how much its agreement differs from that of due-date order, paired by situation.
    """

    agreement: float
    interval: Interval
    exact: float
    exact_interval: Interval
    margin: float
    margin_interval: Interval


@dataclass(frozen=True)
class Miss:
    """A situation in which not all three were chosen."""

    id: str
    chosen: tuple[str, ...]
    must: tuple[str, ...]
    also: tuple[str, ...]


@dataclass(frozen=True)
class Exam:
    """What was measured.

    Attributes:
        part: ``dev``, which the weights were tuned on, or ``held_back``.
    """

    part: str
    n: int
    orders: Mapping[str, Score]
    misses: tuple[Miss, ...]


def as_json(exam: Exam) -> str:
    """One object."""
    return json.dumps(asdict(exam), ensure_ascii=False)


def exam(*, held_back: bool = False, seed: int = 6) -> Exam:
    """All orders on one part of the situations."""
    rows = [one for one in situations() if one.held_back is held_back]
    shares = {name: [_share(chooser, one, draws) for one in rows] for name, (chooser, draws) in _orders(seed).items()}
    sample = _sample(len(rows), seed)
    return Exam(
        part="held_back" if held_back else "dev",
        n=len(rows),
        orders={name: _score(own, shares["due date"], sample) for name, own in shares.items()},
        misses=tuple(_misses(rows, by_formula(DEFAULTS))),
    )


def by_formula(weights: Mapping[str, float]) -> Chooser:
    """The shipped formula with these weights."""

    def choose(one: Situation) -> Sequence[str]:
        found = rank(one.listed(), one.moment, ZoneInfo(one.zone), one.gaps(), weights, CHOSEN)
        return [priority.ref for priority in found]

    return choose


def by_due_date(one: Situation) -> Sequence[str]:
    """What is due first; then what has no time, as it is listed."""
    return _first(one, lambda thing: (0.0, _due(thing)))


def by_importance(one: Situation) -> Sequence[str]:
    """What its person said is most important; of equal ones what is due first."""
    return _first(one, lambda thing: (-float(thing.importance or 0), _due(thing)))


def _orders(seed: int) -> Mapping[str, tuple[Chooser, int]]:
    """Each with how often it has to choose for its mean to be known."""
    return {
        "robbie": (by_formula(DEFAULTS), 1),
        "due date": (by_due_date, 1),
        "importance": (by_importance, 1),
        "random": (_by_chance(seed), _DRAWS),
    }


def _by_chance(seed: int) -> Chooser:
    chance = random.Random(seed)  # noqa: S311  (no secret)

    def choose(one: Situation) -> Sequence[str]:
        refs = [thing.ref for thing in _possible(one)]
        return chance.sample(refs, min(CHOSEN, len(refs)))

    return choose


def _due(thing: Candidate) -> float:
    return thing.due_at.timestamp() if thing.due_at else float("inf")


def _first(one: Situation, key: Callable[[Candidate], tuple[float, float]]) -> Sequence[str]:
    return [thing.ref for thing in sorted(_possible(one), key=key)][:CHOSEN]


def _possible(one: Situation) -> list[Candidate]:
    """What can be begun; the other orders are told so, too, that they differ in nothing but their order."""
    listed = one.listed()
    there = {thing.ref for thing in listed}
    return [thing for thing in listed if not thing.blocked and not there & set(thing.waits_for)]


def _share(chooser: Chooser, one: Situation, draws: int) -> tuple[float, float]:
    """Agreement and whether all three were chosen, as means over so many choices."""
    found = [one.agreement(chooser(one)) for _ in range(draws)]
    return mean(found), mean(float(share > _ALL) for share in found)


def _sample(n: int, seed: int) -> list[list[int]]:
    chance = random.Random(seed)  # noqa: S311
    return [chance.choices(range(n), k=n) for _ in range(_SAMPLES)]


def _score(own: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]], sample: list[list[int]]) -> Score:
    agreement, exact = [share for share, _ in own], [whole for _, whole in own]
    margins = [share - base for (share, _), (base, _) in zip(own, other, strict=True)]
    return Score(
        agreement=round(mean(agreement), 3),
        interval=_interval(agreement, sample),
        exact=round(mean(exact), 3),
        exact_interval=_interval(exact, sample),
        margin=round(mean(margins), 3),
        margin_interval=_interval(margins, sample),
    )


def _interval(values: Sequence[float], sample: list[list[int]]) -> Interval:
    means = sorted(mean(values[index] for index in draw) for draw in sample)
    return round(means[int(0.025 * len(means))], 3), round(means[int(0.975 * len(means)) - 1], 3)


def _misses(rows: Sequence[Situation], chooser: Chooser) -> list[Miss]:
    return [
        Miss(one.id, tuple(chosen), one.must, one.also)
        for one in rows
        if one.agreement(chosen := list(chooser(one))) < _ALL
    ]
