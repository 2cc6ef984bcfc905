"""The faults that only Discord has: its error codes, and its three ways of saying 429."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from adapters.doubles.discord.limits import retry_after
from adapters.doubles.discord.wire import DiscordError, Json, respond
from adapters.doubles.faults import Answer, Behaviour, Fault, Plain

Scope = Literal["user", "global", "shared"]


@dataclass(frozen=True)
class _Refusal(Plain):
    refusal: DiscordError

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        raise self.refusal


def error(status: int, code: int, text: str = "A test wants it so") -> Behaviour:
    """Refuse with any of Discord's codes."""
    return _Refusal(DiscordError(status, code, text))


def rate_limited(seconds: float = 1.0, scope: Scope = "user") -> Behaviour:
    """Answer 429: of this route, of everything, or of a resource that others use too."""
    return Answer(lambda: too_many(seconds, scope))


def banned() -> Behaviour:
    """Answer 429 as Cloudflare does: no JSON, no ``Via``."""
    return Answer(cloudflare)


def too_many(seconds: float, scope: Scope, headers: dict[str, str] | None = None) -> web.Response:
    """Discord's answer to too many calls."""
    told = {**(headers or {}), "Retry-After": retry_after(seconds), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
    if scope == "global":
        told["X-RateLimit-Global"] = "true"
    text = "The resource is being rate limited." if scope == "shared" else "You are being rate limited."
    body: Json = {"message": text, "retry_after": round(seconds, 3), "global": scope == "global"}
    return respond(body, 429, told)


def cloudflare() -> web.Response:
    """What stands before Discord says to a banned address."""
    return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "600"})
