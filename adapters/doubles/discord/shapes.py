"""The objects of Discord's wire, made of what is true in the world."""

from __future__ import annotations

from adapters.doubles.discord.permissions import can, permissions_in
from adapters.doubles.discord.state import DM, NEWS, TEXT, THREAD_STARTER, VOICE, Channel, Guild, Role, User
from adapters.doubles.discord.wire import Json, iso, time_of
from adapters.doubles.discord.world import World

_PRIVILEGED_FLAGS = {"GUILD_PRESENCES": 1 << 13, "GUILD_MEMBERS": 1 << 15, "MESSAGE_CONTENT": 1 << 19}
_EMPTY = (
    "icon",
    "splash",
    "discovery_splash",
    "description",
    "banner",
    "afk_channel_id",
    "application_id",
    "system_channel_id",
    "rules_channel_id",
    "vanity_url_code",
    "public_updates_channel_id",
    "incidents_data",
)
REQUIRE_TAG = 1 << 4
_ALWAYS = "2024-01-01T00:00:00.000000+00:00"


def user_wire(user: User) -> Json:
    """A user object."""
    body: Json = {
        "id": user.id,
        "username": user.name if user.is_bot else user.name.lower().replace(" ", "."),
        "global_name": None if user.is_bot else user.name,
        "discriminator": "4242" if user.is_bot else "0",
        "avatar": None,
        "public_flags": 0,
    }
    return body | ({"bot": True} if user.is_bot else {})


def member_wire(world: World, guild: Guild, user: str, with_user: bool = True) -> Json:
    """A member of a guild; messages carry it without its user."""
    body: Json = {
        "roles": guild.members[user],
        "nick": None,
        "avatar": None,
        "joined_at": _ALWAYS,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return body | ({"user": user_wire(world.users[user])} if with_user else {})


def role_wire(role: Role) -> Json:
    """A role object."""
    body: Json = {
        "id": role.id,
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0 if role.name == "@everyone" else 1,
        "permissions": str(role.permissions),
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    return body | ({"tags": {"bot_id": role.managed_by}} if role.managed_by else {})


def channel_wire(world: World, channel: Channel) -> Json:
    """A channel object of any kind."""
    body: Json = {
        "id": channel.id,
        "type": channel.type,
        "last_message_id": channel.last_message_id,
        "flags": 0,
    }
    guild = world.guild_of(channel)
    if guild is None:
        return body | {"recipients": [user_wire(world.users[channel.recipient or ""])]}
    body |= {"guild_id": guild.id, "name": channel.name, "parent_id": channel.parent_id, "nsfw": False}
    if channel.is_thread:
        return body | _thread_fields(world, channel)
    body |= {"position": int(channel.id) % 100, "rate_limit_per_user": 0, "topic": None}
    body["permission_overwrites"] = [
        {"id": who, "type": 0 if who in guild.roles else 1, "allow": str(allow), "deny": str(deny)}
        for who, (allow, deny) in channel.overwrites.items()
    ]
    if channel.type == VOICE:
        body |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if channel.is_forum:
        tag: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}
        body["available_tags"] = [{"id": number, "name": name} | tag for number, name in channel.tags.items()]
        body |= {"flags": REQUIRE_TAG if channel.tag_required else 0, "default_sort_order": None}
        body |= {"default_reaction_emoji": None, "default_forum_layout": 0}
    return body


def _thread_fields(world: World, thread: Channel) -> Json:
    count = sum(message.type != THREAD_STARTER for message in thread.by_id.values())
    made = iso(time_of(thread.id))
    body: Json = {
        "owner_id": thread.owner,
        "message_count": count,
        "total_message_sent": thread.sent,
        "member_count": len(thread.members),
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.auto_archive,
            "archive_timestamp": made,
            "create_timestamp": made,
            "locked": thread.locked,
        },
        "applied_tags": thread.applied_tags,
    }
    if world.bot in thread.members:
        body["member"] = {"id": thread.id, "user_id": world.bot, "join_timestamp": made, "flags": 0}
    return body


def guild_wire(world: World, guild: Guild) -> Json:
    """A guild of GUILD_CREATE: what the app can see of it. Of its members only the app itself, as in large guilds."""
    visible = [c for c in world.channels.values() if world.guild_of(c) is guild and can(world, c, world.bot, "")]
    return guild_fields(guild) | {
        "joined_at": _ALWAYS,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_wire(world, guild, world.bot)],
        "channels": [channel_wire(world, c) for c in visible if not c.is_thread],
        "threads": [channel_wire(world, c) for c in visible if c.is_thread and not c.archived],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def guild_fields(guild: Guild) -> Json:
    """The guild object itself."""
    empty: Json = dict.fromkeys(_EMPTY)
    return empty | {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner,
        "region": "deprecated",
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role_wire(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": ["COMMUNITY"],
        "mfa_level": 0,
        "nsfw_level": 0,
        "system_channel_flags": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "max_members": 500_000,
    }


def application_wire(world: World) -> Json:
    """The application, with flags that tell which privileged intents are switched on."""
    owner = user_wire(world.users[world.guild.owner])
    return {
        "id": world.application,
        "name": world.users[world.bot].name,
        "icon": None,
        "description": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": owner,
        "team": None,
        "verify_key": "00" * 32,
        "bot": user_wire(world.users[world.bot]),
        "flags": sum(_PRIVILEGED_FLAGS[name] for name in world.privileged),
        "approximate_guild_count": len(world.joined()),
        "interactions_endpoint_url": None,
        "redirect_uris": [],
    }


def interaction_channel(world: World, channel: Channel, user: str) -> Json:
    """The partial channel that an interaction carries."""
    full = channel_wire(world, channel)
    left_out = {"permission_overwrites", "available_tags", "default_reaction_emoji", "applied_tags", "member"}
    body = {key: value for key, value in full.items() if key not in left_out}
    return body | {"permissions": str(permissions_in(world, channel, user))}


def is_text(channel: Channel) -> bool:
    """Whether messages can be written there, and not only into its threads."""
    return channel.type in (TEXT, DM, VOICE, NEWS) or channel.is_thread
