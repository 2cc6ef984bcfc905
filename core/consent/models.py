"""What people are asked before something of theirs is shared, and where what they said is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from core.conversation.models import Place
from core.notes.models import NoteKind
from core.people.viewer import Viewer
from core.values import Frozen

Part = Literal["owner", "subject"]
"""As whom somebody is asked: as the note's owner, or as somebody whom a personal note is about."""


class What(StrEnum):
    """What is to be done with a note: let others see it, or tell everybody of a win."""

    SHARE = "share"
    CELEBRATE = "celebrate"


class State(StrEnum):
    """``waiting → yes | no | expired``, and ``yes → revoked``. Only a yes shares, and only while it lasts."""

    WAITING = "waiting"
    YES = "yes"
    NO = "no"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Answer(StrEnum):
    """What somebody says to a question. ``FORGET`` also deletes the note; ``BACK`` takes a yes back."""

    SHARE = "share"
    KEEP = "keep"
    FORGET = "forget"
    BACK = "back"


class Outcome(StrEnum):
    """What came of an answer.

    ``WAITS`` for whom the note is about; ``ANEW``: the note says something else by now, so it is asked again;
    ``OUTDATED``: another note took its place; ``UNSURE``: it is about somebody who cannot be asked; ``REFUSED``: whom
    it is about does not want it; ``GONE``: there is no such question for this person.
    """

    SHARED = "shared"
    WAITS = "waits"
    ANEW = "anew"
    KEPT = "kept"
    BACK = "back"
    FORGOTTEN = "forgotten"
    ALREADY_SHARED = "already shared"
    ALREADY_KEPT = "already kept"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OUTDATED = "outdated"
    UNSURE = "unsure"
    REFUSED = "refused"
    GONE = "gone"


class Consent(Frozen):
    """One question to one person.

    Attributes:
        person_id: who is asked.
        owner: whose note it is.
        conversation_id: where it is asked.
        audience: a room, or ``*`` for the org.
        wording: what exactly would be shared.
        kind: of the note.
    """

    id: int
    note_id: int
    person_id: int
    owner: int
    conversation_id: int
    part: Part = "owner"
    what: What = What.SHARE
    audience: str
    wording: str
    kind: NoteKind = NoteKind.NOTE
    state: State = State.WAITING
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an answer, and the question as it stands then; None where there is none for this person."""

    outcome: Outcome
    consent: Consent | None = None


class Consents(Protocol):
    """Keeps questions and answers. Each person sees those that concern them."""

    async def one(self, viewer: Viewer, consent_id: int) -> Consent | None:
        """A question to the viewer; None where there is none of that id."""

    async def settle(self, viewer: Viewer, consent_id: int, answer: Answer) -> Settled:
        """Take an answer, and do at once what follows from it. A second answer of the same kind changes nothing."""

    async def reword(self, viewer: Viewer, consent_id: int, text: str) -> Consent | None:
        """Change the note and what would be shared of it, while it is asked; None where it is not (any more)."""

    async def share(self, viewer: Viewer, note_id: int, audience: str, conversation_id: int) -> Settled:
        """Share a note because its owner says so by themselves."""

    async def shared(self, viewer: Viewer, limit: int) -> Sequence[Consent]:
        """What of the viewer's is shared now, the latest first."""

    async def stands(self, viewer: Viewer, consent_id: int) -> bool:
        """Whether what the question was about is shared now."""

    async def open_wins(self, org_id: int, place: Place, *, on: bool) -> None:
        """Make a channel the one where wins are told, in the place of any other of its workspace; or none."""
