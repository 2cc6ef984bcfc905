"""A formula by which things are put in order: its terms, what each weighs, and how they give a score."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import expm1, log1p

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Formula(ABC):
    """Terms from 0 to 1, with weights, give a score from 0 to 1.

    A weight is learnt on the scale of its *strength*, on which twice as much is twice as much at any weight.

    Attributes:
        name: one word, for people and for what is kept.
        title: what it puts in order.
        lines: the proposals that a person does something with.
        defaults: what each term weighs for somebody of whom nothing is known.
        meanings: what each term says, in the order in which they are shown.
        heaviest: the most that a weight can be.
        how: a sentence for people on how terms and weights give the score.
    """

    name: str
    title: str
    lines: str
    defaults: Mapping[str, float]
    meanings: Mapping[str, str]
    heaviest: float
    how: str

    def weights(self, chosen: Mapping[str, float], learnt: Mapping[str, float]) -> dict[str, float]:
        """What the terms weigh: what was set by hand, else what was learnt, else the defaults."""
        return {name: chosen.get(name, learnt.get(name, usual)) for name, usual in self.defaults.items()}

    def score(self, terms: Mapping[str, float], weights: Mapping[str, float]) -> float:
        """From 0 to 1. A term that is missing is 0; a weight that is missing is the default."""
        return sum(self.parts(terms, weights).values())

    def vector(self, values: Mapping[str, float]) -> Doubles:
        """The values of all terms in their order; 0 for one that is missing."""
        return np.array([values.get(name, 0.0) for name in self.defaults])

    @abstractmethod
    def parts(self, terms: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
        """What each term gives to the score; the score is their sum."""

    @abstractmethod
    def strengths(self, weights: Doubles) -> Doubles:
        """The weights on the scale on which they are learnt."""

    @abstractmethod
    def of_strengths(self, strengths: Doubles) -> Doubles:
        """The other way round."""

    @abstractmethod
    def logits(self, terms: Doubles, weights: Doubles) -> Doubles:
        """How ready somebody of these weights is to choose each row of terms, as a logarithm of odds.

        It grows with the score, so that it orders as the score does.
        """

    @abstractmethod
    def slopes(self, terms: Doubles, weights: Doubles) -> Doubles:
        """By how much each row's ``logits`` grow with each strength."""


class Mean(Formula):
    """The mean of the terms by their weights."""

    _SHARPNESS = 8.0  # 0.1 more of the score is chosen with odds of 2.2

    def parts(self, terms: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
        """What each term gives to the score."""
        own = {name: max(0.0, weights.get(name, usual)) for name, usual in self.defaults.items()}
        total = sum(own.values()) or 1.0
        return {name: own[name] * terms.get(name, 0.0) / total for name in own}

    def strengths(self, weights: Doubles) -> Doubles:
        """The weights themselves."""
        return weights

    def of_strengths(self, strengths: Doubles) -> Doubles:
        """The weights themselves."""
        return strengths

    def logits(self, terms: Doubles, weights: Doubles) -> Doubles:
        """Linear in the weights: it is not asked what they sum up to, which changes no order."""
        return self.slopes(terms, weights) @ weights

    def slopes(self, terms: Doubles, weights: Doubles) -> Doubles:
        """The terms."""
        return self._SHARPNESS * terms / sum(self.defaults.values())


class NoisyOr(Formula):
    """``1 - prod(1 - weight * term)``: each term is enough by itself with that probability (Pearl 1988).

    What is not said by any reason is a product, so its logarithm is a sum: the strength of a weight is
    ``-log(1 - weight)``, of which twice as much is the same reason said twice. No strength leads beyond a weight of 1.
    """

    _SHARPNESS = 4.0  # about the same beside a score of one half, where the logarithm is twice as steep
    _SURE = 0.999  # a weight of 1 has no finite strength

    def parts(self, terms: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
        """What each term gives to the score: its share of the logarithm of what is left."""
        left = {
            name: -log1p(-min(self._SURE, weights.get(name, usual) * terms.get(name, 0.0)))
            for name, usual in self.defaults.items()
        }
        total = sum(left.values())
        score = -expm1(-total)
        return {name: score * one / total if total else 0.0 for name, one in left.items()}

    def strengths(self, weights: Doubles) -> Doubles:
        """``-log(1 - weight)``."""
        found: Doubles = -np.log1p(-np.minimum(weights, self._SURE))
        return found

    def of_strengths(self, strengths: Doubles) -> Doubles:
        """``1 - exp(-strength)``."""
        found: Doubles = -np.expm1(-strengths)
        return found

    def logits(self, terms: Doubles, weights: Doubles) -> Doubles:
        """``-log(1 - score)``, which is what a strength adds to where its term is 1."""
        found: Doubles = self._SHARPNESS * self.strengths(terms * weights).sum(axis=1)
        return found

    def slopes(self, terms: Doubles, weights: Doubles) -> Doubles:
        """``term * (1 - weight) / (1 - weight * term)``."""
        sure = np.minimum(weights, self._SURE)
        found: Doubles = self._SHARPNESS * terms * (1 - sure) / (1 - sure * terms)
        return found
