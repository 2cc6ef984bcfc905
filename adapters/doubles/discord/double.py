"""A Discord that runs here: a guild, direct messages, the REST API, and the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from adapters.doubles.discord.commands import Commands
from adapters.doubles.discord.control import add_control
from adapters.doubles.discord.front import CallRecord, Front
from adapters.doubles.discord.gateway import Gateway
from adapters.doubles.discord.interactions import Interaction, Interactions
from adapters.doubles.discord.limits import RateLimits
from adapters.doubles.discord.permissions import bits
from adapters.doubles.discord.platform import Ping, Platform
from adapters.doubles.discord.pressing import Pressing
from adapters.doubles.discord.routes import routes
from adapters.doubles.discord.sessions import GUILDS, Sessions
from adapters.doubles.discord.shapes import channel_wire, guild_wire
from adapters.doubles.discord.sockets import Socket
from adapters.doubles.discord.state import SPEECH, TEXT, Channel, Guild, Message, User
from adapters.doubles.discord.webhooks import Webhooks
from adapters.doubles.discord.wire import DiscordError, Json
from adapters.doubles.discord.world import furnished, new_token
from adapters.doubles.faults import Behaviour, Fault


class DiscordDouble(Pressing):
    """The double, listening on a free port of 127.0.0.1 while it is entered.

    People are ``Ana``, ``Ben``, ``Chika`` and the app ``Other bot``; channels are ``general``, ``random``, ``secret``
    (private, the app is in it), ``hidden`` (the app sees nothing), ``readonly`` (it may not write), ``lounge`` (voice,
    no threads) and ``questions`` (a forum). Names and ids are both understood. Somebody's name in a channel's place is
    the direct message with the app.

    To connect: ``token``, ``api_url`` (discord.py's ``Route.BASE``), ``gateway_url`` (its ``DEFAULT_GATEWAY``).
    To act: ``say``, ``edit_message``, ``delete_message``, ``react``, ``unreact``, ``open_thread``, ``post``, ``slash``,
    ``autocomplete``, ``message_menu``, ``user_menu``, ``press``, ``select``, ``submit``, ``dismiss``, ``forward``,
    ``clear``; ``mention()`` is the text that mentions the app.
    To look: ``messages``, ``bot_messages``, ``sees``, ``calls``, ``called``, ``pings``, ``interactions``, ``typing``,
    ``wait_for``, ``heard``.
    To disturb: ``fault``, ``rate_limits``, ``cut_sockets``, ``close_sockets``, ``request_reconnect``,
    ``invalidate_sessions``, ``gateway.acks``, ``gateway.refusing``, ``Socket.half_dead``, ``hold=True`` with
    ``release``, ``deny``, ``leave_guild``, ``world.expire_links``.

    Attributes:
        gateway: sockets and IDENTIFY, with ``identifies``, ``resumes``, ``opened``, ``heartbeat_interval``.
        sessions: events on their way, with ``paused``, ``held``, ``resume_window``.
        commands: what is registered, with ``everywhere``, ``in_guilds``, ``writes``.
        webhooks: with ``by_id`` and ``pictures``.
    """

    def __init__(
        self, *, port: int = 0, token: str = "", interaction_timeout: float = 3.0, heartbeat_interval: float = 41.25
    ) -> None:
        world = furnished()
        self.sessions = Sessions(self._change)
        self.gateway = Gateway(world, token or new_token(world.bot), self.sessions, self._change)
        self.gateway.heartbeat_interval = heartbeat_interval
        self.platform = Platform(world, self.sessions, self._change)
        self.webhooks, self.interaction_book = Webhooks(), Interactions(self._change)
        self.interaction_book.timeout = interaction_timeout
        super().__init__(self.platform, self.interaction_book, Commands(), self._change)
        every = routes(self.gateway, self.webhooks, self.commands, self.interaction_book)
        self._front = Front(self.platform, self.gateway, every, self._change, lambda app: add_control(app, self))
        self._port, self._next_change = port, asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._front.application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.platform.base_url = f"http://127.0.0.1:{self._port}"
        self.gateway.url = f"ws://127.0.0.1:{self._port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fault in self._front.faults:
            fault.cancel()
        self.interaction_book.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def token(self) -> str:
        """The app's token. Discord resets it when the app identifies too often."""
        return self.gateway.token

    @property
    def api_url(self) -> str:
        """The base address of the REST API, without a slash at its end."""
        return f"{self.platform.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The address of the gateway."""
        return f"{self.gateway.url}/gateway/"

    @property
    def bot_user(self) -> str:
        """The id of the app's user (and of the application)."""
        return self.world.bot

    @property
    def guild_id(self) -> str:
        """The id of the guild."""
        return self.world.guild.id

    @property
    def calls(self) -> deque[CallRecord]:
        """Every call that arrived, the oldest first; the log is bounded."""
        return self._front.calls

    @property
    def refusals(self) -> deque[DiscordError]:
        """Every refusal that was answered, the oldest first; the log is bounded."""
        return self._front.refusals

    @property
    def limits(self) -> RateLimits:
        """The rate limits, with ``invalid`` and ``invalid_limit``."""
        return self._front.limits

    @property
    def pings(self) -> list[Ping]:
        """Whom the app's and webhooks' messages and edits really pinged: (channel id, message id, who)."""
        return self.platform.pings

    @property
    def typing(self) -> list[str]:
        """The channels in which the app was seen typing, in order."""
        return self.platform.typing

    @property
    def interactions(self) -> list[Interaction]:
        """Every interaction, the oldest first."""
        return self.interaction_book.all

    @property
    def sockets(self) -> list[Socket]:
        """The open sockets of the app."""
        return self.gateway.sockets

    def called(self, name: str) -> list[Json]:
        """The forms of every call of a route."""
        return [call.args for call in self.calls if call.name == name]

    def messages(self, channel: str) -> list[Message]:
        """What stands in a channel, thread or direct message; oldest first, without what is ephemeral."""
        return self.channel(channel).between(0)

    def bot_messages(self, channel: str) -> list[Message]:
        """The app's own among ``messages``, webhooks' included; without the pointers that threads begin with."""
        ours = {self.bot_user, *self.webhooks.by_id}
        return [m for m in self.messages(channel) if m.author in ours and m.type in SPEECH]

    def threads(self, channel: str) -> list[Channel]:
        """The threads of a channel, the oldest first."""
        return self.world.threads(self.channel(channel).id)

    def add_user(self, user: str, name: str, is_bot: bool = False) -> User:
        """A new member, with an id of digits."""
        self.world.users[user], self.world.members[user] = User(user, name, is_bot), []
        return self.world.users[user]

    def add_guild(self, guild: str, name: str, *people: str, owner: str = "Ana") -> Guild:
        """A new guild, with an id of digits, that the app joins. Its channels go by names such as ``Other/general``."""
        made = self.world.add_guild(guild, name, self.user_id(owner))
        made.members |= {self.user_id(person): [] for person in people}
        channel = str(int(guild) + 2)
        self.world.channels[channel] = Channel(channel, "general", guild_id=guild)
        # Of a guild that is joined, the event does not say whether it is available; of one that comes back, it does.
        told = {key: value for key, value in guild_wire(self.world, made).items() if key != "unavailable"}
        self.sessions.emit("GUILD_CREATE", told, intent=GUILDS, guild=guild)
        return made

    def leave_guild(self, guild: str) -> None:
        """Throw the app out of a guild."""
        del self.world.guilds[guild].members[self.bot_user]
        self.sessions.emit("GUILD_DELETE", {"id": guild}, intent=GUILDS, guild=guild)

    def add_channel(self, channel: str, name: str, kind: int = TEXT, with_bot: bool = True) -> Channel:
        """A new channel, with an id of digits; everybody sees it, and the app too unless told otherwise."""
        self.world.channels[channel] = Channel(channel, name, kind)
        if not with_bot:
            self.deny(channel, "VIEW_CHANNEL")
        return self.world.channels[channel]

    def set_tags(self, forum: str, *names: str, required: bool = False) -> None:
        """Give a forum the tags that posts can have."""
        place = self.channel(forum)
        place.tags, place.tag_required = {self.world.ids.new(): name for name in names}, required
        self.platform.emit("CHANNEL_UPDATE", channel_wire(self.world, place), place, (GUILDS, 0))

    def deny(self, channel: str, names: str, who: str = "") -> None:
        """Take permissions from the app (or a member) in a channel, such as ``"SEND_MESSAGES"``."""
        self._overwrite(channel, who, 0, bits(names))

    def allow(self, channel: str, names: str, who: str = "") -> None:
        """Give permissions to the app (or a member) in a channel."""
        self._overwrite(channel, who, bits(names), 0)

    def _overwrite(self, channel: str, who: str, given: int, taken: int) -> None:
        member = self.user_id(who) if who else self.bot_user
        overwrites = self.channel(channel).overwrites
        allow, deny = overwrites.get(member, (0, 0))
        overwrites[member] = ((allow | given) & ~taken, (deny | taken) & ~given)

    def fault(
        self,
        route: str,
        behaviour: Behaviour,
        *,
        channel: str | None = None,
        when: Callable[[Json], bool] | None = None,
        times: int | None = 1,
    ) -> Fault:
        """Script what the next ``times`` calls of a route (``*`` for any) meet; None for all that follow.

        Routes go by the names in ``routes.py``, such as ``create_message``; besides them there is ``download``.
        """
        if route != "*" and route not in self._front.names():
            raise ValueError(f"no such route: {route}")
        place = self.channel(channel).id if channel else None
        self._front.faults.append(Fault(route, behaviour, place, when, times))
        return self._front.faults[-1]

    def rate_limits(self, on: bool = True) -> None:
        """Switch Discord's rate limits on, or off again."""
        self.limits.on = on

    def release(self, *events: str, newest_first: bool = False) -> None:
        """Send the events that were held: all, or those named, in that order."""
        self.sessions.release(*events, newest_first=newest_first)

    def cut_sockets(self) -> None:
        """Reset every socket. Sessions live on, and can be resumed."""
        for socket in list(self.sockets):
            socket.cut()

    def close_sockets(self, code: int, reason: str = "") -> None:
        """Close every socket with a code."""
        for socket in list(self.sockets):
            socket.close(code, reason)

    def request_reconnect(self) -> None:
        """Tell the app to reconnect and resume (opcode 7)."""
        self.gateway.reconnect()

    def invalidate_sessions(self, resumable: bool = False) -> None:
        """Declare every session invalid (opcode 9)."""
        self.gateway.invalidate(resumable)

    async def heard(self) -> None:
        """Wait until every client has read what was sent to it: Discord learns that from heartbeats only."""
        if sent := self.gateway.unheard():
            self.gateway.beat()
            await self.wait_for(lambda _: all(it.heard >= sent[it] for it in self.gateway.unheard() if it in sent))

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
        last = [f"{call.name}:{call.status}/{call.code}" for call in list(self.calls)[-5:]]
        gateway = f"{len(self.sockets)} sockets, {self.gateway.identifies} identifies, {self.gateway.resumes} resumes"
        return f"{gateway}, {len(self.calls)} calls, the last {last}"

    def _change(self) -> None:
        self._next_change.set()
        self._next_change = asyncio.Event()
