"""The commands by which people share what is theirs by themselves, take it back, and celebrate."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from core.consent import wording
from core.consent.models import Answer, Consent, Consents, Outcome, State, What
from core.consent.replies import asked_about, button, number, owner, said
from core.conversation.handling import Asked, Handlers, Say
from core.notes.models import EVERYBODY, Notes, Wanted
from core.notes.showing import short
from core.registry import CommandError
from core.rendering.message import Persona

Cheer = Callable[[str, datetime], tuple[Persona | None, str]]
"""Who tells of a win in these words, and with which line."""

_SHOWN = 10
_ALL = {"everyone", "everybody", "all", EVERYBODY}
_MENTION = re.compile(r"<#(\w+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<?https://[^\s/]+/(?:archives|channels/(\d+))/(\w+)\S*?>?")
_WHOM = (
    "With whom? `everyone`, `here` for the channel in which you write this, or a channel's link. "
    "For example: `share #12 with everyone`."
)
_NO_MEMBER = (
    "You are a guest here, or of another company: only members share with others than those who are here. "
    "`here` shares with those who read this channel."
)
_NO_WORKSPACE = (
    "I do not know you here as a member of a server or workspace, so there is nobody to share with. "
    "The command `org` shows where your direct messages belong."
)


def celebrating(consents: Consents, cheer: Cheer) -> Handlers:
    """What tells of wins, and where.

    Args:
        consents: what may be told.
        cheer: who tells it.
    """

    async def tell_win(asked: Asked) -> Say:
        consent = await asked_about(consents, asked)
        asked_for = consent is not None and consent.what is What.CELEBRATE and consent.audience == asked.place.room
        if consent is None or not asked_for or not await consents.stands(owner(asked), consent.id):
            return Say("")  # it was taken back in the meantime
        persona, line = cheer(consent.wording, asked.now)
        who = f"**{asked.asker.name}:** " if asked.asker.name else ""
        return Say(f"{line}\n\n{who}{consent.wording}", persona=persona)

    async def wins(asked: Asked) -> Say:
        if asked.place.direct:
            return Say("Use this in the channel where wins shall be told.")
        on = asked.argument("where") == "here"
        await consents.open_wins(asked.asker.org_id, asked.place, on=on)
        if on:
            return Say(
                "From now on I ask people whether I may tell their wins here. Nothing is told without their yes."
            )
        return Say("I tell no wins any more.")

    return {"tell-win": tell_win, "wins": wins}


def sharing(consents: Consents, notes: Notes) -> Handlers:
    """What shares a note, and takes it back."""

    async def share(asked: Asked) -> Say:
        which, whom = _which_and_whom(asked)
        audience = _audience(whom, asked)
        id = await _note(notes, asked, which)
        settled = await consents.share(owner(asked), id, audience, asked.conversation_id)
        if settled.outcome is Outcome.GONE:
            return Say("That note is not there any more.")
        return said(settled.outcome, settled.consent, asked)

    async def unshare(asked: Asked) -> Say:
        which = asked.argument("note").strip()
        found = await consents.shared(owner(asked), 1_000)
        if which:
            found = [one for one in found if one.state is State.YES and _is(one, which)]
        if not which or len(found) > 1:
            return _listed(found[:_SHOWN])
        if not found:
            return Say("You share no such note. The command `unshare` shows what you share.")
        settled = await consents.settle(owner(asked), found[0].id, Answer.BACK)
        return said(settled.outcome, settled.consent, asked)

    return {"share": share, "unshare": unshare}


def _is(consent: Consent, which: str) -> bool:
    id = number(which)
    return consent.note_id == id if id is not None else which.casefold() in consent.wording.casefold()


def _listed(found: Sequence[Consent]) -> Say:
    if not found:
        return Say("You share nothing of yours, and I have no question for you.")
    lines, buttons = [], []
    for one in found:
        if one.state is State.YES:
            lines.append(f"- **#{one.note_id}** {short(one.wording)} _(with {wording.whom(one.audience)})_")
            buttons.append(button(f"Take back #{one.note_id}", "consent", str(one.id), say=Answer.BACK))
        else:
            lines.append(f"- **#{one.note_id}** {short(one.wording)} _(I have asked you whether I may share it)_")
            buttons.append(button(f"Answer #{one.note_id}", "show-consent", str(one.id)))
    return Say("\n".join(lines), tuple(buttons))


def _which_and_whom(asked: Asked) -> tuple[str, str]:
    """Which note, and with whom; in a typed line, all that stands before the last “with” may be words of the note."""
    note, whom = asked.argument("note"), asked.argument("with")
    typed = re.fullmatch(r"(.*)\bwith\b(.*)", f"{note} {whom}", re.IGNORECASE | re.DOTALL)
    if typed and "with" in whom.casefold().split():
        note, whom = typed[1], typed[2]
    return note.strip(), whom.strip()


def _audience(whom: str, asked: Asked) -> str:
    """The room, or ``*``. Raises CommandError."""
    place = asked.place
    if whom.casefold() in ("here", "this channel") and not place.direct:
        return place.room
    if not asked.asker.member:
        raise CommandError(_NO_WORKSPACE if place.surface == "discord" and place.direct else _NO_MEMBER, "share")
    if whom.casefold() in _ALL:
        return EVERYBODY
    channel = _channel(whom, asked)
    if not channel or (place.direct and place.surface != "slack"):
        raise CommandError(_WHOM, "share")
    return f"{place.surface}/{place.tenant}/{channel}"


def _channel(whom: str, asked: Asked) -> str:
    """A channel of the workspace or server in which it is asked; empty where it is of another, or of two people."""
    if found := _MENTION.fullmatch(whom):
        return found[1]
    found = _LINK.fullmatch(whom)
    if found is None or (found[1] or asked.place.tenant) != asked.place.tenant:
        return ""
    return "" if asked.place.surface == "slack" and found[2].startswith("D") else found[2]


async def _note(notes: Notes, asked: Asked, which: str) -> int:
    """The one note that is meant. Raises CommandError."""
    id = number(which)
    if id is not None:
        return id
    found = await notes.find(owner(asked), Wanted(words=which), 2)
    if len(found) != 1:
        how_many = "Several of your notes say" if found else "None of your notes says"
        raise CommandError(f"{how_many} “{which[:60]}”. `notes` shows their numbers.", "share")
    return found[0].note.id
