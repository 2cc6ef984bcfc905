"""How a case is played: on a double, with the HTTP client of discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
from discord.http import HTTPClient, Route

from adapters.doubles.discord import DiscordDouble, Interaction
from adapters.doubles.discord.wire import DiscordError
from tests.contract.discord_client import Client, intents_of

V2, EPHEMERAL = 1 << 15, 1 << 6
COMMANDS: list[dict[str, Any]] = [
    {
        "name": "ask",
        "description": "Ask",
        "options": [{"name": "text", "description": "What", "type": 3, "autocomplete": True}],
    },
    {"name": "Note this", "type": 3},
]


@dataclass
class Stage:
    """A double with two commands, and a client of discord.py that talks to it."""

    double: DiscordDouble
    http: HTTPClient

    async def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """One call; a refusal is an HTTPException."""
        return await self.http.request(Route(method, path), **more | ({} if json is None else {"json": json}))

    def place(self, channel: str) -> str:
        """The address of a channel."""
        return f"/channels/{self.double.channel(channel).id}"

    async def post(self, channel: str = "general", **form: Any) -> Any:
        """Post a message."""
        return await self("POST", f"{self.place(channel)}/messages", form)

    async def said(self, channel: str = "general", **form: Any) -> str:
        """The address of a new message of the app."""
        made = await self.post(channel, **{"content": "x"} | form)
        return f"{self.place(channel)}/messages/{made['id']}"

    async def asked(self) -> Interaction:
        """A command that somebody has just used."""
        return await self.double.slash("Ana", "general", "ask")

    async def pressed(self) -> Interaction:
        """A button of the app that somebody has just pressed."""
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "b"}]}
        made = await self.post(content="x", components=[row])
        return await self.double.press("Ana", "general", made["id"], "b")

    async def answer(self, interaction: Interaction, kind: int, data: Any = None) -> Any:
        """The first response to an interaction."""
        form = {"type": kind} | ({} if data is None else {"data": data})
        return await self("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", form)

    def hook(self, interaction: Interaction, message: str = "") -> str:
        """The address of what follows the first response."""
        address = f"/webhooks/{self.double.bot_user}/{interaction.token}"
        return f"{address}/messages/{message}" if message else address


Json = dict[str, Any]
Act = Callable[[Stage], Awaitable[Any]]


@dataclass(frozen=True)
class Case:
    """A call that is refused.

    Attributes:
        act: makes the call, after what has to come before it.
        where: the place in the form that Discord points at, and ``why`` what it says there, for code 50035.
    """

    name: str
    act: Act
    status: int = 400
    code: int = 50035
    where: str = ""
    why: str = ""

    def met_by(self, refusal: discord.HTTPException | discord.RateLimited) -> bool:
        """Whether a refusal is the expected one. Of a 429 that takes too long, discord.py tells no more."""
        if isinstance(refusal, discord.RateLimited):
            return self.status == 429
        told: Any = refusal._errors or {}
        for key in self.where.split(".") if self.where else []:
            told = told.get(key, {})
        why = [error["code"] for error in told.get("_errors", [])]
        return (refusal.status, refusal.code, why) == (self.status, self.code, [self.why] if self.why else [])


def formed(name: str, where: str, why: str, **form: Any) -> Case:
    """A message that is refused for its form."""
    return Case(name, lambda stage: stage.post(**form), where=where, why=why)


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """A stage of one's own."""
    async with DiscordDouble() as double:
        before, Route.BASE = Route.BASE, double.api_url
        client = Client(intents_of(), max_ratelimit_timeout=30)
        try:
            await client.login(double.token)
            await client.http.request(Route("PUT", f"/applications/{double.bot_user}/commands"), json=COMMANDS)
            yield Stage(double, client.http)
        finally:
            await client.close()
            Route.BASE = before


def broken(refusal: DiscordError) -> str:
    """Which rule a refusal of the double is about: its name in a table, or the line that raised it."""
    if refusal.rule:
        return refusal.rule
    trace = refusal.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    assert trace is not None
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
