"""What Robbie says of itself: honest lines for when no model could answer, or only a small one could."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.conversation.models import Utterance
from core.conversation.voices import Voice
from core.routing.models import Answer

CUT = "_My answer was cut off here, at the longest that this model writes. Ask me to go on._"
STOPPED = "_Stopped._"
DELETED = "_The question was deleted, so I stopped._"
EMPTY = "I got a message without any words. What can I do for you?"
SET_ASIDE = (
    "I'm sorry: I tried this message several times and could not finish an answer, so I have set it aside. "
    "Whoever runs me can see it. Please try it in other words."
)
REFUSED = "The model that I asked declined to answer this. You may want to put it differently."
CHANGED = "_The question was changed after I had answered it._"
NOT_AGAIN = "_I could not answer this again just now. This is my answer from before._"
UNREACHABLE = "I can't reach any of my models right now, so I can't think this through."
ASK_AGAIN = "Your message is kept; please ask me again in a few minutes."
BLIND = "_The model that answered cannot see pictures, so it knows nothing of what they show._"
SMALL_MODEL = (
    "_This came from the small model built into Robbie, which is often wrong. "
    "For real answers, whoever runs me can connect a better one: a provider key or Ollama in `.env`._"
)


def offline(remembered: tuple[str, datetime] | None, *, over_budget: bool, zone: ZoneInfo, now: datetime) -> str:
    """The answer of level 5.

    Args:
        remembered: an earlier answer to the same words, and when it was given.
        over_budget: whether today's money is the reason.
        zone: the asker's.
        now: with a time zone.
    """
    reason = _budget(zone, now) if over_budget else UNREACHABLE
    if remembered is None:
        return reason if over_budget else f"{reason} {ASK_AGAIN}"
    text, at = remembered
    day = at.astimezone(zone).strftime("%-d %B %Y")
    return f"{reason} On {day} I answered the same question like this:\n\n{text}"


def _budget(zone: ZoneInfo, now: datetime) -> str:
    midnight = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight.astimezone(zone).strftime("%H:%M")
    return f"Today's budget for paid models is used up. It starts again at {at} ({zone.key})."


def notes(answer: Answer, zone: ZoneInfo, now: datetime) -> str:
    """The lines under an answer that say what a person should know of where it came from; often empty."""
    lines = (
        CUT if answer.cut else "",
        f"_{_budget(zone, now)}_" if answer.over_budget else "",
        BLIND if answer.blind else "",
        SMALL_MODEL if answer.small else "",
    )
    return "".join(f"\n\n{line}" for line in lines if line)


def unread(lines: Iterable[str]) -> str:
    """What a person should know of files that could not be opened; often empty."""
    return "".join(f"\n\n{line}" for line in lines)


def without(text: str, *notes: str) -> str:
    """A text without the notes under it."""
    for note in notes:
        text = text.removesuffix(note).rstrip()
    return text


def without_notes(said: Utterance) -> Utterance:
    """An answer of ours without the lines under it, which no model should take up."""
    return said.model_copy(update={"text": without(said.text, CHANGED, NOT_AGAIN, SMALL_MODEL)})


def council_opening(voices: Sequence[Voice]) -> str:
    """Who was asked, and that they are AI personas."""
    return f"I asked {_names(voices)}. They are AI personas; their words are mine."


def council_progress(voices: Sequence[Voice], answered: int) -> str:
    """How far a council is, when so many of its members have answered."""
    if answered >= len(voices):
        return f"{_names(voices)} have answered. I am summing up…"
    return f"I am asking {_names(voices)}… ({answered} of {len(voices)} have answered)"


def sum_up(question: str) -> str:
    """What Robbie is asked at the end of a council."""
    return (
        f"{question}\n\n(You have heard what each persona said on this. Sum up in a few sentences where they agree, "
        "where they differ and why, and what you would do. Do not repeat their answers.)"
    )


def said_by(voice: Voice, text: str) -> str:
    """An answer with the name of its persona, where the transcript holds several."""
    return f"**{voice.persona.title if voice.persona else 'Robbie'}:** {text}"


def _names(voices: Sequence[Voice]) -> str:
    names = [voice.persona.name for voice in voices if voice.persona]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def understood(usage: str) -> str:
    """Free text sounded like a command that changes something: nothing is done before a person says so."""
    return f"I understood this as `{usage}`. Shall I do that?"


def understood_as(meaning: str) -> str:
    """What free text was understood as, in words."""
    return f"I understood this as {meaning}\n\nShall I do that?"


NOT_DONE = "All right, I leave it."
NOT_YOURS = "Only the person who asked can answer this."
DONE_ALREADY = "This is settled already."
ADMINS_ONLY = "Only people who administer this workspace or server can do this."
