"""A made-up house of notes at scale: who wrote how many, who sees them, their words and their vectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.memory.ports import DIMENSIONS

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_LARGEST = 0.05  # of all notes are the largest owner's: 50,000 of a million
_SHARED = 0.2
_IN_ROOM = 0.3
_TOPICS, _VOCABULARY, _OF_TOPIC = 4000, 30_000, 60
_WORDS = 12

# Set so that distances are like those of all-MiniLM-L6-v2 between the turns of long conversations (LoCoMo): any two
# have a cosine of .21 ± .12, the variance falls along the axes as (k + 8)^-1.35, the nearest of 2,000 is at .65.
_COMMON, _TOPIC = 0.21, 0.6
_QUESTION = 0.04, 0.5  # the same of a question, which is less like anything than notes are


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of the notes, a row each.

    Attributes:
        owner: from 0, by size.
        shared: whether all of the org see it.
        room: from 1; 0 for what was said in a direct message.
        text: made-up words.
        vectors: of unit length.
    """

    owner: Ints
    shared: NDArray[np.bool_]
    room: Ints
    text: list[str]
    vectors: Floats


class World:
    """So many notes, the same for the same seed.

    Args:
        notes: how many.
        seed: of the random numbers.
    """

    def __init__(self, notes: int, seed: int = 5) -> None:
        self.notes = notes
        self.owners = min(10_000, max(20, notes // 100))
        self.rooms = max(5, notes // 500)
        self._seed = seed
        random = np.random.default_rng(seed)
        spectrum = (np.arange(DIMENSIONS) + 9.0) ** -1.35
        turned, _ = np.linalg.qr(random.standard_normal((DIMENSIONS, DIMENSIONS)))
        # Rows of standard normal numbers times this have unit length on average, and the spectrum in no special axes.
        self._shape: Floats = (np.sqrt(spectrum / spectrum.sum())[:, None] * turned).astype(np.float32)
        self._common = _unit(self._drawn(random, 1))
        self._topics = self._drawn(random, _TOPICS)
        self._lexicon = _lexicon(random, _VOCABULARY)
        self._topic_shares = _falling(_TOPICS)
        self._word_shares = _falling(_VOCABULARY, 20)  # as without stop words: the commonest is in 4 % of the notes
        self._room_shares = _falling(self.rooms)
        self._of_topic = random.integers(0, _VOCABULARY, (_TOPICS, _OF_TOPIC))

    @cached_property
    def shares(self) -> Floats:
        """Zipf: the k-th owner has a part in proportion to k^-s, with s such that the first has the wanted part."""
        ranks = np.arange(1, self.owners + 1)
        low, high = 0.0, 3.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if 1 / (ranks**-middle).sum() > _LARGEST else (middle, high)
        weights: Floats = ranks**-low
        shares: Floats = weights / weights.sum()
        return shares

    def chunks(self, rows: int = 20_000) -> Iterator[Chunk]:
        """All notes, as they would come in: everybody's in turn."""
        random = np.random.default_rng([self._seed, 1])
        counts = np.maximum(1, np.round(self.shares * self.notes)).astype(int)
        counts[-1] = max(1, counts[-1] + self.notes - counts.sum())
        owners = random.permutation(np.repeat(np.arange(self.owners), counts))[: self.notes]
        for start in range(0, self.notes, rows):
            owner = owners[start : start + rows]
            topic = random.choice(_TOPICS, len(owner), p=self._topic_shares)
            room = 1 + random.choice(self.rooms, len(owner), p=self._room_shares)
            yield Chunk(
                owner=owner,
                shared=random.random(len(owner)) < _SHARED,
                room=np.where(random.random(len(owner)) < _IN_ROOM, room, 0),
                text=self._texts(random, topic, _WORDS),
                vectors=self._vectors(random, topic, _COMMON, _TOPIC),
            )

    def questions(self, count: int) -> tuple[list[str], Floats]:
        """Questions about the topics: less near to the notes than these are to each other."""
        random = np.random.default_rng([self._seed, 2])
        topic = random.choice(_TOPICS, count, p=self._topic_shares)
        return self._texts(random, topic, 8), self._vectors(random, topic, *_QUESTION)

    def _vectors(self, random: np.random.Generator, topic: Ints, common: float, weight: float) -> Floats:
        own = np.sqrt(weight) * self._topics[topic] + np.sqrt(1 - weight) * self._drawn(random, len(topic))
        return _unit(np.sqrt(common) * self._common + np.sqrt(1 - common) * own)

    def _drawn(self, random: np.random.Generator, count: int) -> Floats:
        drawn: Floats = random.standard_normal((count, DIMENSIONS), np.float32) @ self._shape
        return drawn

    def _texts(self, random: np.random.Generator, topic: Ints, words: int) -> list[str]:
        """Half of the words are the topic's, half are common ones, which are by Zipf."""
        common = random.choice(_VOCABULARY, (len(topic), words), p=self._word_shares)
        places = random.integers(0, _OF_TOPIC, (len(topic), words))
        chosen = np.where(random.random((len(topic), words)) < 0.5, self._of_topic[topic[:, None], places], common)
        return [" ".join(row) for row in self._lexicon[chosen].tolist()]


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit.astype(np.float32)


def _falling(count: int, late: int = 0) -> NDArray[np.float64]:
    """Zipf-Mandelbrot: the k-th has a part in proportion to 1 / (k + late)."""
    weights = 1 / np.arange(1 + late, count + 1 + late)
    parts: NDArray[np.float64] = weights / weights.sum()
    return parts


def _lexicon(random: np.random.Generator, count: int) -> NDArray[np.str_]:
    """Words that sound like some, all of them different."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    chosen = random.choice(len(syllables) ** 3, count, replace=False)
    size = len(syllables)
    return np.array([syllables[n % size] + syllables[n // size % size] + syllables[n // size**2] + "k" for n in chosen])
