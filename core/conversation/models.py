"""The words of a conversation: where it is, what came in, what goes out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from core.registry import Invocation
from core.rendering.message import Attachment, Button, Outgoing
from core.values import Frozen


class Place(Frozen):
    """Where a conversation is: a direct message, or a thread in a channel.

    Attributes:
        surface: ``slack``, ``discord``, ``web`` or ``console``.
        tenant: the platform's id of the workspace or guild.
        channel: the platform's id of the channel or direct message.
        thread: the platform's id of the message that the thread hangs on; empty in a flat direct message.
        direct: whether only the person and Robbie read here.
    """

    surface: str
    tenant: str
    channel: str
    thread: str = ""
    direct: bool = False

    @property
    def room(self) -> str:
        """The channel, in which whoever reads there may see what was said there; empty for a direct message."""
        return "" if self.direct else f"{self.surface}/{self.tenant}/{self.channel}"


class Kind(StrEnum):
    """What an inbox row asks for. ``MESSAGE`` runs in the turn lane, the others in the control lane.

    ``VOTE`` says what somebody thinks of an answer, by a button; a reaction may say the same. ``AGAIN`` wants another
    answer in the place of one.
    """

    MESSAGE = "message"
    EDIT = "edit"
    DELETE = "delete"
    STOP = "stop"
    REACTION = "reaction"
    VOTE = "vote"
    AGAIN = "again"


class Author(Frozen):
    """Who did it, as the platform names them.

    Attributes:
        account: the platform's user id.
        name: the display name if the event carries one, else empty (it is looked up later).
        zone: the IANA time zone if the event carries one, else empty.
        is_bot: whether the platform says that it is an app.
    """

    account: str
    name: str = ""
    zone: str = ""
    is_bot: bool = False


class FileRef(Frozen):
    """A file on a message. It is fetched when a turn reads it, not before."""

    id: str
    name: str
    media_type: str = "application/octet-stream"
    size: int = 0
    url: str = ""


class Problem(StrEnum):
    """Why a file was not read."""

    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    KIND = "unknown_kind"  # neither text nor a PDF nor a picture
    LETTERS = "unknown_encoding"  # text in an encoding that cannot be told
    EMPTY = "empty"
    NO_TEXT = "no_text"  # a PDF of pictures only
    LOCKED = "locked"
    BROKEN = "broken"
    HARD = "too_complicated"  # it took more time or memory than it is given
    HUGE = "too_large_picture"  # a picture with more bytes or pixels than a model is sent
    ELSEWHERE = "elsewhere"  # not on the platform's own hosts
    GONE = "gone"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"
    SLOW = "slow"

    @property
    def passing(self) -> bool:
        """Whether it is worth another try in a later turn."""
        return self in (Problem.FORBIDDEN, Problem.UNREACHABLE, Problem.SLOW)


class Attached(FileRef):
    """A file of a message with what was read of it, which is kept with the message.

    Attributes:
        text: what it says, up to the limit; None for a picture, and for what was not read.
        cut: whether it says more.
        pages: of a PDF.
        picture: whether it is one that a model can be sent.
    """

    text: str | None = None
    cut: bool = False
    pages: int = 0
    picture: bool = False
    problem: Problem | None = None

    @property
    def known(self) -> bool:
        """Whether it was looked at, and need not be again."""
        return self.text is not None or self.picture or self.problem is not None


class Reply(Frozen):
    """A way to answer one event that its platform offers for a while.

    Attributes:
        sealed: what the surface needs for it, encrypted: only its adapter can read it.
        until: when the platform takes it no more.
    """

    sealed: bytes
    until: datetime


class InboundEvent(Frozen):
    """One thing that happened on a surface, as its adapter understood it.

    Attributes:
        identities: every identity that another delivery of the same thing could share (delivery id, channel and
            message id, …), each prefixed by its kind, e.g. ``event:Ev1`` or ``message:C1:1700.1``. Two events of one
            surface and tenant that share one are the same event.
        place: for a top-level channel message, ``thread`` is the message's own id.
        message_id: the platform's id of the message that this is, or is about.
        occurred_at: the platform's time, in UTC.
        addressed: whether Robbie is plainly spoken to (mentioned, or in a direct message).
        speaks_to_other: whether the text opens by mentioning somebody else.
        reaction: the reaction's name, for ``Kind.REACTION``.
        removed: for ``Kind.REACTION``, whether it was taken back.
        reply: how the answer is given, where the platform has a way of its own for it.
        command: what is asked for, where it is a command and not free talk.
        about: the platform's id of a message of Robbie's that the command is about (its button was pressed): the
            command then belongs to that message's conversation.
        beside: the channel that the person has open beside a direct message, such as ``#general``; empty for none.
        external: whether people of other companies read in the channel; None where the event does not say.
        mentions: the accounts that the text speaks to by name.
        replies_to: the platform's id of the message that this answers, where people can point at one.
        public: whether it is plain that every member of the workspace or server can read there.
    """

    kind: Kind
    identities: Annotated[tuple[str, ...], Field(min_length=1)]
    place: Place
    author: Author
    message_id: str
    occurred_at: datetime
    text: str = ""
    addressed: bool = False
    speaks_to_other: bool = False
    files: tuple[FileRef, ...] = ()
    reaction: str = ""
    removed: bool = False
    reply: Reply | None = None
    command: Invocation | None = None
    about: str = ""
    beside: str = ""
    external: bool | None = None
    mentions: tuple[str, ...] = ()
    replies_to: str = ""
    public: bool = False


class InboxState(StrEnum):
    """``received → claimed → answered | ignored | set_aside | expired`` (an ended lease leads back to received)."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    IGNORED = "ignored"
    SET_ASIDE = "set_aside"
    EXPIRED = "expired"


class OutboxState(StrEnum):
    """``ready → sending → sent | unknown → sent | ready``; ``failed`` is the platform's final refusal."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Accepted(Frozen):
    """What intake did with an event.

    Attributes:
        inbox_id: the row, or None when nothing was stored (the event does not concern Robbie).
        merged: whether the event was known already and this delivery was merged into it.
    """

    inbox_id: int | None
    state: InboxState
    merged: bool = False


class Utterance(Frozen):
    """One message of a transcript. ``speaker`` is empty for Robbie's own."""

    speaker: str
    text: str
    at: datetime
    message_id: str = ""
    by_robbie: bool = False
    files: tuple[Attached, ...] = ()


class Asker(Frozen):
    """The person whose message is being answered.

    Attributes:
        zone: IANA time zone; ``UTC`` where the platform has not said.
        admin: whether the platform says that this person administers the workspace or server.
        member: whether the platform says that this person is a member: no guest, and of no other company.
        overheard: whether people of other companies read what is said in the channel.
    """

    org_id: int
    person_id: int
    account: str
    name: str
    zone: str = "UTC"
    admin: bool = False
    member: bool = False
    overheard: bool = False


class Profile(Frozen):
    """What a platform says of an account.

    Attributes:
        org: what its workspace or server is called; empty where the platform does not say.
        member: whether it is a member's: no guest's, and of no other company's.
    """

    name: str
    zone: str = ""
    is_bot: bool = False
    admin: bool = False
    org: str = ""
    member: bool = True


class Shown(Frozen):
    """One message as a person sees it in the web chat or the terminal.

    Attributes:
        final: False while the answer is still being written.
        extras: what an answer has beside its text: who speaks, what can be pressed.
        about: the id by which a command can be about this message; empty for none.
        vote: what the conversation's person thinks of it: 1, -1, or 0 for no vote.
        files: names of what is attached.
    """

    id: str
    by_robbie: bool
    author: str
    text: str
    at: datetime
    final: bool = True
    extras: Outgoing = Outgoing(body="")
    about: str = ""
    vote: int = 0
    files: tuple[str, ...] = ()


class Outcome(Frozen):
    """What came of one message. Level and cost are None where no model was asked (stopped, set aside)."""

    answer: str
    level: int | None
    model: str | None
    cost_usd: float | None
    latency_ms: float | None
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()


CancelReason = Literal["stop", "edit", "delete"]
