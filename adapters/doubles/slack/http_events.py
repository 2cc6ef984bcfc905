"""HTTP events: signed requests to the app's own address."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from contextlib import AbstractAsyncContextManager

import aiohttp

from adapters.doubles.slack.delivery import Deliveries, Delivery
from adapters.doubles.slack.wire import Json


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The ``X-Slack-Signature`` of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpEvents:
    """Posts each event to one address."""

    def __init__(self, url: str, signing_secret: str, session: aiohttp.ClientSession, deliveries: Deliveries) -> None:
        self.url, self._secret, self._session, self._deliveries = url, signing_secret, session, deliveries

    async def verify(self) -> None:
        """Ask the address to prove that it is the app. Raises ValueError when it does not."""
        challenge = secrets.token_hex(16)
        body = {"type": "url_verification", "challenge": challenge}
        async with self._post(body, {}) as response:
            if response.status != 200 or challenge not in await response.text():
                raise ValueError(f"{self.url} did not answer the challenge (HTTP {response.status})")

    async def deliver(self, delivery: Delivery, within: float) -> str:
        """Post one event and see whether the answer is 2xx in time."""
        headers = {}
        if delivery.attempt:
            headers = {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": delivery.reason}
        started = time.monotonic()
        try:
            async with asyncio.timeout(within), self._post(delivery.payload, headers) as response:
                if response.status >= 300:
                    return "no_retry" if response.headers.get("X-Slack-No-Retry") else "http_error"
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        self._deliveries.acknowledged(delivery, "", delivery.attempt, time.monotonic() - started)
        return ""

    def _post(self, payload: Json, headers: dict[str, str]) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        body = json.dumps(payload).encode()
        now = str(int(time.time()))
        signed = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": sign(self._secret, now, body),
        }
        return self._session.post(self.url, data=body, headers=signed | headers, allow_redirects=False)
