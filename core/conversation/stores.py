"""What a conversation needs of its store: the durable joints between event, turn and post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from core.conversation.models import (
    Accepted,
    Asker,
    Attached,
    CancelReason,
    InboundEvent,
    InboxState,
    Place,
    Profile,
    Reply,
    Utterance,
)
from core.conversation.voices import ROBBIE, Voice
from core.learning.signals import Signal
from core.people.models import ChannelSettings, PersonSettings
from core.registry import Invocation
from core.rendering.message import Outgoing, Persona
from core.routing.models import Answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """How intake wants an event stored.

    Attributes:
        state: the state that a new row begins with.
        only_if_known: store it only where Robbie is part of the conversation already.
        bot_limit: for another bot's message, how many an hour are answered; None for people.
    """

    state: InboxState
    only_if_known: bool = False
    bot_limit: int | None = None


class InboxStore(Protocol):
    """Where events become rows."""

    async def accept(self, event: InboundEvent, verdict: Verdict) -> Accepted:
        """Store the event and a job for it in one transaction, or merge it into the row that has it already."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that is given again.

    Attributes:
        answer_id: the message of the transcript that it is.
        text: what it says.
        note: whether it is only marked as older than its question, since others have built on it.
    """

    answer_id: int
    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One inbox row in the hands of one worker, until its lease ends.

    Attributes:
        fence: grows with every claim in a conversation; closing with an old one changes nothing.
        attempts: how often this row was claimed, this time included.
        files: what the message carries.
        transcript: the latest messages of the conversation before this one, oldest first, without pending ones.
        cancel: what a person wanted of it before the claim.
        profile_stale: whether the platform should be asked for the asker's name and zone.
        command: what is asked for, where it is a command.
        about: the platform's id of the message that the command is about.
        beside: the channel that the asker has open beside the conversation; empty for none.
        person, channel: what they have chosen.
        earlier: the answer that this one takes the place of.
    """

    inbox_id: int
    fence: int
    attempts: int
    place: Place
    conversation_id: int
    message_id: int | None
    platform_id: str
    text: str
    occurred_at: datetime
    asker: Asker
    files: tuple[Attached, ...] = ()
    transcript: tuple[Utterance, ...] = ()
    cancel: CancelReason | None = None
    profile_stale: bool = False
    command: Invocation | None = None
    about: str = ""
    beside: str = ""
    person: PersonSettings = field(default_factory=PersonSettings)
    channel: ChannelSettings = field(default_factory=ChannelSettings)
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """What a running turn learns when it renews its lease.

    Attributes:
        cancel: what a person wants of the running turn.
        open_id: the platform's id of the message that opens the answer, once it is recorded.
        open_key: the key that the message carries.
        open_persona: who is seen to speak in it.
    """

    cancel: CancelReason | None
    open_id: str | None
    open_key: str
    open_persona: Persona | None = None


Outcome = Literal["answered", "stopped", "refused", "offline", "set_aside", "deleted"]


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a turn, written in one transaction.

    Attributes:
        text: the whole answer for the transcript; empty where others may not read it.
        parts: the answer, split and made harmless for its surface.
        answer: what the router reports, if it was asked.
        voice: whose voice it has.
        signal: what the message said of the answer before it.
        forgets: whether everything that is kept about the asker is erased with it.
        recalled: the memories that the answer was given.
    """

    state: InboxState
    outcome: Outcome
    text: str
    parts: Sequence[Outgoing]
    answer: Answer | None
    versions: Mapping[str, str]
    voice: Voice = ROBBIE
    signal: Signal | None = None
    forgets: bool = False
    recalled: Sequence[int] = ()


Ending = Literal["lost", "last", "more"]
"""How closing went: not ours any more, so thrown away; closed, and it was the last; closed, and more is pending."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer that was given before.

    Attributes:
        recalled: the memories that it was given.
    """

    text: str
    at: datetime
    recalled: tuple[int, ...] = ()


class TurnStore(Protocol):
    """What the worker of a conversation reads and writes."""

    async def claim(self, org_id: int, conversation_id: int, surfaces: Sequence[str], *, messages: int) -> Claim | None:
        """Claim the oldest pending message; None when there is none or another one is claimed.

        Args:
            org_id: the conversation's org.
            conversation_id: the conversation.
            surfaces: those that this process serves; other surfaces' conversations are left alone.
            messages: the largest number of messages in the claim's transcript.
        """

    async def open(self, claim: Claim, message: Outgoing) -> bool:
        """Put a short text that opens the answer into the outbox; False when it is there, or the claim is not ours."""

    async def renew(self, claim: Claim) -> Lease | None:
        """Extend the lease by the database's clock; None when the claim is not ours any more."""

    async def remembered(self, claim: Claim) -> Remembered | None:
        """An earlier answer to the same words of the same person, where this place may show it."""

    async def asked(self, claim: Claim, inbox_id: int) -> str | None:
        """What the claim's asker wrote in an earlier message of the conversation that Robbie asked back about.

        None when somebody else wrote it, or when it was answered with yes or no already.
        """

    async def meant(self, claim: Claim, word: str) -> Invocation | None:
        """The button ``yes`` or ``no`` that is meant by a typed word, kept with the claim's row as if it was pressed.

        None when Robbie has not just asked the claim's asker back.
        """

    async def save_profile(self, claim: Claim, profile: Profile) -> bool:
        """Keep what the platform said of the asker, and say whether that makes them a member here."""

    async def finish(self, claim: Claim, finish: Finish) -> Ending:
        """Close the row, record the interaction and put the parts into the outbox, or change nothing."""

    async def release(self, claim: Claim) -> bool:
        """Put the row back as if it had not been claimed (its message was edited)."""


class ControlStore(Protocol):
    """Applies the control lane."""

    async def apply(self, org_id: int, conversation_id: int) -> int:
        """Apply all pending control rows of a conversation, oldest first, and say how many there were."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One outbox row in the hands of a sender.

    Attributes:
        message: what it says; of an edit, its persona is that of the message to edit.
        edit_id: the platform's id of the message to edit; None for a new post.
        attempts: how often it was taken, this time included.
        looks: how often the platform was asked for it, this time included.
        look_first: whether an earlier try may have been taken, so that the platform must be asked before posting.
        gone: whether the message is to be deleted, and not shown.
    """

    outbox_id: int
    key: str
    place: Place
    message: Outgoing
    edit_id: str | None
    attempts: int
    looks: int
    created_at: datetime
    look_first: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """A reply that a message of the outbox belongs to.

    Attributes:
        first: whether the message is the one that opens the answer.
    """

    reply: Reply
    first: bool


class ReplyStore(Protocol):
    """Where surfaces find how an event is to be answered."""

    async def owed(self, key: str) -> Owed | None:
        """The reply that the message with this key belongs to; None for an ordinary message, or when it is too late."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The channel's next row is not due yet."""

    seconds: float


class OutboxStore(Protocol):
    """What the sender of a channel reads and writes."""

    async def take(self, org_id: int, surface: str, tenant: str, channel: str) -> Parcel | Wait | None:
        """Take the channel's oldest unsent row; None when there is none, or another sender has it."""

    async def sent(self, org_id: int, parcel: Parcel, platform_id: str) -> Parcel | Wait | None:
        """Record the platform's id, match the reactions that came before it, and take the channel's next row."""

    async def later(self, org_id: int, parcel: Parcel, seconds: float, reason: str) -> None:
        """Nothing was posted: ready again after so many seconds; the channel waits for it, others flow."""

    async def unknown(self, org_id: int, parcel: Parcel, reason: str, *, seconds: float | None) -> None:
        """It may have been posted: look again after so many seconds.

        None parks it, since nobody can tell: it stays visible to the operator and does not hold up its channel.
        """

    async def failed(self, org_id: int, parcel: Parcel, reason: str) -> None:
        """The platform refuses for good."""

    async def repost(self, org_id: int, parcel: Parcel) -> None:
        """The message to edit is gone: the row becomes a new post."""
