"""Discord: events in, messages out."""

from adapters.discord.api import DiscordApi
from adapters.discord.gateway import DiscordGateway, GatewaySettings
from adapters.discord.invite import invite_url
from adapters.discord.link import Timing
from adapters.discord.replies import Replies
from adapters.discord.surface import DiscordSurface
from adapters.discord.threads import Threads

__all__ = [
    "DiscordApi",
    "DiscordGateway",
    "DiscordSurface",
    "GatewaySettings",
    "Replies",
    "Threads",
    "Timing",
    "invite_url",
]
