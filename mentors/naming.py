"""Whom somebody asks for by name, such as ``what would Einstein say``, and who is only mentioned.

A name alone is never enough: "our CEO Steve", "Elvis the deploy bot" and "when was Einstein born?" ask for nobody.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping

from mentors.models import ROBBIE, Mentor
from mentors.words import own_words

# {n} is any name, {s} one that can mean nobody else; what must not follow or precede is judged for all in _meant.
_SAYING = (
    "say|think|do|put|suggest|advise|recommend|tell|answer|ask|cut|change|see|react|approach|handle|solve|write|call|"
    "name|make|draw|build|have|respond|explain|feel|want|sell|open|start|cook|sing"
)
_ASKING = "ask|get|bring|call|summon|channel|fetch|frag|frage|hol|hole|ruf"
_TELLING = (
    r"answer\w*|reply\w*|respond\w*|speak\w*|talk\w*|write|explain|say(?: it| this| that)?|put it|sound|act|be|"
    r"antworte\w*|sprich|sprechen?|rede|schreib\w*|erkl(?:ä|ae)r\w*|sag\w*(?: es| das| mir)?|formulier\w*|sei"
)
_OPENING = (
    "what|how|why|should|shall|can|could|would|please|give|tell|help|explain|show|rate|write|name|pick|bitte|wie|"
    "warum|wieso|womit|welche\\w*|was (?:w(?:ü|ue)rdest|soll|meinst|denkst|sagst|h(?:ä|ae)ltst)|sag|hilf|gib|"
    "erkl(?:ä|ae)r\\w*|schreib\\w*|nenn"
)
_BEFORE = (
    r"(?:^|[.!?\n,:]\s*|"
    r"\b(?:please|bitte|let's|lets|let us|lass uns|can (?:you|we)|could (?:you|we)|kannst du|hey|robbie)\s+)"
)
_ASKED = (
    rf"\b(?:what|how|which|where|who)\s+(?:\w+\s+)?(?:would|might|could)\s+{{n}}\s+(?:\w+\s+)?(?:{_SAYING})\b",
    r"\b(?:was|wie|womit|welche\w*)\s+(?:\w+\s+)?w(?:ü|ue)rde\s+{n}\b",
    rf"{_BEFORE}(?:{_ASKING})\s+(?:mal\s+|bitte\s+|once\s+|in\s+)?{{n}}\b",
    r"\b(?:let|have)\s+{s}\s+(?:have|answer|speak|take|explain|try|look|handle|do|reply|weigh|go|decide|write|tell|chime)",
    r"\blass\s+(?:mal\s+|doch\s+|bitte\s+)?{s}\b",
    r"^(?:\W*\w+\s+)?(?:can|could|may|kann|k(?:ö|oe)nnte|soll|should)\s+{s}\s+(?:please|take|have|look|help|answer|"
    r"explain|weigh|try|give|tell|mal|das|dazu|bitte|antworten|hier)",
    rf"\b(?:{_TELLING})\s+(?:\w+\s+){{{{0,4}}}}?(?:as|like|wie|als|as if you were)\s+{{n}}\b",
    r"\b(?:in the|with the|mit der|mit dem|im|in der)\s+(?:voice|style|spirit|words|tone|manner|stil|ton|sinne?|"
    r"geiste?|stimme|worten|art)\s+(?:of|von)\s+{n}\b",
    r"\bin\s+{n}['’]s?\s+(?:voice|style|words|tone|spirit)\b",
    r"\b{s}['’]s?\s+(?:take|view|opinion|advice|perspective|thoughts|verdict|meinung|rat|sicht|stimme)\b",
    rf"^\W*{{s}}\s+(?:{_OPENING})\b",
    r"^\W*(?:(?:hey|hi|hello|hallo|ok|okay|dear|lieber|liebe)\s+)?{s}\s*(?:(?:,|and|und|&|or|oder)\s*{a}\s*)*"
    r"(?:[,:!?–—]|-\s|$)",
    r"^\W*@\s?{n}\b",
    r"^\W*(?:(?:hey|hi|hello|hallo)\s+){s}\b",
    r"\b(?:i|we)(?:['’]d| would)?\s+(?:want|like|need|love)\s+(?:to hear\s+(?:from\s+)?)?{s}\s+(?:to|on|for|here|in)\b",
    r"\bich\s+(?:will|m(?:ö|oe)chte|brauche|h(?:ä|ae)tte gern\w*)\s+{s}\b",
    r"^\W*(?:switch to|talk to|use|be|play|wechsle? zu|nimm|benutze|sei|mit)\s+{s}\b",
    r"\b{s}\s+(?:should|shall|soll|sollte)\s+(?:answer|reply|say|decide|take|antworten|sagen|entscheiden)",
)
_OWN_VOICE = re.compile(
    r"\b(?:no|without(?: an?| any)?|ohne|kein\w*)\s+(?:mentors?|persona)\b"
    r"|\b(?:just|only|nur)\s+(?:you|robbie|du)\b(?!\s+\w)"
    r"|\b(?:as|als)\s+(?:yourself|robbie|du selbst)\b|\b(?:your own|deine\w*\s+eigene\w*)\s+(?:voice|stimme)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\bnot|n['’]t|\bnicht|\bkein\w*|\bwithout|\bohne|\binstead of|\bstatt|\bnever)\s+(?:\w+\s+){0,2}?$",
    re.IGNORECASE,
)
_SOMEBODY_ELSES = re.compile(
    r"\b(?:the|our|my|your|their|der|die|das|dem|den|unser\w*|mein\w*|euer|eure\w*)\s+$", re.IGNORECASE
)
_A_THING = re.compile(
    r"[-–]\w|\s+(?:the|der|die|das)\s+\w+|\s+(?:bot|server|pod|cluster|room|raum|stra(?:ß|ss)e|street|channel|project|"
    r"projekt|team|account|branch)\b",
    re.IGNORECASE,
)
_AN_APPOSITION = re.compile(
    r",\s+(?:the|our|my|a|an|der|die|das|unser\w*|mein\w*|ein\w*)\s+[^,.!?]{1,40},", re.IGNORECASE
)
_A_COLLEAGUE = re.compile(
    r"\s+(?:from|in|at|of|to|for|aus|vom|von|beim|bei|zu|about (?:his|her)|"
    r"(?:if|whether|ob) (?:he|she|er|sie|the|der|die|das)\b)|"
    r"\s+(?:and|und|or|oder)\s+(?-i:[A-Z])|\s+(?-i:[A-ZÄÖÜ][a-zäöüß]+)",
    re.IGNORECASE,
)


class Names:
    """The names of all mentors, and who is asked for by them."""

    def __init__(self, mentors: Iterable[Mentor]) -> None:
        self._own: dict[str, str] = {}
        self._shared: dict[str, str] = {}
        for mentor in mentors:
            self._own |= {name.casefold(): mentor.id for name in (mentor.name, *mentor.aliases)}
            self._shared |= {name.casefold(): mentor.id for name in mentor.short_names}
        strong, anyone = _either(self._own), _either({**self._own, **self._shared})
        plain = anyone.replace("?P<name>", "?:")
        self._asked = [
            re.compile(pattern.format(s=strong, n=anyone, a=plain), re.IGNORECASE | re.MULTILINE) for pattern in _ASKED
        ]
        self._any = re.compile(rf"\b{anyone}\b", re.IGNORECASE)

    def find(self, name: str) -> str | None:
        """The id of the mentor that somebody calls so, as in ``/mentor einstein``."""
        asked = " ".join(name.replace("_", " ").casefold().split()).lstrip("@")
        by_id = {id.replace("_", " "): id for id in self._own.values()}
        return {**self._shared, **by_id, **self._own}.get(asked)

    def asked(self, text: str, present: Collection[str] = ()) -> tuple[str, ...]:
        """The ids of those who are asked for, in their order; ``robbie`` for Robbie's own voice.

        Args:
            text: what somebody wrote.
            present: names of people in the conversation, who are meant by a name that they share with a mentor.
        """
        text = own_words(text)
        if _OWN_VOICE.search(text):
            return (ROBBIE,)
        if not self._own or not self._any.search(text):
            return ()
        here = {word for name in present for word in name.casefold().split()}
        found: dict[str, int] = {}
        for pattern in self._asked:
            for match in pattern.finditer(text):
                id = self._meant(match, text, here)
                if id is not None:
                    found.setdefault(id, match.start())
        if found:
            self._add_companions(text, found, here)
        return tuple(sorted(found, key=lambda id: found[id]))

    def _meant(self, match: re.Match[str], text: str, here: Collection[str]) -> str | None:
        name = match["name"].casefold()
        start, end = match.span("name")
        if _DENIED.search(text[: match.start()] + text[match.start() : start]) or _SOMEBODY_ELSES.search(text[:start]):
            return None
        after = text[end:]
        if _A_THING.match(after) or _AN_APPOSITION.match(after):
            return None
        if name in self._own:
            return self._own[name]
        return None if name in here or _A_COLLEAGUE.match(after) else self._shared[name]

    def _add_companions(self, text: str, found: dict[str, int], here: Collection[str]) -> None:
        """``Einstein and Churchill``: who is joined to somebody that is asked for is asked for, too."""
        names: Mapping[str, str] = {**self._shared, **self._own}
        matches = list(self._any.finditer(text))
        for left, right in itertools.pairwise(matches):
            joined = text[left.end() : right.start()].strip().casefold() in (
                "and",
                "und",
                ",",
                "&",
                "or",
                "oder",
                ", and",
            )
            one, other = names[left[0].casefold()], names[right[0].casefold()]
            if joined and one in found and right[0].casefold() not in here:
                found.setdefault(other, right.start())


def _either(names: Mapping[str, str]) -> str:
    """A group of all names, the longest first."""
    longest = sorted(names, key=len, reverse=True)
    return "(?P<name>" + "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest) + r")(?!\w)"
