"""What a platform wants within three seconds: forms, completions and pages. It only reads.

Capabilities register what they add: a completer or a form by name, a section of the home by order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.registry import Choice, Command, Invocation, Kind, Option, Registry
from core.rendering.message import Form, FormField, Page, Section
from core.values import Frozen

_log = logging.getLogger(__name__)

_MOST = 25  # what a menu of either platform shows
_SECONDS = 1.5  # of the three that a platform gives


class Visitor(Frozen):
    """Who is in front of a menu, and where.

    Attributes:
        surface, tenant, account: as in ``Place`` and ``Author``.
        channel: where it is; empty in a person's home.
        direct: whether only this person reads there.
    """

    surface: str
    tenant: str
    account: str
    channel: str = ""
    direct: bool = False


Completer = Callable[[Visitor, str], Awaitable[Sequence[Choice]]]
FormMaker = Callable[[Visitor, Invocation], Awaitable[Form | None]]
SectionMaker = Callable[[Visitor], Awaitable[Section | None]]


class Desk:
    """Answers a platform at once.

    Args:
        registry: the commands.
        completers: what offers values while somebody types, by the name that options give.
        forms: what makes a form that is more than a command's options, by command.
        sections: the parts of a person's home, in order.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        completers: Mapping[str, Completer] | None = None,
        forms: Mapping[str, FormMaker] | None = None,
        sections: Sequence[SectionMaker] = (),
    ) -> None:
        self.registry = registry
        self._completers: Mapping[str, Completer] = {"command": self._commands, **(completers or {})}
        self._forms = forms or {}
        self._sections = sections

    async def complete(self, visitor: Visitor, command: str, option: str, typed: str) -> Sequence[Choice]:
        """What could be meant by what is typed so far: at most 25, none when it takes too long."""
        known = self.registry.get(command)
        found = known.option(option) if known else None
        if found is None:
            return ()
        if found.choices:
            return matching(found.choices, typed)
        completer = self._completers.get(found.completes)
        if completer is None:
            return ()
        try:
            async with asyncio.timeout(_SECONDS):
                return (await completer(visitor, typed))[:_MOST]
        except Exception as error:  # whoever types goes on without a menu
            _log.warning("no completion for %s %s: %s", command, option, type(error).__name__)
            return ()

    async def form(self, visitor: Visitor, invocation: Invocation) -> Form | None:
        """What has to be filled in before the command can be carried out; None when nothing has to.

        Raises whatever a form's maker raises.
        """
        maker = self._forms.get(invocation.command)
        if maker is not None:
            return await maker(visitor, invocation)
        command = self.registry.get(invocation.command)
        if command is None or not command.asks or not self.registry.lacks(invocation):
            return None
        return form_of(command, invocation)

    async def home(self, visitor: Visitor) -> Page:
        """A person's home."""
        return await page("Robbie", self._sections, visitor)

    async def _commands(self, visitor: Visitor, typed: str) -> Sequence[Choice]:
        return matching([Choice(command.name, command.name) for command in self.registry.offered], typed)


async def page(title: str, sections: Sequence[SectionMaker], visitor: Visitor) -> Page:
    """A page of these sections. One that cannot be made says so, and the others stand."""
    made = await asyncio.gather(*(_section(make, visitor) for make in sections))
    return Page(title=title, sections=tuple(section for section in made if section is not None))


async def _section(make: SectionMaker, visitor: Visitor) -> Section | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return await make(visitor)
    except Exception as error:
        _log.warning("a section of a page could not be made: %s", type(error).__name__)
        return Section(title="Not here right now", text="This part could not be loaded. Open this page again.")


def submitted(invocation: Invocation, fields: Mapping[str, str]) -> Invocation:
    """The invocation of a form with what was filled in."""
    return Invocation(command=invocation.command, arguments={**invocation.arguments, **fields})


def form_of(command: Command, invocation: Invocation) -> Form:
    """A form with the command's options, as far as they are given; those that nobody types stay as they are."""
    given = invocation.arguments
    fields = tuple(_field(option, given.get(option.name, "")) for option in command.offered[:5])
    names = {field.name for field in fields}
    kept = {name: value for name, value in given.items() if name not in names}
    kept_invocation = Invocation(command=command.name, arguments=kept)
    return Form(
        title=command.title or command.name.capitalize(), invocation=kept_invocation, fields=fields, submit="Send"
    )


def _field(option: Option, value: str) -> FormField:
    return FormField(
        name=option.name,
        label=option.name.capitalize(),
        kind="choice" if option.kind is Kind.CHOICE else "text" if option.long else "line",
        value=value,
        hint=option.summary[:1].upper() + option.summary[1:],
        choices=tuple((choice.value, choice.label) for choice in option.choices),
        required=option.required,
    )


def matching(choices: Sequence[Choice], typed: str) -> Sequence[Choice]:
    """Those of the choices that could be meant, the likeliest first."""
    wanted = typed.strip().casefold()
    found = [choice for choice in choices if wanted in choice.label.casefold() or wanted in choice.value.casefold()]
    return sorted(found, key=lambda choice: not choice.label.casefold().startswith(wanted))[:_MOST]
