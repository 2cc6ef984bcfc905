"""What a conversation needs of its neighbours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.conversation.models import (
    Accepted,
    FileRef,
    InboundEvent,
    Outcome,
    Place,
    Problem,
    Profile,
    Shown,
    Utterance,
)
from core.rendering.message import Attachment, Outgoing

LONGEST_REST = 86_400.0
"""Seconds: a platform that asks to wait for more than a day is not believed."""


class SendError(Exception):
    """A surface did not take a message. The subclass says what is known and so what may be done."""


class RateLimited(SendError):
    """The platform asks to wait; nothing was posted.

    Attributes:
        retry_after: seconds.
    """

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"rate limited for {retry_after:g} s")
        self.retry_after = (
            retry_after if retry_after < LONGEST_REST else LONGEST_REST
        )  # so that NaN is no wait for ever


class NotSent(SendError):
    """The request surely did not reach the platform, or was refused for a passing reason; it may be sent again."""


class MaybeSent(SendError):
    """The request may have been taken (timeout, dropped connection, 5xx): look before sending again."""


class MessageGone(SendError):
    """The message to edit is not there any more, or may not be edited; a new post can take its place."""


class Refused(SendError):
    """The platform refuses for good (no such channel, not a member, archived): sending again is no use."""


class CannotTell(SendError):
    """The platform offers nothing to find a post by, or could not be asked now."""


class Unreadable(Exception):
    """A file cannot be read.

    Attributes:
        problem: why.
        size: its bytes, where it is too large and they are known.
    """

    def __init__(self, problem: Problem, size: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.size = size


class Surface(Protocol):
    """One platform, as the sender and a running turn see it.

    The adapter renders a message, with its persona and its buttons, the same way for posts and edits.
    """

    @property
    def name(self) -> str:
        """The value of ``Place.surface`` that this serves."""

    @property
    def part_limit(self) -> int:
        """The largest body of one message, in characters, after which a text is split."""

    @property
    def most_parts(self) -> int:
        """How many messages an answer may take; a longer one goes out as a file. Zero for any number."""

    @property
    def edit_interval(self) -> float:
        """Seconds between two edits of a streaming answer that the platform allows."""

    @property
    def placeholder(self) -> str:
        """The short text that opens an answer."""

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        """Post a message that carries ``key``, and return the platform's message id. Raises SendError."""

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        """Replace a message; doing it twice is the same as once. Raises SendError."""

    async def delete(self, place: Place, message_id: str, message: Outgoing) -> None:
        """Delete a message of ours; ``message.persona`` is who spoke in it. Raises SendError, e.g. MessageGone."""

    async def find(self, place: Place, key: str, *, message: Outgoing, since: datetime) -> str | None:
        """The id of a post that may have been made; None when it surely was not, or when posting it again is harmless.

        Raises CannotTell, or Refused where nothing will ever be sent or looked for again.

        Args:
            place: where it was posted.
            key: what it carries.
            message: what it says.
            since: no try to post it was earlier.
        """

    async def history(self, place: Place, limit: int) -> Sequence[Utterance]:
        """The thread's messages on the platform, oldest first; empty where the surface keeps none."""

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        """The bytes of a file that a message of this place carries. Raises Unreadable, also above ``limit`` bytes."""

    async def profile(self, tenant: str, account: str) -> Profile:
        """Name and time zone of an account. Raises SendError."""

    async def working(self, place: Place, *, on: bool) -> None:
        """Show or clear the platform's own sign of work (best effort, never raises)."""


class Uploads(Protocol):
    """Where a surface without a platform keeps the files that people attach there."""

    async def put(self, place: Place, account: str, id_: str, content: bytes) -> bool:
        """Keep a file, once for each id; False where there is no room for it."""


class Receiver(Protocol):
    """Where surfaces hand in what happened. Implemented by ``core.conversation.intake.Intake``."""

    async def accept(self, event: InboundEvent) -> Accepted:
        """Store the event durably, once. When this returns, the platform may be told that it was received.

        Raises whatever the store raises when it could not be stored: do not acknowledge then.
        """


class Gateway(Protocol):
    """A platform's connection that events come in through."""

    async def start(self) -> None:
        """Begin to receive; returns at once, also when the platform cannot be reached yet."""

    async def stop(self) -> None:
        """Receive no more; what was taken in is stored before this returns."""

    def health(self) -> Mapping[str, object]:
        """Whether it is ``connected``, and what else an operator may want to know; ages in seconds."""


class ConversationView(Protocol):
    """A conversation as the web chat and the terminal show it (they are surfaces without a platform)."""

    async def shown(self, place: Place) -> Sequence[Shown]:
        """Everything in the conversation, oldest first, with what is being written right now."""

    async def file(self, place: Place, about: str, number: int) -> Attachment | None:
        """A file of one of Robbie's messages, whose content ``shown`` leaves out; None where there is none.

        Args:
            place: the conversation.
            about: the message, as in ``Shown``.
            number: of the file, from 0.
        """

    def changes(self, place: Place) -> AsyncIterator[None]:
        """Yield once at the start, and again whenever ``shown`` may have changed (also at least every 15 s)."""

    async def outcome(self, inbox_id: int) -> Outcome | None:
        """What came of a message; None while it is not closed."""
