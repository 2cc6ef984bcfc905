"""The offline detector: what a message may be worth noting for, without any model being asked.

Three things judge a line. Small linear models, fitted on public data (``tools/fit_notes.py``, ``weights/README.md``),
know requests, feelings, and the actions, decisions and problems of spoken meetings. Cues (``cues.py``) know what nobody
may ship data for. In a transcript of speech, a second small model reads what stands around a line: where, who speaks,
how fast it goes back and forth, and what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import prod
from pathlib import Path

import numpy as np

from core.notes import cues
from core.notes.emotions import GROUPS
from core.notes.grams import char_grams, tokens, word_grams
from core.notes.heads import Floats, Head, probabilities
from core.notes.lines import Line
from core.notes.surroundings import Second, surroundings

__all__ = ["Detector", "Line", "detector"]

WEIGHTS = Path(__file__).parent / "weights" / "notes.npz"
WORDS = (1, 2)
CHARS = (3, 4, 5)
TALK = 40
"""How many lines a thread has at least that may be the words of a talk, whose lines explain each other."""
_FILLERS = frozenset({"um", "uh", "mm", "hmm", "uhm", "erm", "äh", "ähm"})
_FILLED = 0.03
_CHUNK = 2_000
_BESIDE_MAILS = 0.3


class Detector:
    """Scores lines for labels. One instance serves everybody, from any thread."""

    def __init__(
        self,
        meetings: Head,
        topics: Head,
        talk: Second,
        requests: Head,
        emotions: Head,
        thresholds: Mapping[str, float],
    ):
        self._meetings, self._topics, self._talk = meetings, topics, talk
        self._requests, self._emotions = requests, emotions
        self.thresholds = thresholds
        fitted = (*meetings.labels, *requests.labels, *emotions.labels, *GROUPS)
        self.labels: tuple[str, ...] = tuple(dict.fromkeys((*fitted, *cues.LABELS)))

    def scores(self, lines: Sequence[Line], *, together: bool = True) -> Sequence[Mapping[str, float]]:
        """How likely each label is, a mapping for each line.

        Args:
            lines: consecutive ones of one thread, which then explain each other.
            together: False for lines that have nothing to do with each other.
        """
        words = [tokens(line.text) for line in lines]
        spoken = together and _spoken(words)
        table: list[dict[str, float]] = []
        for start in range(0, len(lines), _CHUNK):
            part = slice(start, start + _CHUNK)
            table.extend(self._alone(words[part], [line.text for line in lines[part]], spoken))
        if spoken:
            self._in_talk(lines, words, table)
        return table

    def _alone(self, words: Sequence[Sequence[str]], texts: Sequence[str], spoken: bool) -> list[dict[str, float]]:
        grams = word_grams(words, WORDS)
        meetings = self._named(self._meetings, self._meetings.logits(grams))
        requests = self._named(self._requests, self._requests.logits(grams))
        emotions = self._named(self._emotions, self._emotions.logits(char_grams(texts, CHARS).joined(grams)))
        rows = []
        for number, text in enumerate(texts):
            row = dict.fromkeys(self.labels, 0.0) | meetings[number] | emotions[number]
            row |= {group: 1 - prod(1 - row[member] for member in members) for group, members in GROUPS.items()}
            found = cues.found(words[number], text[: cues.LONGEST])
            for label, share in found.items():
                row[label] = 1 - (1 - row[label]) * (1 - share)
            row["request"] = asked(requests[number]["request"], found, spoken=spoken)
            rows.append(row)
        return rows

    def _in_talk(self, lines: Sequence[Line], words: Sequence[Sequence[str]], table: list[dict[str, float]]) -> None:
        """What is said in a meeting is judged by meetings alone: phrases of chat mean less there."""
        grams = word_grams(words, WORDS)
        around = surroundings(lines, words, self._meetings.logits(grams), self._topics.logits(grams))
        better = self._named(self._talk, self._talk.logits(around))
        for row, talk in zip(table, better, strict=True):
            row |= talk

    @staticmethod
    def _named(head: Head | Second, logits: Floats) -> list[dict[str, float]]:
        return [dict(zip(head.labels, row, strict=True)) for row in probabilities(logits).tolist()]


def asked(mails: float, found: Mapping[str, float], *, spoken: bool = False) -> float:
    """How likely it is that somebody is asked or told to do something.

    Args:
        mails: how likely a sentence of a mail would be.
        found: how likely cues make it.
        spoken: among people who talk, of which mails teach nothing. In writing, they know more than cues.
    """
    told = found.get("told", 0.0) * (1.0 if spoken else _BESIDE_MAILS)
    return 1 - (1 - mails * (not spoken)) * (1 - told) * (1 - found.get("request", 0.0))


def _spoken(words: Sequence[Sequence[str]]) -> bool:
    """Whether these are the words of a talk: long, and with the noises of people who think aloud."""
    fillers = sum(not _FILLERS.isdisjoint(line) for line in words)
    return len(words) >= TALK and fillers >= _FILLED * len(words)


@cache
def detector() -> Detector:
    """The shipped one."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        thresholds = dict(zip(file["thresholds.labels"].tolist(), file["thresholds.values"].tolist(), strict=True))
        meetings, topics, requests, emotions = (
            Head.of(file, name) for name in ("meetings", "topics", "requests", "emotions")
        )
        return Detector(meetings, topics, Second.of(file, "talk"), requests, emotions, thresholds)
