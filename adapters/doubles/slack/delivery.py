"""How events go out: one attempt, and up to three more when nobody acknowledges."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from adapters.doubles import jitter
from adapters.doubles.slack.state import Workspace
from adapters.doubles.slack.wire import Json

LOG_BOUND = 100_000
_KINDS = {"channel": "channels", "group": "groups", "im": "im"}
_FAREWELLS = {"tokens_revoked", "app_uninstalled"}
EnvelopeKind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True)
class Ack:
    """One acknowledgement of one delivery of an event."""

    event_id: str
    envelope_id: str
    attempt: int
    seconds: float
    at: float


@dataclass
class Delivery:
    """One event, interaction or command on its way.

    Attributes:
        attempt: 0 for the first time; what the platform calls ``retry_attempt``.
        reason: why the last attempt failed, as HTTP deliveries name it.
        answer: what the acknowledgement carried.
    """

    payload: Json
    attempt: int = 0
    reason: str = ""
    kind: EnvelopeKind = "events_api"
    answer: object = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def event_id(self) -> str:
        """The identity that all deliveries of the event share; an interaction has its trigger, if anything."""
        return str(self.payload.get("event_id") or self.payload.get("trigger_id") or "")


class Transport(Protocol):
    """Socket Mode or HTTP."""

    async def deliver(self, delivery: Delivery, within: float) -> str:
        """Make one attempt. Returns an empty text when it was acknowledged, else why not."""


def _place(event: Json) -> str:
    return str(event.get("channel") or event.get("item", {}).get("channel"))


class Deliveries:
    """Every event that the workspace sends to the app.

    Attributes:
        ack_timeout: seconds that the app has to acknowledge.
        retry_delays: seconds before each redelivery.
        acks: acknowledgements, in order.
        lost: ids of events that the platform gave up on.
        held: what waits for ``release``.
        paused: whether everything new is held.
        subscriptions: event types the app is subscribed to, such as ``message`` or ``message.im``; None means all.
    """

    def __init__(self, workspace: Workspace, transport: Transport, changed: Callable[[], None]) -> None:
        self.workspace, self.transport, self.changed = workspace, transport, changed
        self.ack_timeout = 3.0
        self.retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.acks: deque[Ack] = deque(maxlen=LOG_BOUND)
        self.lost: list[str] = []
        self.held: list[Delivery] = []
        self.paused = False
        self.subscriptions: set[str] | None = None
        self._running: set[asyncio.Task[None]] = set()

    def wrap(self, event: Json, workspace: Workspace | None = None) -> Json:
        """The ``event_callback`` around an event of a workspace, the first one unless told otherwise."""
        workspace = workspace or self.workspace
        channel = workspace.channels.get(_place(event))
        authorization = {"team_id": workspace.team, "user_id": workspace.bot_user, "is_bot": True}
        return {
            "type": "event_callback",
            "team_id": workspace.team,
            "api_app_id": workspace.app,
            "event": event,
            "event_id": f"Ev{secrets.token_hex(6).upper()}",
            "event_time": int(time.time()),
            "authorizations": [authorization | {"enterprise_id": None, "is_enterprise_install": False}],
            "is_ext_shared_channel": channel is not None and channel.ext_shared,
        }

    def wanted(self, event: Json, workspace: Workspace) -> bool:
        """Whether the app would get this event at all: there, subscribed, and a member of its channel."""
        if not workspace.installed and event["type"] not in _FAREWELLS:
            return False
        channel = workspace.channels.get(_place(event))
        names = {event["type"], f"{event['type']}.{_KINDS[channel.kind] if channel else ''}"}
        if self.subscriptions is not None and not names & self.subscriptions:
            return False
        return channel is None or workspace.bot_user in channel.members

    def emit(self, event: Json, *, copies: int = 1, hold: bool = False, workspace: Workspace | None = None) -> str:
        """Send an event, as often as asked; returns its id, empty if the app would not get it."""
        if not self.wanted(event, workspace or self.workspace):
            return ""
        payload = self.wrap(event, workspace)
        for copy in range(copies):
            delivery = Delivery(payload, attempt=copy, reason="http_timeout" if copy else "")
            if hold or self.paused:
                self.held.append(delivery)
            else:
                self._start(delivery)
        return str(payload["event_id"])

    async def ask(self, kind: EnvelopeKind, payload: Json) -> Delivery:
        """Send what waits for an answer: once, for Slack does not try again."""
        delivery = Delivery(payload, kind=kind)
        await jitter.pause()
        delivery.reason = await self.transport.deliver(delivery, self.ack_timeout)
        if delivery.reason:
            self.lost.append(delivery.event_id)
        self.changed()
        return delivery

    @property
    def under_way(self) -> bool:
        """Whether an event was sent that is neither acknowledged nor given up yet."""
        return bool(self._running)

    def release(self, *event_ids: str, newest_first: bool = False) -> None:
        """Send what is held: all of it, or only the events named, in the order they are named."""
        wanted = [d for i in event_ids for d in self.held if d.event_id == i] if event_ids else list(self.held)
        self.held = [delivery for delivery in self.held if delivery not in wanted]
        for delivery in reversed(wanted) if newest_first else wanted:
            self._start(delivery)

    def acknowledged(self, delivery: Delivery, envelope_id: str, attempt: int, seconds: float) -> None:
        """Note an acknowledgement, in time or late."""
        self.acks.append(Ack(delivery.event_id, envelope_id, attempt, seconds, time.time()))
        delivery.acked.set()
        self.changed()

    async def close(self) -> None:
        """Give up on everything that is on its way."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._carry(delivery))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _carry(self, delivery: Delivery) -> None:
        await jitter.pause()
        first = delivery.attempt
        for attempt in range(first, max(first, len(self.retry_delays)) + 1):
            if attempt > first:
                await asyncio.sleep(self.retry_delays[attempt - 1])
            if delivery.acked.is_set():
                return
            delivery.attempt = attempt
            delivery.reason = await self.transport.deliver(delivery, self.ack_timeout)
            if not delivery.reason:
                return
            if delivery.reason == "no_retry":
                break
        self.lost.append(delivery.event_id)
        self.changed()
