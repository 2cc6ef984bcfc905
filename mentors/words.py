"""Finds phrases in a message: quick, indifferent to case and accents, the same for English and German.

A phrase is words with spaces. ``plan*`` stands for every word that begins so, ``(how|wie)`` for one of several (where
one is empty it may be left out), ``…`` for up to four words in between, ``^`` for the beginning of the message, where a
greeting or "can you please" does not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_MOST = 1_600
_GAP = 4
_START, _GAP_SIGN = "^", "…"
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|:[()]|[.,:;!?\n]|[\U0001f300-\U0001faff☹☺]")
_MARKS = frozenset(".:;!?\n")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "‘": "'"})
_POLITE = "hey hi hello hallo robbie please bitte ok okay so and und can could would will you du mal mir uns me us"
_FILLERS = frozenset((*_POLITE.split(), "kannst", "koenntest", "wuerdest", ",", "!"))
_NEGATIONS = frozenset(("no", "not", "kein", "keine", "keinen", "without", "ohne"))
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_PART = re.compile(r"\([^()]*\)|\S+")
_QUOTED = re.compile(r"[\"“„»«][^\"“”„»«\n]{12,}[\"”“«»]|^>.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Words:
    """A message as words, without what is quoted in it.

    Attributes:
        tokens: words and sentence marks, with ``^`` where the message begins.
        count: how many words there are.
        code: whether it holds a block of code.
    """

    tokens: tuple[str, ...]
    count: int
    code: bool = False


def words(text: str) -> Words:
    """The words of a message."""
    code = "```" in text
    found = _TOKEN.findall(fold(own_words(text)))
    begin = next((at for at, token in enumerate(found) if token not in _FILLERS), len(found))
    tokens = (_START, *found[:begin], _START, *found[begin:]) if begin else (_START, *found)
    return Words(tokens, sum(token[0].isalnum() for token in found), code)


def own_words(text: str) -> str:
    """The text without code and quotations; of a very long one, its beginning and its end."""
    if len(text) > _MOST:
        text = text[: _MOST // 2] + "\n" + text[-_MOST // 2 :]
    return _QUOTED.sub(" ", _CODE.sub(" ", text))


def fold(text: str) -> str:
    """Small letters without accents; umlauts as they are written without a German keyboard."""
    small = text.casefold().translate(_UMLAUTS)
    if small.isascii():
        return small
    return "".join(sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign))


@dataclass(slots=True)
class _Node:
    """A place within a phrase, and where each next word leads.

    Attributes:
        aside: places that are reached without a word.
        gap: the place after some words of any kind.
        ends: what the phrase that ends here speaks for.
    """

    exact: dict[str, list[_Node]] = field(default_factory=dict)
    stems: dict[str, list[_Node]] = field(default_factory=dict)
    aside: list[_Node] = field(default_factory=list)
    gap: _Node | None = None
    ends: str = ""


class Phrases:
    """Many phrases, each with the key that it speaks for, looked for in one pass."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        for key, patterns in phrases.items():
            for pattern in patterns:
                _add(self._root, pattern, key)

    def find(self, tokens: Sequence[str]) -> dict[str, str]:
        """The keys that are spoken for, each with the words that do so. What is denied does not count."""
        found: dict[str, str] = {}
        for start in range(len(tokens)):
            if start and tokens[start - 1] in _NEGATIONS:
                continue
            for end, key in _matches(self._root, tokens, start):
                said = " ".join(tokens[start:end]).strip("^ ")
                if len(said) > len(found.get(key, "")):
                    found[key] = said
        return found


def _add(node: _Node, pattern: str, key: str) -> None:
    for part in _PART.findall(pattern):
        following = _Node()
        for choice in part.strip("()").split("|") if part[0] == "(" and part[-1] == ")" else (part,):
            _lead(node, choice.split(), following)
        node = following
    node.ends = key


def _lead(node: _Node, steps: Sequence[str], target: _Node) -> None:
    """Lead from a place over some words to another place."""
    for number, step in enumerate(steps, 1):
        following = target if number == len(steps) else _Node()
        if step == _GAP_SIGN:
            between = _Node(aside=[following])
            node.aside.append(_Node(gap=between))
        elif step.endswith("*"):
            node.stems.setdefault(fold(step[:-1]), []).append(following)
        else:
            node.exact.setdefault(fold(step), []).append(following)
        node = following
    if not steps:
        node.aside.append(target)


def _matches(node: _Node, tokens: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    if node.ends:
        yield at, node.ends
    for beside in node.aside:
        yield from _matches(beside, tokens, at)
    if node.gap is not None:
        yield from _over_gap(node.gap, tokens, at)
    if at < len(tokens):
        for following in _following(node, tokens[at]):
            yield from _matches(following, tokens, at + 1)


def _following(node: _Node, token: str) -> Iterator[_Node]:
    yield from node.exact.get(token, ())
    if node.stems:
        for end in range(2, len(token) + 1):
            yield from node.stems.get(token[:end], ())


def _over_gap(node: _Node, tokens: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    for skipped in range(_GAP + 1):
        yield from _matches(node, tokens, at + skipped)
        if at + skipped >= len(tokens) or tokens[at + skipped] in _MARKS:
            return
