"""What briefs and routing are worth: time and money, with an interval, and what nobody can know from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PROMISED = (30.0, 45.0)
"""Minutes a day that briefs are meant to save each person."""

Minutes = tuple[float, float, float]
"""The least, the likeliest and the most."""

READING: Minutes = (0.3, 0.7, 1.5)
"""What it costs to read one brief that was delivered."""

MINUTES: Mapping[str, Minutes] = {
    "priorities/done": (2, 4, 7),
    "priorities/snooze": (0.5, 1, 2),
    "meetings/ask": (1, 3, 6),
    "outreach/send": (4, 8, 15),
    "outreach/edit": (3, 6, 10),
    "outreach/later": (0.5, 1, 2),
    "asks/done": (1, 3, 5),
    "commitments/done": (1, 3, 5),
    "slipped/done": (1, 2, 4),
    "moves/snooze": (1, 2, 4),
    "*/done": (1, 2, 4),
    "*/snooze": (0.5, 1, 2),
    "*/ask": (1, 2, 4),
    "*/dismiss": (0.1, 0.3, 1),
}
"""What one act saves by section and act: looking for what is next, for its context, writing, or planning anew.

They are estimates of ours, not measurements; where yours are others, the figure is others.
"""

UNKNOWN = (
    "Minutes for each act are estimates (the table in the docs), not measured with a clock.",
    "Whether somebody would have done the same without the brief, only faster or slower.",
    "What was read and used without a press is not counted.",
    "What would have been forgotten without a brief, and what that would have cost.",
    "Money is against the same answers by the model of level 1, at today's prices in the settings; whether its answers "
    "would have been better is not known.",
)
"""What the report says that it cannot know."""

_DRAWS = 2_000
_SEED = 7


@dataclass(frozen=True, slots=True)
class PersonDay:
    """What one person did with the briefs of one day.

    Attributes:
        briefs: how many were delivered.
        acts: how often each thing was done, by ``section/act``.
    """

    person: int
    day: str
    briefs: int
    acts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one person's answers cost, and what they would have cost at level 1, in US dollars."""

    person: int
    cost_usd: float
    at_level_1_usd: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval, in which it lies in 95 of 100 draws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Value:
    """What it is worth.

    Attributes:
        people, days: how many people got briefs, and on how many days of a person.
        acts: how many lines were acted on, of how many briefs.
        minutes_a_day: saved for each person and day with briefs, reading taken off.
        hours: all together.
        saved_usd: by not asking level 1 for every answer.
        cost_usd: what was spent in all, briefs, notes and embeddings too.
        promise: ``below``, ``within`` or ``above`` the promised minutes, or ``open`` where the interval touches them.
    """

    people: int
    days: int
    briefs: int
    acts: int
    minutes_a_day: Figure
    hours: Figure
    saved_usd: Figure
    cost_usd: float
    promise: str


def minutes_of(act: str) -> Minutes:
    """What one act saves, by ``section/act``; nothing for one that is not known."""
    return MINUTES.get(act) or MINUTES.get(f"*/{act.partition('/')[2]}") or (0.0, 0.0, 0.0)


def value(days: Sequence[PersonDay], spent: Sequence[Spent], cost_usd: float) -> Value:
    """Reckon it up.

    The interval resamples people (their days belong together) and draws the minutes of each kind of act from a
    triangular distribution, the same for everybody in a draw: it is as wide as what is not known of both.

    Args:
        days: what was done, by person and day.
        spent: what answers cost.
        cost_usd: everything that was spent.
    """
    rng = np.random.default_rng(_SEED)
    people = sorted({day.person for day in days})
    kinds = sorted({act for day in days for act in day.acts})
    acts = np.zeros((len(people), len(kinds) + 1))
    counts = np.zeros(len(people))
    row = {person: index for index, person in enumerate(people)}
    for day in days:
        counts[row[day.person]] += 1
        acts[row[day.person], -1] += day.briefs
        for act, times in day.acts.items():
            acts[row[day.person], kinds.index(act)] += times
    worth = [*map(minutes_of, kinds), READING]
    signs = np.array([1.0] * len(kinds) + [-1.0])
    likely = (acts * signs) @ np.array([one[1] for one in worth]) if people else np.zeros(0)
    totals, means = _drawn(acts * signs, counts, worth, rng)
    mean = Figure(likely.sum() / max(1.0, counts.sum()), *_interval(means))
    return Value(
        people=len(people),
        days=len(days),
        briefs=sum(day.briefs for day in days),
        acts=sum(times for day in days for times in day.acts.values()),
        minutes_a_day=mean,
        hours=Figure(float(likely.sum()) / 60, *(end / 60 for end in _interval(totals))),
        saved_usd=_saved(spent, rng),
        cost_usd=cost_usd,
        promise=_promise(mean),
    )


def _drawn(
    acts: NDArray[np.float64], counts: NDArray[np.float64], worth: Sequence[Minutes], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minutes in all and for a day of a person, in each draw."""
    people = len(counts)
    if not people:
        return np.zeros(1), np.zeros(1)
    drawn = np.column_stack([_triangular(rng, one) for one in worth])
    chosen = rng.integers(0, people, (_DRAWS, people))
    weights = np.apply_along_axis(np.bincount, 1, chosen, minlength=people).astype(float)
    totals = ((weights @ acts) * drawn).sum(axis=1)
    return totals, totals / np.maximum(1.0, weights @ counts)


def _triangular(rng: np.random.Generator, minutes: Minutes) -> NDArray[np.float64]:
    low, likely, high = minutes
    return rng.triangular(low, likely, high, _DRAWS) if high > low else np.full(_DRAWS, likely)


def _saved(spent: Sequence[Spent], rng: np.random.Generator) -> Figure:
    saved = np.array([one.at_level_1_usd - one.cost_usd for one in spent])
    if not len(saved):
        return Figure(0.0, 0.0, 0.0)
    draws = saved[rng.integers(0, len(saved), (_DRAWS, len(saved)))].sum(axis=1)
    return Figure(float(saved.sum()), *_interval(draws))


def _interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _promise(figure: Figure) -> str:
    low, high = PROMISED
    if figure.high < low:
        return "below"
    if figure.low > high:
        return "above"
    return "within" if low <= figure.low and figure.high <= high else "open"
