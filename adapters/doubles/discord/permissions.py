"""What a member may do in a channel: Discord's bits, and how roles and overwrites add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.doubles.discord.state import Channel
    from adapters.doubles.discord.world import World

BITS = {
    "ADMINISTRATOR": 3,
    "MANAGE_CHANNELS": 4,
    "MANAGE_GUILD": 5,
    "ADD_REACTIONS": 6,
    "VIEW_CHANNEL": 10,
    "SEND_MESSAGES": 11,
    "MANAGE_MESSAGES": 13,
    "EMBED_LINKS": 14,
    "ATTACH_FILES": 15,
    "READ_MESSAGE_HISTORY": 16,
    "MENTION_EVERYONE": 17,
    "USE_EXTERNAL_EMOJIS": 18,
    "MANAGE_WEBHOOKS": 29,
    "USE_APPLICATION_COMMANDS": 31,
    "MANAGE_THREADS": 34,
    "CREATE_PUBLIC_THREADS": 35,
    "CREATE_PRIVATE_THREADS": 36,
    "SEND_MESSAGES_IN_THREADS": 38,
}
ALL = sum(1 << bit for bit in BITS.values())
PEOPLE = (
    "ADD_REACTIONS VIEW_CHANNEL SEND_MESSAGES EMBED_LINKS ATTACH_FILES READ_MESSAGE_HISTORY USE_EXTERNAL_EMOJIS "
    "USE_APPLICATION_COMMANDS CREATE_PUBLIC_THREADS CREATE_PRIVATE_THREADS SEND_MESSAGES_IN_THREADS"
)
"""What everybody may do in a fresh guild."""
BOT = f"{PEOPLE} MENTION_EVERYONE MANAGE_WEBHOOKS MANAGE_THREADS"
"""What the app was invited with: enough to do harm with a ping, so that a test can see that it does none."""


def bits(names: str) -> int:
    """The number for permissions named with spaces between."""
    return sum(1 << BITS[name] for name in names.split())


def permissions_in(world: World, channel: Channel, member: str) -> int:
    """What a member of the guild may do in a channel; threads follow their parent. In a DM: all that there is."""
    guild = world.guild_of(channel)
    if guild is None:
        return ALL & ~bits(
            "MANAGE_MESSAGES MANAGE_WEBHOOKS MANAGE_THREADS CREATE_PUBLIC_THREADS MANAGE_CHANNELS MANAGE_GUILD"
        )
    if member not in guild.members:
        return 0
    if member == guild.owner:
        return ALL
    place = world.channels[channel.parent_id] if channel.is_thread and channel.parent_id else channel
    roles = [guild.id, *guild.members[member]]
    base = 0
    for role in roles:
        base |= guild.roles[role].permissions
    if base & bits("ADMINISTRATOR"):
        return ALL
    base = _overwritten(base, [place.overwrites.get(guild.id)])
    base = _overwritten(base, [place.overwrites.get(role) for role in roles[1:]])
    return _overwritten(base, [place.overwrites.get(member)])


def _overwritten(base: int, overwrites: list[tuple[int, int] | None]) -> int:
    """Overwrites of one rank: all that they deny, then all that they allow."""
    given = [overwrite for overwrite in overwrites if overwrite is not None]
    for _, deny in given:
        base &= ~deny
    for allow, _ in given:
        base |= allow
    return base


def can(world: World, channel: Channel, member: str, names: str) -> bool:
    """Whether a member has all of some permissions in a channel, and can see it."""
    needed = bits(f"VIEW_CHANNEL {names}")
    given = permissions_in(world, channel, member)
    invited = not channel.is_private_thread or member in channel.members or given & bits("MANAGE_THREADS")
    return bool(given & needed == needed and invited)
