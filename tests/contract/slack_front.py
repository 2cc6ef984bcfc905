"""Robbie's front in Slack, at the double: what people press and type, and what is stored of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn
from fastapi import FastAPI

from adapters.doubles.slack import Message, SlackDouble
from adapters.slack import Home, Interactivity, Replies, SlackApis, SlackGateway, events_router
from core.commands import COMMANDS
from core.conversation.models import Accepted, InboundEvent, InboxState
from core.conversation.stores import Owed
from core.desk import Desk, SectionMaker
from core.registry import Command, Kind, Option, Registry

Way = Literal["sockets", "http"]

REGISTRY = Registry(
    (
        *(command for command in COMMANDS if command.name not in ("note", "tune")),
        Command(
            name="note",
            summary="Keep a note",
            options=(Option("text", "what to keep", required=True, long=True), Option("link", "where it was said")),
            shortcut="Make a note of this",
            private=True,
        ),
        Command(
            name="tune",
            summary="Set how forceful mentors are",
            options=(
                Option("level", "a number", Kind.INTEGER, required=True, least=-2, most=2),
                Option("command", "a command", completes="command"),
            ),
            asks=True,
        ),
    )
)


class Store:
    """Keeps events in memory, merging what shares an identity, and fails while it is told to."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.away = False
        self.closed: set[int] = set()

    async def accept(self, event: InboundEvent) -> Accepted:
        if self.away:
            raise ConnectionError("the store is away")
        merged = any(set(event.identities) & set(known.identities) for known in self.events)
        if not merged:
            self.events.append(event)
        return Accepted(inbox_id=len(self.events), state=InboxState.RECEIVED, merged=merged)

    async def is_closed(self, inbox_id: int) -> bool:
        return inbox_id in self.closed


class OpenVault:
    """Seals nothing, so that tests can read it."""

    def seal(self, secret: str) -> bytes:
        return secret.encode()

    def open(self, sealed: bytes) -> str | None:
        return sealed.decode()


class Owing:
    """Knows the replies of messages."""

    def __init__(self) -> None:
        self.replies: dict[str, Owed] = {}

    async def owed(self, key: str) -> Owed | None:
        return self.replies.get(key)


@asynccontextmanager
async def at_home(
    slack: SlackDouble, store: Store, way: Way = "sockets", sections: Sequence[SectionMaker] = ()
) -> AsyncIterator[SlackGateway]:
    """The gateway with everything that can be pressed, connected."""
    apis = SlackApis(slack.bot_token, base_url=slack.api_url)
    desk = Desk(REGISTRY, sections=sections)
    front = Interactivity(store, apis, desk, Replies(apis, Owing(), OpenVault()), Home(apis, desk, store.is_closed))
    gateway = SlackGateway(store, apis, app_token=slack.app_token if way == "sockets" else "", front=front)
    await gateway.start()
    try:
        if way == "http":
            async with _served(slack, gateway):
                yield gateway
        else:
            await slack.wait_for(lambda _: gateway.health()["connected"])
            yield gateway
    finally:
        await gateway.stop()
        await front.close()
        await apis.close()


@asynccontextmanager
async def _served(slack: SlackDouble, gateway: SlackGateway) -> AsyncIterator[None]:
    app = FastAPI()
    app.include_router(events_router(gateway, slack.signing_secret))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, ws="none", lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    await slack.deliver_to(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/slack/events")
    yield
    server.should_exit = True
    await serving


def ephemerals(slack: SlackDouble, user: str) -> list[Message]:
    """What only this person sees."""
    return [message for message in slack.workspace.ephemerals if message.shown_to == user]
