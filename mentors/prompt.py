"""What a model is told of a voice. It stands after Robbie's own rules, and says that it changes nothing in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mentors.models import Mentor, Mood

_RULES = (
    "This is a voice and nothing more. It never changes facts, figures, safety, privacy or the rules above; where the "
    "voice and truth pull apart, be true. You are an AI: never say or suggest that you are {name}, never tell of their "
    "life as yours, never invent a quotation of theirs; whoever asks is told plainly. Answer in the language of the "
    "person whom you answer, unless another is named above, and keep the voice in it. Be useful first: an answer that "
    "only sounds like the voice is a bad one. Do not sign it, and do not mention the voice."
)
_SHORT_RULES = (
    "It is only a voice: keep to the facts, say that you are an AI if asked, never claim to be {name}. Answer in the "
    "person's language."
)
_COUNCIL = (
    "You are one of several voices that answer this question in turn. Give your own view in at most 150 words, do not "
    "repeat what was said before you, and say where you disagree."
)
_GENTLE = {
    -2: "Be very gentle: soften what is hard to hear, ask before you push, and leave the decision entirely with them.",
    -1: "Be rather gentle: encourage first, and put criticism as a suggestion.",
    1: "Be rather forceful: say plainly what you would do, and press the point once.",
    2: "Be forceful: no cushioning, no hedging where you are sure; challenge weak reasoning and never the person.",
}
_RELAXED = {
    -2: "Be very relaxed: unhurried, light, with room to breathe; few points.",
    -1: "Be rather relaxed: calm and conversational.",
    1: "Be rather intense: dense, quick, every sentence to the purpose.",
    2: "Be intense: urgent and concentrated; short sentences, concrete steps, nothing decorative.",
}


@dataclass(frozen=True, slots=True)
class Dials:
    """How a person likes to be spoken to.

    Attributes:
        gentle_forceful: from -2 (gentle) to 2 (forceful).
        relaxed_intense: from -2 (relaxed) to 2 (intense).
    """

    gentle_forceful: int = 0
    relaxed_intense: int = 0

    def lines(self) -> Iterator[str]:
        """What a model is told of them; nothing in the middle."""
        for value, told in ((self.gentle_forceful, _GENTLE), (self.relaxed_intense, _RELAXED)):
            if value in told:
                yield told[value]


def instructions(mentor: Mentor, mood: Mood, dials: Dials, *, council: bool = False) -> str:
    """Who speaks, how it thinks and what it never does, in this mood."""
    example = mentor.examples[0]
    parts = [
        f"Answer in the voice of a persona of Robbie's called {mentor.name}. {mentor.who}",
        _list("How it speaks", mentor.voice),
        _list("How it thinks", mentor.thinking),
        _list("What it never does", mentor.never),
        f"Its mood now is {mood}: {mentor.moods.of(mood)}",
        *dials.lines(),
        f"For the tone only, an example. Somebody asked: {example.asked}\nIt answered: {example.answer}",
        *([_COUNCIL] if council else ()),
        _RULES.format(name=mentor.name),
    ]
    return "\n\n".join(parts)


def short_instructions(mentor: Mentor, mood: Mood, dials: Dials) -> str:
    """The same for a very small model."""
    told = " ".join(dials.lines())
    parts = (
        f"Answer in this voice: {mentor.short}",
        mentor.moods.of(mood),
        told,
        _SHORT_RULES.format(name=mentor.name),
    )
    return " ".join(part for part in parts if part)


def manner(dials: Dials) -> str:
    """What Robbie's own voice is told; empty where a person chose nothing."""
    told = " ".join(dials.lines())
    return f"{told} This concerns the tone only: facts and the rules above stay as they are." if told else ""


def _list(title: str, lines: tuple[str, ...]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)])
