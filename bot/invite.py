"""``robbie discord invite``: where somebody invites Robbie into a server of theirs."""

from __future__ import annotations

from bot.settings import Settings, SettingsError
from core.conversation.ports import SendError


async def invitation(settings: Settings, *, personas: bool) -> str:
    """The address to open, with or without what mentors need. Raises SettingsError."""
    from adapters.discord import DiscordApi, invite_url

    token = settings.secrets.discord_token
    if token is None:
        raise SettingsError("DISCORD_TOKEN is missing: put the bot's token into .env (see docs/how-to/discord.md)")
    api = DiscordApi(token.get_secret_value(), base_url=settings.secrets.discord_api_url)
    try:
        return await invite_url(api, personas=personas)
    except SendError as error:
        raise SettingsError(f"Discord gives no invitation: {error}") from None
    finally:
        await api.close()
