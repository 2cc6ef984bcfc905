"""Events, interactions and commands over HTTP: signed requests to the app's own addresses."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlencode

import aiohttp

from adapters.doubles.slack.delivery import Deliveries, Delivery


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The ``X-Slack-Signature`` of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpEvents:
    """Posts each event to one address; interactions and commands to theirs, which are the same unless told."""

    def __init__(
        self,
        url: str,
        signing_secret: str,
        session: aiohttp.ClientSession,
        deliveries: Deliveries,
        interactivity_url: str = "",
        commands_url: str = "",
    ) -> None:
        self.url, self._secret, self._session, self._deliveries = url, signing_secret, session, deliveries
        self._urls = {"interactive": interactivity_url or url, "slash_commands": commands_url or url}

    async def verify(self) -> None:
        """Ask the address to prove that it is the app. Raises ValueError when it does not."""
        challenge = secrets.token_hex(16)
        body = {"type": "url_verification", "challenge": challenge}
        async with self._post(self.url, json.dumps(body), "application/json", {}) as response:
            if response.status != 200 or challenge not in await response.text():
                raise ValueError(f"{self.url} did not answer the challenge (HTTP {response.status})")

    async def deliver(self, delivery: Delivery, within: float) -> str:
        """Post one of them and see whether the answer is 2xx in time."""
        headers = {}
        if delivery.attempt:
            headers = {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": delivery.reason}
        started = time.monotonic()
        try:
            async with asyncio.timeout(within), self._send(delivery, headers) as response:
                if response.status >= 300:
                    return "no_retry" if response.headers.get("X-Slack-No-Retry") else "http_error"
                if delivery.kind != "events_api":
                    delivery.answer = _answer(await response.text())
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        self._deliveries.acknowledged(delivery, "", delivery.attempt, time.monotonic() - started)
        return ""

    def _send(self, delivery: Delivery, headers: dict[str, str]) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if delivery.kind == "events_api":
            return self._post(self.url, json.dumps(delivery.payload), "application/json", headers)
        form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
        return self._post(self._urls[delivery.kind], urlencode(form), "application/x-www-form-urlencoded", headers)

    def _post(
        self, url: str, text: str, kind: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        body, now = text.encode(), str(int(time.time()))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": sign(self._secret, now, body),
        }
        return self._session.post(url, data=body, headers=signed | headers, allow_redirects=False)


def _answer(text: str) -> object:
    """What a body says: JSON, or plain text."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
