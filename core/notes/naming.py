"""Whom a text names, however it is written: lower-case, with a tag or an accent, in full or by the first name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.memory.asking import ALSO_WORDS
from core.notes.models import Subject

UNKNOWN = "somebody"
"""What stands for an account that nobody knows, behind an @."""

_TAG = re.compile(r"[\[({<][^\])}>]*[\])}>]")
_END = re.compile(r"\s[-–—|/•·]\s?|[|/•·]")
_WORD = re.compile(r"@?[^\W_]+")
_SHORT = 3  # letters: a shorter name may be a word of many languages
_TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "sir", "herr", "frau"}
# What people call others by whoever they are, and small words: no name, though somebody may call themselves so.
_NOBODY_IS_CALLED = (
    "all and are boss brother but cat chef chief child dad daddy daughter dog everybody everyone family father for "
    "friend guy her him his husband kid kids lead manager mom mother mum mummy mutter nobody not one our papa parents "
    "partner she sister sohn somebody someone son team the they tochter vater who wife you aber auch das der die ein "
    "er es ich ihr ist mein nicht sie und uns wer wir"
)
_NOBODY = frozenset(_NOBODY_IS_CALLED.split())


def absent(text: str, people: Mapping[int, str], here: Collection[str]) -> Iterator[Subject]:
    """Those of the people whom a text names in full, or by a first or last name that is none of ``here``.

    By a name that several have, nobody is known to be meant.

    Args:
        text: what is said.
        people: who may be meant, by name.
        here: the names of those who are known to be meant, or not to be.
    """
    said = Said(text)
    whole = {id: name for id, name in people.items() if said.in_full(name)}
    for id, name in whole.items():
        yield Subject(kind="person", name=name, person_id=id)
    known = {call for name in (*here, *whole.values()) for call in _calls(name)}
    meant: dict[str, dict[int, str]] = {}
    for id, name in people.items():
        if id not in whole and (call := said.call(name)) and folded(call) not in known:
            meant.setdefault(folded(call), {})[id] = call
    for calls in meant.values():
        (one, call), *others = calls.items()
        if others:
            yield Subject(kind="person", name=call)
        else:
            yield Subject(kind="person", name=people[one], person_id=one)
    if f"@{UNKNOWN}" in text:
        yield Subject(kind="person", name=UNKNOWN)


@dataclass(frozen=True)
class Said:
    """A text whose words are looked for names."""

    text: str

    def names(self, name: str) -> bool:
        """Whether it names somebody of this name, in full or in part."""
        return self.in_full(name) or self.call(name) is not None

    def in_full(self, name: str) -> bool:
        """Whether the whole name is in it, or all that there is of one in letters without capitals."""
        words = [folded(word) for word in _words(name)]
        if len(words) > 1:
            return f" {' '.join(words)} " in self._line
        return len(name.strip()) > 1 and name.lower() == name.upper() and name.strip() in self.text

    def call(self, name: str) -> str | None:
        """The part of a name by which it is called here: the first, or the last of two."""
        words = _words(name)
        if not words:
            return None
        first, last = _first(words), words[1] if len(words) == 2 else ""
        if self._calls(first):
            return first
        if len(last) > _SHORT and folded(last) in self._capitals and folded(last) not in ALSO_WORDS:
            return last
        return None

    def _calls(self, first: str) -> bool:
        call = folded(first)
        if f"@{call}" in self._words:
            return True
        if call in _NOBODY:
            return False
        return call in (self._capitals if len(first) < _SHORT or call in ALSO_WORDS else self._words)

    @cached_property
    def _spoken(self) -> list[str]:
        return _WORD.findall(unicodedata.normalize("NFKC", self.text))

    @cached_property
    def _words(self) -> frozenset[str]:
        words = [folded(word) for word in self._spoken]
        return frozenset((*words, *(word.removeprefix("@") for word in words)))

    @cached_property
    def _capitals(self) -> frozenset[str]:
        words = [word.removeprefix("@") for word in self._spoken]
        return frozenset(folded(word) for word in words if word[0].isupper())

    @cached_property
    def _line(self) -> str:
        return f" {' '.join(folded(word).removeprefix('@') for word in self._spoken)} "


def folded(text: str) -> str:
    """A text without its capitals and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in bare if not unicodedata.combining(one))


def _calls(name: str) -> Iterator[str]:
    words = _words(name)
    if words:
        yield from (folded(word) for word in (words if len(words) == 2 else [_first(words)]))


def _first(words: Sequence[str]) -> str:
    """The first name; what is short before several words is a prefix or decoration."""
    long = [word for word in words if len(word) >= _SHORT] if len(words) > 2 else []
    return (long or words)[0]


def _words(name: str) -> list[str]:
    """The words of a name, its first name first; none of a tag, a title, or what stands behind a dash."""
    bare = _END.split(_TAG.sub(" ", name).strip(), maxsplit=1)[0] or name
    last, _, first = bare.partition(",")
    words = [word.removeprefix("@") for word in _WORD.findall(unicodedata.normalize("NFKC", f"{first} {last}"))]
    return [word for word in words if any(map(str.isalpha, word)) and folded(word) not in _TITLES]
