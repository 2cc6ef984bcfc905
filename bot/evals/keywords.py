"""What the choice of a mentor is measured against: a list of keywords, as one would write it first.

A mentor's name anywhere asks for them; else whoever has the most keywords in the message; else Robbie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mentors.models import ROBBIE

_NAMES: Mapping[str, tuple[str, ...]] = {
    "steve_jobs": ("steve", "jobs"),
    "albert_einstein": ("albert", "einstein"),
    "winston_churchill": ("winston", "churchill"),
    "julia_child": ("julia",),
    "elvis_presley": ("elvis", "presley"),
    "john_lennon": ("john", "lennon"),
}
_KEYWORDS: Mapping[str, str] = {
    "steve_jobs": (
        "strategy strategie roadmap plan product produkt market markt priority prioritise priorisieren focus "
        "fokus vision launch pricing preis price competitor konkurrenz growth wachstum feature features "
        "should sollen okrs quarter"
    ),
    "albert_einstein": (
        "why warum wieso bug error fehler problem explain erkläre erklären verstehe understand cause ursache "
        "debug fails crash prove proof algorithm math statistics experiment traceback impossible reproduce "
        "latency memory query"
    ),
    "winston_churchill": (
        "tell sagen conflict konflikt fire kündigen kündigung layoffs apologise entschuldigung feedback angry "
        "wütend boss chef manager customer kunde refuse absage no nein raise gehalt difficult crisis krise "
        "resign news"
    ),
    "julia_child": (
        "sad traurig tired müde frustrated frustriert scared angst afraid failed gescheitert learn lernen "
        "lerne encourage motivation motivier motivate fraud overwhelmed burned mistake exhausted rejected "
        "cook kochen"
    ),
    "elvis_presley": (
        "talk vortrag presentation präsentation präsentieren stage bühne pitch demo keynote speech rede "
        "audience publikum show lampenfieber webinar toast moderiere slides all-hands"
    ),
    "john_lennon": (
        "idea ideas ideen idee name slogan poem gedicht story geschichte song creative kreativ brainstorm "
        "tagline motto write schreib rewrite joke funny lustig campaign concept limerick headline metaphor "
        "metapher"
    ),
}
_WORD = re.compile(r"[\w-]+")


def by_keywords(text: str) -> str:
    """A mentor's id, or ``robbie``."""
    words = set(_WORD.findall(text.casefold()))
    for id, names in _NAMES.items():
        if words & set(names):
            return id
    hits = {id: len(words & set(keywords.split())) for id, keywords in _KEYWORDS.items()}
    best = max(hits, key=lambda id: hits[id])
    return best if hits[best] else ROBBIE
