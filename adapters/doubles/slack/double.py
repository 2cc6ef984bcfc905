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
from adapters.doubles.slack.http_events import HttpEvents
from adapters.doubles.slack.limits import RateLimits
from adapters.doubles.slack.socket_mode import Socket, SocketMode
from adapters.doubles.slack.team import Team, furnished
from adapters.doubles.slack.tokens import Installs
from adapters.doubles.slack.web import CallRecord, Front, scripted
from adapters.doubles.slack.wire import Json


class SlackDouble(Team):
    """The double, listening on a free port of 127.0.0.1 while it is entered. It is its first workspace, too.

    Attributes:
        teams: all workspaces, the first included; more are added by ``add_team``.
        installs: the app's credentials and tokens, with ``client_id``, ``client_secret`` and ``redirect_urls``.
        deliveries: events on their way, with ``ack_timeout``, ``retry_delays``, ``paused``, ``held``, ``lost``.
        socket_mode: the open sockets, with ``opened`` and ``stray_acks``.
        app_token, signing_secret: what the app is given.
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
        self.app_token = app_token or f"xapp-1-{secrets.token_hex(12)}"
        self.signing_secret = signing_secret or secrets.token_hex(16)
        home = furnished()
        self.installs = Installs(self.app_token)
        self.installs.issue(home.team, bot_token)
        self.socket_mode = SocketMode(home.app)
        self.deliveries = Deliveries(home, self.socket_mode, self._change)
        self.deliveries.ack_timeout, self.deliveries.retry_delays = ack_timeout, retry_delays
        self.socket_mode.deliveries = self.deliveries
        super().__init__(home, self.deliveries, self.socket_mode, self.installs, self._change)
        self.teams: dict[str, Team] = {home.team: self}
        self._front = Front(self.teams, self.installs, self._change)
        self._port, self._next_change = port, asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # The SDK puts whole manifests into the query.
        self._runner = web.AppRunner(
            self._front.application(), access_log=None, shutdown_timeout=0.5, max_line_size=2**20
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        for team in self.teams.values():
            team.platform.base_url = f"http://127.0.0.1:{self._port}"
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
    def calls(self) -> deque[CallRecord]:
        """Every call that arrived, the oldest first; the log is bounded."""
        return self._front.calls

    @property
    def acks(self) -> deque[Ack]:
        """Every acknowledgement, the oldest first; the log is bounded."""
        return self.deliveries.acks

    @property
    def under_way(self) -> bool:
        """Whether an event was sent that is neither acknowledged nor given up yet."""
        return self.deliveries.under_way

    @property
    def sockets(self) -> list[Socket]:
        """The open sockets of the app."""
        return self.socket_mode.sockets

    def called(self, method: str) -> list[Json]:
        """The arguments of every call of a method."""
        return [call.args for call in self.calls if call.method == method]

    def add_team(self, team: str, name: str = "", *, installed: bool = True) -> Team:
        """A further workspace, with people and channels of its own; the app is in it unless told otherwise."""
        workspace = furnished(team)
        workspace.name, workspace.installed = name or workspace.name, installed
        if installed:
            self.installs.issue(team)
        else:
            workspace.scopes = set()
        added = self.teams[team] = Team(workspace, self.deliveries, self.socket_mode, self.installs, self._change)
        added.platform.base_url = self.platform.base_url
        return added

    def approve(self, url: str, user: str, team: str = "T1", *, allow: bool = True) -> str:
        """Allow what an authorization address asks for, or decline it; returns where the person is sent back to.

        Raises:
            SlackError: what Slack shows instead of the question.
        """
        return self.installs.consent(url, team, user, allow=allow)

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

    async def wait_for(self, condition: Callable[[Self], object], timeout: float = 60) -> None:  # noqa: ASYNC109
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
