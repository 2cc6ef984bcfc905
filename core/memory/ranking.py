"""How well a memory fits a question: its words, its meaning, what stands beside it, who said it and when.

The weights were set on long conversations (docs/decisions/0021); they are round, and none of them is decisive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import combinations
from math import log

from core.memory.asking import Span
from core.memory.models import Candidate, Candidates

_WORDS, _MEANING = 0.6, 0.65
_SATURATION, _LENGTH = 1.2, 0.5
# How many rows there are is not counted: at least so many, and so many times as many as hold the commonest word.
_FEWEST, _SHARE = 1000, 4

_BESIDE = {1: 0.3, 2: 0.15}  # of the score of what was said so many messages before or after
_ANSWERS = 0.1  # more of it, for what follows a question
_NAMED, _DATED, _ASKS, _IMPORTANT = 0.3, 0.4, 0.1, 0.1

_FITS, _FITS_BY_WORDS, _NEAR = 0.65, 0.4, 0.45


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        words: as the index writes words.
        holders: in how many of the rows that are seen each of the words is; those that are in none, are missing.
        names: speakers who are named.
        own: whether who asks speaks of themselves, and names nobody.
        spans: days that are named.
        zone: by whose calendar.
    """

    words: frozenset[str]
    holders: Mapping[str, int]
    names: frozenset[str] = frozenset()
    own: bool = False
    spans: Sequence[Span] = ()
    zone: tzinfo = UTC


def ranked(question: Question, candidates: Candidates) -> list[tuple[int, float]]:
    """The candidates' ids and scores, the best first; the newer one of two that are equal.

    That something is one's own moves it up, and is not in its score: in private, nearly all is.
    """
    own = _own(question, candidates.found)
    asks = {one.id: one.asks for one in candidates.found}
    beside: dict[int, float] = defaultdict(float)
    for before, after, distance in _pairs(candidates.runs):
        if before in own and after in own:
            answers = _ANSWERS if distance == 1 and asks[before] else 0.0
            beside[after] += (_BESIDE[distance] + answers) * own[before]
            beside[before] += _BESIDE[distance] * own[after]
    scored = [(own[one.id] + beside[one.id] + _beyond(question, one), one) for one in candidates.found]
    scored.sort(key=lambda item: (item[0] + _NAMED * (question.own and item[1].own), item[1].said_at, item[1].id))
    scored.reverse()
    return [(one.id, score) for score, one in scored]


def fits(score: float, similarity: float) -> bool:
    """Whether something has to do with a question at all: what is put before a model must, and not only rank first.

    Of the first six that 200 questions of $ROBBIE_DATA/recall find, 98 % of those that hold the answer pass by their
    score; of those that strangers' conversations hold for the same question, 0.17 a question. By words alone: 99 %, and
    0.07. What says the same in other words passes by its vector: of strangers', 0.03 a question do.

    Args:
        score: as in ``ranked``.
        similarity: as in ``Candidate``; 0 where vectors could not be compared.
    """
    return score >= (_FITS if similarity else _FITS_BY_WORDS) or similarity >= _NEAR


def _own(question: Question, found: Sequence[Candidate]) -> dict[int, float]:
    words = bm25(found, question.words, question.holders)
    return {one.id: _WORDS * word + _MEANING * max(0.0, one.similarity) for one, word in zip(found, words, strict=True)}


def bm25(found: Sequence[Candidate], words: frozenset[str], holders: Mapping[str, int]) -> list[float]:
    """Okapi BM25 (Robertson & Zaragoza 2009, The Probabilistic Relevance Framework) of each candidate.

    As a share of what one would have that holds each word once and is as long as the others: about 0 to 1, so that it
    can be weighed against a cosine whatever else was found.

    Args:
        found: with how often each asked word is in them.
        words: that are asked.
        holders: in how many rows each of them is; those that are in none, are missing.
    """
    total = max(_FEWEST, _SHARE * max(holders.values(), default=0))
    weights = {word: log(1 + (total + 0.5) / (holders.get(word, 0) + 0.5)) for word in words}
    most = sum(weights.values()) or 1.0
    average = max(1.0, sum(one.length for one in found) / max(1, len(found)))

    def score(one: Candidate) -> float:
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * one.length / average)
        counts = [(weights.get(word, 0.0), count) for word, count in one.words.items()]
        return sum(weight * count * (_SATURATION + 1) / (count + norm) for weight, count in counts) / most

    return [score(one) for one in found]


def _pairs(runs: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """What stands before, what after, and how far apart. A pair that is in several runs comes once."""
    known: set[tuple[int, int]] = set()
    for run in runs:
        for (at, before), (later, after) in combinations(enumerate(run), 2):
            if later - at in _BESIDE and (before, after) not in known:
                known.add((before, after))
                yield before, after, later - at


def _beyond(question: Question, one: Candidate) -> float:
    """What counts beside what is said."""
    said = one.said_at.astimezone(question.zone).date()
    return (
        _NAMED * (one.speaker in question.names)
        + _DATED * max((span.fit(said) for span in question.spans), default=0.0)
        - _ASKS * one.asks
        + _IMPORTANT * one.importance
    )
