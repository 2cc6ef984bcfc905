"""Turns of phrase that give something away, in English and German: for what no labelled data may be shipped.

They stand in ``cues.txt``. One is tried only on texts that hold a word of it, so thousands of texts a second are
possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST = 1_000
_FILE = Path(__file__).with_name("cues.txt")
_DEFINED = re.compile(r"(\w+) = (.+)")
_SECTION = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase, and how likely a text that holds it is of the label."""

    label: str
    share: float
    words: tuple[str, ...]
    phrase: re.Pattern[str]


class Cues:
    """The cues of a file.

    Args:
        lines: ``name = phrase``; ``[label]``; then pairs of lines, a share with words and an indented phrase.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._cues = tuple(_read(lines))
        self._by_word = _by_word(self._cues)
        self.labels = tuple(dict.fromkeys(cue.label for cue in self._cues))

    def found(self, words: Sequence[str], text: str) -> dict[str, float]:
        """The labels whose cues the text holds, each with how likely it is."""
        missing: dict[str, float] = {}
        for number in {number for word in set(words) for number in self._by_word.get(word, ())}:
            cue = self._cues[number]
            if cue.phrase.search(text):
                missing[cue.label] = missing.get(cue.label, 1.0) * (1 - cue.share)
        return {label: 1 - share for label, share in missing.items()}


def _read(lines: Iterable[str]) -> Iterator[Cue]:
    named: dict[str, str] = {}
    label, head = "", ""
    for line in lines:
        if defined := _DEFINED.fullmatch(line):
            named[defined[1]] = defined[2]
        elif section := _SECTION.fullmatch(line):
            label = section[1]
        elif line.startswith(" "):
            share, *words = head.split()
            phrase = _with(named, line.strip())
            words = [one for word in words for one in _with(named, word).split("|")]
            yield Cue(label, float(share), tuple(words), re.compile(phrase, re.IGNORECASE))
        else:
            head = line


def _with(named: Mapping[str, str], text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda one: named.get(one[1], one[0]), text)


def _by_word(cues: Iterable[Cue]) -> Mapping[str, Sequence[int]]:
    numbers: dict[str, list[int]] = {}
    for number, cue in enumerate(cues):
        for word in cue.words:
            numbers.setdefault(word, []).append(number)
    return numbers


_CUES = Cues(_FILE.read_text("utf-8").splitlines())
LABELS = _CUES.labels
found = _CUES.found
