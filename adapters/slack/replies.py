"""Answers through a response URL: for half an hour, also where Robbie is no member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.api import SlackRefused, connection_trouble
from adapters.slack.apis import SlackApis
from core.conversation.models import Reply
from core.conversation.ports import MaybeSent, NotSent
from core.conversation.stores import ReplyStore
from core.people.installations import Sealer

_LIFE = timedelta(minutes=29)  # Slack takes one for 30 minutes, and five times


class Replies:
    """Ways to answer a command or a press.

    Args:
        apis: whose connections are used.
        store: knows what a message belongs to.
        vault: seals and opens the addresses: who has one can post.
    """

    def __init__(self, apis: SlackApis, store: ReplyStore, vault: Sealer) -> None:
        self._apis = apis
        self._store = store
        self._vault = vault

    def keep(self, response_url: str) -> Reply | None:
        """The way to answer, to be stored with what is to be answered."""
        if not response_url:
            return None
        return Reply(sealed=self._vault.seal(response_url), until=datetime.now(UTC) + _LIFE)

    async def find(self, key: str) -> str | None:
        """The response URL that can still be used for a message of the outbox. Raises NotSent."""
        try:
            owed = await self._store.owed(key)
        except Exception as error:  # whatever a store raises: nothing was sent, and it can be asked again
            raise NotSent(f"how to answer is not known now: {type(error).__name__}") from error
        return self._vault.open(owed.reply.sealed) if owed else None

    async def send(self, response_url: str, body: Mapping[str, object]) -> None:
        """Post once. Raises SendError."""
        await respond(self._apis, response_url, body)


async def respond(apis: SlackApis, response_url: str, body: Mapping[str, object]) -> None:
    """Post to a response URL, once. Raises SendError."""
    with connection_trouble():
        client = AsyncWebhookClient(response_url, session=apis.connections(), retry_handlers=[])
        answer = await client.send_dict(dict(body))
    if answer.status_code >= 500:
        raise MaybeSent(f"slack: {answer.status_code}")
    code = _error(answer.body)
    if answer.status_code != 200 or code:
        raise SlackRefused(code or str(answer.status_code))


def _error(body: str) -> str:
    """Slack's error name; empty when it went well."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("error") or "") if isinstance(answer, dict) else ""
