"""What is proposed to be shared, and what an answer makes of a question: rules without a clock or a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.consent.models import Answer, Outcome, State, What
from core.notes.models import EVERYBODY, PERSONAL, Note


@dataclass(frozen=True, slots=True)
class AskingPolicy:
    """When people are asked.

    Attributes:
        sharing, celebration: the least that a note has of it (0 to 1) to be proposed.
        per_day: the most questions to one person within 24 hours.
        expire_days: after so many days, no answer is a no.
    """

    sharing: float = 0.8
    celebration: float = 0.6
    per_day: int = 3
    expire_days: float = 7.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody would be asked."""

    what: What
    audience: str


def propose(note: Note, policy: AskingPolicy, *, wins: str, never: Collection[str]) -> Proposal | None:
    """What of a note is worth a question; None for most notes.

    Args:
        note: as it stands.
        policy: when it is worth it.
        wins: the room where wins are told; empty for none.
        never: the kinds on which its owner is not to be asked.
    """
    if note.valid_to is not None or note.shared_with == EVERYBODY or note.kind in never:
        return None
    if note.celebration >= policy.celebration and wins and wins not in (note.room, note.shared_with):
        return Proposal(What.CELEBRATE, wins)
    if note.sharing >= policy.sharing:
        return Proposal(What.SHARE, EVERYBODY)
    return None


def others(note: Note, own: Collection[int]) -> Sequence[int] | None:
    """Whose yes it takes beside the owner's; None where there is somebody whom nobody knows how to ask.

    Args:
        note: the note.
        own: the owner's accounts.
    """
    if note.kind not in PERSONAL:
        return ()
    people = [one.person_id for one in note.subjects if one.kind == "person"]
    if None in people:
        return None
    return tuple(dict.fromkeys(id for id in people if id is not None and id not in own))


_SETTLED = {
    State.NO: (State.NO, Outcome.ALREADY_KEPT),
    State.EXPIRED: (State.EXPIRED, Outcome.EXPIRED),
    State.REVOKED: (State.REVOKED, Outcome.REVOKED),
}
_SHARED = {
    State.WAITING: (State.YES, Outcome.SHARED),
    State.YES: (State.YES, Outcome.ALREADY_SHARED),
    **_SETTLED,
}
# Who presses “keep private” after a yes takes it back.
_KEPT = {State.WAITING: (State.NO, Outcome.KEPT), State.YES: (State.REVOKED, Outcome.BACK), **_SETTLED}


def step(state: State, answer: Answer, *, holds: bool) -> tuple[State, Outcome]:
    """What an answer makes of a question.

    Args:
        state: as it was; one whose time is over has expired.
        answer: what was said.
        holds: whether the note still says what would be shared.
    """
    if answer is Answer.FORGET:
        return state, Outcome.FORGOTTEN
    if answer is not Answer.SHARE:
        return _KEPT[state]
    if not holds and state in (State.WAITING, State.YES):
        return State.WAITING, Outcome.ANEW
    return _SHARED[state]
