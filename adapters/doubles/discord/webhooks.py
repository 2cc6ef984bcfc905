"""Webhooks: messages under a name and picture of their own."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from adapters.doubles.discord import messages, sessions
from adapters.doubles.discord.components import check_url
from adapters.doubles.discord.mentions import WEBHOOK_DEFAULT
from adapters.doubles.discord.message_shapes import message_wire
from adapters.doubles.discord.platform import Call
from adapters.doubles.discord.shapes import is_text, user_wire
from adapters.doubles.discord.state import THREAD, Channel, Message
from adapters.doubles.discord.threads import begin_post, tags_of, thread_name
from adapters.doubles.discord.wire import DiscordError, Json, invalid, too_long, unknown

PER_CHANNEL = 15
_FORBIDDEN = re.compile("discord|clyde", re.IGNORECASE)


@dataclass
class Webhook:
    """A webhook of the app."""

    channel_id: str
    name: str
    id: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(51))


class Webhooks:
    """All webhooks of the guild.

    Attributes:
        pictures: the ``avatar_url`` that each message was sent with.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, Webhook] = {}
        self.pictures: dict[str, str] = {}

    def create(self, call: Call) -> Json:
        """``POST /channels/{channel_id}/webhooks``."""
        channel = call.channel()
        if channel.is_dm or channel.is_thread:
            raise DiscordError(400, 50024, "Cannot execute action on this channel type")
        call.channel("MANAGE_WEBHOOKS")
        if sum(hook.channel_id == channel.id for hook in self.by_id.values()) >= PER_CHANNEL:
            raise DiscordError(400, 30007, "Maximum number of webhooks reached (15)")
        hook = Webhook(channel.id, _name(call.body, "name"), call.world.ids.new())
        self.by_id[hook.id] = hook
        self._tell(call, channel)
        return self._wire(call, hook)

    def listed(self, call: Call) -> list[Json]:
        """``GET /channels/{channel_id}/webhooks``."""
        channel = call.channel("MANAGE_WEBHOOKS")
        return [self._wire(call, hook) for hook in self.by_id.values() if hook.channel_id == channel.id]

    def get(self, call: Call) -> Json:
        """``GET /webhooks/{webhook_id}``, with or without its token."""
        return self._wire(call, self._hook(call))

    def edit(self, call: Call) -> Json:
        """``PATCH /webhooks/{webhook_id}``."""
        hook = self._hook(call)
        hook.name = _name(call.body, "name") if "name" in call.body else hook.name
        return self._wire(call, hook)

    def delete(self, call: Call) -> None:
        """``DELETE /webhooks/{webhook_id}``."""
        hook = self._hook(call)
        del self.by_id[hook.id]
        self._tell(call, call.world.channel(hook.channel_id))

    def execute(self, call: Call) -> Json | None:
        """``POST /webhooks/{webhook_id}/{webhook_token}``: the message, or nothing unless ``wait`` is asked."""
        hook = self._hook(call)
        channel, new_post = self._place(call, hook)
        identity = self._identity(call, hook)
        message = messages.build(call, channel, hook.id, WEBHOOK_DEFAULT, channel.id if new_post else "")
        message.webhook_id, message.identity = hook.id, identity
        self.pictures[message.id] = str(call.body.get("avatar_url") or "")
        if new_post:
            begin_post(call.platform, channel, message)
        else:
            messages.publish(call.platform, channel, message)
        return message_wire(call.world, message) if call.flag("wait") else None

    def get_message(self, call: Call) -> Json:
        """``GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}``."""
        return message_wire(call.world, self._message(call)[1])

    def edit_message(self, call: Call) -> Json:
        """``PATCH …/messages/{message_id}``. Name and picture stay as they are."""
        channel, message = self._message(call)
        messages.change(call, channel, message, WEBHOOK_DEFAULT)
        return message_wire(call.world, message)

    def delete_message(self, call: Call) -> None:
        """``DELETE …/messages/{message_id}``."""
        channel, message = self._message(call)
        channel.remove(message)
        call.platform.message_gone(channel, message)

    def _hook(self, call: Call) -> Webhook:
        hook = self.by_id.get(call.params["webhook_id"])
        if hook is None:
            raise unknown("Webhook")
        if call.params.get("webhook_token", hook.token) != hook.token:
            raise DiscordError(401, 50027, "Invalid Webhook Token")
        return hook

    def _message(self, call: Call) -> tuple[Channel, Message]:
        hook = self._hook(call)
        channel = call.world.channel(call.query.get("thread_id", hook.channel_id))
        message = call.message(channel)
        if message.webhook_id != hook.id:
            raise unknown("Message")
        return channel, message

    @staticmethod
    def _place(call: Call, hook: Webhook) -> tuple[Channel, bool]:
        """Where a message goes: the channel, one of its threads, or a new post of a forum."""
        home = call.world.channel(hook.channel_id)
        thread_id, name = call.query.get("thread_id"), call.body.get("thread_name")
        if thread_id:
            thread = call.world.channel(thread_id)
            if thread.parent_id != home.id:
                raise unknown("Channel")
            return thread, False
        if home.is_forum:
            if not name:
                raise DiscordError(
                    400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id"
                )
            post = Channel(call.world.ids.new(), thread_name(call.body, "thread_name"), THREAD, home.id, owner=hook.id)
            post.applied_tags = tags_of(call, home)
            return post, True
        if name:
            raise DiscordError(400, 220003, "Webhooks can only create threads in forum channels")
        if not is_text(home):
            raise DiscordError(400, 50008, "Cannot send messages in a non-text channel")
        return home, False

    @staticmethod
    def _identity(call: Call, hook: Webhook) -> Json:
        named = call.body.get("username")
        name = _name(call.body, "username") if named else hook.name
        if call.body.get("avatar_url"):
            check_url("avatar_url", str(call.body["avatar_url"]), ("http", "https"))
        picture = secrets.token_hex(16) if call.body.get("avatar_url") else None
        return {"id": hook.id, "username": name, "avatar": picture, "discriminator": "0000", "bot": True} | {
            "global_name": None,
            "public_flags": 0,
        }

    @staticmethod
    def _tell(call: Call, channel: Channel) -> None:
        where = {"channel_id": channel.id}
        call.platform.emit("WEBHOOKS_UPDATE", where, channel, (sessions.GUILD_WEBHOOKS, 0))

    @staticmethod
    def _wire(call: Call, hook: Webhook) -> Json:
        body: Json = {
            "id": hook.id,
            "type": 1,
            "name": hook.name,
            "avatar": None,
            "channel_id": hook.channel_id,
            "guild_id": call.platform.guild_of(call.world.channel(hook.channel_id)),
            "application_id": call.world.application,
            "token": hook.token,
        }
        if "webhook_token" not in call.params:
            body["user"] = user_wire(call.world.users[call.world.bot])
        return body


def _name(body: Json, field_name: str) -> str:
    name = str(body.get(field_name) or "").strip()
    if not name:
        raise invalid(field_name, "BASE_TYPE_REQUIRED", "This field is required")
    if len(name) > 80:
        raise too_long(field_name, 80)
    found = _FORBIDDEN.search(name)
    if found:
        raise invalid(field_name, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{found[0].lower()}"')
    return name
