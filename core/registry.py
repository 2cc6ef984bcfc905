"""The commands by name: how a line is read, and what free text plainly means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from core.command import Choice, Command, CommandError, Invocation, Kind, Lane, Option, Where

__all__ = ["Choice", "Command", "CommandError", "Invocation", "Kind", "Lane", "Option", "Registry", "Where"]

_CALLED = re.compile(r"\A(?:(?:hey|hi|hallo|okay|ok),? )?robbie[,:!]? +|, robbie(?=[.!?]*\Z)", re.IGNORECASE)
_NEAR = 0.82  # of 1: how alike a mistyped name and the one that was meant are
_LONGEST_BARE = 1_200  # characters; what is longer is no command without a prefix


class Registry:
    """All commands by name.

    Args:
        commands: in the order in which help shows them.

    Raises:
        ValueError: two have the same name.
    """

    def __init__(self, commands: Sequence[Command]) -> None:
        self._commands: Mapping[str, Command] = MappingProxyType({command.name: command for command in commands})
        if len(self._commands) != len(commands):
            raise ValueError("two commands have the same name")
        self._phrases = [
            (command, re.compile(phrase, re.IGNORECASE | re.DOTALL))
            for command in commands
            for phrase in command.phrases
        ]
        self._bare = {
            command.name: re.compile(command.bare, re.IGNORECASE | re.DOTALL)
            for command in commands
            if command.bare is not None
        }

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def get(self, name: str) -> Command | None:
        """The command of that name."""
        return self._commands.get(name)

    @property
    def offered(self) -> tuple[Command, ...]:
        """Those that menus show."""
        return tuple(command for command in self if not command.hidden)

    def line(self, text: str, prefix: str) -> Invocation | None:
        """What a message that begins with ``prefix`` asks for; None for any other message.

        What cannot be read becomes an invocation of ``help`` that says why, so that nothing typed is lost.
        """
        if not text.startswith(prefix) or not text[len(prefix) :][:1].isalpha():
            return None
        try:
            return self.read(text[len(prefix) :])
        except CommandError as error:
            return Invocation(command="help", arguments={"command": error.command, "problem": error.problem})

    def read(self, line: str) -> Invocation:
        """A typed line such as ``mentor einstein thoughtful``. Raises CommandError."""
        name, _, rest = line.strip().partition(" ")
        command = self.get(name.casefold())
        if command is None or command.hidden:
            raise self._unknown(name)
        return self.checked(Invocation(command=command.name, arguments=_positional(command, rest.strip())))

    def _unknown(self, name: str) -> CommandError:
        """What to tell of a name that is none, with the command that was probably meant."""
        known = [command.name for command in self.offered]
        near = next(iter(difflib.get_close_matches(name[:32].casefold(), known, n=1, cutoff=_NEAR)), "")
        meant = f" Did you mean `{near}`?" if near else ""
        return CommandError(f"I do not know a command called “{name[:32]}”.{meant}", near)

    def checked(self, invocation: Invocation) -> Invocation:
        """The same with every argument as it must be. Raises CommandError."""
        command = self.get(invocation.command)
        if command is None:
            raise CommandError(f"I do not know a command called “{invocation.command[:32]}”.")
        unknown = set(invocation.arguments) - {option.name for option in command.options}
        if unknown:
            raise CommandError(f"“{min(unknown)[:32]}” is not an option of `{command.name}`.", command.name)
        values = {}
        for option in command.options:
            value = _value(command, option, invocation.arguments.get(option.name, "").strip())
            if value:
                values[option.name] = value
        return Invocation(command=command.name, arguments=values)

    def lacks(self, invocation: Invocation) -> bool:
        """Whether required options are missing."""
        command = self.get(invocation.command)
        return command is not None and any(
            option.required and not invocation.arguments.get(option.name) for option in command.options
        )

    def spoken(self, text: str, *, direct: bool = False) -> Invocation | None:
        """The command that free text plainly means; None for all else.

        Args:
            text: what somebody wrote.
            direct: whether only Robbie reads it: there, commands are also written without a prefix.
        """
        if direct and (bare := self.bare(text)) is not None:
            return bare
        called = _CALLED.sub("", text.strip())  # who says Robbie's name says nothing more
        for command, phrase in self._phrases:
            found = phrase.fullmatch(called)
            if found:
                arguments = {name: value.strip() for name, value in found.groupdict().items() if value}
                try:
                    return self.checked(Invocation(command=command.name, arguments=arguments))
                except CommandError:
                    continue
        return None

    def bare(self, text: str) -> Invocation | None:
        """The command that a line is although it lacks the prefix, such as ``brief off``; None for a sentence."""
        if len(text) > _LONGEST_BARE:
            return None
        name, _, rest = text.strip().partition(" ")
        command, pattern = self.get(name.casefold()), self._bare.get(name.casefold())
        if command is None or pattern is None or not pattern.fullmatch(rest.strip()):
            return None
        try:
            return self.checked(Invocation(command=command.name, arguments=_positional(command, rest.strip())))
        except CommandError:
            return None


def _value(command: Command, option: Option, given: str) -> str:
    if not given:
        if option.required:
            raise CommandError(f"`{command.name}` needs {option.name}: {option.summary}.", command.name)
        return ""
    if option.kind is Kind.INTEGER:
        return _integer(command, option, given)
    if option.kind is Kind.CHOICE:
        chosen = _chosen(option, given)
        if chosen is None:
            known = ", ".join(choice.value for choice in option.choices)
            raise CommandError(f"{option.name} is one of: {known}.", command.name)
        return chosen
    return given


def _integer(command: Command, option: Option, given: str) -> str:
    low, high = option.least, option.most
    number = int(given) if re.fullmatch(r"[+-]?[0-9]{1,9}", given) else None
    if number is None or (low is not None and number < low) or (high is not None and number > high):
        limits = f" from {low} to {high}" if low is not None and high is not None else ""
        raise CommandError(f"{option.name} is a whole number{limits}.", command.name)
    return str(number)


def _chosen(option: Option, given: str) -> str | None:
    wanted = given.casefold()
    tests: tuple[Callable[[Choice], bool], ...] = (
        lambda choice: wanted in (choice.value.casefold(), choice.label.casefold()),
        lambda choice: choice.label.casefold().startswith(wanted) or choice.value.casefold().startswith(wanted),
    )
    for test in tests[: 1 if option.exact else None]:
        found = [choice.value for choice in option.choices if test(choice)]
        if len(found) == 1:
            return found[0]
    return None


def _positional(command: Command, rest: str) -> dict[str, str]:
    """The words of a line as options in their order; the last text takes what is left."""
    values: dict[str, str] = {}
    for index, option in enumerate(command.offered):
        if not rest:
            break
        last = index == len(command.offered) - 1
        word, _, after = (rest, "", "") if last else rest.partition(" ")
        may_be_skipped = option.kind is Kind.CHOICE and not option.required and not (last and not values)
        if may_be_skipped and _chosen(option, word) is None:
            continue
        values[option.name], rest = word, after.strip()
    if rest and values:
        name = list(values)[-1]
        values[name] = f"{values[name]} {rest}"
    elif rest and not command.options:
        raise CommandError(f"`{command.name}` takes no arguments.", command.name)
    return values
