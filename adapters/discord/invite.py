"""The address at which Robbie is invited into a guild."""

from __future__ import annotations

import discord

from adapters.discord.api import DiscordApi, as_object

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    embed_links=True,
    attach_files=True,
    add_reactions=True,
)


async def invite_url(api: DiscordApi) -> str:
    """The address, with the scopes and permissions that Robbie uses. Raises SendError."""
    application = as_object(await api.call("GET", "/applications/@me"))
    return discord.utils.oauth_url(
        int(str(application["id"])), permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
