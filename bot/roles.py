"""What a process does: ``robbie run --role``. One may do everything, or several share the work."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.sources import SettingsError


class Role(StrEnum):
    """One part of the work."""

    GATEWAY = "gateway"
    WORKER = "worker"
    SCHEDULER = "scheduler"
    WEB = "web"


Roles = frozenset[Role]
ALL: Roles = frozenset(Role)
_NAMES = ("all", *Role)


def parse(given: Iterable[str]) -> Roles:
    """The roles that were named, one at a time or with commas between them; without any, all. Raises SettingsError."""
    names = {name for text in given for name in text.replace(" ", "").split(",") if name}
    for name in names.difference(_NAMES):
        raise SettingsError(f"unknown role {name!r}: choose of {', '.join(_NAMES)}")
    return ALL if not names or "all" in names else frozenset(map(Role, names))


def spell(roles: Roles) -> str:
    """The roles in words."""
    return "all" if roles == ALL else ", ".join(role for role in Role if role in roles)
