"""What the terms of the priorities' formula weigh for one person, learnt from what they do with what is proposed.

What is done (or sent) within a day was chosen, what is dismissed was rejected, what is put off was half rejected; that
nothing was done with a line says nothing. Acts are taken in blocks of eight, in their order. After each block, weights
are fitted to the pairs of a chosen and a rejected line so far, and the next block, which they have not seen, says
whether they order its pairs better than the defaults do. They are applied when that evidence is strong, and taken back
when it turns.

The evidence is a bet that stays valid under peeking. Let ``x`` be the mean over a block's pairs of "the learnt weights
order it rightly" minus "the defaults do", from -1 to 1. If what people do has nothing to do with the terms, the labels
of a block may as well be swapped, so that ``x`` is 0 on average, whatever the weights; then a stake that is multiplied
by ``1 + bet * x`` with each block reaches 20 with a probability of at most 5 % ever (Ville 1939; Waudby-Smith and
Ramdas 2024, "Estimating means of bounded random variables by betting"), and so does the mean of several such stakes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import exp, log

import numpy as np
import numpy.typing as npt
from pydantic import Field

from core.briefs.models import Act
from core.briefs.priorities import DEFAULTS
from core.values import Frozen

Doubles = npt.NDArray[np.float64]

NAMES = tuple(DEFAULTS)
BLOCK = 8
"""Acts that are looked at together."""
ALPHA = 0.05
"""How probable it may be that weights are ever applied to somebody whose acts have nothing to do with the terms."""
LEAST, MOST = 0.5, 2.0
"""No learnt weight is less than half or more than twice its default."""
STEP = 0.15
"""The part of its default by which a weight moves at most from block to block."""
REMEMBERED = timedelta(days=180)
"""Acts that are older are not looked at."""
_HALF_LIFE = 60.0  # days, after which an act counts half
_SOON = timedelta(days=1)
_SHARPNESS = 8.0  # of the log odds in a difference of the score: 0.1 more is chosen with odds of 2.2
_SHRINK = 4.0  # of the prior: a weight's change has a standard deviation of half its default
_BETS = (0.1, 0.3, 0.5, 0.7, 0.9)
_ROUNDS, _STILL = 500, 1e-4  # of the fit: at most so many, and until no weight moves by more of its default
_CHOSEN = {Act.DONE: 1.0, Act.SEND: 1.0}
_REJECTED = {Act.DISMISS: 1.0, Act.SNOOZE: 0.5, Act.LATER: 0.5}


class Acted(Frozen):
    """A line that was shown as a priority, with what was done with it.

    Attributes:
        terms: each term from 0 to 1, as it was when the line was shown.
        shown_at: when its brief was due.
    """

    terms: Mapping[str, float]
    act: str
    shown_at: datetime
    acted_at: datetime


class Evidence(Frozen):
    """What was learnt of one person so far.

    Attributes:
        blocks: how many blocks of acts were counted.
        counted_to: when the last of them was done.
        candidate: the weights that the next block is to judge; empty before there are any.
        stakes: logarithms of what each bet on the candidate has come to.
        against: the same of each bet against it, from when it was applied.
        applied_at: since when it is applied; None while it is not.
    """

    blocks: int = 0
    counted_to: datetime | None = None
    candidate: Mapping[str, float] = Field(default_factory=dict)
    stakes: tuple[float, ...] = (0.0,) * len(_BETS)
    against: tuple[float, ...] = (0.0,) * len(_BETS)
    applied_at: datetime | None = None

    @property
    def learnt(self) -> Mapping[str, float]:
        """What is applied; empty for nothing."""
        return self.candidate if self.applied_at else {}

    @property
    def strength(self) -> float:
        """What a stake of 1 on the candidate has come to; at ``1 / ALPHA`` it is applied."""
        return _wealth(self.stakes)


class Kept(Frozen):
    """What is kept of one person.

    Attributes:
        chosen: the weights that were set by hand.
        since: when all was set back; what was done before does not count. None for never.
    """

    chosen: Mapping[str, float] = Field(default_factory=dict)
    evidence: Evidence = Evidence()
    since: datetime | None = None

    @property
    def weights(self) -> dict[str, float]:
        """What the terms weigh."""
        return effective(self.chosen, self.evidence.learnt)


def effective(chosen: Mapping[str, float], learnt: Mapping[str, float]) -> dict[str, float]:
    """What the terms weigh: what was set by hand, else what was learnt, else the defaults."""
    return {name: chosen.get(name, learnt.get(name, DEFAULTS[name])) for name in NAMES}


def learn(before: Evidence, acts: Sequence[Acted], chosen: Mapping[str, float]) -> Evidence:
    """Count the acts that were not counted yet, as far as they fill blocks.

    Args:
        before: what was learnt so far.
        acts: the person's acts as far as they are remembered, in the order in which they were done.
        chosen: the weights that were set by hand; they stay as they are.
    """
    told = [one for one in acts if _label(one) != 0]
    new = [index for index, one in enumerate(told) if before.counted_to is None or one.acted_at > before.counted_to]
    found = before
    for start in range(new[0], len(told) - BLOCK + 1, BLOCK) if new else ():
        block = told[start : start + BLOCK]
        found = _judged(found, block, chosen)
        target = fit(_history(told[: start + BLOCK]), chosen)
        found = found.model_copy(update={"candidate": _nearer(found.candidate, target)})
    return found


def _judged(before: Evidence, block: Sequence[Acted], chosen: Mapping[str, float]) -> Evidence:
    """What a block says of weights that were fitted before it."""
    gained = gain(block, effective(chosen, before.candidate), effective(chosen, {}))
    last = block[-1].acted_at
    counted_blocks = before.blocks + 1
    counted = {"blocks": counted_blocks, "counted_to": last}
    if before.applied_at is not None:
        against = _bet(before.against, -gained)
        if _wealth(against) >= 1 / ALPHA:
            return Evidence(blocks=counted_blocks, counted_to=last)  # taken back, and begun anew
        return before.model_copy(update={**counted, "against": against})
    stakes = _bet(before.stakes, gained)
    applied_at = last if _wealth(stakes) >= 1 / ALPHA else None
    return before.model_copy(update={**counted, "stakes": stakes, "applied_at": applied_at})


def _bet(logs: Sequence[float], gain: float) -> tuple[float, ...]:
    return tuple(so_far + log(1 + bet * gain) for so_far, bet in zip(logs, _BETS, strict=True))


def _wealth(logs: Sequence[float]) -> float:
    return sum(exp(min(one, 700.0)) for one in logs) / len(logs)


def gain(block: Sequence[Acted], new: Mapping[str, float], old: Mapping[str, float]) -> float:
    """How much better the new weights order a block's pairs than the old ones, as a part of the most that they could.

    The most is over all ways in which the same labels could stand on these lines, so that it tells nothing of how they
    stand.
    """
    terms = _terms(block)
    first, second = (terms @ _vector(which) for which in (new, old))
    better = (np.sign(first[:, None] - first[None, :]) - np.sign(second[:, None] - second[None, :])) / 2
    labels = np.array(_arranged(sorted(_label(one) for one in block)))
    gains = np.einsum("ni,ij,nj->n", np.maximum(labels, 0), better, np.maximum(-labels, 0))
    most = float(np.abs(gains).max())
    real = np.array([_label(one) for one in block])
    return 0.0 if most == 0 else float(np.maximum(real, 0) @ better @ np.maximum(-real, 0)) / most


def _arranged(labels: Sequence[float]) -> list[tuple[float, ...]]:
    """All different orders of some labels."""
    if not labels:
        return [()]
    firsts = sorted(set(labels))
    return [(one, *rest) for one in firsts for rest in _arranged(_without(labels, one))]


def _without(labels: Sequence[float], one: float) -> list[float]:
    index = list(labels).index(one)
    return [*labels[:index], *labels[index + 1 :]]


def pairs(acts: Sequence[Acted]) -> tuple[Doubles, Doubles]:
    """The differences of the terms of each chosen from each rejected line, and what each pair counts."""
    labels = [_label(one) for one in acts]
    found = [(i, j) for i, chosen in enumerate(labels) if chosen > 0 for j, other in enumerate(labels) if other < 0]
    if not found:
        return np.zeros((0, len(NAMES))), np.zeros(0)
    terms = _terms(acts)
    return (
        np.array([terms[i] - terms[j] for i, j in found]),
        np.array([labels[i] * -labels[j] for i, j in found]),
    )


def _terms(acts: Sequence[Acted]) -> Doubles:
    return np.array([[one.terms.get(name, 0.0) for name in NAMES] for one in acts])


def _label(one: Acted) -> float:
    if one.act in _CHOSEN:
        return _CHOSEN[Act(one.act)] if one.acted_at - one.shown_at <= _SOON else 0.0
    return -_REJECTED[Act(one.act)] if one.act in _REJECTED else 0.0


def _history(acts: Sequence[Acted]) -> tuple[Doubles, Doubles]:
    """The pairs of every block of acts, each counted the less the older it is."""
    newest = acts[-1].acted_at
    blocks = [acts[max(0, end - BLOCK) : end] for end in range(len(acts), 0, -BLOCK)]
    found = [(*pairs(block), 0.5 ** ((newest - block[-1].acted_at) / timedelta(days=_HALF_LIFE))) for block in blocks]
    return (
        np.concatenate([differences for differences, _, _ in found]),
        np.concatenate([weights * age for _, weights, age in found]),
    )


def fit(history: tuple[Doubles, Doubles], chosen: Mapping[str, float]) -> dict[str, float]:
    """The weights that make the pairs likely, held to the defaults by a ridge and to their limits by a box.

    It is a logistic regression without a bias on the differences, convex in the weights' relative changes, of which
    there is none where there are no pairs.
    """
    scale = _vector(DEFAULTS)
    fixed = np.array([name in chosen for name in NAMES])
    base = _vector(effective(chosen, {}))
    rows = _SHARPNESS * history[0] / scale.sum()
    scaled, offset = rows * scale, rows @ base
    curvature = 0.25 * float(np.linalg.norm(scaled.T @ (scaled * history[1][:, None]), 2)) + _SHRINK
    change = np.zeros(len(NAMES))
    for _ in range(_ROUNDS):
        slope = objective(change, scaled, offset, history[1])[1]
        slope[fixed] = 0.0
        next_ = np.clip(change - slope / curvature, LEAST - 1, MOST - 1)
        moved, change = float(np.abs(next_ - change).max()), next_
        if moved < _STILL:
            break
    return {name: float(weight) for name, weight in zip(NAMES, scale * (1 + change), strict=True)}


def objective(change: Doubles, rows: Doubles, offset: Doubles, weights: Doubles) -> tuple[float, Doubles]:
    """The loss of relative changes of the weights, and its slope."""
    logits = offset + rows @ change
    loss = float(weights @ np.logaddexp(0, -logits)) + 0.5 * _SHRINK * float(change @ change)
    errors = -weights / (1 + np.exp(np.clip(logits, -30, 30)))
    return loss, errors @ rows + _SHRINK * change


def _nearer(now: Mapping[str, float], target: Mapping[str, float]) -> dict[str, float]:
    """The target, or as near to it as one step leads."""
    return {
        name: float(np.clip(target[name], now.get(name, DEFAULTS[name]) - STEP * DEFAULTS[name],
                            now.get(name, DEFAULTS[name]) + STEP * DEFAULTS[name]))
        for name in NAMES
    }  # fmt: skip


def _vector(weights: Mapping[str, float]) -> Doubles:
    return np.array([weights[name] for name in NAMES])
