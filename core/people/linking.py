"""``/link`` and ``/org``: one human's accounts on several platforms, and the org that a direct message belongs to."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from core.conversation.handling import Asked, Handlers, Say
from core.desk import Completer, SectionMaker, Visitor, matching
from core.people.stores import PeopleStore
from core.registry import Choice, CommandError, Invocation
from core.rendering.message import Button, Section

CODE_MINUTES = 10
_LETTERS = "BCDFGHJKMNPQRTVWXZ"  # none that look alike, and no vowels, so that no words come out
_LENGTH = 8
_LINK = Invocation(command="link")
_UNDO = ("undo", "off", "remove")
_OF_DIRECT_MESSAGES = "none"


class Redeemed(StrEnum):
    """What came of a code. A replay of one's own is the same as the first time."""

    JOINED = "joined"
    ALREADY = "already"
    WRONG = "wrong"
    TOO_MANY = "too_many"
    SELF = "self"
    BOT = "bot"
    TWO_HUMANS = "two_humans"


_SAID = {
    Redeemed.JOINED: "Joined. From now on both accounts are you: your settings follow you.",
    Redeemed.ALREADY: "These accounts are joined already.",
    Redeemed.WRONG: "That code is not valid: it may be mistyped, older than ten minutes, or used. Ask for a new one "
    "with `link` on the other platform.",
    Redeemed.TOO_MANY: "Too many wrong codes. Try again in an hour.",
    Redeemed.SELF: "That code is your own. Write it to me with your *other* account.",
    Redeemed.BOT: "A bot's account cannot be joined.",
    Redeemed.TWO_HUMANS: "Both of these accounts are joined with others already. Take one of them apart first, with "
    "`link undo`.",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One of a human's accounts.

    Attributes:
        org_id, org: where it is.
        home: whether direct messages that are in no workspace belong to this org.
        wanders: whether it is itself in no workspace, so that it is where the home is.
    """

    surface: str
    name: str
    org_id: int
    org: str
    home: bool = False
    wanders: bool = False


class Links(Protocol):
    """Keeps codes and who is joined with whom. A code itself is never kept, its digest is."""

    async def keep(self, person_id: int, digest: bytes, valid: timedelta) -> None:
        """A new code of a person's, in place of the one before."""

    async def redeem(self, person_id: int, digest: bytes) -> Redeemed:
        """Join the person with whose code it is; five wrong ones an hour at most."""

    async def undo(self, person_id: int) -> bool:
        """Take the person's account on this platform out; False when it was not joined with another."""

    async def accounts(self, person_id: int) -> Sequence[Account]:
        """The human's accounts, this one included."""

    async def settle(self, person_id: int, org_id: int | None) -> None:
        """Choose the home; None for no org."""


def linking(links: Links) -> Handlers:
    """What carries these commands out."""

    async def link(asked: Asked) -> Say:
        person, code = asked.asker.person_id, asked.argument("code")
        if not code:
            made = new_code()
            await links.keep(person, digest(made), timedelta(minutes=CODE_MINUTES))
            return Say("\n\n".join([_instructions(made), *_joined(await links.accounts(person))]))
        if code.casefold() in _UNDO:
            undone = await links.undo(person)
            return Say("This account is on its own again." if undone else "This account is not joined with another.")
        redeemed = await links.redeem(person, digest(code))
        if redeemed is not Redeemed.JOINED:
            return Say(_SAID[redeemed])
        return Say(f"{_SAID[redeemed]} {_beware(await links.accounts(person))}")

    async def org(asked: Asked) -> Say:
        person, wanted = asked.asker.person_id, asked.argument("name")
        if wanted:
            await links.settle(person, _chosen(await links.accounts(person), wanted))
        return Say(_orgs(await links.accounts(person)))

    return {"link": link, "org": org}


def your_accounts(people: PeopleStore, links: Links) -> SectionMaker:
    """The section of the settings on a person's accounts and home."""

    async def make(visitor: Visitor) -> Section | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None:
            return None
        accounts = await links.accounts(known.person_id)
        home = next((account.org for account in accounts if account.home), "none")
        names = ", ".join(f"{account.surface.capitalize()} ({account.org})" for account in accounts)
        text = f"- **Accounts:** {names}\n- **Home of direct messages that are in no workspace:** {home}"
        return Section(title="Your accounts", text=text, buttons=(Button(label="Link", invocation=_LINK),))

    return make


def completing_orgs(people: PeopleStore, links: Links) -> Completer:
    """Offers the orgs that somebody is in."""

    async def complete(visitor: Visitor, typed: str) -> Sequence[Choice]:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        own = _homes(await links.accounts(known.person_id)) if known else {}
        choices = [Choice(name, name) for name in own]
        return matching([*choices, Choice(_OF_DIRECT_MESSAGES, "No org: direct messages on their own")], typed)

    return complete


def new_code(choose: Callable[[str], str] = secrets.choice) -> str:
    """A code as people read it, such as ``BCDF-GHJK``."""
    letters = "".join(choose(_LETTERS) for _ in range(_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def digest(code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    return hashlib.sha256(re.sub(r"[^A-Z]", "", code.upper()).encode()).digest()


def _instructions(code: str) -> str:
    return (
        f"Your code is **{code}**. Within {CODE_MINUTES} minutes, use the command `link {code}` with your other "
        "account. It works once. Keep it to yourself: whoever uses it counts as you."
    )


def _joined(accounts: Sequence[Account]) -> Sequence[str]:
    names = [f"{account.surface.capitalize()} ({account.org})" for account in accounts]
    if len(names) < 2:
        return []
    return [f"Joined already: {', '.join(names)}. The command `link undo` takes this account out."]


def _beware(accounts: Sequence[Account]) -> str:
    """Whoever gives somebody else a code of theirs would read along."""
    names = ", ".join(f"{account.surface.capitalize()} ({account.org})" for account in accounts)
    return (
        f"They are: {names}. Did somebody else give you the code? Then undo it at once with `link undo`: who has these "
        "accounts reads your notes and answers for you."
    )


def _homes(accounts: Sequence[Account]) -> dict[str, int]:
    return {account.org: account.org_id for account in accounts if not account.wanders}


def _chosen(accounts: Sequence[Account], wanted: str) -> int | None:
    name, homes = wanted.strip().casefold(), _homes(accounts)
    if name == _OF_DIRECT_MESSAGES:
        return None
    found = {org_id for org, org_id in homes.items() if org.casefold() == name}
    found = found or {org_id for org, org_id in homes.items() if org.casefold().startswith(name)}
    if len(found) != 1:
        raise CommandError(f"I know you from no org called “{wanted[:60]}”. The command `org` shows yours.", "org")
    return found.pop()


def _orgs(accounts: Sequence[Account]) -> str:
    homes = _homes(accounts)
    if not homes:
        return "I know you from direct messages only; they are in no org."
    home = next((account.org for account in accounts if account.home), None)
    lines = [f"- {org}" + (" (home)" if org == home else "") for org in homes]
    last = (
        f"Direct messages that are in no workspace belong to {home}."
        if home
        else "Direct messages that are in no workspace are on their own. The command `org NAME` gives them a home."
    )
    return "You are in:\n\n" + "\n".join(lines) + f"\n\n{last}"
