"""Where Slack's events come in: stored first, acknowledged then."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.apis import NotInstalled, SlackApis, Uninstalled
from adapters.slack.catchup import CatchUp, Unstored
from adapters.slack.events import inbound, removal
from adapters.slack.interactive import Interactivity
from adapters.slack.payload import Envelope
from adapters.slack.socket_mode import Reply, SocketLink, Timing
from adapters.slack.storing import Storing, StoringTiming, TooMany
from core.conversation.models import InboundEvent, Place
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import Receiver

logger = logging.getLogger(__name__)

Since = Callable[[], Awaitable[datetime | None]]
Threads = Callable[[], Awaitable[Sequence[Place]]]


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How the gateway behaves.

    Attributes:
        timing: of the Socket Mode connection.
        storing: of an event.
        outage_seconds: how long nobody listened before histories are read.
        catch_up_age: what is older is not answered any more.
        catch_up_limit: the largest number of messages that are caught up.
    """

    timing: Timing = field(default_factory=Timing)
    storing: StoringTiming = field(default_factory=StoringTiming)
    outage_seconds: float = 20.0
    catch_up_age: timedelta = timedelta(hours=1)
    catch_up_limit: int = 500


_PAUSES = (0.0, 1.0, 10.0, 60.0, 300.0)  # before each attempt to catch up


async def _never() -> None:
    return None


async def _no_threads() -> Sequence[Place]:
    return ()


async def _all(events: Sequence[InboundEvent]) -> Sequence[InboundEvent]:
    return events


def _said_at(envelope: Envelope) -> datetime:
    return datetime.fromtimestamp(envelope.event_time, UTC) if envelope.event_time else datetime.now(UTC)


class SlackGateway:
    """Takes in Slack's events, over Socket Mode where there is an app token, else over HTTP.

    Args:
        receiver: where events are stored.
        apis: the Web API of each workspace.
        app_token: opens Socket Mode; empty for HTTP only.
        front: serves what wants its answer at once (commands, buttons, modals, the home tab).
        since: when the last stored event happened; None when there was none yet, and so none was missed.
        threads: the threads that Robbie takes part in.
        unstored: leaves out the events that are stored already.
    """

    def __init__(
        self,
        receiver: Receiver,
        apis: SlackApis,
        *,
        app_token: str = "",
        front: Interactivity | None = None,
        since: Since = _never,
        threads: Threads = _no_threads,
        unstored: Unstored = _all,
        settings: GatewaySettings | None = None,
    ) -> None:
        self._apis = apis
        self._app_token = app_token
        self._front = front
        self._since = since
        self._settings = settings or GatewaySettings()
        self._catch_up = CatchUp(
            apis, receiver, threads, self._settings.catch_up_age, self._settings.catch_up_limit, unstored
        )
        self._link = SocketLink(
            self._open_url, self._serve, self._hello, self._settings.timing, proxy=apis.app.web.proxy
        )
        self._listened_from: datetime | None = None
        self._gap: datetime | None = None
        self._recovering: asyncio.Task[None] | None = None
        self._storing = Storing(receiver, self._settings.storing)
        self._event_at: float | None = None
        self._first = True

    async def start(self) -> None:
        """Begin to receive, with what was missed before; returns at once, also without Slack."""
        self._first = True
        if self._app_token:
            self._link.start()
        else:
            await self._look_back()

    async def stop(self) -> None:
        """Receive no more; what was taken in is stored and acknowledged before this returns."""
        await self._link.stop()
        await self._storing.close(self._settings.timing.drain)
        if self._recovering is not None:
            self._recovering.cancel()
            await asyncio.gather(self._recovering, return_exceptions=True)

    def health(self) -> dict[str, object]:
        """How the connection is; ages in seconds."""
        state: dict[str, object] = self._link.health() if self._app_token else {"connected": True}
        state["last_event_age"] = None if self._event_at is None else time.monotonic() - self._event_at
        state["waiting"] = self._storing.waiting
        state["catching_up"] = self._recovering is not None and not self._recovering.done()
        return state

    async def receive(self, payload: Mapping[str, object]) -> None:
        """Store what a payload of the Events API says. When this returns, acknowledge; when it raises, do not."""
        self._event_at = time.monotonic()
        if payload.get("type") == "app_rate_limited":
            logger.warning("slack leaves events out: too many of them")
            self._missed(datetime.now(UTC) - timedelta(minutes=2))
        try:
            envelope = parse(Envelope, payload)
            if why := removal(envelope):
                await self._apis.removed(envelope.team_id, _said_at(envelope), why)
                return
            event = inbound(payload, await self._apis.me(envelope.team))
        except MalformedEvent as error:
            logger.error("slack sent a malformed event, which is left out: %s", error)
            return
        except (NotInstalled, Uninstalled) as error:
            logger.warning("slack sent an event of a workspace that is not served: %s", error)
            return
        if event is not None:
            await self._accept(self._front.beside(event) if self._front else event)
        elif self._front is not None:
            self._front.notice(envelope)

    async def interact(self, payload: Mapping[str, object]) -> BoltResponse:
        """What Slack is answered to a command, a press or a modal; with a status of 200 it is acknowledged."""
        if self._front is None:
            logger.info("slack sent %s, which nothing serves", payload.get("type") or payload.get("command"))
            return BoltResponse(status=404)
        return await self._front.serve(payload)

    async def _accept(self, event: InboundEvent) -> None:
        try:
            await self._storing.store(event)
        except TooMany:
            self._missed(event.occurred_at)
            raise

    async def _serve(self, reply: Reply, request: SocketModeRequest) -> None:
        """One Socket Mode envelope."""
        if request.type == "events_api":
            await self.receive(request.payload)
            await reply.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        else:
            await send_async_response(reply, request, await self.interact(request.payload), time.time())

    async def _open_url(self) -> str:
        await self._apis.everywhere()  # a token of the settings that does not work is said here
        if self._first:  # before a live event is the first that was stored
            await self._look_back()
            self._first = False
        app = self._apis.app
        answer = await app.call(app.web.apps_connections_open(app_token=self._app_token))
        return str(answer["url"])

    def _hello(self, silent_for: float | None) -> None:
        self._listened_from = self._listened_from or datetime.now(UTC)
        if silent_for is not None and silent_for >= self._settings.outage_seconds:
            self._missed(datetime.now(UTC) - timedelta(seconds=silent_for))

    async def _look_back(self) -> None:
        """Catch up what came while no process ran; one may have died over that, after it had stored newer events."""
        try:
            nothing_yet = await self._since() is None
        except Exception:
            logger.exception("slack catch-up: the last event is not known")
            nothing_yet = False
        # Where this process has listened before, what came first may have come while it did not.
        since = self._listened_from if nothing_yet else datetime.now(UTC) - self._settings.catch_up_age
        if since is not None:
            self._missed(since)

    def _missed(self, since: datetime) -> None:
        """Catch up from this moment on, together with what waits to be caught up already."""
        self._gap = since if self._gap is None else min(self._gap, since)
        if self._recovering is None or self._recovering.done():
            self._recovering = asyncio.create_task(self._recover(), name="slack-catch-up")

    async def _recover(self) -> None:
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            while (gap := self._gap) is not None:
                self._gap = None
                try:
                    logger.info("slack catch-up: %d messages", await self._catch_up.run(gap))
                except Exception as error:
                    logger.warning("slack catch-up failed: %s", type(error).__name__, exc_info=True)
                    self._gap = gap if self._gap is None else min(self._gap, gap)
                    break
            else:
                return
        logger.error("slack catch-up given up: messages since %s may be missing", self._gap)
        self._gap = None
