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
    attach_files=True,
)
FOR_PERSONAS = discord.Permissions(manage_webhooks=True)


async def invite_url(api: DiscordApi, *, personas: bool = False) -> str:
    """The address, with the scopes and permissions that Robbie uses. Raises SendError.

    Args:
        api: the REST API.
        personas: whether mentors shall speak under their own names and faces.
    """
    application = as_object(await api.call("GET", "/applications/@me"))
    return discord.utils.oauth_url(
        int(str(application["id"])),
        permissions=PERMISSIONS | FOR_PERSONAS if personas else PERMISSIONS,
        scopes=("bot", "applications.commands"),
    )
