"""What people read who are asked, and what they are told of what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from core.consent.models import Consent, Outcome, State, What
from core.notes.models import EVERYBODY, NoteKind
from core.notes.showing import room_name

OFFER = "I have a question that is for you alone."
ANEW = "The note says something else by now, so I ask anew."
NOT_YOURS = "This is for somebody else, or it is not there any more."

_WHY: Mapping[NoteKind, str] = {
    NoteKind.DECISION: "it is a decision, and others may build on it",
    NoteKind.COMMITMENT: "others may count on it",
    NoteKind.ACTION: "others may wait for it, or do it twice",
    NoteKind.DEADLINE: "others may have to know the date",
    NoteKind.INSIGHT: "others may learn from it",
    NoteKind.WIN: "it is a success, and others will be glad of it",
    NoteKind.CONCERN: "others may be able to help",
    NoteKind.PERSONAL: "others may want to know",
    NoteKind.FEEDBACK: "others may learn from it",
    NoteKind.NOTE: "it may help others",
}
_PLURAL: Mapping[NoteKind, str] = {
    NoteKind.ACTION: "action items",
    NoteKind.PERSONAL: "personal facts",
    NoteKind.FEEDBACK: "feedback",
}

_SAID: Mapping[Outcome, str] = {
    Outcome.WAITS: "Thank you. It is also about somebody else, whom I ask first. Until they agree, nobody sees it.",
    Outcome.KEPT: "It stays as it is. I will not propose this again.",
    Outcome.BACK: "Taken back: nobody else is shown it from now on.",
    Outcome.FORGOTTEN: "Forgotten. I will not propose this again.",
    Outcome.ALREADY_KEPT: "You have said no to this already, and it stays so. The command `share` would share it.",
    Outcome.EXPIRED: "This question is over: no answer is a no. The command `share` would share it.",
    Outcome.REVOKED: "You took this back, and it stays so. The command `share` would share it anew.",
    Outcome.OUTDATED: "Something newer took the place of this note, so nothing of it is shared.",
    Outcome.UNSURE: "Not shared: it is about somebody whom I cannot ask.",
    Outcome.REFUSED: "Not shared.",
    Outcome.GONE: NOT_YOURS,
}


def plural(kind: NoteKind) -> str:
    """What notes of a kind are called."""
    return _PLURAL.get(kind, f"{kind.value}s")


def quoted(text: str) -> str:
    """A text as somebody's words."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def whom(audience: str, room: str = "") -> str:
    """With whom, in words. ``room``: where this is read."""
    return "everybody in your workspace or server" if audience == EVERYBODY else f"all in {room_name(audience, room)}"


def question(consent: Consent, zone: ZoneInfo, room: str, *, owner: str = "") -> str:
    """The question: what exactly would be shared, with whom, and why. ``owner``: who wants to share it."""
    audience = whom(consent.audience, room)
    until = f"{consent.expires_at.astimezone(zone):%-d %B}"
    over = f"No answer is a no; I wait until {until}."
    if consent.part == "subject":
        who = owner or "Somebody"
        return (
            f"**May this be shared?** {who} would share this with {audience}, and it is about you:\n\n"
            f"{quoted(consent.wording)}\n\nWithout your yes it is not. {over}"
        )
    asks = "Shall I tell of this win" if consent.what is What.CELEBRATE else "May I share this"
    why = _WHY.get(consent.kind, _WHY[NoteKind.NOTE])
    return (
        f"**{asks}?** Only you see this question. Shared would be just this:\n\n{quoted(consent.wording)}\n\n"
        f"- **With:** {audience}\n- **Why:** {why}\n\n{over}"
    )


def outcome(of: Outcome, consent: Consent | None, room: str) -> str:
    """What came of an answer."""
    if consent is not None and consent.part == "subject":
        return _to_subject(of)
    if consent is not None and of in (Outcome.SHARED, Outcome.ALREADY_SHARED):
        already = "already " if of is Outcome.ALREADY_SHARED else ""
        return f"It is {already}shared with {whom(consent.audience, room)}:\n\n{quoted(consent.wording)}"
    return _SAID[of]


def _to_subject(of: Outcome) -> str:
    match of:
        case Outcome.SHARED | Outcome.ALREADY_SHARED:
            return "Thank you, you have agreed to it."
        case Outcome.KEPT | Outcome.ALREADY_KEPT:
            return "It is not shared."
        case Outcome.BACK | Outcome.REVOKED:
            return "Taken back: nobody else is shown it from now on."
        case Outcome.EXPIRED:
            return "This question is over: no answer is a no."
        case _:
            return _SAID[of]


def standing(state: State) -> Outcome:
    """What somebody reads who opens a question that is answered."""
    return {
        State.YES: Outcome.ALREADY_SHARED,
        State.NO: Outcome.ALREADY_KEPT,
        State.EXPIRED: Outcome.EXPIRED,
        State.REVOKED: Outcome.REVOKED,
    }[state]
