"""A workspace: people, channels, messages, files."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from adapters.doubles.slack.interactivity.triggers import Triggers
from adapters.doubles.slack.stored_file import SlackFile
from adapters.doubles.slack.view_state import Views
from adapters.doubles.slack.wire import Json, SlackError

ChannelKind = Literal["channel", "group", "im"]


def ts_key(ts: str) -> int:
    """A timestamp as a number of microseconds, to compare by. Raises ValueError."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


@dataclass
class User:
    """A member of the workspace, person or app; or somebody of another one who is met in a shared channel.

    Attributes:
        team: the other workspace; empty for this one.
        is_restricted: whether it is a guest.
        deleted: whether it was deactivated.
    """

    id: str
    name: str
    tz: str = "UTC"
    is_bot: bool = False
    is_admin: bool = False
    team: str = ""
    is_restricted: bool = False
    deleted: bool = False

    def wire(self, team: str) -> Json:
        """The user object of ``users.info``."""
        offset = datetime.now(UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        home = self.team or team
        profile = {"real_name": self.name, "display_name": self.name, "team": home}
        # Slack says it of people of other workspaces only; it is false where they are met in a shared channel.
        stranger = {"is_stranger": False} if home != team else {}
        return stranger | {
            "id": self.id,
            "team_id": home,
            "name": self.name.lower().replace(" ", "."),
            "deleted": self.deleted,
            "real_name": self.name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_app_user": False,
        }


@dataclass
class Message:
    """A message, with what only the double must know of it."""

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    username: str | None = None
    icons: Json | None = None
    files: list[SlackFile] = field(default_factory=list)
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    stream: Literal["", "text", "chunks"] = ""
    stopped_by_user: bool = False
    stream_touched: float = 0.0
    broadcast: bool = False
    shown_to: str | None = None

    @property
    def is_reply(self) -> bool:
        """Whether it hangs in a thread below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def wire(self, with_metadata: bool = True) -> Json:
        """The message object, without the fields that are empty."""
        optional: Json = {
            "thread_ts": self.thread_ts,
            "subtype": self.subtype,
            "bot_id": self.bot_id,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "metadata": self.metadata if with_metadata else None,
            "username": self.username,
            "icons": self.icons,
            "files": [file.wire() for file in self.files],
            "edited": self.edited,
            "reactions": [{"name": n, "users": list(u), "count": len(u)} for n, u in self.reactions.items() if u],
            "streaming_state": "in_progress" if self.stream else None,
        }
        body: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        if self.subtype == "bot_message":
            del body["user"]  # Slack names only the bot_id of a message that goes under a name of its own
        return body | {key: value for key, value in optional.items() if value}


@dataclass
class Timeline:
    """Messages in the order of their timestamps, whatever order they came in."""

    keys: list[int] = field(default_factory=list)
    items: list[Message] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """Put a message where its time says; at the end is the cheap and usual case."""
        key = ts_key(message.ts)
        at = bisect_right(self.keys, key)
        self.keys.insert(at, key)
        self.items.insert(at, message)

    def remove(self, message: Message) -> None:
        """Take a message out."""
        at = self.items.index(message, bisect_left(self.keys, ts_key(message.ts)))
        del self.keys[at], self.items[at]

    def between(self, oldest: int | None, latest: int | None, inclusive: bool) -> list[Message]:
        """What lies between two times, oldest first."""
        first, last = (bisect_left, bisect_right) if inclusive else (bisect_right, bisect_left)
        low = 0 if oldest is None else first(self.keys, oldest)
        high = len(self.keys) if latest is None else last(self.keys, latest)
        return self.items[low:high]


@dataclass
class Channel:
    """A channel or direct message and what was said in it.

    Attributes:
        ext_shared: whether it is shared with another company's workspace.
    """

    id: str
    name: str
    kind: ChannelKind = "channel"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    ext_shared: bool = False
    user: str | None = None
    by_ts: dict[str, Message] = field(default_factory=dict)
    roots: Timeline = field(default_factory=Timeline)
    threads: dict[str, Timeline] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        """Store a message in the channel, and in its thread if it is a reply."""
        if message.ts in self.by_ts:
            raise ValueError(f"{self.id} already has a message at {message.ts}")
        self.by_ts[message.ts] = message
        if message.is_reply and message.thread_ts:
            self.threads.setdefault(message.thread_ts, Timeline()).add(message)
        if not message.is_reply or message.broadcast:
            self.roots.add(message)

    def remove(self, message: Message) -> None:
        """Delete a message; a thread's first message leaves a tombstone, as on Slack."""
        if message.ts in self.threads:
            message.subtype, message.text, message.user = "tombstone", "This message was deleted.", "USLACKBOT"
            message.blocks, message.files, message.metadata = [], [], None
            return
        del self.by_ts[message.ts]
        if message.is_reply and message.thread_ts:
            thread = self.threads[message.thread_ts]
            thread.remove(message)
            if not thread.items:
                del self.threads[message.thread_ts]
        if not message.is_reply or message.broadcast:
            self.roots.remove(message)

    def wire(self, bot: str) -> Json:
        """The conversation object of ``conversations.info``."""
        body: Json = {
            "id": self.id,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_private": self.kind != "channel",
            "is_archived": self.archived,
            "is_ext_shared": self.ext_shared,
            "is_member": bot in self.members,
        }
        return body | ({"user": self.user} if self.kind == "im" else {"name": self.name})


class Workspace:
    """Everything that is true in the double's workspace.

    Attributes:
        installed: whether the app is in it.
        agent_view: whether the app shows itself as an agent, not as an assistant of the old kind.
        prompts: what is suggested to people, by channel and thread.
        assistant_threads: each person's last thread, of an app without an agent view.
        looking: the channel that each person looks at, beside the app.
        interactive: whether the app takes interactions at all.
        home_enabled: whether the app has a home tab.
        commands: the app's slash commands.
        shortcuts: the app's shortcuts, ``message`` or ``global`` by callback id; None lets any be used.
        views: open modals and published home tabs.
        message_values: what people chose in messages' menus.
        offered: the options that external selects showed, by person and action.
    """

    def __init__(self, team: str = "T1") -> None:
        self.team, self.app = team, "A1"
        self.name, self.domain = "Double", f"double-{team.lower()}"
        self.installed = True
        self.bot_user, self.bot_id, self.bot_name = "UROBBIE", "BROBBIE", "Robbie"
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, SlackFile] = {}
        self.ephemerals: list[Message] = []
        self.sessions: dict[tuple[str, str | None], Json] = {}
        self.scopes: set[str] = set()
        self.agent_view, self.home_enabled, self.interactive = True, True, True
        self.prompts: dict[tuple[str, str | None], list[Json]] = {}
        self.looking: dict[str, str] = {}
        self.assistant_threads: dict[str, str] = {}
        self.commands = {"/robbie"}
        self.shortcuts: dict[str, str] | None = None
        self.triggers, self.views = Triggers(), Views()
        self.message_values: dict[tuple[str, str, str], dict[str, Json]] = {}
        self.offered: dict[tuple[str, str], list[Json]] = {}
        self._last_us = 0

    def new_ts(self) -> str:
        """A timestamp that no message has: now, or just after the last one given out."""
        self._last_us = max(time.time_ns() // 1000, self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def channel(self, channel_id: object) -> Channel:
        """The channel, or ``channel_not_found`` (private ones do not show themselves to strangers)."""
        channel = self.channels.get(str(channel_id))
        if channel is None or (channel.kind != "channel" and self.bot_user not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def message(self, channel: Channel, ts: object) -> Message:
        """The message, or ``message_not_found``."""
        message = channel.by_ts.get(str(ts))
        if message is None or message.subtype == "tombstone":
            raise SlackError("message_not_found")
        return message

    def dm(self, user: str) -> Channel:
        """The app's direct message with a person; opened when there is none yet."""
        if user not in self.users:
            raise SlackError("user_not_found")
        channel_id = "D" + user.removeprefix("U")
        if channel_id not in self.channels:
            members = {user, self.bot_user}
            self.channels[channel_id] = Channel(channel_id, "", "im", members, user=user)
        return self.channels[channel_id]

    def clear_status(self, channel: str, thread_ts: str | None) -> None:
        """Take the status line away from below a thread, as any reply of the app does."""
        session = self.sessions.get((channel, thread_ts))
        if session is not None:
            session.pop("line", None)

    def streams(self, channel: Channel, thread_ts: str | None) -> Iterator[Message]:
        """The app's messages of a thread that are still streaming."""
        thread = channel.threads.get(thread_ts or "", Timeline())
        return (message for message in thread.items if message.stream)
