"""What a command is: its options, where it may be used, and an invocation of it with its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from pydantic import Field

from core.values import Frozen

_PACKED = 100  # characters that a Discord button can carry


class Invocation(Frozen):
    """A command with its arguments: what somebody typed, chose from a menu, pressed or filled in."""

    command: str
    arguments: Mapping[str, str] = Field(default_factory=dict)

    def packed(self) -> str:
        """The invocation in the at most 100 characters that a button can carry. Raises ValueError if it is longer."""
        text = self.command + ("?" + urlencode(dict(self.arguments)) if self.arguments else "")
        if len(text) > _PACKED:
            raise ValueError(f"{self.command}: more than {_PACKED} characters do not fit on a button")
        return text

    @classmethod
    def unpacked(cls, text: str) -> Invocation:
        """What ``packed`` made."""
        command, _, arguments = text.partition("?")
        return cls(command=command, arguments=dict(parse_qsl(arguments, keep_blank_values=True)))


class Kind(StrEnum):
    """What an option holds. ``TEXT`` as the last option takes the rest of a line."""

    TEXT = "text"
    INTEGER = "integer"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that an option can have, and what people call it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Option:
    """An argument of a command.

    Attributes:
        summary: at most 100 characters.
        choices: the values of a ``CHOICE``, at most 25.
        completes: names the completer that offers values while somebody types; empty for none.
        least, most: the limits of an ``INTEGER``.
        long: whether a form gives it several lines.
        hidden: whether no menu and no form offers it, and nobody types it.
        exact: whether nothing but a whole word stands for a choice, since other words may come in its place.
        secret: whether it is told in confidence, and sealed before it is stored.
    """

    name: str
    summary: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[Choice, ...] = ()
    completes: str = ""
    least: int | None = None
    most: int | None = None
    long: bool = False
    hidden: bool = False
    exact: bool = False
    secret: bool = False


class Where(StrEnum):
    """Where a command can be used."""

    DIRECT = "direct"
    CHANNEL = "channel"


class Lane(StrEnum):
    """How a command is carried out: as a turn of its conversation, or at once beside a running turn."""

    TURN = "turn"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: lower case, at most 32 characters.
        summary: at most 100 characters; begins with a verb.
        example: a line that somebody could type, without the prefix.
        private: whether only who asked may read the answer.
        admin: whether only people may use it who administer the workspace or server.
        changes: whether it changes something, so that free text that sounds like it is asked back first.
        phrases: regular expressions of free text that plainly means it; named groups are its options.
        bare: a regular expression of what stands after its name where the two are plainly it, although no prefix stands
            before them; only where nobody but Robbie reads. None where a sentence could begin in the same way.
        shortcut: its title in a message's context menu, which gives the text as first option; at most 24 characters.
        hidden: whether only buttons lead to it, so that no menu shows it.
        asks: whether it opens a form (``title``, at most 24 characters) where required options are missing.
        said: the line that its person reads at once where the command gives no other answer.
    """

    name: str
    summary: str
    options: tuple[Option, ...] = ()
    example: str = ""
    where: frozenset[Where] = frozenset(Where)
    private: bool = False
    admin: bool = False
    lane: Lane = Lane.TURN
    changes: bool = False
    phrases: tuple[str, ...] = ()
    bare: str | None = None
    shortcut: str = ""
    hidden: bool = False
    asks: bool = False
    title: str = ""
    said: str = ""

    def option(self, name: str) -> Option | None:
        """The option of that name."""
        return next((option for option in self.options if option.name == name), None)

    @property
    def usage(self) -> str:
        """How it is typed: ``mentor [name] [mood]``."""
        shown = (option.name if option.required else f"[{option.name}]" for option in self.offered)
        return " ".join((self.name, *shown))

    @property
    def offered(self) -> tuple[Option, ...]:
        """The options that menus and forms show."""
        return tuple(option for option in self.options if not option.hidden)


class CommandError(ValueError):
    """What was typed is not a command, or lacks something.

    Attributes:
        problem: a sentence for the person.
        command: the command that was meant, if that is known.
    """

    def __init__(self, problem: str, command: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.command = command
