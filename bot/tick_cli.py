"""``robbie tick``: what a scheduler does each minute, once, for systemd timers and cron."""

from __future__ import annotations

import asyncio

from bot.settings import load


def tick() -> None:
    """Do what is due, once, and end. For systemd timers and cron, beside or instead of a scheduler."""
    from bot.app import secrets_of
    from bot.house import House
    from bot.logs import configure
    from bot.run import tick_once

    settings = load()
    configure(settings.log_format, secrets_of(settings))
    asyncio.run(tick_once(settings, House(settings), lambda _text: None))
