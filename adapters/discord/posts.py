"""Posts and edits in channels, threads and direct messages: as Robbie, or through a webhook as one of its personas.

Which way a message was posted is not written down: an edit that Discord refuses tells it.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from datetime import datetime, timedelta

from adapters.discord.api import (
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    DiscordApi,
    DiscordGone,
    DiscordRefused,
    as_object,
)
from adapters.discord.histories import Histories
from adapters.discord.hooks import Hook, Hooks
from adapters.discord.payload import Message, snowflake
from adapters.discord.render import Rendered, render
from adapters.discord.threads import Target, Threads
from adapters.discord.who import Who
from core.conversation.models import Place
from core.conversation.ports import CannotTell, MessageGone, NotSent
from core.registry import Registry
from core.rendering.message import Outgoing

logger = logging.getLogger(__name__)

Json = dict[str, object]

_CLOCKS = timedelta(seconds=10)  # the database's and Discord's need not agree to the second
_MAX_PAGES = 10
_KEPT = 10_000
_NO_HOOK = {UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN}


class Posts:
    """Posts what others in the place may read.

    Args:
        api: the REST API.
        threads: where conversations in channels are answered.
        hooks: how personas speak.
        who: which messages are Robbie's own.
        registry: the commands.
    """

    def __init__(self, api: DiscordApi, threads: Threads, hooks: Hooks, who: Who, registry: Registry) -> None:
        self._api = api
        self._threads = threads
        self._hooks = hooks
        self._who = who
        self._registry = registry
        self._histories = Histories(api)
        self._plain: dict[str, None] = {}  # messages of personas that were not posted through a webhook

    async def post(self, place: Place, key: str, message: Outgoing, *, plain: bool = False) -> str:
        """Post a message and return its id. Raises SendError.

        Args:
            place: where.
            key: what its nonce is made of.
            message: what.
            plain: whether a persona is named in the text, whatever Discord would allow.
        """
        target = await self._threads.target(place)
        try:
            if not plain and (posted := await self._posted_through_hook(place, target, message)):
                return posted
            return await self.post_in(target, key, render(message, self._registry))
        except DiscordRefused as error:
            if self._lost(place, target, error):
                raise NotSent(str(error)) from None
            raise

    async def post_in(self, target: Target, key: str, rendered: Rendered) -> str:
        """Post as Robbie. Raises SendError."""
        body = rendered.sent(nonce=nonce(key), enforce_nonce=True, **_reference(target))
        try:
            answer = await self._api.call("POST", "/channels/{channel}/messages", body=body, channel=target.channel)
        except DiscordGone as error:
            raise DiscordRefused(400, error.code) from None  # there is nothing to edit yet that could be gone
        return str(as_object(answer)["id"])

    async def edit(self, place: Place, message_id: str, message: Outgoing) -> None:
        """Replace a message. Raises SendError."""
        target = await self._threads.target(place)
        try:
            form = render(message, self._registry, named=False).sent()
            if await self._changed_through_hook("PATCH", place, target, message_id, message, form):
                return
            await self.edit_in(target, message_id, render(message, self._registry))
        except DiscordRefused as error:
            if self._lost(place, target, error):
                raise MessageGone(str(error)) from None
            raise
        if message.persona is not None:
            self._remember_plain(message_id)

    async def edit_in(self, target: Target, message_id: str, rendered: Rendered) -> None:
        """Edit what Robbie posted. Raises SendError."""
        route = "/channels/{channel}/messages/{message}"
        await self._api.call("PATCH", route, body=rendered.sent(), channel=target.channel, message=message_id)

    async def delete(self, place: Place, message_id: str, message: Outgoing) -> None:
        """Delete a message. Raises SendError."""
        target = await self._threads.existing(place)
        if not await self._changed_through_hook("DELETE", place, target, message_id, message):
            await self.delete_in(target, message_id)

    async def delete_in(self, target: Target, message_id: str) -> None:
        """Delete what Robbie posted. Raises SendError."""
        route = "/channels/{channel}/messages/{message}"
        await self._api.call("DELETE", route, channel=target.channel, message=message_id)

    async def has_nonce(self, place: Place, message: Outgoing) -> bool:
        """Whether posting it again within minutes gives back what was posted. Raises SendError."""
        return await self._hook(place, await self._threads.existing(place), message) is None

    async def alike(self, place: Place, message: Outgoing, since: datetime) -> str | None:
        """The one message of ours in a place that says this and was posted after a moment. Raises SendError."""
        return await self.alike_in(await self._threads.existing(place), message, since)

    async def alike_in(self, target: Target, message: Outgoing, since: datetime) -> str | None:
        """The same, in a channel."""
        us = await self._who.us()
        forms = [_words(render(message, self._registry, named=named).content) for named in (True, False)]
        found = []
        async for one in self._histories.after(target.channel, snowflake(since - _CLOCKS), _MAX_PAGES):
            if one is None:
                raise CannotTell("discord: the conversation is too long to look through")
            if us.made(one) and _words(one.content) in forms and _answers(one) in ("", target.answers):
                found.append(one.id)
        if len(found) > 1:
            raise CannotTell("discord: several messages look like this one")
        return found[0] if found else None

    async def _hook(self, place: Place, target: Target, message: Outgoing) -> Hook | None:
        """The webhook that a message goes through. None of them can reply, nor speak in a direct message."""
        if message.persona is None or place.direct or target.answers or self._hooks.identity(message.persona) is None:
            return None
        if place.thread and target.channel == place.channel:  # what a command began: its answer names the persona
            return None
        return await self._hooks.of(place.channel)

    async def _posted_through_hook(self, place: Place, target: Target, message: Outgoing) -> str | None:
        """The message's id; None where it has to be posted as Robbie."""
        for _ in range(2):
            hook = await self._hook(place, target, message)
            if hook is None or message.persona is None:
                return None
            rendered = render(message, self._registry, named=False)
            body = rendered.sent(**(self._hooks.identity(message.persona) or {}))
            query = {"wait": "true", **_thread(place, target)}
            route = "/webhooks/{webhook}/{token}"
            try:
                answer = await self._api.call("POST", route, body=body, query=query, webhook=hook.id, token=hook.token)
                return str(as_object(answer)["id"])
            except DiscordRefused as error:
                if error.code not in _NO_HOOK:
                    raise
                self._hooks.forget(place.channel)  # somebody deleted it: a new one is made
        return None

    async def _changed_through_hook(
        self, method: str, place: Place, target: Target, message_id: str, message: Outgoing, form: object = None
    ) -> bool:
        """Whether a webhook's message was changed; False where Robbie posted it itself, or its webhook is gone."""
        hook = None if message_id in self._plain else await self._hook(place, target, message)
        if hook is None:
            return False
        route, query = "/webhooks/{webhook}/{token}/messages/{message}", _thread(place, target)
        try:
            await self._api.call(
                method, route, body=form, query=query, webhook=hook.id, token=hook.token, message=message_id
            )
        except DiscordGone as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            return False
        except DiscordRefused as error:
            if error.code not in _NO_HOOK:
                raise
            self._hooks.forget(place.channel)
            return False
        return True

    def _remember_plain(self, message_id: str) -> None:
        if len(self._plain) >= _KEPT:
            self._plain.pop(next(iter(self._plain)))
        self._plain[message_id] = None

    def _lost(self, place: Place, target: Target, error: DiscordRefused) -> bool:
        """Whether a thread that was there is gone; the place is looked for anew then."""
        if error.code != UNKNOWN_CHANNEL or target.channel == place.channel:
            return False
        self._threads.forget(place)
        return True


def nonce(key: str) -> str:
    """An outbox key in the 25 characters that Discord takes."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:16]).rstrip(b"=").decode()


def _thread(place: Place, target: Target) -> dict[str, str]:
    return {} if target.channel == place.channel else {"thread_id": target.channel}


def _reference(target: Target) -> Json:
    if not target.answers:
        return {}
    return {"message_reference": {"message_id": target.answers, "fail_if_not_exists": False}}


def _words(text: str) -> list[str]:
    """What is left of a text however a platform treats its spaces."""
    return text.replace("\u200b", "").split()


def _answers(message: Message) -> str:
    return (message.message_reference.message_id or "") if message.message_reference else ""
