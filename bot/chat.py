"""``robbie chat``: a conversation in the terminal, answered by a running Robbie or by this process itself."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from adapters.console import ask, chat
from bot.house import House
from bot.run import Progress, open_app, watching, working
from bot.settings import Settings
from core.conversation.models import Outcome


async def talk(settings: Settings, once: str | None, conversation: str, progress: Progress) -> Outcome | None:
    """Ask one question and return what came of it, or talk until the person leaves."""
    house = House(settings)
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, house, progress))
        if not await app.queue.has_workers():
            await stack.enter_async_context(watching(house))
            await stack.enter_async_context(working(app))
        if once is None:
            await chat(app.intake, app.view, zone=local_zone())
            return None
        return await ask(
            app.intake, app.view, once, zone=local_zone(), conversation=conversation, progress=lambda _text: None
        )


def local_zone() -> str:
    """This machine's IANA time zone; empty where it names none."""
    try:
        return str(Path("/etc/localtime").resolve().relative_to("/usr/share/zoneinfo"))
    except (OSError, ValueError):
        return ""
