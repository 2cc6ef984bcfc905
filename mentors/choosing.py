"""Whose voice an answer has: by request, by default, or chosen from the message. It asks nobody and is quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from core.conversation.voices import Situation, Voice
from core.people.models import AUTO
from core.rendering.message import Persona
from mentors.evidence import evidence
from mentors.models import ROBBIE, Mentor, Mood, Work
from mentors.mood import Disposition, read_mood
from mentors.naming import Names
from mentors.prompt import Dials, instructions, manner, short_instructions
from mentors.sound import sound
from mentors.words import Phrases, words
from mentors.work import read_work

POLICY = "mentors/1"
_HEAD_START = 0.1
_MEMBERS = 3
_WHERE_NOTHING_SPEAKS = (Work.HARD_PROBLEM, Work.STRATEGY, Work.HARD_CONVERSATION)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who speaks, and why.

    Attributes:
        mentor: an id, or ``robbie``.
        reason: a clause; empty where there is nothing to explain.
        work: what the message was understood as, where that was looked at.
    """

    mentor: str
    reason: str = ""
    work: Work | None = None


class Mentors:
    """Implements ``Voices``.

    Args:
        mentors: by their ids; of two that are first for the same work, the later one is.
        worked: how well a mentor did at a kind of work, such as ``{"strategy/steve_jobs": 0.2}``. The second at it is
            chosen where it did better by more than a little.
    """

    def __init__(self, mentors: Mapping[str, Mentor], worked: Mapping[str, float] | None = None) -> None:
        self._mentors = mentors
        self._worked = worked or {}
        self._names = Names(mentors.values())
        self._topics = Phrases({mentor.id: mentor.topics for mentor in mentors.values()})
        for file in ("work", "mood"):
            evidence(file)  # not at the first message
        sound()
        self._fitting = {work: tuple(_fitting(mentors, work)) for work in Work}

    def choose(self, situation: Situation) -> Voice:
        """See ``Voices``."""
        return self._voice(situation, self.choice(situation))

    def council(self, situation: Situation) -> Sequence[Voice]:
        """See ``Voices``: those who are named; else the two for this work, and who is first for the next one."""
        reading = read_work(situation.text, _said_before(situation))
        named = [id for id in self._named(situation) if id != ROBBIE]
        if len(named) < 2:
            works = [*reading.ranked(), *_WHERE_NOTHING_SPEAKS]
            firsts = [id for work in works for id in self._fitting[work][:1]]
            seconds = self._fitting[works[0]][:2] if reading.ranked() else ()
            named = list(dict.fromkeys([*named, *seconds, *firsts, *self._mentors]))
        why = reading.reason if reading.work else "because they look at it from different sides"
        chosen = named[:_MEMBERS]
        return tuple(self._voice(situation, Choice(id, why, reading.work), council=True) for id in chosen)

    def choice(self, situation: Situation) -> Choice:
        """Who speaks: whom somebody asked for, else the person's default, else the channel's, else Robbie."""
        asked = self._asked(situation)
        if asked is not None:
            return asked
        for default, whose in ((situation.person.mentor, "your default"), (situation.channel.mentor, "the channel's")):
            if default == AUTO:
                return self._by_itself(situation)
            if default == ROBBIE or default in self._mentors:
                return Choice(default, f"because it is {whose}")
        return Choice(ROBBIE)

    def celebrant(self, text: str, now: datetime) -> Persona | None:
        """Who tells of a win: whose matter it is, else who encourages; None where there are no mentors."""
        id = self._by_itself(Situation(text, now)).mentor
        for mentor in (id, *self._fitting[Work.ENCOURAGEMENT], *self._mentors):
            if mentor != ROBBIE:
                return _persona(self._mentors[mentor], Mood.CONFIDENT)
        return None

    def find(self, name: str) -> str | None:
        """The id of the mentor whom somebody calls so."""
        return self._names.find(name)

    def _asked(self, situation: Situation) -> Choice | None:
        if situation.mentor == AUTO:
            return self._by_itself(situation)
        for id in self._named(situation)[:1]:
            name = "Robbie itself" if id == ROBBIE else self._mentors[id].name
            return Choice(id, f"because you asked for {name}")
        return None

    def _named(self, situation: Situation) -> tuple[str, ...]:
        if situation.mentor:
            id = ROBBIE if situation.mentor == ROBBIE else self._names.find(situation.mentor)
            return (id,) if id else ()
        people = [said.speaker for said in situation.before if not said.by_robbie]
        return self._names.asked(situation.text, people)

    def _by_itself(self, situation: Situation) -> Choice:
        topics = self._topics.find(words(situation.text).tokens)
        for id, said in topics.items():
            return Choice(id, f"because you speak of {said}")
        reading = read_work(situation.text, _said_before(situation))
        if reading.work is None or not self._fitting[reading.work]:
            return Choice(ROBBIE, reading.reason)
        return Choice(self._best(reading.work), reading.reason, reading.work)

    def _best(self, work: Work) -> str:
        """The first, unless the second did clearly better."""
        first, *others = self._fitting[work][:2]
        worked = {id: self._worked.get(f"{work}/{id}", 0.0) for id in (first, *others)}
        return max(worked, key=lambda id: worked[id] + _HEAD_START * (id == first))

    def _voice(self, situation: Situation, choice: Choice, *, council: bool = False) -> Voice:
        dials = Dials(situation.person.gentle_forceful, situation.person.relaxed_intense)
        if choice.mentor == ROBBIE:
            told = manner(dials)
            return Voice(None, told, told, choice.reason, POLICY, ROBBIE)
        mentor, disposition = self._mentors[choice.mentor], _disposition(situation, choice.work)
        mood = disposition.mood
        return Voice(
            persona=_persona(mentor, mood),
            instructions=instructions(mentor, mood, dials, council=council),
            short=short_instructions(mentor, mood, dials),
            reason=f"{choice.reason}; {mood}, {disposition.reason}",
            policy=POLICY,
            arm=mentor.id,
        )


def _persona(mentor: Mentor, mood: Mood) -> Persona:
    return Persona(id=mentor.id, name=mentor.name, mood=mood, avatar=f"{mentor.id}-{mood}")


def _fitting(mentors: Mapping[str, Mentor], work: Work) -> list[str]:
    """The mentors for a kind of work: the first, then the seconds; of equals, the one that was loaded later."""
    ranked = [mentor for rank in ("second", "first") for mentor in mentors.values() if mentor.tasks.get(work) == rank]
    return [mentor.id for mentor in reversed(ranked)]


def _said_before(situation: Situation) -> list[str]:
    return [said.text for said in situation.before if not said.by_robbie]


def _disposition(situation: Situation, work: Work | None) -> Disposition:
    for chosen, whose in ((situation.mood, "you asked for it"), (situation.person.mood, "it is your default")):
        if chosen in tuple(Mood):
            return Disposition(Mood(chosen), f"because {whose}")
    now = situation.now.astimezone(_zone(situation.zone))
    return read_mood(situation.text, _said_before(situation), now, work)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
