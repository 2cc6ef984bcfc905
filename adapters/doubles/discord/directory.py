"""Who and what there is: the app, people, the guild, its members and channels."""

from __future__ import annotations

from adapters.doubles.discord.permissions import can
from adapters.doubles.discord.platform import Call
from adapters.doubles.discord.shapes import (
    application_wire,
    channel_wire,
    guild_fields,
    member_wire,
    role_wire,
    user_wire,
)
from adapters.doubles.discord.wire import Json, missing_access, unknown


def me(call: Call) -> Json:
    """``GET /users/@me``."""
    return user_wire(call.world.users[call.world.bot]) | {"verified": True, "mfa_enabled": True, "locale": "en-US"}


def user(call: Call) -> Json:
    """``GET /users/{user_id}``."""
    found = call.world.users.get(call.params["user_id"])
    if found is None:
        raise unknown("User")
    return user_wire(found)


def application(call: Call) -> Json:
    """``GET /applications/@me``, and its older address."""
    return application_wire(call.world)


def guilds(call: Call) -> list[Json]:
    """``GET /users/@me/guilds``: those of which the app is a member."""
    told: Json = {"icon": None, "owner": False, "permissions": "0", "features": []}
    return [{"id": guild.id, "name": guild.name} | told for guild in call.world.joined()]


def guild(call: Call) -> Json:
    """``GET /guilds/{guild_id}``."""
    return guild_fields(call.guild())


def channels(call: Call) -> list[Json]:
    """``GET /guilds/{guild_id}/channels``: without threads."""
    guild = call.guild()
    every = [c for c in call.world.channels.values() if call.world.guild_of(c) is guild and not c.is_thread]
    return [channel_wire(call.world, c) for c in every if can(call.world, c, call.world.bot, "")]


def roles(call: Call) -> list[Json]:
    """``GET /guilds/{guild_id}/roles``."""
    return [role_wire(role) for role in call.guild().roles.values()]


def member(call: Call) -> Json:
    """``GET /guilds/{guild_id}/members/{user_id}``."""
    guild = call.guild()
    if call.params["user_id"] not in guild.members:
        raise unknown("Member")
    return member_wire(call.world, guild, call.params["user_id"])


def members(call: Call) -> list[Json]:
    """``GET /guilds/{guild_id}/members``, which takes a privileged intent."""
    guild = call.guild()
    if "GUILD_MEMBERS" not in call.world.privileged:
        raise missing_access()
    after, limit = int(call.query.get("after", "0")), int(call.query.get("limit", "1"))
    found = sorted((m for m in guild.members if int(m) > after), key=int)
    return [member_wire(call.world, guild, m) for m in found[:limit]]
