"""Tokens with which other programs act for a person: shown once, and kept as digests alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.handling import Asked, Handlers, Say
from core.people.viewer import Viewer
from core.registry import CommandError, Invocation
from core.reminders.moments import in_words, zone_of
from core.rendering.message import Button

PREFIX = "robbie_"
_MOST = 20
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without what would let somebody in."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose token came with a request.

    Attributes:
        member: whether the person sees what is shared with the whole org.
        zone: IANA time zone.
    """

    token_id: int
    org_id: int
    person_id: int
    member: bool = False
    zone: str = "UTC"

    @property
    def viewer(self) -> Viewer:
        """The person in private."""
        return Viewer(org_id=self.org_id, person_id=self.person_id, private=True, org_wide=self.member)


class Tokens(Protocol):
    """Keeps tokens. Each is its person's."""

    async def add(self, org_id: int, person_id: int, name: str, digest: bytes, *, most: int) -> bool:
        """Keep one; False where the person has so many already."""

    async def all(self, org_id: int, person_id: int) -> Sequence[Token]:
        """A person's, the newest first."""

    async def revoke(self, org_id: int, person_id: int, token_id: int) -> bool:
        """Delete one; False where there is none."""

    async def bearer(self, digest: bytes) -> Bearer | None:
        """Whose token it is; None for none."""


def digest_of(token: str) -> bytes:
    """What of a token is kept. It is random, so that a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def giving_tokens(tokens: Tokens) -> Handlers:
    """What carries these commands out."""

    async def token(asked: Asked) -> Say:
        name = " ".join(asked.argument("name").split())
        if len(name) > _LONGEST:
            raise CommandError(f"A token's name has at most {_LONGEST} characters.", "token")
        made = f"{PREFIX}{secrets.token_urlsafe(32)}"
        if not await tokens.add(asked.asker.org_id, asked.asker.person_id, name, digest_of(made), most=_MOST):
            return Say(f"You have {_MOST} tokens already. Take one back first: `tokens` shows them.")
        text = (
            f"Your token **{name}**, which I show this once and keep in no readable form:\n\n```\n{made}\n```\n\n"
            "Whoever has it sees and changes what you may. `tokens` shows yours and takes them back."
        )
        return Say(text, secret=True)

    async def list_(asked: Asked) -> Say:
        found = await tokens.all(asked.asker.org_id, asked.asker.person_id)
        if not found:
            return Say("You have no tokens. The command `token NAME` makes one for another program.")
        zone = zone_of(asked.asker.zone)
        used = [f"used last on {in_words(one.used_at, zone)}" if one.used_at else "never used" for one in found]
        lines = [
            f"- **{one.name}**: made on {in_words(one.created_at, zone)}, {last}"
            for one, last in zip(found, used, strict=True)
        ]
        return Say("\n".join(lines), tuple(map(_revoke, found)))

    async def revoke(asked: Asked) -> Say:
        id_ = asked.argument("id")
        known = id_.isdecimal() and len(id_) < 19
        gone = known and await tokens.revoke(asked.asker.org_id, asked.asker.person_id, int(id_))
        return Say("Taken back: it opens nothing any more." if gone else "That token is not there any more.")

    return {"token": token, "tokens": list_, "revoke-token": revoke}


def _revoke(one: Token) -> Button:
    invocation = Invocation(command="revoke-token", arguments={"id": str(one.id)})
    return Button(label=f"Take back {one.name}"[:75], invocation=invocation, style="danger")
