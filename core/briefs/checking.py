"""Whether words say what the composed ones say: no fact more, none less, none another.

Each text is held against the composed text that it takes the place of, never against another one: a name, a number or a
day of one line is an invention in another. What a text is made of:

- links, mentions, markup and odd characters: the same;
- times, amounts, numbers, refs: the same, in the same order; days: the same, by whatever name that is right for them;
- names: the same, in the same order, so that who waits for whom stays so;
- states (done, won, late, promised, …) and negations: the same, but for a few that may go (core/briefs/lexicon.py);
- all other words: those of the composed text, whatever their ending, and words that carry no fact.

A fault of the last kind costs the text only its place: the composed one stands. All others cost the whole brief its
phrasing: who invents once is not to be believed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from core.briefs.claims import Claims, added, claims, names_day
from core.briefs.lexicon import COLOUR, COMMON, MAY_GO
from core.briefs.models import Brief, Facts
from core.notes.refusals import stems
from core.values import Frozen

_KEPT = 0.6
"""The share of a line's words with content that must still be there; of what it is about, all."""

_LONGER, _ROOM, _VOICE_ROOM = 1.4, 40, 160
_MARKUP = "[]`|<>\\*_~"
_YOU = frozenset(
    ("you", "you're", "you've", "you'll", "your", "yours", "du", "dir", "dich", "dein", "deine", "deinen", "deinem")
)


class Phrased(Frozen):
    """A brief's texts in other words. ``lines``: by number."""

    opening: str
    closing: str
    lines: Mapping[int, str]


class Fault(Frozen):
    """What is wrong with a text.

    Attributes:
        what: in a word, for the log; nothing of the text itself.
        grave: whether it may change what is said, and not only how.
    """

    what: str
    grave: bool = True


def phrased(facts: Facts, brief: Brief, words: Phrased) -> tuple[Brief, tuple[Fault, ...]]:
    """The brief in these words, as far as they may be taken, and what was wrong with the others."""
    by_number = {line.number: line for line in brief.lines}
    if words.lines.keys() != by_number.keys():
        return brief, (Fault(what="line"),)
    today = facts.local_date
    opening = _chosen(words.opening, brief.opening, today, voice=True)
    closing = _chosen(words.closing, brief.closing, today, voice=True)
    lines = {number: _chosen(words.lines[number], line.text, today) for number, line in by_number.items()}
    faults = tuple(fault for _, fault in (opening, closing, *lines.values()) if fault is not None)
    if any(fault.grave for fault in faults):
        return brief, faults
    parts = tuple(
        part.model_copy(
            update={"lines": tuple(one.model_copy(update={"text": lines[one.number][0]}) for one in part.lines)}
        )
        for part in brief.parts
    )
    return brief.model_copy(update={"opening": opening[0], "closing": closing[0], "parts": parts}), faults


def _chosen(new: str, old: str, today: date, *, voice: bool = False) -> tuple[str, Fault | None]:
    new = new.strip()
    if new == old.strip():
        return old, None
    fault = fault_of(new, old, today, voice=voice)
    return (old if fault else new), fault


def fault_of(new: str, old: str, today: date, *, voice: bool = False) -> Fault | None:
    """The gravest thing that is wrong with a text; None where it may stand for the old one.

    Args:
        new: the text.
        old: the composed text in whose place it stands.
        today: what ``tomorrow`` is reckoned from.
        voice: whether it may be coloured by a voice, as an opening and a closing may.
    """
    found, meant = claims(new, today), claims(old, today)
    grave = next(_grave(new, old, found, meant), None)
    if grave is not None:
        return Fault(what=grave)
    light = next(_light(new, old, found, meant, voice=voice), None)
    return None if light is None else Fault(what=light, grave=False)


def _grave(new: str, old: str, found: Claims, meant: Claims) -> Iterator[str]:
    if "\n" in new or any(new.count(mark) != old.count(mark) for mark in _MARKUP):
        yield "markup"
    yield from added(found, meant)
    yield from _lost(found, meant)
    if _order(found, found, meant) != _order(meant, found, meant):
        yield "order"


def _lost(found: Claims, meant: Claims) -> Iterator[str]:
    """What the old text claims, and the new one no longer does."""
    less = {
        "link": meant.links - found.links,
        "mention": meant.mentions - found.mentions,
        "number": found.exact != meant.exact,
        "date": any(day not in found.dates and day.weekday() not in found.weekdays for day in meant.dates)
        or not all(names_day(found, day) for day in meant.weekdays),
        "name": meant.firm - set(found.words),
        "state": meant.states - found.states - MAY_GO,
        "negation": found.negations != meant.negations,
    }
    yield from (f"{kind} lost" for kind, gone in less.items() if gone)


def _light(new: str, old: str, found: Claims, meant: Claims, *, voice: bool) -> Iterator[str]:
    if bool(new) != bool(old) or len(new) > _LONGER * len(old) + (_VOICE_ROOM if voice else _ROOM):
        yield "length"
    if new[:1] in "#>-+=" and new[:1] != old[:1]:
        yield "markup"
    if meant.odd - found.odd or meant.loose - found.loose or ("?" in new and "?" not in old and not voice):
        yield "mark"
    known, free = stems(old), COLOUR if voice else COMMON
    if any(not _may(word, meant, known, free) for word in found.words):
        yield "word"
    if not voice and not _says_the_matter(new, old, meant):
        yield "matter"


def _says_the_matter(new: str, old: str, meant: Claims) -> bool:
    """Whether all of what the line is about is named, and most of what stands beside it."""
    still, head = stems(new), stems(re.sub(r"\]\([^)]*\)|[^\w\s'’-]", " ", old.partition(" · ")[0]))
    kept = stems(" ".join(meant.words))
    return head <= still and len(kept & still) >= _KEPT * len(kept)


def _may(word: str, meant: Claims, known: frozenset[str], free: frozenset[str]) -> bool:
    return word in meant.words or word in free or stems(word) <= known or word.endswith("n't")


def _order(text: Claims, found: Claims, meant: Claims) -> list[str]:
    """The names that both texts have, and “you” where both do, as they first stand in one of them."""
    both = set(found.names) & set(meant.names)
    if not _YOU.isdisjoint(found.words) and not _YOU.isdisjoint(meant.words):
        both |= _YOU
    return list(dict.fromkeys("you" if word in _YOU else word for word in text.words if word in both))
