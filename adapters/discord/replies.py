"""The answer to a command: for 15 minutes any process may give it, through the interaction's token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from adapters.discord.api import (
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    DiscordApi,
    DiscordGone,
    DiscordRefused,
    as_object,
)
from adapters.discord.interaction import Interaction
from adapters.discord.payload import moment
from adapters.discord.render import EPHEMERAL, Rendered
from core.conversation.models import Reply
from core.conversation.ports import NotSent
from core.conversation.stores import Owed, ReplyStore

_LIFE = timedelta(minutes=14, seconds=30)  # Discord takes a token for 15 minutes
_ENDED = {UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN, UNKNOWN_MESSAGE}
_DEFER_SECONDS = 3.0
_LOOK_SECONDS = 0.2
_KEPT = 10_000


class Vault(Protocol):
    """Encrypts what is kept, and reads it again."""

    def seal(self, secret: str) -> bytes:
        """The secret, so that only who has the key can read it."""

    def open(self, sealed: bytes) -> str | None:
        """The secret; None when it was sealed with another key."""


class Ended(Exception):
    """The reply cannot be given (any more) through its token."""


@dataclass(frozen=True, slots=True)
class _Token:
    application: str
    interaction: str
    token: str


def reply_for(interaction: Interaction, vault: Vault) -> Reply:
    """The way to answer an interaction, to be stored with it."""
    sealed = vault.seal("\n".join((interaction.application_id, interaction.id, interaction.token)))
    return Reply(sealed=sealed, until=moment(interaction.id) + _LIFE)


class Replies:
    """Answers through tokens.

    Args:
        api: the REST API.
        store: knows what a message belongs to.
        vault: opens what was sealed.
    """

    def __init__(self, api: DiscordApi, store: ReplyStore, vault: Vault) -> None:
        self._api = api
        self._store = store
        self._vault = vault
        self._known: dict[str, Owed | None] = {}

    async def of(self, key: str) -> Owed | None:
        """The reply that can still be given; None for an ordinary message. Raises NotSent."""
        if key not in self._known:
            try:
                found = await self._store.owed(key)
            except Exception as error:  # whatever a store raises: nothing was sent, and it can be asked again
                raise NotSent(f"how to answer is not known now: {type(error).__name__}") from error
            if len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = found
        owed = self._known[key]
        return owed if owed is not None and owed.reply.until > datetime.now(UTC) else None

    def ended(self, key: str) -> None:
        """The token is of no use; an ordinary message takes its place."""
        self._known[key] = None

    async def fill(self, reply: Reply, rendered: Rendered) -> str:
        """Put the answer in the place that Discord holds for it, and return its id. Twice is the same as once.

        Raises Ended or SendError.
        """
        token = self._read(reply)
        late = moment(token.interaction) + timedelta(seconds=_DEFER_SECONDS)
        while True:
            try:
                return str(as_object(await self._patch(token, "@original", rendered))["id"])
            except Ended:
                if datetime.now(UTC) >= late:
                    raise
                await asyncio.sleep(_LOOK_SECONDS)  # it is being deferred right now

    async def edit(self, reply: Reply, message_id: str, rendered: Rendered) -> None:
        """Edit what was answered. Raises Ended or SendError."""
        await self._patch(self._read(reply), message_id, rendered)

    async def follow_up(self, reply: Reply, rendered: Rendered, *, hidden: bool) -> str:
        """Add a message to the answer; Discord knows no repeating of it. Raises Ended or SendError."""
        token = self._read(reply)
        route, query = "/webhooks/{application}/{token}", {"wait": "true"}
        if hidden:
            rendered = replace(rendered, body={**rendered.body, "flags": EPHEMERAL})
        answer = await self._guarded("POST", route, token, rendered, query)
        return str(as_object(answer)["id"])

    def _read(self, reply: Reply) -> _Token:
        opened = self._vault.open(reply.sealed)
        if opened is None:
            raise Ended
        return _Token(*opened.split("\n"))

    async def _patch(self, token: _Token, message_id: str, rendered: Rendered) -> object:
        route = "/webhooks/{application}/{token}/messages/{message}"
        return await self._guarded("PATCH", route, token, rendered, message=message_id)

    async def _guarded(
        self,
        method: str,
        route: str,
        token: _Token,
        rendered: Rendered,
        query: dict[str, str] | None = None,
        **ids: str,
    ) -> object:
        try:
            return await self._api.call(
                method,
                route,
                body=rendered.sent(),
                query=query,
                application=token.application,
                token=token.token,
                **ids,
            )
        except (DiscordGone, DiscordRefused) as error:
            if error.code in _ENDED:
                raise Ended from None
            raise
