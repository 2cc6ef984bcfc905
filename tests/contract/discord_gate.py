"""A gateway at the Discord double, with a store that keeps events in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from adapters.discord import DiscordApi, DiscordGateway, GatewaySettings, Timing
from adapters.discord.commands import application_commands
from adapters.doubles.discord import DiscordDouble
from core.commands import REGISTRY
from core.conversation.models import Accepted, InboundEvent, InboxState
from core.desk import Desk

COMMANDS = application_commands(REGISTRY)
QUICK = GatewaySettings(
    timing=Timing(patience=1.0, silence=1.0, backoff=0.02, backoff_max=0.2, identify=0.05, refused=0.2),
    retry=0.05,
    retry_max=0.2,
)


class Store:
    """Keeps events in memory, merging what shares an identity, and fails when it is told to."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.deliveries = 0
        self.failures = 0
        self.open = asyncio.Event()
        self.open.set()

    async def accept(self, event: InboundEvent) -> Accepted:
        self.deliveries += 1
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the store is away")
        merged = any(set(event.identities) & set(known.identities) for known in self.events)
        if not merged:
            self.events.append(event)
        return Accepted(inbox_id=1, state=InboxState.RECEIVED, merged=merged)

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events]


class Vault:
    """Hides nothing."""

    def seal(self, secret: str) -> bytes:
        return secret.encode()

    def open(self, sealed: bytes) -> str | None:
        return sealed.decode()


async def until(discord: DiscordDouble, condition: Callable[[DiscordDouble], object]) -> None:
    await discord.wait_for(condition, timeout=60)


@asynccontextmanager
async def running(
    discord: DiscordDouble, store: Store, **options: Any
) -> AsyncIterator[DiscordGateway]:  # Any: passed on
    token = options.pop("token", discord.token)
    api = DiscordApi(token, base_url=discord.api_url)
    gateway = DiscordGateway(
        store, api, **{"token": token, "vault": Vault(), "desk": Desk(REGISTRY), "settings": QUICK, **options}
    )
    await gateway.start()
    try:
        yield gateway
    finally:
        store.open.set()
        await gateway.stop()
        await api.close()


def connected(gateway: DiscordGateway) -> Callable[[DiscordDouble], object]:
    return lambda _discord: gateway.health()["connected"]
