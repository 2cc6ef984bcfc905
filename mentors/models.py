"""What a mentor is: the shape of ``mentors/<id>.yaml``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

ROBBIE = "robbie"
"""The id that stands for Robbie's own voice."""


class Mood(StrEnum):
    """How a mentor is disposed in this situation."""

    CONFIDENT = "confident"
    THOUGHTFUL = "thoughtful"
    CONCERNED = "concerned"
    DETERMINED = "determined"


class Work(StrEnum):
    """What somebody wants help with, as far as it matters to who answers."""

    STRATEGY = "strategy"
    HARD_PROBLEM = "hard_problem"
    CREATIVE = "creative"
    ENCOURAGEMENT = "encouragement"
    HARD_CONVERSATION = "hard_conversation"
    STAGE = "stage"


Rank = Literal["first", "second"]


def _honest(who: str) -> str:
    if not who.startswith(("An AI persona", "Eine KI-Persona")):
        raise ValueError("must begin with 'An AI persona inspired by …', since nobody may take it for the person")
    return who


def _one_line(text: str) -> str:
    if "\n" in text or not text.isprintable():
        raise ValueError("must be one line of plain text")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_one_line)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60), AfterValidator(_one_line)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_200)]
Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=8)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Moods(_Part):
    """What a mentor is told in each mood."""

    confident: Line
    thoughtful: Line
    concerned: Line
    determined: Line

    def of(self, mood: Mood) -> str:
        """The line for a mood."""
        return {
            Mood.CONFIDENT: self.confident,
            Mood.THOUGHTFUL: self.thoughtful,
            Mood.CONCERNED: self.concerned,
            Mood.DETERMINED: self.determined,
        }[mood]


class Example(_Part):
    """A question, and how the mentor answers it. Written by us; nothing that the person ever said."""

    asked: Passage
    answer: Passage


class Mentor(_Part):
    """A persona that can answer in Robbie's place; the id is its file's name.

    Attributes:
        name: how it is called beside its answers.
        tagline: what it is good for, as a picker shows it.
        who: the honest line: an AI persona inspired by somebody, never the person.
        aliases: names that can mean nobody else.
        short_names: names that others have too; they count only where somebody plainly asks for the mentor.
        tasks: the work it is chosen for by itself, as first or as second.
        topics: words that bring it in by themselves, whatever the work; ``secur*`` stands for all that begin so.
        short: voice and ways of thinking in one line, for small models.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    name: Name
    tagline: Annotated[Line, Field(max_length=72)]
    who: Annotated[Line, AfterValidator(_honest)]
    aliases: Annotated[tuple[Name, ...], Field(min_length=1, max_length=12)]
    short_names: Annotated[tuple[Name, ...], Field(max_length=12)] = ()
    tasks: dict[Work, Rank] = Field(default_factory=dict)
    topics: Annotated[tuple[Name, ...], Field(max_length=60)] = ()
    specialties: Lines
    voice: Lines
    thinking: Lines
    never: Lines
    short: Line
    moods: Moods
    examples: Annotated[tuple[Example, ...], Field(min_length=1, max_length=6)]

    @model_validator(mode="after")
    def _nobody_elses_name(self) -> Mentor:
        taken = {ROBBIE, "auto", "none", "default"}
        for name in (self.id, *self.names()):
            if name.casefold() in taken:
                raise ValueError(f"{name!r} is Robbie's own word: choose another name")
        return self

    def names(self) -> tuple[str, ...]:
        """Every name by which somebody may mean it."""
        return (self.name, *self.aliases, *self.short_names)
