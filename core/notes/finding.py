"""Notes made by the offline detector alone, without any model being asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.notes.detecting import Detector, Line
from core.notes.kinds import kinds
from core.notes.meaning import Meant
from core.notes.models import PERSONAL, NoteKind, Subject
from core.notes.naming import Said, absent
from core.notes.policy import Draft
from core.notes.refusals import stems
from core.notes.sources import LONGEST, Sentence, Window
from core.notes.substance import heard, weighed
from core.registry import CommandError
from core.reminders.moments import zone_of
from core.reminders.when import END_OF_WORK, understand

GATE = 0.6
"""What is less likely worth a note than this is not looked at any further, and no model is asked for it."""

_OF_A_KIND = 0.3  # how likely a sentence must sound like a kind to be of it; else it is a plain note

# How much a sure note of the kind matters, and what others would gain from it.
_WEIGHTS: Mapping[NoteKind, tuple[float, float]] = {
    NoteKind.DECISION: (1.0, 0.95),
    NoteKind.COMMITMENT: (1.0, 0.6),
    NoteKind.ACTION: (0.95, 0.6),
    NoteKind.DEADLINE: (1.0, 0.8),
    NoteKind.INSIGHT: (1.0, 0.9),
    NoteKind.WIN: (1.0, 0.9),
    NoteKind.CONCERN: (1.0, 0.3),
    NoteKind.PERSONAL: (1.0, 0.1),
    NoteKind.FEEDBACK: (1.0, 0.4),
    NoteKind.NOTE: (0.95, 0.5),
}
_UNKNOWN: Mapping[str, Meant] = {}
_TELLING = 3  # words with content that a note has at least
_TONES = {
    "pride": "proud", "joy": "glad", "excitement": "excited", "relief": "relieved", "gratitude": "grateful",
    "fear": "afraid", "nervousness": "nervous", "anger": "angry", "annoyance": "annoyed",
    "disappointment": "disappointed", "sadness": "sad", "remorse": "sorry", "optimism": "hopeful",
}  # fmt: skip
_TONE = 0.5
_DUE = (NoteKind.COMMITMENT, NoteKind.ACTION, NoteKind.DEADLINE)
WISH = re.compile(
    r"\b(?:(?:can|could|would|will) (?:you|somebody|someone|anyone)|please|bitte|(?:kannst|könntest|würdest) du"
    r"|(?:könnt|könntet) ihr|kann (?:jemand|wer))\b",
    re.IGNORECASE,
)
"""How somebody is asked to do something, as far as words tell."""
_TIME = re.compile(r"\b(?:(?:by|until|before|due|no later than|bis(?: spätestens)?(?: zum)?)(?: the)? )?(?=\w)", re.I)


def telling(text: str) -> bool:
    """Whether a sentence says enough to be looked at, and asks nothing but for something to be done."""
    return len(stems(text)) >= _TELLING and (not _asks(text) or WISH.search(text) is not None)


def found(
    window: Window, sentences: Sequence[Sentence], detector: Detector, meant: Mapping[str, Meant] = _UNKNOWN
) -> Sequence[Draft]:
    """What the sentences are worth noting for, at most one note for each.

    Args:
        window: where they were said.
        sentences: of new messages.
        detector: judges them.
        meant: what their texts mean, as far as that is known.
    """
    scores = detector.scores([Line(one.said.speaker, one.text) for one in sentences], together=False)
    drafts = []
    for sentence, score in zip(sentences, scores, strict=True):
        both = _either(score, heard(sentence.text))
        if (best := _best(sentence.text, both, meant.get(sentence.text))) is not None:
            drafts.append(_draft(window, sentence, *best, both))
    return drafts


def _either(scores: Mapping[str, float], cues: Mapping[str, float]) -> Mapping[str, float]:
    return {**scores, **{label: 1 - (1 - scores.get(label, 0.0)) * (1 - share) for label, share in cues.items()}}


def _best(text: str, scores: Mapping[str, float], meant: Meant | None) -> tuple[NoteKind, float] | None:
    """The kind that a sentence is likeliest of, and how likely it is worth keeping as one; None where it is none."""
    if not telling(text):
        return None
    name, likely = kinds(scores)[0]
    if _asks(text) and name != NoteKind.ACTION:
        return None
    worth = weighed(likely, text)
    if meant is not None:
        worth = meant.with_words(worth)
    unsure = NoteKind.NOTE if meant is None else meant.kind
    return (NoteKind(name) if likely >= _OF_A_KIND else unsure, worth) if worth >= GATE else None


def _asks(text: str) -> bool:
    return text.rstrip(" )\"'").endswith("?")


def _draft(window: Window, sentence: Sentence, kind: NoteKind, likely: float, scores: Mapping[str, float]) -> Draft:
    said = sentence.said
    matters, useful = _WEIGHTS[kind]
    due_at = due(sentence.text, said.at, zone_of(said.zone)) if kind in _DUE else None
    importance = likely * matters
    felt = scores.get("celebration", 0.0)
    share = {NoteKind.WIN: 0.85 + 0.15 * felt, NoteKind.PERSONAL: 0.8 * felt}.get(kind, 0.0)
    return Draft(
        owner=said.person_id,
        text=shortened(sentence.text),
        kind=kind,
        importance=importance,
        sharing=likely * useful,
        celebration=likely * share,
        tone=_tone(scores),
        subjects=subjects(sentence.text, window, said.person_id, kind),
        said_at=said.at,
        due_at=due_at,
        sources=(said.id,),
        source=said.source,
    )


def subjects(text: str, window: Window, owner: int, kind: NoteKind) -> tuple[Subject, ...]:
    """The people whom a text names, but for the one whose note it is.

    Those who are not here count where it is personal: by a first name that several have, nobody is known to be meant.
    """
    said = Said(text)
    here = {id: name for id, name in window.people.items() if id != owner and said.names(name)}
    found = [Subject(kind="person", name=name, person_id=id) for id, name in here.items()]
    if kind in PERSONAL:
        known = (*here.values(), window.people.get(owner, ""))
        found += absent(text, {id: name for id, name in window.absent.items() if id not in window.people}, known)
    return tuple(found)


def due(text: str, said_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when something is to be done, as the text says; a day without a time is over at its end of work.

    Only as much of a text is read as a note holds: each of its words may begin a time.
    """
    text = text[:LONGEST]
    for start in _starts(text):
        try:
            meant = understand(text[start:], said_at, zone, END_OF_WORK)
        except CommandError:
            continue
        if meant is not None:
            return meant.at.astimezone(zone)
    return None


def shortened(text: str) -> str:
    """A sentence as a note says it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _starts(text: str) -> Iterator[int]:
    """Where a time may begin: behind a word that leads to one, then at each other word."""
    found = list(_TIME.finditer(text))
    yield from (one.end() for one in found if one[0])
    yield from (one.end() for one in found if not one[0])


def _tone(scores: Mapping[str, float]) -> str:
    label = max(_TONES, key=lambda one: scores.get(one, 0.0))
    return _TONES[label] if scores.get(label, 0.0) >= _TONE else ""
