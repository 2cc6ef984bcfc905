"""What can be wrong with a Discord application: its token, its intents, its gateway, its commands, its servers."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from adapters.discord.api import DiscordApi, Json, Unauthorized, as_list, as_object, proxy_for
from adapters.discord.commands import application_commands, differing
from adapters.discord.invite import invite_url
from core.commands import REGISTRY
from core.conversation.ports import RateLimited, SendError
from core.health.models import Finding, Findings, ok, problem, warning

_PORTAL = "discord.com/developers/applications, your application, Bot"
# The second is what unverified applications (in fewer than 100 servers) have.
_MESSAGE_CONTENT = 1 << 18 | 1 << 19
_HELLO = 10
_FEW_SESSIONS = 20
_SECONDS = 3.0
_SHOWN = 3


async def discord(token: str, base_url: str, gateway_url: str | None) -> Findings:
    """Look at the application behind the token.

    Args:
        token: the bot token.
        base_url: where the REST API is.
        gateway_url: where the gateway is; None for where the API says.
    """
    api = DiscordApi(token, base_url=base_url, timeout=_SECONDS)
    try:
        async for finding in _application(api, gateway_url):
            yield finding
    except SendError as error:
        yield _refused(error)
    finally:
        await api.close()


async def _application(api: DiscordApi, gateway_url: str | None) -> Findings:
    me = as_object(await api.call("GET", "/users/@me"))
    yield ok("bot token", str(me.get("username")))
    application = as_object(await api.call("GET", "/applications/@me"))
    yield _intents(application)
    yield await _gateway(as_object(await api.call("GET", "/gateway/bot")), gateway_url)
    route = "/applications/{application}/commands"
    yield _commands(as_list(await api.call("GET", route, application=str(application.get("id")))))
    yield await _servers(api)


def _refused(error: SendError) -> Finding:
    """Why the questions ended; what was answered before stands above it."""
    if isinstance(error, Unauthorized):
        mend = f"get a new one: {_PORTAL}, Reset Token; copy it into .env"
        return problem("bot token", "DISCORD_TOKEN was refused (401)", mend)
    if isinstance(error, RateLimited):
        return warning("api", f"Discord asks to wait for {error.retry_after:.0f} s", "try again then")
    why = str(error).removeprefix("discord").lstrip(" :")
    return problem("api", f"Discord cannot be asked: {why}", "check the network, and discordstatus.com")


def _intents(application: Json) -> Finding:
    flags = application.get("flags")
    if isinstance(flags, int) and flags & _MESSAGE_CONTENT:
        return ok("intents", "it may read what people write")
    mend = f"switch it on: {_PORTAL}, Privileged Gateway Intents"
    return problem("intents", "the Message Content Intent is off, so Discord lets it read nothing", mend)


async def _gateway(answer: Json, gateway_url: str | None) -> Finding:
    """Whether the gateway greets, and how many sessions may still be begun today. None is begun by looking."""
    limit = answer.get("session_start_limit")
    left = limit.get("remaining") if isinstance(limit, Mapping) else None
    if left == 0:
        mend = "wait until Discord allows more (a day at most), and see in the log why Robbie connects so often"
        return problem("gateway", "no new session is allowed today: too many were begun", mend)
    url = gateway_url or str(answer.get("url"))
    if not await _greets(url):
        return problem("gateway", "it does not greet", "let this machine open WebSockets to gateway.discord.gg")
    if isinstance(left, int) and left < _FEW_SESSIONS:
        return warning("gateway", f"it greets; only {left} new sessions are left today", "see in the log why")
    return ok("gateway", f"it greets; {left} new sessions are left today")


async def _greets(url: str) -> bool:
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.ws_connect(f"{url.rstrip('/')}/?v=10&encoding=json", proxy=proxy_for(url)) as socket,
        ):
            hello = await socket.receive_json(timeout=_SECONDS)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, TypeError):
        return False
    return isinstance(hello, dict) and hello.get("op") == _HELLO


def _commands(registered: list[Json]) -> Finding:
    wanted = application_commands(REGISTRY)
    if names := differing(registered, wanted):
        mend = "`robbie run` does so when it connects; if not, its log says why"
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return warning("commands", f"not registered as they are: {', '.join(names[:_SHOWN])}{more}", mend)
    return ok("commands", f"{len(wanted)} are registered")


async def _servers(api: DiscordApi) -> Finding:
    names = [str(guild.get("name"))[:40] for guild in as_list(await api.call("GET", "/users/@me/guilds"))]
    if not names:
        return warning("servers", "it is in none yet", f"open {await invite_url(api)}")
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ok("servers", f"{', '.join(names[:_SHOWN])}{more}")
