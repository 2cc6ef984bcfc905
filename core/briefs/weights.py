"""What the terms of a formula weigh for one person, learnt from what they do with what is proposed.

What is done within a day, or sent, was chosen, what is dismissed was rejected, what is put off was half rejected; that
nothing was done with a line says nothing. Acts are taken in blocks of eight, in their order. After each block, weights
are fitted to the pairs of a chosen and a rejected line so far, and the next block, which they have not seen, says
whether they order its pairs better than the defaults do. They are applied when that evidence is strong, and taken back
when it turns.

The evidence is a bet that stays valid under peeking. Let ``x`` be the mean over a block's pairs of "the learnt weights
order it rightly" minus "the defaults do", from -1 to 1. If what people do has nothing to do with the terms, the labels
of a block may as well be swapped, so that ``x`` is 0 on average, whatever the weights; then a stake that is multiplied
by ``1 + bet * x`` with each block reaches 20 with a probability of at most 5 % ever (Ville 1939; Waudby-Smith and
Ramdas 2024, "Estimating means of bounded random variables by betting"), and so does the mean of several such stakes.
What was put off comes back because it was, with terms that say so: there a label made the terms. So the evidence looks
at the first act alone that a block has on one subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import exp, log
from typing import NamedTuple

import numpy as np
from pydantic import Field

from core.briefs.formulas import Doubles, Formula
from core.briefs.models import Act
from core.values import Frozen

BLOCK = 8
"""Acts that are looked at together."""
ALPHA = 0.05
"""How probable it may be that weights are ever applied to somebody whose acts have nothing to do with the terms."""
LEAST, MOST = 0.5, 2.0
"""No learnt weight is less than half or more than twice as strong as its default."""
STEP = 0.15
"""The part of its default's strength by which a weight moves at most from block to block."""
REMEMBERED = timedelta(days=180)
"""Acts that are older are not looked at."""
_HALF_LIFE = 60.0  # days, after which an act counts half
_SOON = timedelta(days=1)
_SHRINK = 4.0  # of the prior: a weight's change has a standard deviation of half its default
_BETS = (0.1, 0.3, 0.5, 0.7, 0.9)
_ROUNDS, _STILL = 500, 1e-4  # of the fit: at most so many, and until no weight moves by more of its default
_CHOSEN = {Act.DONE: 1.0, Act.SEND: 1.0}
_REJECTED = {Act.DISMISS: 1.0, Act.SNOOZE: 0.5, Act.LATER: 0.5}


class Acted(Frozen):
    """A line that was shown, with what was done with it.

    Attributes:
        subject: what it was about, as the same is shown again.
        terms: each term from 0 to 1, as it was when the line was shown.
        shown_at: when its brief was due; None where it does not matter how long after that something was done.
    """

    subject: str
    terms: Mapping[str, float]
    act: str
    shown_at: datetime | None
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
    """What is kept of one person and one formula.

    Attributes:
        chosen: the weights that were set by hand.
        since: when all was set back; what was done before does not count. None for never.
    """

    chosen: Mapping[str, float] = Field(default_factory=dict)
    evidence: Evidence = Evidence()
    since: datetime | None = None

    def weights(self, formula: Formula) -> dict[str, float]:
        """What the formula's terms weigh."""
        return formula.weights(self.chosen, self.evidence.learnt)


def learn(formula: Formula, before: Evidence, acts: Sequence[Acted], chosen: Mapping[str, float]) -> Evidence:
    """Count the acts that were not counted yet, as far as they fill blocks.

    Args:
        formula: what put the lines in their order.
        before: what was learnt so far.
        acts: the person's acts as far as they are remembered, in the order in which they were done.
        chosen: the weights that were set by hand; they stay as they are.
    """
    told = [one for one in acts if _label(one) != 0]
    new = [index for index, one in enumerate(told) if before.counted_to is None or one.acted_at > before.counted_to]
    found = before
    for start in range(new[0], len(told) - BLOCK + 1, BLOCK) if new else ():
        found = _judged(formula, found, told[start : start + BLOCK], chosen)
        target = fit(formula, _history(formula, told[: start + BLOCK], chosen), chosen)
        found = found.model_copy(update={"candidate": _nearer(formula, found.candidate, target)})
    return found


def _judged(formula: Formula, before: Evidence, block: Sequence[Acted], chosen: Mapping[str, float]) -> Evidence:
    """What a block says of weights that were fitted before it."""
    new, old = (formula.weights(chosen, learnt) for learnt in (before.candidate, {}))
    gained = gain(formula, _firsts(block), new, old)
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


def _firsts(block: Sequence[Acted]) -> list[Acted]:
    """The first act on each subject."""
    return list({one.subject: one for one in reversed(block)}.values())[::-1]


def gain(formula: Formula, block: Sequence[Acted], new: Mapping[str, float], old: Mapping[str, float]) -> float:
    """How much better the new weights order a block's pairs than the old ones, as a part of the most that they could.

    The most is over all ways in which the same labels could stand on these lines, so that it tells nothing of how they
    stand.
    """
    terms = _terms(formula, block)
    first, second = (formula.logits(terms, formula.vector(which)) for which in (new, old))
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


class Pairs(NamedTuple):
    """Pairs of a chosen and a rejected line.

    Attributes:
        offsets: how much readier somebody of the weights from which a fit begins is to choose the first.
        slopes: by how much that grows with each term's strength.
        counts: what each pair counts.
    """

    offsets: Doubles
    slopes: Doubles
    counts: Doubles


def pairs(formula: Formula, acts: Sequence[Acted], chosen: Mapping[str, float]) -> Pairs:
    """All pairs of some acts, as they are from the defaults and what was set by hand."""
    labels = [_label(one) for one in acts]
    found = [(i, j) for i, first in enumerate(labels) if first > 0 for j, other in enumerate(labels) if other < 0]
    if not found:
        return Pairs(np.zeros(0), np.zeros((0, len(formula.defaults))), np.zeros(0))
    terms, weights = _terms(formula, acts), formula.vector(formula.weights(chosen, {}))
    ready, slopes = formula.logits(terms, weights), formula.slopes(terms, weights)
    first, other = (list(which) for which in zip(*found, strict=True))
    counts = np.array([labels[i] * -labels[j] for i, j in found])
    return Pairs(ready[first] - ready[other], slopes[first] - slopes[other], counts)


def _terms(formula: Formula, acts: Sequence[Acted]) -> Doubles:
    return np.array([formula.vector(one.terms) for one in acts])


def _label(one: Acted) -> float:
    if one.act in _CHOSEN:
        soon = one.shown_at is None or one.acted_at - one.shown_at <= _SOON
        return _CHOSEN[Act(one.act)] if soon else 0.0
    return -_REJECTED[Act(one.act)] if one.act in _REJECTED else 0.0


def _history(formula: Formula, acts: Sequence[Acted], chosen: Mapping[str, float]) -> Pairs:
    """The pairs of every block of acts, each counted the less the older it is."""
    newest = acts[-1].acted_at
    blocks = [acts[max(0, end - BLOCK) : end] for end in range(len(acts), 0, -BLOCK)]
    found = [pairs(formula, block, chosen) for block in blocks]
    ages = [0.5 ** ((newest - block[-1].acted_at) / timedelta(days=_HALF_LIFE)) for block in blocks]
    return Pairs(
        np.concatenate([one.offsets for one in found]),
        np.concatenate([one.slopes for one in found]),
        np.concatenate([one.counts * age for one, age in zip(found, ages, strict=True)]),
    )


def fit(formula: Formula, history: Pairs, chosen: Mapping[str, float]) -> dict[str, float]:
    """The weights that make the pairs likely, held to the defaults by a ridge and to their limits by a box.

    It is a logistic regression without a bias, convex in the relative changes of the strengths, of which there is none
    where there are no pairs. Where a formula bends, it is taken as straight from the defaults on. That all strengths
    grow or shrink together says how surely somebody chooses, not what they care for: it is taken out.
    """
    scale = formula.strengths(formula.vector(formula.defaults))
    fixed = np.array([name in chosen for name in formula.defaults])
    rows, counts = history.slopes * scale, history.counts
    curvature = 0.25 * float(np.linalg.norm(rows.T @ (rows * counts[:, None]), 2)) + _SHRINK
    change = np.zeros(len(scale))
    for _ in range(_ROUNDS):
        slope = objective(change, rows, history.offsets, counts)[1]
        slope[fixed] = 0.0
        next_ = np.clip(change - slope / curvature, LEAST - 1, MOST - 1)
        moved, change = float(np.abs(next_ - change).max()), next_
        if moved < _STILL:
            break
    return _named(formula, scale * _relative(1 + change, scale * ~fixed))


def _relative(factors: Doubles, scale: Doubles) -> Doubles:
    """The factors, where their mean by ``scale`` is more or less than 1 made so, as far as their limits let it."""
    free = scale > 0
    mean = float(scale @ factors / scale.sum()) if free.any() else 1.0
    return np.where(free, np.clip(factors / mean, LEAST, MOST), factors)


def objective(change: Doubles, rows: Doubles, offset: Doubles, weights: Doubles) -> tuple[float, Doubles]:
    """The loss of relative changes of the strengths, and its slope."""
    logits = offset + rows @ change
    loss = float(weights @ np.logaddexp(0, -logits)) + 0.5 * _SHRINK * float(change @ change)
    errors = -weights / (1 + np.exp(np.clip(logits, -30, 30)))
    return loss, errors @ rows + _SHRINK * change


def _nearer(formula: Formula, now: Mapping[str, float], target: Mapping[str, float]) -> dict[str, float]:
    """The target, or as near to it as one step leads."""
    usual, here, there = (formula.strengths(formula.vector(formula.weights({}, which))) for which in ({}, now, target))
    return _named(formula, np.clip(there, here - STEP * usual, here + STEP * usual))


def _named(formula: Formula, strengths: Doubles) -> dict[str, float]:
    return dict(zip(formula.defaults, map(float, formula.of_strengths(strengths)), strict=True))
