"""One workspace that has the app (or had it, or may have it): what stands in it, and what people do in it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.doubles.slack import oauth
from adapters.doubles.slack.delivery import Deliveries
from adapters.doubles.slack.files import make_file
from adapters.doubles.slack.interactivity.acting import Acting
from adapters.doubles.slack.interactivity.modals import Modals
from adapters.doubles.slack.interactivity.starting import Starting
from adapters.doubles.slack.interactivity.telling import Teller
from adapters.doubles.slack.manifest.check import Manifest, check_manifest
from adapters.doubles.slack.methods import Ping, Platform
from adapters.doubles.slack.people import People
from adapters.doubles.slack.socket_mode import SocketMode
from adapters.doubles.slack.state import Channel, ChannelKind, Message, User, Workspace
from adapters.doubles.slack.stored_file import SlackFile
from adapters.doubles.slack.tokens import Installs
from adapters.doubles.slack.wire import Json

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "commands",
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


def furnished(team: str = "T1") -> Workspace:
    """A workspace with three people, two channels with the app in them, one private one, and the app itself.

    The ids of the first workspace are short (``U1``, ``C1``); those of others end in their team's (``U1T2``).
    """
    end = "" if team == "T1" else team
    workspace = Workspace(team)
    workspace.scopes = set(SCOPES)
    workspace.bot_user, workspace.bot_id = f"UROBBIE{end}", f"BROBBIE{end}"
    zones = {"Ana": "Europe/Berlin", "Ben": "America/New_York", "Chika": "Asia/Tokyo"}
    for number, (name, zone) in enumerate(zones.items(), 1):
        workspace.users[f"U{number}{end}"] = User(f"U{number}{end}", name, zone)
    workspace.users[workspace.bot_user] = User(workspace.bot_user, workspace.bot_name, is_bot=True)
    workspace.users[f"UOTHERBOT{end}"] = User(f"UOTHERBOT{end}", "Other bot", is_bot=True)
    kinds: dict[str, tuple[str, ChannelKind]] = {
        f"C1{end}": ("general", "channel"),
        f"C2{end}": ("random", "channel"),
        f"G1{end}": ("secret", "group"),
    }
    for channel_id, (name, kind) in kinds.items():
        workspace.channels[channel_id] = Channel(channel_id, name, kind, set(workspace.users))
    return workspace


class Team(People, Acting, Modals, Starting):
    """A workspace.

    Attributes:
        workspace: what is true in it; tests may change it at will.
        teller: what people did with buttons and the like, and what came of it.
        bot_token: the token that the app was given here; empty while it is not installed.
    """

    def __init__(
        self,
        workspace: Workspace,
        deliveries: Deliveries,
        socket_mode: SocketMode,
        installs: Installs,
        changed: Callable[[], None],
    ) -> None:
        self.workspace = workspace
        self.platform = Platform(workspace, deliveries, socket_mode, installs)
        self.teller = Teller(self.platform)
        installs.workspaces[workspace.team] = workspace
        super().__init__(self.platform, changed)

    @property
    def bot_token(self) -> str:
        """The token that works here now."""
        return next((token.value for token in self.platform.installs.living(self.workspace.team)), "")

    @property
    def bot_user(self) -> str:
        """The app's user id, to mention it by."""
        return self.workspace.bot_user

    @property
    def pings(self) -> list[Ping]:
        """Whom the app's posts and edits would have notified: (channel, ts, who)."""
        return self.platform.pings

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

    def configure(self, manifest: Json) -> None:
        """Let the app be as a manifest says: its scopes, events, commands, shortcuts and tabs.

        Raises:
            SlackError: ``invalid_manifest``, with what is wrong.
        """
        check_manifest(manifest)
        parts, workspace = Manifest(manifest), self.workspace
        workspace.scopes = set(parts.scopes)
        workspace.commands = {str(command["command"]) for command in parts.commands}
        workspace.shortcuts = {str(one["callback_id"]): str(one["type"]) for one in parts.shortcuts}
        workspace.home_enabled = bool(parts.features.get("app_home", {}).get("home_tab_enabled"))
        workspace.agent_view = "agent_view" in parts.features
        workspace.interactive = bool(parts.interactivity.get("is_enabled"))
        self.platform.deliveries.subscriptions = set(parts.events)

    def revoke_tokens(self) -> None:
        """An administrator takes the app's tokens back."""
        oauth.remove(self.platform, "token_revoked")

    def uninstall(self) -> None:
        """An administrator removes the app from the workspace."""
        oauth.remove(self.platform, "account_inactive")
