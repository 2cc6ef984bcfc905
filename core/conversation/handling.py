"""How a command is carried out: a handler is given what was asked, and says something or has a model asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.commands import PREFIXES
from core.conversation.models import Asker, Attached, FileRef, Place
from core.conversation.sealing import secrets_of
from core.conversation.stores import Claim
from core.people.models import ChannelSettings, PersonSettings
from core.registry import Invocation, Lane, Registry
from core.rendering.message import Attachment, Button, Page, Persona


@dataclass(frozen=True, slots=True)
class Asked:
    """A command and where it comes from.

    Attributes:
        text: the message that it came in, or that it is about; empty for a command from a menu.
        about: the platform's id of the message of Robbie's whose button was pressed, or of the message in whose
            context menu it was chosen; else empty.
        files: what the message carries.
        said_at: when it was said, which may be long before an outage.
        fetch: gets the bytes of one of them, up to a limit. Raises Unreadable.
    """

    invocation: Invocation
    asker: Asker
    place: Place
    now: datetime
    inbox_id: int
    conversation_id: int
    text: str = ""
    about: str = ""
    person: PersonSettings = field(default_factory=PersonSettings)
    channel: ChannelSettings = field(default_factory=ChannelSettings)
    files: tuple[Attached, ...] = ()
    fetch: Callable[[FileRef, int], Awaitable[bytes]] | None = None
    said_at: datetime | None = None

    def argument(self, name: str) -> str:
        """The argument of that name, or nothing."""
        return self.invocation.arguments.get(name, "")


@dataclass(frozen=True, slots=True)
class Say:
    """The answer to a command; without any text, nothing is said.

    Attributes:
        page: what the text and the buttons were made of, where they were made of a page.
        links: addresses of Robbie's own making that may be followed; all others in the text are undone.
        persona: who speaks; None for Robbie.
        forgets: whether everything that is kept about the asker is erased as this answer is recorded.
        private: whether only the asker may read it, whatever the command says.
        secret: whether it is kept in no transcript, where models would read it.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    page: Page | None = None
    links: tuple[str, ...] = ()
    persona: Persona | None = None
    forgets: bool = False
    private: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for the models, which is what a command comes down to.

    Attributes:
        mentor, mood: whose voice was asked for; empty for what is chosen.
        council: whether several mentors answer.
    """

    text: str
    mentor: str = ""
    mood: str = ""
    council: bool = False


Handler = Callable[[Asked], Awaitable[Say | Ask]]
Handlers = Mapping[str, Handler]
Explainer = Callable[[Asked], str | None]
"""Says what a command that free text sounds like would do; None where it is no such command. Raises CommandError."""
Explainers = Mapping[str, Explainer]


def command_of(claim: Claim, registry: Registry) -> Invocation | None:
    """What a claim asks for: the line as it reads now, since it may have been edited, else what came with it.

    A line that was told something in confidence is read as it came: what it was told does not stand in it any more.
    """
    if claim.command is None:
        return None
    if secrets_of(claim.command, registry):
        return claim.command
    typed = registry.line(claim.text.strip(), PREFIXES.get(claim.place.surface, "/"))
    command = registry.get(typed.command) if typed else None
    return typed if command is not None and command.lane is Lane.TURN else claim.command
