"""What was said long ago, told ever shorter: whole for a week, then its most telling sentences.

Nothing of it is stored: it is made anew of the messages that are still there, so what was deleted, forgotten or edited
is in no summary. Notes are kept apart and are never shortened or replaced by this.

Sentences are chosen as in SumBasic (Nenkova and Vanderwende, "The impact of frequency on summarization", 2005): the one
whose words are the most frequent on average comes first, and what it said counts less for the next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.conversation.models import Utterance


@dataclass(frozen=True, slots=True)
class Stage:
    """How much is left of what is older than an age.

    Attributes:
        share: of its messages, the part that is told.
        most: at most so many of them.
        letters: at most so many of each.
    """

    older_than: timedelta
    share: float
    most: int
    letters: int


STAGES = (
    Stage(timedelta(days=90), 0.05, 4, 120),
    Stage(timedelta(days=30), 0.1, 8, 160),
    Stage(timedelta(days=7), 0.3, 20, 240),
)
"""The oldest first."""

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"\w{3,}")
_TELLING = re.compile(r"\d|\b(?:decided?|agreed?|will|deadline|by|until|because|beschlossen|bis|weil|wird)\b", re.I)


def faded(transcript: Sequence[Utterance], now: datetime) -> Sequence[Utterance]:
    """The transcript with its older part shortened; what is younger than a week is as it was.

    Of the older part, Robbie's own answers are left out: they were made of what people said.

    Args:
        transcript: oldest first.
        now: with a time zone.
    """
    youngest = STAGES[-1].older_than
    if not transcript or now - transcript[0].at <= youngest:
        return transcript
    told: list[Utterance] = []
    upper: timedelta | None = None
    for stage in STAGES:
        old = [said for said in transcript if _aged(said, now, stage.older_than, upper) and not said.by_robbie]
        told += _digest(old, stage)
        upper = stage.older_than
    return [*told, *(said for said in transcript if now - said.at <= youngest)]


def _aged(said: Utterance, now: datetime, least: timedelta, upper: timedelta | None) -> bool:
    age = now - said.at
    return age > least and (upper is None or age <= upper)


def _digest(old: Sequence[Utterance], stage: Stage) -> Iterator[Utterance]:
    """The most telling sentence of the most telling messages, in their order."""
    many = min(stage.most, max(1, round(len(old) * stage.share))) if old else 0
    chosen = dict(_chosen(old, many))
    for number, said in enumerate(old):
        if number in chosen:
            text = chosen[number]
            short = text if len(text) <= stage.letters else text[: stage.letters - 1].rstrip() + "…"
            yield said.model_copy(update={"text": short, "files": ()})


def _chosen(old: Sequence[Utterance], many: int) -> Iterator[tuple[int, str]]:
    sentences = [(number, sentence) for number, said in enumerate(old) for sentence in _sentences(said.text)]
    words = {sentence: _WORD.findall(sentence.casefold()) for _, sentence in sentences}
    counts = Counter(word for _, sentence in sentences for word in words[sentence])
    total = sum(counts.values()) or 1
    weights = {word: count / total for word, count in counts.items()}
    for _ in range(many):
        if not sentences:
            return
        best = max(sentences, key=lambda one: _weight(one[1], words[one[1]], weights))
        yield best
        for word in words[best[1]]:
            weights[word] **= 2
        said = set(words[best[1]])
        sentences = [one for one in sentences if one[0] != best[0] and set(words[one[1]]) != said]


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if _WORD.search(sentence):
            yield " ".join(sentence.split())


def _weight(sentence: str, words: Sequence[str], weights: Mapping[str, float]) -> float:
    """The mean of the words' weights; a sentence that tells a number, a time or a choice counts twice."""
    mean = sum(weights[word] for word in words) / len(words)
    return mean * (2 if _TELLING.search(sentence) else 1)
