"""Drafts without a model: a greeting, the reason in a natural sentence, one question, in English or German.

What the person noted for themselves (what was last spoken about, what a deal is worth) is not for the other's eyes, and
stands in no draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.briefs.clauses import english_date, german_date
from core.briefs.outreach import Chance

_TITLES = ("dr", "prof", "mr", "mrs", "ms", "herr", "frau")
_LONGEST = 160

Said = tuple[str, str]
"""What is said, and what is asked at the end."""


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's sentences, by what speaks for getting in touch."""

    greeting: str
    close: str
    plain: Mapping[str, Said]
    with_deal: Mapping[str, Said]
    meeting: str
    date: Callable[[date], str]
    step: str


_ENGLISH = _Words(
    greeting="Hi {first},",
    close="Best,\n{me}",
    plain={
        "later": (
            "I wanted to get back to you.",
            "How are things on your side, and is there anything you need from me?",
        ),
        "promise": ("I have not forgotten what I promised you: {promise}.", "When do you need it at the latest?"),
        "promises": (
            "I have not forgotten what I promised you: {promise}. There is more on my list for you, too.",
            "What do you need first?",
        ),
        "birthday": ("Happy birthday! I wish you a good day and a very good year.", "How do you spend it?"),
        "belated": ("I hope you had a good birthday. All the best for the new year of your life.", "How was it?"),
        "silence": (
            "It has been a while since we last spoke, and I was wondering how you are.",
            "Do you have a quarter of an hour for a call this week or next?",
        ),
    },
    with_deal={
        "later": ("I wanted to get back to you about {deal}.", "How do things stand on your side?"),
        "closing": (
            "I am thinking of {deal}, and would like to bring it to a good end with you.",
            "Is anything still open on your side?",
        ),
        "stalled": ("I wanted to ask how things stand with {deal}.", "Is there anything that you still need from me?"),
        "silence": (
            "It has been a while since we last spoke about {deal}.",
            "Do you have a quarter of an hour for a call this week or next?",
        ),
    },
    meeting="We meet on {day}.",
    date=english_date,
    step="From my side, the next step is: {step}.",
)

_GERMAN = _Words(
    greeting="Guten Tag {name},",
    close="Viele Grüße\n{me}",
    plain={
        "later": (
            "ich wollte mich noch einmal bei Ihnen melden.",
            "Wie steht es bei Ihnen, und was brauchen Sie von mir?",
        ),
        "promise": (
            "ich habe nicht vergessen, was ich Ihnen versprochen habe: {promise}.",
            "Bis wann brauchen Sie es spätestens?",
        ),
        "promises": (
            "ich habe nicht vergessen, was ich Ihnen versprochen habe: {promise}. Es steht noch mehr auf meiner Liste.",
            "Was brauchen Sie zuerst?",
        ),
        "birthday": (
            "alles Gute zum Geburtstag! Ich wünsche Ihnen einen schönen Tag und ein richtig gutes Jahr.",
            "Wie feiern Sie?",
        ),
        "belated": ("nachträglich alles Gute zum Geburtstag!", "Wie haben Sie gefeiert?"),
        "silence": (
            "wir haben länger nicht gesprochen, und ich wollte hören, wie es Ihnen geht.",
            "Haben Sie diese oder nächste Woche eine Viertelstunde für ein Telefonat?",
        ),
    },
    with_deal={
        "later": ("ich wollte mich wegen „{deal}“ noch einmal melden.", "Wie steht es bei Ihnen?"),
        "closing": (
            "ich denke an „{deal}“ und würde das gern gut mit Ihnen abschließen.",
            "Ist bei Ihnen noch etwas offen?",
        ),
        "stalled": ("ich wollte fragen, wie es mit „{deal}“ steht.", "Brauchen Sie noch etwas von mir?"),
        "silence": (
            "wir haben länger nicht über „{deal}“ gesprochen.",
            "Haben Sie diese oder nächste Woche eine Viertelstunde für ein Telefonat?",
        ),
    },
    meeting="Wir sehen uns am {day}.",
    date=german_date,
    step="Von mir aus ist der nächste Schritt: {step}.",
)


def template(chance: Chance, me: str, language: str) -> str:
    """The draft for what speaks most for it.

    Args:
        chance: whom, and why.
        me: the person's name; empty where it is not known.
        language: its English name; English for all that there are no sentences in.
    """
    words, tie = _GERMAN if language == "German" else _ENGLISH, chance.tie
    values = {
        "deal": _inline(tie.deal_name),
        "promise": _inline(tie.promised[0]) if tie.promised else "",
        "step": _inline(tie.deal_next_step).rstrip(".!?"),
    }
    said, question = _sentences(words, chance)
    told = " ".join(sentence.format(**values) for sentence in (said, *_beside(words, chance)))
    greeting = words.greeting.format(first=first_name(tie.name), name=" ".join(tie.name.split()))
    close = [words.close.format(me=first_name(me))] if me.strip() else []
    return "\n\n".join([greeting, told, question, *close])


def _sentences(words: _Words, chance: Chance) -> Said:
    reason = {"step": "silence", "event": "birthday"}.get(chance.reason, chance.reason)
    if reason == "birthday" and chance.belated:
        reason = "belated"
    if reason == "promise" and len(chance.tie.promised) > 1:
        reason = "promises"
    if chance.tie.deal_name.strip() and reason in words.with_deal:
        return words.with_deal[reason]
    return words.plain.get(reason, words.plain["silence"])


def _beside(words: _Words, chance: Chance) -> Iterator[str]:
    """What else belongs into it: that one meets anyway, and the step that comes next."""
    if chance.meets_at is not None:
        yield words.meeting.format(day=words.date(chance.meets_at.date()))
    if "step" in chance.terms and chance.reason in ("closing", "stalled"):
        yield words.step


def first_name(name: str) -> str:
    """What one is called: the first of the names, after titles."""
    words = [word.strip(",") for word in name.split() if word.rstrip(".").casefold() not in _TITLES]
    return words[0] if words else name.strip()


def _inline(text: str) -> str:
    one_line = " ".join(text.split()).rstrip(".")
    return one_line if len(one_line) <= _LONGEST else one_line[: _LONGEST - 1] + "…"
