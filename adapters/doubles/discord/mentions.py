"""Who a message really pings: what its text says, what ``allowed_mentions`` lets through, what its sender may."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adapters.doubles.discord.forms import check_fields
from adapters.doubles.discord.wire import Json, component_texts, invalid

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_KINDS = ("users", "roles", "everyone")


@dataclass(frozen=True)
class Allowed:
    """``allowed_mentions`` as Discord understands it."""

    parse: frozenset[str]
    users: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    replied_user: bool = False

    def user(self, user: str) -> bool:
        """Whether a user's mention counts."""
        return "users" in self.parse or user in self.users

    def role(self, role: str) -> bool:
        """Whether a role's mention counts."""
        return "roles" in self.parse or role in self.roles


MESSAGE_DEFAULT = Allowed(frozenset(_KINDS), replied_user=True)
"""Without the field, a message mentions everything that it names."""
WEBHOOK_DEFAULT = Allowed(frozenset({"users"}), replied_user=True)
"""Without the field, webhooks and interactions mention users only."""


def allowed_of(body: Json, default: Allowed) -> Allowed:
    """The field of a form, checked; a kind may be parsed or listed, not both."""
    given = body.get("allowed_mentions")
    if given is None:
        return default
    check_fields("allowed mentions", "allowed_mentions", given)
    parse = given.get("parse") or []
    for number, kind in enumerate(parse):
        if kind not in _KINDS:
            raise invalid(f"allowed_mentions.parse.{number}", "BASE_TYPE_CHOICES", f"Value must be one of {_KINDS}.")
    lists = {kind: frozenset(str(item) for item in given.get(kind) or []) for kind in ("users", "roles")}
    for kind, listed in lists.items():
        if listed and kind in parse:
            why = f"parse:['{kind}',...] and {kind}: [ids...] are mutually exclusive."
            raise invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", why)
    return Allowed(frozenset(parse), lists["users"], lists["roles"], bool(given.get("replied_user")))


@dataclass
class Named:
    """What a text names, in order, each once."""

    users: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    everyone: list[str] = field(default_factory=list)


def named_in(content: str, components: list[Json]) -> Named:
    """Everything that content and the text of components name. Code is not spared: stricter than Discord."""
    named = Named()
    for text in (content, *component_texts(components)):
        named.users += [user for user in _USER.findall(text) if user not in named.users]
        named.roles += [role for role in _ROLE.findall(text) if role not in named.roles]
        named.everyone += [w for w in ("everyone", "here") if f"@{w}" in text and w not in named.everyone]
    return named
