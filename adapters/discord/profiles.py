"""What Discord says of people: their names, and whether they administer a guild."""

from __future__ import annotations

import time

from adapters.discord.admins import Guild, administers
from adapters.discord.api import Calls, DiscordRefused
from adapters.discord.payload import Member, User
from core.conversation.models import Profile
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import NotSent

_SECONDS = 3600.0
_KEPT = 10_000


class Profiles:
    """Asks Discord, and remembers the answer for an hour."""

    def __init__(self, api: Calls) -> None:
        self._api = api
        self._known: dict[tuple[str, str], tuple[float, Profile]] = {}

    async def of(self, tenant: str, account: str) -> Profile:
        """An account, in its guild where there is one. Raises SendError."""
        known = self._known.get((tenant, account))
        if known is not None and time.monotonic() - known[0] < _SECONDS:
            return known[1]
        profile = await self._asked(tenant, account)
        if len(self._known) >= _KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[tenant, account] = (time.monotonic(), profile)
        return profile

    async def _asked(self, tenant: str, account: str) -> Profile:
        if tenant.isdecimal():
            try:
                return await self._member(tenant, account)
            except (DiscordRefused, MalformedEvent):
                pass  # who has left the guild still has an account
        try:
            user = parse(User, await self._api.call("GET", "/users/{user}", user=account))
        except MalformedEvent as error:
            raise NotSent(f"discord: {error}") from None
        return Profile(name=user.name or user.id, is_bot=bool(user.bot), member=not tenant.isdecimal())

    async def _member(self, guild: str, account: str) -> Profile:
        route = "/guilds/{guild}/members/{user}"
        member = parse(Member, await self._api.call("GET", route, guild=guild, user=account))
        if member.user is None:
            raise MalformedEvent("Member: user: missing")
        known = parse(Guild, await self._api.call("GET", "/guilds/{guild}", guild=guild))
        return Profile(
            name=member.nick or member.user.name,
            is_bot=bool(member.user.bot),
            admin=administers(known, account, member.roles),
            org=known.name,
        )
