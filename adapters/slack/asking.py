"""What somebody asked for with a command, a button or a shortcut, as an inbound event."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from adapters.slack.blocks import PRESS, VOTE, about
from adapters.slack.forms import Origin
from adapters.slack.payload import moment
from adapters.slack.presses import Chosen, Pressed, Typed
from adapters.slack.text import readable
from core.conversation.models import Author, InboundEvent, Kind, Place, Reply
from core.desk import Visitor
from core.registry import Command, CommandError, Invocation, Registry

COMMAND = "/robbie"

_TWICE_SECONDS = 2  # two presses of one button by one person within so long are a double click


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that somebody did, and where.

    Attributes:
        trigger_id: opens a modal, for three seconds.
        began: on this process's clock.
    """

    tenant: str
    account: str
    trigger_id: str
    origin: Origin
    identities: tuple[str, ...]
    message_id: str
    at: datetime
    began: float = field(default_factory=time.monotonic)

    @property
    def direct(self) -> bool:
        """Whether only the person and Robbie read the answer."""
        return self.origin.direct or not self.origin.channel

    @property
    def visitor(self) -> Visitor:
        """The same, as the desk knows people."""
        return Visitor(
            surface="slack",
            tenant=self.tenant,
            account=self.account,
            channel=self.origin.channel,
            direct=self.direct,
        )

    def event(self, invocation: Invocation, registry: Registry, channel: str, reply: Reply | None) -> InboundEvent:
        """The event to store.

        Args:
            invocation: what is asked for.
            registry: the commands.
            channel: where the answer goes.
            reply: another way to answer.
        """
        return InboundEvent(
            kind=Kind.MESSAGE,
            identities=self.identities,
            place=Place(
                surface="slack",
                tenant=self.tenant,
                channel=channel,
                thread=self.origin.thread,
                direct=self.direct,
            ),
            author=Author(account=self.account),
            message_id=self.message_id,
            occurred_at=self.at,
            text=self._text(registry, invocation),
            addressed=True,
            reply=reply,
            command=invocation,
            about=self.origin.about,
        )

    def _text(self, registry: Registry, invocation: Invocation) -> str:
        """What it says to those who read along."""
        command = registry.get(invocation.command)
        if command is not None and command.private and not self.direct:
            return ""
        return question(registry, invocation) or self.origin.text


def read(registry: Registry, text: str) -> Invocation:
    """What was typed after the command. What cannot be read becomes help that says why, or a form to fill in."""
    if not text.strip():
        return Invocation(command="help")
    try:
        return registry.read(text)
    except CommandError as error:
        command = registry.get(error.command)
        if command is not None and command.asks:
            return Invocation(command=command.name)
        return Invocation(command="help", arguments={"command": error.command, "problem": error.problem})


def typed(command: Typed, now: datetime, *, direct: bool) -> Call:
    """A slash command."""
    return Call(
        tenant=command.team_id,
        account=command.user_id,
        trigger_id=command.trigger_id,
        origin=Origin(
            channel=command.channel_id,
            direct=direct,
            text=f"{COMMAND} {command.text}".strip(),
            response_url=command.response_url,
        ),
        identities=(f"trigger:{command.trigger_id}",),
        message_id=command.trigger_id,
        at=now,
    )


def pressed(press: Pressed, *, direct: bool) -> Call | None:
    """A button; None for what asks for nothing. Raises MalformedEvent."""
    action = press.actions[0] if press.actions else None
    if action is None or not action.value or not action.action_id.startswith((PRESS, VOTE)):
        return None
    message = press.container.message_ts
    channel = press.channel.id if press.channel else ""
    where = f"{channel}:{message}" if channel else f"home:{press.view.id if press.view else ''}"
    at = moment(action.action_ts)
    twice = int(at.timestamp()) // _TWICE_SECONDS
    return Call(
        tenant=press.team.id,
        account=press.user.id,
        trigger_id=press.trigger_id,
        origin=Origin(
            channel=channel,
            thread="" if direct and press.container.thread_ts == message else press.container.thread_ts,
            direct=direct,
            about=about(action.block_id) or ("" if press.container.is_ephemeral else message),
            response_url=press.response_url,
        ),
        identities=(
            f"action:{where}:{press.user.id}:{action.action_ts}",
            f"press:{where}:{press.user.id}:{action.value}:{twice}",
        ),
        message_id=action.action_ts,
        at=at,
    )


def used(chosen: Chosen, command: Command, *, direct: bool) -> tuple[Call, Invocation]:
    """A shortcut in a message's menu. Raises MalformedEvent.

    The answer stands in the channel and not in the message's thread: Robbie does not take part in that.
    """
    text = readable(chosen.message.text or "")
    arguments = {command.options[0].name: text} if command.options else {}
    if command.option("link") is not None:
        arguments["link"] = _permalink(chosen)
    call = Call(
        tenant=chosen.team.id,
        account=chosen.user.id,
        trigger_id=chosen.trigger_id,
        origin=Origin(
            channel=chosen.channel.id,
            direct=direct,
            about=chosen.message.ts,
            text=text,
            response_url=chosen.response_url,
        ),
        identities=(f"trigger:{chosen.trigger_id}",),
        message_id=chosen.trigger_id,
        at=moment(chosen.action_ts),
    )
    return call, Invocation(command=command.name, arguments=arguments)


def _permalink(chosen: Chosen) -> str:
    message = chosen.message
    address = f"https://{chosen.team.domain}.slack.com/archives/{chosen.channel.id}/p{message.ts.replace('.', '')}"
    in_thread = message.thread_ts not in (None, message.ts)
    return f"{address}?thread_ts={message.thread_ts}&cid={chosen.channel.id}" if in_thread else address


def aloud(registry: Registry, invocation: Invocation) -> str:
    """What a command asks the models before everybody; empty for every other command, and for a private one."""
    command = registry.get(invocation.command)
    return "" if command is None or command.private else question(registry, invocation)


def question(registry: Registry, invocation: Invocation) -> str:
    """What a command asks the models; empty for every other command."""
    command = registry.get(invocation.command)
    if command is None or not command.asks:
        return ""
    return next((invocation.arguments.get(option.name, "") for option in command.options if option.required), "")
