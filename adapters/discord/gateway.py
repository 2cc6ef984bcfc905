"""Where Discord's events come in. Discord asks for no acknowledgement, so what cannot be stored is tried again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

from adapters.discord.api import DiscordApi, DiscordRefused, Patient
from adapters.discord.catchup import CatchUp, Unstored
from adapters.discord.channels import Channels
from adapters.discord.commands import application_commands, sync
from adapters.discord.events import Heard, Identity, inbound
from adapters.discord.interaction import Interaction
from adapters.discord.interactions import Interactions
from adapters.discord.link import Link, Timing
from adapters.discord.replies import Vault
from adapters.discord.responses import Responses
from core.conversation.models import InboundEvent, Place
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import Receiver
from core.desk import Desk

logger = logging.getLogger(__name__)

Since = Callable[[], Awaitable[datetime | None]]
Places = Callable[[], Awaitable[Sequence[Place]]]

_EVENTS = {
    "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE",
}  # fmt: skip
_PAUSES = (0.0, 1.0, 10.0, 60.0)  # before each attempt to catch up; the last one again and again


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How the gateway behaves.

    Attributes:
        timing: of the connection.
        at_once: how many events are stored at once.
        waiting: how many may wait to be stored; what comes beyond them is read from histories later.
        retry, retry_max: seconds before an event that could not be stored is tried again; doubled each time.
        drain: seconds for what is in hand when the gateway stops.
        catch_up_age: what is older is not answered any more.
        catch_up_limit: the largest number of messages that are caught up.
        forums: forums in which each new post is answered.
    """

    timing: Timing = field(default_factory=Timing)
    at_once: int = 8
    waiting: int = 2_000
    retry: float = 0.5
    retry_max: float = 30.0
    drain: float = 3.0
    catch_up_age: timedelta = timedelta(hours=1)
    catch_up_limit: int = 500
    forums: frozenset[str] = frozenset()


async def _never() -> None:
    return None


async def _nowhere() -> Sequence[Place]:
    return ()


async def _all(events: Sequence[InboundEvent]) -> Sequence[InboundEvent]:
    return events


class DiscordGateway:
    """Implements ``core.conversation.ports.Gateway``; it can be started again after it was stopped.

    Args:
        receiver: where events are stored.
        api: the REST API.
        token: the bot token.
        vault: seals the tokens of commands.
        desk: the commands, with forms and completions.
        gateway_url: where the gateway is; by default where the API says.
        since: when the last stored event happened; None when there was none yet, and so none was missed.
        places: where Robbie takes part: threads and direct messages.
        unstored: leaves out the events that are stored already.
    """

    def __init__(
        self,
        receiver: Receiver,
        api: DiscordApi,
        *,
        token: str,
        vault: Vault,
        desk: Desk,
        gateway_url: str | None = None,
        since: Since = _never,
        places: Places = _nowhere,
        unstored: Unstored = _all,
        settings: GatewaySettings | None = None,
    ) -> None:
        self._receiver = receiver
        self._api = api
        self._settings = settings or GatewaySettings()
        self._token = token
        self._gateway_url = gateway_url
        self._since = since
        self._patient = Patient(api)
        self._catch_up = CatchUp(
            self._patient, receiver, places, self._settings.catch_up_age, self._settings.catch_up_limit, unstored
        )
        self._commands = application_commands(desk.registry)
        self._interactions = Interactions(Responses(api), receiver, vault, desk)
        self._link = self._new_link()
        self._me: Identity | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._storing = asyncio.Semaphore(self._settings.at_once)
        self._channels = Channels(api, lambda: self._link.client)
        self._listened_from: datetime | None = None
        self._from: datetime | None = None
        self._gap: datetime | None = None
        self._recovering: asyncio.Task[None] | None = None
        self._event_at: float | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._synced = False

    async def start(self) -> None:
        """Begin to receive; returns at once, also when Discord cannot be reached yet."""
        self._me = None
        self._link = self._new_link()
        self._link.start()

    async def stop(self) -> None:
        """Receive no more; what was taken in is stored before this returns, if it can be."""
        await self._link.stop()
        for task in filter(None, (self._recovering, self._syncing)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._settings.drain)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def health(self) -> dict[str, object]:
        """How the connection is; ages in seconds."""
        state = self._link.health()
        state["last_event_age"] = None if self._event_at is None else time.monotonic() - self._event_at
        state["waiting"] = len(self._tasks)
        state["catching_up"] = self._recovering is not None and not self._recovering.done()
        return state

    def _new_link(self) -> Link:
        return Link(
            self._api,
            self._token,
            self._gateway_url,
            before=self._look_back,
            on_event=self._heard,
            on_greeting=self._greeted,
            timing=self._settings.timing,
        )

    def _heard(self, name: str, data: dict[str, object], delivery: str) -> None:
        """An event of the gateway, in the order in which they come."""
        if self._me is None:
            return
        heard = Heard(name, data, delivery, datetime.now(UTC))
        if name == "INTERACTION_CREATE":
            self._spawn(self._interaction(heard, self._me))
        elif name in _EVENTS:
            self._event_at = time.monotonic()
            if len(self._tasks) >= self._settings.waiting:
                self._missed(heard.at)
            else:
                self._spawn(self._kept(heard, self._me))

    def _greeted(self, ready: dict[str, object] | None, silent_for: float | None) -> None:
        """Events will come now. After a new session, those in between did not: they are read from histories."""
        if ready is None:
            return
        first = self._me is None
        self._me = _identity(ready).among(frozenset(), self._settings.forums)
        self._listened_from = self._listened_from or datetime.now(UTC)
        if first and self._from is not None:
            self._missed(self._from)
        elif not first and silent_for is not None:
            self._missed(datetime.now(UTC) - timedelta(seconds=silent_for))
        if not self._synced and (self._syncing is None or self._syncing.done()):
            self._syncing = asyncio.create_task(self._sync(self._me), name="discord-commands")

    async def _sync(self, me: Identity) -> None:
        self._synced = await sync(self._patient, me.application, self._commands)

    async def _kept(self, heard: Heard, me: Identity) -> None:
        """Store an event, however often it takes while it is worth it."""
        pause = self._settings.retry
        while True:
            try:
                async with self._storing:
                    await self._store(heard, me)
                return
            except MalformedEvent as error:
                logger.error("discord sent a malformed event, which is left out: %s", error)
                return
            except DiscordRefused as error:
                logger.info("discord shows nothing of a channel, and its event is left out: %s", error)
                return
            except Exception as error:
                if datetime.now(UTC) - heard.at > self._settings.catch_up_age:
                    logger.exception("discord event given up: it could not be stored")
                    return
                logger.warning("discord event not stored, trying again: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._settings.retry_max)

    async def _store(self, heard: Heard, me: Identity) -> None:
        channel = await self._channels.of(heard.channel, heard.guild)
        for event in inbound(heard, me.among(self._channels.roles(heard.guild or "")), channel):
            await self._receiver.accept(event)

    async def _interaction(self, heard: Heard, me: Identity) -> None:
        try:
            interaction = parse(Interaction, heard.data)
            # Commands come along with their channel: Robbie need not see it.
            channel = interaction.channel or await self._channels.of(heard.channel, heard.guild)
            here = channel.model_copy(update={"guild_id": heard.guild})
            await self._interactions.take(interaction, me, here)
        except MalformedEvent as error:
            logger.error("discord sent a malformed command, which is left out: %s", error)
        except Exception:
            logger.exception("a discord command could not be taken in")

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="discord-event")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_back(self) -> None:
        """Where to begin: a process may have died while it caught up, after it had stored something newer."""
        try:
            nothing_yet = await self._since() is None
        except Exception:
            logger.exception("discord catch-up: the last event is not known")
            nothing_yet = False
        # Where this process has listened before, what came first may have come while it did not.
        self._from = self._listened_from if nothing_yet else datetime.now(UTC) - self._settings.catch_up_age

    def _missed(self, since: datetime) -> None:
        """Catch up from this moment on, together with what waits to be caught up already."""
        self._gap = since if self._gap is None else min(self._gap, since)
        if self._recovering is None or self._recovering.done():
            self._recovering = asyncio.create_task(self._recover(), name="discord-catch-up")

    async def _recover(self) -> None:
        """Read what was missed, as often as it takes while it would still be answered."""
        began = time.monotonic()
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            await asyncio.sleep(pause)
            if time.monotonic() - began > self._settings.catch_up_age.total_seconds():
                logger.error("discord catch-up given up: messages since %s may be missing", self._gap)
                self._gap = None
            while (gap := self._gap) is not None and self._me is not None:
                self._gap = None
                try:
                    count = await self._catch_up.run(gap, self._me, self._channels.roles)
                    logger.info("discord catch-up: %d messages", count)
                except Exception as error:
                    logger.warning("discord catch-up failed: %s", type(error).__name__, exc_info=True)
                    self._gap = gap if self._gap is None else min(self._gap, gap)
                    break
            else:
                return


def _identity(ready: dict[str, object]) -> Identity:
    user, application = ready.get("user"), ready.get("application")
    return Identity(
        user=str(user.get("id")) if isinstance(user, dict) else "",
        application=str(application.get("id")) if isinstance(application, dict) else "",
    )
