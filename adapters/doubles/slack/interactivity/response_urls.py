"""Response URLs: five posts within half an hour, without a token."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.doubles.slack.chat import announce_edit, content_of, publish, thread_of
from adapters.doubles.slack.events import deleted_event
from adapters.doubles.slack.methods import Call, Platform
from adapters.doubles.slack.state import Channel, Message
from adapters.doubles.slack.wire import Json, SlackError, truthy

POSTS, LIFETIME = 5, 1800.0


@dataclass
class ResponseUrl:
    """One of them.

    Attributes:
        source: the message whose element was used, if it was one.
    """

    user: str
    channel: Channel
    source: Message | None
    at: float
    posts: int = 0


@dataclass
class ResponseUrls:
    """All that were given out."""

    platform: Platform
    clock: Callable[[], float] = time.monotonic
    given: dict[str, ResponseUrl] = field(default_factory=dict)

    def give(self, user: str, channel: Channel, source: Message | None = None) -> str:
        """A new address."""
        key = secrets.token_hex(12)
        self.given[key] = ResponseUrl(user, channel, source, self.clock())
        return f"{self.platform.base_url}/response/{self.platform.workspace.team}/{key}"

    def receive(self, key: str, text: str) -> None:
        """Carry out what is posted to one."""
        url = self._usable(key)
        self.answer(url, _body(text))
        url.posts += 1

    def answer(self, url: ResponseUrl, body: Json) -> None:
        """Delete or replace the message that was used, or post another one."""
        call = Call(self.platform, body)
        if truthy(body.get("delete_original")):
            self._delete(url)
        elif truthy(body.get("replace_original")) and url.source is not None:
            self._replace(call, url, url.source)
        else:
            self._post(call, url)

    def _usable(self, key: str) -> ResponseUrl:
        url = self.given.get(key)
        if url is None or self.clock() - url.at > LIFETIME:
            raise SlackError("expired_url")
        if url.posts >= POSTS:
            raise SlackError("used_url")
        return url

    def _delete(self, url: ResponseUrl) -> None:
        workspace, source = self.platform.workspace, url.source
        if source is None:
            raise SlackError("message_not_found")
        if source in workspace.ephemerals:
            workspace.ephemerals.remove(source)
        elif url.channel.by_ts.get(source.ts) is source:
            previous = source.wire()
            url.channel.remove(source)
            self.platform.emit(deleted_event(workspace, url.channel, previous))
        else:
            raise SlackError("message_not_found")

    def _replace(self, call: Call, url: ResponseUrl, source: Message) -> None:
        previous = source.wire()
        for name, value in content_of(call, keep_empty=True).items():
            setattr(source, name, value)
        if source.shown_to is None:
            announce_edit(call, url.channel, source, previous)
        else:
            self.platform.record_pings(source)

    def _post(self, call: Call, url: ResponseUrl) -> None:
        workspace = self.platform.workspace
        kind = call.args.get("response_type", "ephemeral")
        if kind not in ("ephemeral", "in_channel"):
            raise SlackError("invalid_arguments")
        message = Message(
            url.channel.id,
            workspace.new_ts(),
            workspace.bot_user,
            bot_id=workspace.bot_id,
            thread_ts=thread_of(call, url.channel),
            **content_of(call),
        )
        if kind == "in_channel":
            publish(self.platform, url.channel, message)
            return
        message.shown_to = url.user
        self.platform.record_pings(message)
        workspace.ephemerals.append(message)


def _body(text: str) -> Json:
    try:
        body = json.loads(text)
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body
