"""Who administers a guild: its owner, and whoever has a role that may manage it."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import BaseModel

MANAGE = 1 << 3 | 1 << 5
"""The permissions to administer a guild, or to change its settings."""


class Role(BaseModel):
    """A role, with the permissions that it gives as a number in digits."""

    id: str
    permissions: str = "0"


class Guild(BaseModel):
    """A guild, as far as it says who administers it."""

    id: str
    name: str = ""
    owner_id: str = ""
    roles: list[Role] = []


def administers(guild: Guild, account: str, roles: Collection[str]) -> bool:
    """Whether a member with these roles does. The role that everybody has is called like the guild."""
    if account == guild.owner_id:
        return True
    own = (role for role in guild.roles if role.id in roles or role.id == guild.id)
    return any(int(role.permissions) & MANAGE for role in own if role.permissions.isdecimal())
