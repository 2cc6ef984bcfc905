"""A Slack that runs here: a workspace, its Web API, and the events that it sends."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from adapters.doubles.faults import Behaviour, Fault
from adapters.doubles.slack.delivery import Ack, Deliveries
from adapters.doubles.slack.files import make_file
from adapters.doubles.slack.http_events import HttpEvents
from adapters.doubles.slack.interactivity.acting import Acting
from adapters.doubles.slack.interactivity.modals import Modals
from adapters.doubles.slack.interactivity.starting import Starting
from adapters.doubles.slack.interactivity.telling import Teller
from adapters.doubles.slack.limits import RateLimits
from adapters.doubles.slack.methods import Platform
from adapters.doubles.slack.people import People
from adapters.doubles.slack.socket_mode import Socket, SocketMode
from adapters.doubles.slack.state import Channel, ChannelKind, Message, SlackFile, User, Workspace
from adapters.doubles.slack.web import CallRecord, Front, scripted
from adapters.doubles.slack.wire import Json

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "users:read",
    }
)


def furnished() -> Workspace:
    """A workspace with three people, two channels with the app in them, one private one, and the app itself."""
    workspace = Workspace()
    workspace.scopes = set(SCOPES)
    zones = {"Ana": "Europe/Berlin", "Ben": "America/New_York", "Chika": "Asia/Tokyo"}
    for number, (name, zone) in enumerate(zones.items(), 1):
        workspace.users[f"U{number}"] = User(f"U{number}", name, zone)
    workspace.users[workspace.bot_user] = User(workspace.bot_user, workspace.bot_name, is_bot=True)
    workspace.users["UOTHERBOT"] = User("UOTHERBOT", "Other bot", is_bot=True)
    kinds: dict[str, tuple[str, ChannelKind]] = {
        "C1": ("general", "channel"),
        "C2": ("random", "channel"),
        "G1": ("secret", "group"),
    }
    for channel_id, (name, kind) in kinds.items():
        workspace.channels[channel_id] = Channel(channel_id, name, kind, set(workspace.users))
    return workspace


class SlackDouble(People, Acting, Modals, Starting):
    """The double, listening on a free port of 127.0.0.1 while it is entered.

    Attributes:
        workspace: what is true in it; tests may change it at will.
        deliveries: events on their way, with ``ack_timeout``, ``retry_delays``, ``paused``, ``held``, ``lost``.
        socket_mode: the open sockets, with ``opened`` and ``stray_acks``.
        bot_token, app_token, signing_secret: what the app is given.
    """

    def __init__(
        self,
        *,
        ack_timeout: float = 3.0,
        retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0),
        port: int = 0,
        bot_token: str = "",
        app_token: str = "",
        signing_secret: str = "",
    ) -> None:
        self.bot_token = bot_token or f"xoxb-{secrets.token_hex(12)}"
        self.app_token = app_token or f"xapp-1-{secrets.token_hex(12)}"
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.workspace = furnished()
        self.socket_mode = SocketMode(self.workspace.app)
        self.deliveries = Deliveries(self.workspace, self.socket_mode, self._change)
        self.deliveries.ack_timeout, self.deliveries.retry_delays = ack_timeout, retry_delays
        self.socket_mode.deliveries = self.deliveries
        self.platform = Platform(self.workspace, self.deliveries, self.socket_mode)
        super().__init__(self.platform, self._change)
        self.teller = Teller(self.platform)
        self._front = Front(self.platform, self.teller.urls, self.bot_token, self.app_token, self._change)
        self._port, self._next_change = port, asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._front.application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.platform.base_url = f"http://127.0.0.1:{self._port}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fault in self._front.faults:
            fault.cancel()
        await self.deliveries.close()
        await self.socket_mode.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """The base address of the Web API, ending in ``/api/``."""
        return f"{self.platform.base_url}/api/"

    @property
    def bot_user(self) -> str:
        """The app's user id, to mention it by."""
        return self.workspace.bot_user

    @property
    def calls(self) -> deque[CallRecord]:
        """Every call that arrived, the oldest first; the log is bounded."""
        return self._front.calls

    @property
    def acks(self) -> deque[Ack]:
        """Every acknowledgement, the oldest first; the log is bounded."""
        return self.deliveries.acks

    @property
    def pings(self) -> list[tuple[str, str, str]]:
        """Whom the app's posts and edits would have notified: (channel, ts, who)."""
        return self.platform.pings

    @property
    def sockets(self) -> list[Socket]:
        """The open sockets of the app."""
        return self.socket_mode.sockets

    def called(self, method: str) -> list[Json]:
        """The arguments of every call of a method."""
        return [call.args for call in self.calls if call.method == method]

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Message]:
        """What stands in a channel, threads included, or in one thread with its first message; oldest first."""
        found = self._channel(channel).by_ts.values()
        wanted = [m for m in found if thread_ts is None or thread_ts in (m.ts, m.thread_ts)]
        return sorted(wanted, key=lambda message: message.ts)

    def bot_messages(self, channel: str, thread_ts: str | None = None) -> list[Message]:
        """The app's own among ``messages``."""
        return [m for m in self.messages(channel, thread_ts) if m.bot_id == self.workspace.bot_id]

    def dm(self, user: str) -> str:
        """The id of the person's direct message with the app."""
        return self.workspace.dm(user).id

    def add_user(self, user: str, name: str, tz: str = "UTC", is_bot: bool = False) -> User:
        """A new member, in every public channel."""
        self.workspace.users[user] = User(user, name, tz, is_bot)
        for channel in self.workspace.channels.values():
            if channel.kind == "channel":
                channel.members.add(user)
        return self.workspace.users[user]

    def add_channel(
        self, channel: str, name: str = "", kind: ChannelKind = "channel", with_bot: bool = True
    ) -> Channel:
        """A new channel with everybody in it, and the app too unless told otherwise."""
        members = set(self.workspace.users) - (set() if with_bot else {self.bot_user})
        self.workspace.channels[channel] = Channel(channel, name or channel.lower(), kind, members)
        return self.workspace.channels[channel]

    def attach(self, name: str, content: bytes, mimetype: str = "") -> SlackFile:
        """A file for ``say(files=…)``."""
        return make_file(self.platform, name, content, mimetype)

    def fault(
        self,
        method: str,
        behaviour: Behaviour,
        *,
        channel: str | None = None,
        when: Callable[[Json], bool] | None = None,
        times: int | None = 1,
    ) -> Fault:
        """Script what the next ``times`` calls of a method (``*`` for any) meet; None for all that follow.

        Besides the methods there are ``files.upload``, ``files.download`` and ``response_url``.
        """
        fault = scripted(method, behaviour, channel, times)
        fault.when = when
        return self._front.fault(fault)

    def rate_limits(self, per_channel: float | None = 1.0, *, tiers: bool = True, burst: float = 1.0) -> None:
        """Switch Slack's rate limits on."""
        self._front.limits = RateLimits(per_channel, tiers, burst)

    async def deliver_to(self, url: str, interactivity_url: str = "", commands_url: str = "") -> None:
        """Send events to an address over HTTP, after it has answered the challenge.

        Interactions and commands go to addresses of their own, where they are given.
        """
        if self._session is None:
            raise RuntimeError("enter the double first")
        transport = HttpEvents(
            url, self.signing_secret, self._session, self.deliveries, interactivity_url, commands_url
        )
        await transport.verify()
        self.deliveries.transport = transport

    def deliver_to_sockets(self) -> None:
        """Send events over Socket Mode (as at the start)."""
        self.deliveries.transport = self.socket_mode

    def release(self, *event_ids: str, newest_first: bool = False) -> None:
        """Send the events that were held: all, or those named, in that order."""
        self.deliveries.release(*event_ids, newest_first=newest_first)

    def cut_sockets(self) -> None:
        """Reset every socket, with whatever is unacknowledged on it."""
        for socket in list(self.sockets):
            socket.cut()

    async def request_disconnect(self, reason: str = "warning") -> None:
        """Tell the app to reconnect: ``warning`` or ``refresh_requested``."""
        await self.socket_mode.say_disconnect(reason)

    async def wait_for(self, condition: Callable[[Self], object], timeout: float = 10) -> None:  # noqa: ASYNC109
        """Wait until something is true of the double. Raises TimeoutError with what stands in it."""
        try:
            async with asyncio.timeout(timeout):
                while not condition(self):
                    # Conditions may look at things beside the double, so do not rely on its changes alone.
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._next_change.wait(), 0.1)
        except TimeoutError:
            raise TimeoutError(f"not true after {timeout:g} s; {self._summary()}") from None

    def _summary(self) -> str:
        last = [f"{call.method}:{call.error or 'ok' if call.taken else 'not taken'}" for call in list(self.calls)[-5:]]
        return f"{len(self.sockets)} sockets, {len(self.acks)} acks, {len(self.calls)} calls, the last {last}"

    def _change(self) -> None:
        self._next_change.set()
        self._next_change = asyncio.Event()
