"""People (and other apps) acting in the workspace, for tests and demos."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.doubles.slack import events
from adapters.doubles.slack.files import remove
from adapters.doubles.slack.methods import Platform
from adapters.doubles.slack.state import Channel, Message
from adapters.doubles.slack.stored_file import SlackFile
from adapters.doubles.slack.wire import Json


@dataclass(frozen=True)
class Said:
    """What a message became: its timestamp, and the ids of its events (empty if there was none)."""

    ts: str
    message_event: str = ""
    mention_event: str = ""


class People:
    """What somebody other than the app can do. Everything takes effect at once; events follow."""

    def __init__(self, platform: Platform, changed: Callable[[], None]) -> None:
        self._platform, self._changed = platform, changed

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        files: Sequence[SlackFile] = (),
        subtype: str | None = None,
        ts: str | None = None,
        also_mention_event: bool = True,
        deliveries: int = 1,
        mention_first: bool = False,
        hold: bool = False,
        drop: bool = False,
    ) -> Said:
        """Post as a person. ``channel`` may be the person's own id, for the direct message with the app.

        Args:
            user: who says it.
            channel: where; a user id means that person's direct message with the app.
            text: as Slack keeps it, with ``<@U…>`` for mentions.
            thread_ts: the thread to say it in.
            files: made with ``attach``.
            subtype: of the message; ``file_share`` where there are files.
            ts: a timestamp of its own, for messages out of order.
            also_mention_event: whether a mention of the app also sends ``app_mention``, as it does on Slack.
            deliveries: how often each event is delivered.
            mention_first: send ``app_mention`` before ``message``.
            hold: keep the events back until ``release``.
            drop: send no events at all.
        """
        place = self._channel(channel)
        kind = subtype or ("file_share" if files else None)
        message = Message(place.id, ts or self._platform.workspace.new_ts(), user, text, thread_ts, kind)
        message.files = list(files)
        for file in files:
            file.user = file.user or user
        return self._publish(place, message, also_mention_event, mention_first, deliveries, hold, drop)

    async def bot_says(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        user: str = "UOTHERBOT",
        bot_id: str = "BOTHERBOT",
    ) -> Said:
        """Post as another app."""
        place = self._channel(channel)
        ts = self._platform.workspace.new_ts()
        message = Message(place.id, ts, user, text, thread_ts, "bot_message", bot_id, username="Other bot")
        return self._publish(place, message, True, False, 1, False, False)

    async def edit_message(self, channel: str, ts: str, text: str, *, deliveries: int = 1, hold: bool = False) -> str:
        """Edit a message as its author; returns the event's id."""
        place, message = self._message(channel, ts)
        previous = message.wire()
        message.text = text
        message.edited = {"user": message.user, "ts": self._platform.workspace.new_ts()}
        event = events.changed_event(self._platform.workspace, place, message, previous)
        return self._emit(event, deliveries, hold)

    async def delete_message(self, channel: str, ts: str, *, deliveries: int = 1, hold: bool = False) -> str:
        """Delete a message as its author; returns the event's id."""
        place, message = self._message(channel, ts)
        previous = message.wire()
        place.remove(message)
        return self._emit(events.deleted_event(self._platform.workspace, place, previous), deliveries, hold)

    async def react(
        self, user: str, channel: str, ts: str, name: str, *, deliveries: int = 1, hold: bool = False
    ) -> str:
        """Put a reaction on a message; returns the event's id, empty if it was there already."""
        _, message = self._message(channel, ts)
        users = message.reactions.setdefault(name, [])
        if user in users:
            return ""
        users.append(user)
        event = events.reaction_event(self._platform.workspace, message, user, name, removed=False)
        return self._emit(event, deliveries, hold)

    async def unreact(
        self, user: str, channel: str, ts: str, name: str, *, deliveries: int = 1, hold: bool = False
    ) -> str:
        """Take a reaction back; returns the event's id, empty if it was not there."""
        _, message = self._message(channel, ts)
        users = message.reactions.get(name, [])
        if user not in users:
            return ""
        users.remove(user)
        event = events.reaction_event(self._platform.workspace, message, user, name, removed=True)
        return self._emit(event, deliveries, hold)

    async def press_stop(
        self, user: str, channel: str, thread_ts: str, *, deliveries: int = 1, hold: bool = False
    ) -> str:
        """Press Stop in a thread: its streams end, and the app is told; returns the event's id."""
        place = self._channel(channel)
        streams = list(self._platform.workspace.streams(place, thread_ts))
        for message in streams:
            message.stream, message.stopped_by_user = "", True
        stopped = [message.ts for message in streams]
        event = events.stopped_event(self._platform.workspace, user, place.id, thread_ts, stopped)
        return self._emit(event, deliveries, hold)

    async def delete_file(self, file: SlackFile) -> None:
        """Delete a file as its owner; messages keep an empty place for it."""
        remove(self._platform, file)
        self._changed()

    def _channel(self, channel: str) -> Channel:
        workspace = self._platform.workspace
        return workspace.dm(channel) if channel in workspace.users else workspace.channels[channel]

    def _message(self, channel: str, ts: str) -> tuple[Channel, Message]:
        place = self._channel(channel)
        return place, place.by_ts[ts]

    def _emit(self, event: Json, deliveries: int, hold: bool) -> str:
        event_id = self._platform.emit(event, copies=deliveries, hold=hold)
        self._changed()
        return event_id

    def _publish(
        self,
        channel: Channel,
        message: Message,
        mention: bool,
        mention_first: bool,
        copies: int,
        hold: bool,
        drop: bool,
    ) -> Said:
        workspace = self._platform.workspace
        channel.add(message)
        made = {"message": events.message_event(workspace, channel, message)}
        made["message"]["client_msg_id"] = secrets.token_hex(16)
        if channel.kind == "im" and workspace.agent_view and message.user in workspace.looking:
            made["message"]["app_context"] = events.context_of(workspace, workspace.looking[message.user])
        if mention and channel.kind != "im" and f"<@{workspace.bot_user}" in message.text:
            made["mention"] = events.mention_event(workspace, channel, message)
        order = sorted(made, key=lambda kind: (kind == "mention") != mention_first)
        ids = {} if drop else {kind: self._emit(made[kind], copies, hold) for kind in order}
        self._changed()
        return Said(message.ts, ids.get("message", ""), ids.get("mention", ""))
