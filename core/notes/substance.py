"""How much there is to what somebody says: what keeps small talk that sounds like a note from becoming one.

A sentence that sounds like a commitment ("I'll be back in five") is one when it is about something: work, a time, a
number, a name. Both are weighed by log odds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import exp, log
from pathlib import Path

from core.notes import cues
from core.notes.grams import tokens
from core.notes.refusals import stems

_FILE = Path(__file__).with_name("office.txt")
_MARK = "\n[work]\n"
_WORK, _MORE_WORK, _TIME, _NAME, _NUMBER = 0.6, 0.25, 0.35, 0.3, 0.2
_STEEP, _MIDDLE = 4.0, 0.6
_PLAIN = 0.5
_SHORT = 20  # words
_HEARSAY = re.compile(r"[\"“”]|\b(?:he|she|his|her|him|you|your|er|sie|du|dein)\b|\?$", re.IGNORECASE)
_IDLE = re.compile(
    r"\b(?:lol|haha|rofl|jk|joke|i wish|imagine|would(?:['’]ve| have)|could(?:['’]ve| have)|should(?:['’]ve| have)"
    r"|if (?:i|you|nobody|anyone)|not sure|who knows|one day|i guess|don['’]t worry)\b|:\)|;\)",
    re.IGNORECASE,
)
_LEISURE = re.compile(
    r"\b(?:play(?:ed|ing)?|games?|match|movies?|films?|series|episodes?|football|soccer|cards|concert|party|beers?|pub"
    r"|gespielt|spiel|serie|folge|fußball|konzert|bier|kneipe)\b",
    re.IGNORECASE,
)
_LESS = 0.35
_DAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|tomorrow|next (?:week|month|quarter|year)|q[1-4]|eod|eow"
    r"|january|february|march|april|june|july|august|september|october|november|december|christmas|spring|summer|autumn|winter"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|morgen|januar|februar|märz|mai|juni|juli|oktober|dezember"
    r"|(?:nächste|kommende)[nr]? (?:woche|monat|jahr)|weihnachten|wochen?)\b",
    re.IGNORECASE,
)
_PROPER = re.compile(r"(?<=[a-zäöüß,;] )[A-ZÄÖÜ][\w’'-]+")


def heard(text: str) -> Mapping[str, float]:
    """The labels that cues of chats give a text, each with how likely it is."""
    return _CUES.found(tokens(text), text[: cues.LONGEST])


def weighed(likely: float, text: str) -> float:
    """How likely a sentence is worth keeping that is of a kind with this likelihood.

    One that is plainly about work may be worth it though it sounds like nothing in particular.
    """
    likely = max(likely, _PLAIN if _is_plain(text) else 0.0, 1e-6)
    odds = log(likely / max(1 - likely, 1e-6)) + _STEEP * (substance(text) - _MIDDLE)
    return 1 / (1 + exp(-odds))


def substance(text: str) -> float:
    """How much there is to a text, from 0 to 1."""
    found = _work_words(text)
    value = _WORK * (found > 0) + _MORE_WORK * (found > 1)
    value += _TIME * (_DAY.search(text) is not None) + _NUMBER * any(map(str.isdecimal, tokens(text)))
    value += _NAME * (_PROPER.search(text) is not None)
    less = _LESS * ((_IDLE.search(text) is not None) + (_LEISURE.search(text) is not None))
    return max(0.0, min(1.0, value) - less)


def _is_plain(text: str) -> bool:
    """Whether a short sentence says something of work, and enough of it: several such words, or one and a time."""
    found = _work_words(text)
    if len(text.split()) > _SHORT or _HEARSAY.search(text):
        return False
    return found > 1 or (found == 1 and _DAY.search(text) is not None)


def _work_words(text: str) -> int:
    return len(stems(text) & _WORDS)


def _work(text: str) -> Iterator[str]:
    for line in text.partition(_MARK)[2].splitlines():
        yield from stems(line)


_TEXT = _FILE.read_text("utf-8")
_CUES = cues.Cues(_TEXT.partition(_MARK)[0].splitlines())
_WORDS = frozenset(_work(_TEXT))
