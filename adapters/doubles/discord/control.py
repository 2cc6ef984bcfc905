"""Control by HTTP, for tests and benchmarks whose double runs in another process."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from aiohttp import web

from adapters.doubles.discord.interactions import Interaction
from adapters.doubles.discord.people import Said
from adapters.doubles.discord.wire import DiscordError, Json

if TYPE_CHECKING:
    from adapters.doubles.discord.double import DiscordDouble

VERBS = {
    "say",
    "bot_says",
    "edit_message",
    "delete_message",
    "react",
    "unreact",
    "open_thread",
    "post",
    "slash",
    "autocomplete",
    "message_menu",
    "user_menu",
    "press",
    "select",
    "submit",
}
"""What can be done from outside: the double's own methods, with their arguments as JSON."""


def add_control(app: web.Application, double: DiscordDouble) -> None:
    """Add ``POST /_control/{verb}``, and ``GET`` for ``messages/{channel}``, ``interactions`` and ``calls``."""

    async def act(request: web.Request) -> web.Response:
        verb = request.match_info["verb"]
        if verb not in VERBS:
            return web.json_response({"error": f"no such verb: {verb}"}, status=404)
        method: Callable[..., Awaitable[object]] = getattr(double, verb)
        try:
            made = await method(**json.loads(await request.read()))
        except (DiscordError, LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response(_told(made))

    async def messages(request: web.Request) -> web.Response:
        found = double.messages(request.match_info["channel"])
        told = [{"id": m.id, "author": m.author, "shown": m.shown, "edits": m.edits, "type": m.type} for m in found]
        return web.json_response(told)

    async def interactions(request: web.Request) -> web.Response:
        return web.json_response([_told(interaction) for interaction in double.interactions])

    async def calls(request: web.Request) -> web.Response:
        told = [{"name": c.name, "at": c.at, "status": c.status, "code": c.code, **c.params} for c in double.calls]
        return web.json_response(told)

    app.router.add_post("/_control/{verb}", act)
    app.router.add_get("/_control/messages/{channel}", messages)
    app.router.add_get("/_control/interactions", interactions)
    app.router.add_get("/_control/calls", calls)


def _told(made: object) -> Json:
    if isinstance(made, Said):
        return asdict(made)
    if isinstance(made, Interaction):
        return {"id": made.id, "token": made.token, "state": made.state, "shown": made.shown, "after": made.after}
    return {"id": made}
