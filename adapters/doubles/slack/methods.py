"""The Web API's methods: what each needs, and the small ones themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from adapters.doubles.slack.delivery import Deliveries
from adapters.doubles.slack.events import reaction_event
from adapters.doubles.slack.mentions import notified
from adapters.doubles.slack.socket_mode import SocketMode
from adapters.doubles.slack.state import Channel, Message, Workspace
from adapters.doubles.slack.tokens import Installs
from adapters.doubles.slack.wire import Json, SlackError, invalid_arguments

TokenKind = Literal["bot", "app", "config", "none"]
Ping = tuple[str, str, str]
"""Channel, timestamp, and who was notified."""


@dataclass
class Platform:
    """What the methods work on.

    Attributes:
        pings: who a real Slack would have notified of the app's posts and edits, each once per message.
        stream_idle: seconds after which a stream that gets nothing ends; None means never.
    """

    workspace: Workspace
    deliveries: Deliveries
    socket_mode: SocketMode
    installs: Installs
    base_url: str = ""
    pings: list[Ping] = field(default_factory=list)
    stream_idle: float | None = None

    def emit(self, event: Json, *, copies: int = 1, hold: bool = False) -> str:
        """Send an event of this workspace; returns its id, empty if the app would not get it."""
        return self.deliveries.emit(event, copies=copies, hold=hold, workspace=self.workspace)

    def record_pings(self, message: Message, link_names: bool = False) -> None:
        """Note whom the message notifies, as it is now."""
        for who in sorted(notified(message, self.workspace.users.values(), link_names)):
            ping = (message.channel, message.ts, who)
            if ping not in self.pings:
                self.pings.append(ping)


@dataclass(frozen=True)
class Call:
    """One call of a method."""

    platform: Platform
    args: Json

    @property
    def workspace(self) -> Workspace:
        """The workspace called."""
        return self.platform.workspace

    def require(self, name: str) -> str:
        """An argument that must be there."""
        value = self.args.get(name)
        if value is None or value == "":
            raise invalid_arguments(f"missing required field: {name}")
        return str(value)

    def channel(self, name: str = "channel") -> Channel:
        """The channel named by an argument."""
        return self.workspace.channel(self.args.get(name))

    def own_channel(self, name: str = "channel") -> Channel:
        """A channel that the app may write to. A user id opens the direct message, as Slack does."""
        given = str(self.args.get(name) or "")
        channel = self.workspace.dm(given) if given in self.workspace.users else self.workspace.channel(given)
        if self.workspace.bot_user not in channel.members:
            raise SlackError("not_in_channel")
        if channel.archived:
            raise SlackError("is_archived")
        return channel

    def need_scope(self, scope: str) -> None:
        """Refuse when the token lacks a scope."""
        scopes = self.workspace.scopes
        if scope not in scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(scopes)))


@dataclass(frozen=True)
class Method:
    """A method: what carries it out and what it asks for.

    Attributes:
        scopes: one of them is enough.
        tier: Slack's rate limit tier; None for the special ones.
        by: the kind of token that it is called with.
        posts: whether it counts against its channel's rate.
    """

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int | None = None
    by: TokenKind = "bot"
    posts: bool = False


def auth_test(call: Call) -> Json:
    """Who the token is."""
    workspace = call.workspace
    return {
        "url": f"{call.platform.base_url}/",
        "team": workspace.name,
        "user": workspace.bot_name.lower(),
        "team_id": workspace.team,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """A WebSocket address, good for one connection."""
    base = call.platform.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={call.platform.socket_mode.ticket()}&app_id={call.workspace.app}"}


def bots_info(call: Call) -> Json:
    """The app's bot, with the app it belongs to."""
    workspace = call.workspace
    if call.args.get("bot") != workspace.bot_id:
        raise SlackError("bot_not_found")
    bot = {"id": workspace.bot_id, "name": workspace.bot_name, "user_id": workspace.bot_user, "app_id": workspace.app}
    return {"bot": {**bot, "deleted": False}}


def users_info(call: Call) -> Json:
    """A member."""
    user = call.workspace.users.get(str(call.args.get("user")))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user.wire(call.workspace.team)}


def conversations_info(call: Call) -> Json:
    """A channel."""
    return {"channel": call.channel().wire(call.workspace.bot_user)}


def conversations_open(call: Call) -> Json:
    """The direct message with one person."""
    if call.args.get("channel"):
        return {"channel": call.channel().wire(call.workspace.bot_user)}
    users = str(call.args.get("users") or "").split(",")
    if len(users) != 1 or not users[0]:
        raise SlackError("users_list_not_supplied" if users == [""] else "too_many_users")
    return {"channel": call.workspace.dm(users[0]).wire(call.workspace.bot_user)}


def users_conversations(call: Call) -> Json:
    """The channels that the app (or the user named) is in."""
    member = str(call.args.get("user") or call.workspace.bot_user)
    types = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    kinds = {types.get(name.strip()) for name in str(call.args.get("types") or "public_channel").split(",")}
    mine = [c for c in call.workspace.channels.values() if member in c.members and c.kind in kinds]
    return {"channels": [c.wire(call.workspace.bot_user) for c in mine], "response_metadata": {"next_cursor": ""}}


def _reacted(call: Call) -> tuple[Message, str]:
    name = call.args.get("name")
    if not name:
        raise SlackError("invalid_name")
    channel = call.channel()
    return call.workspace.message(channel, call.args.get("timestamp")), str(name)


def reactions_add(call: Call) -> Json:
    """Put a reaction on a message."""
    message, name = _reacted(call)
    users = message.reactions.setdefault(name, [])
    bot = call.workspace.bot_user
    if bot in users:
        raise SlackError("already_reacted")
    users.append(bot)
    call.platform.emit(reaction_event(call.workspace, message, bot, name, removed=False))
    return {}


def reactions_remove(call: Call) -> Json:
    """Take a reaction back."""
    message, name = _reacted(call)
    users = message.reactions.get(name, [])
    bot = call.workspace.bot_user
    if bot not in users:
        raise SlackError("no_reaction")
    users.remove(bot)
    call.platform.emit(reaction_event(call.workspace, message, bot, name, removed=True))
    return {}
