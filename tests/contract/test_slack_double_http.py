"""Events of the Slack double over signed HTTP, checked by the real SDKs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble

Event = dict[str, Any]  # Any: events are JSON


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=60, retry_delays=(0.0, 0.2, 0.4)) as double:
        yield double


def answering(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.Application:
    app = web.Application()
    app.router.add_post("/slack/events", handle)
    return app


class Endpoint:
    """An HTTP address of an app; it answers with ``statuses``, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["type"] == "url_verification":
            return web.Response(text=body["challenge"])
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


async def test_http_events_are_signed_as_the_sdk_checks(slack: SlackDouble) -> None:
    endpoint = Endpoint()
    async with serving(answering(endpoint.handle)) as url:
        await slack.deliver_to(url)
        await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.acks)
    headers, body = endpoint.got[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier("another secret").is_valid_request(body, headers)
    assert "X-Slack-Retry-Num" not in headers


async def test_http_events_come_again_after_an_error(slack: SlackDouble) -> None:
    endpoint = Endpoint()
    endpoint.statuses = [500, 503]
    async with serving(answering(endpoint.handle)) as url:
        await slack.deliver_to(url)
        await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.acks)
    retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in endpoint.got]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({body for _, body in endpoint.got}) == 1


async def test_an_address_that_fails_the_challenge_is_refused(slack: SlackDouble) -> None:
    async def silent(request: web.Request) -> web.Response:
        return web.Response()

    async with serving(answering(silent)) as url:
        with pytest.raises(ValueError, match="challenge"):
            await slack.deliver_to(url)


async def test_bolt_answers_over_http(slack: SlackDouble) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(token=slack.bot_token, client=client, signing_secret=slack.signing_secret)

    @app.event("message")
    async def answer(event: Event, say: Callable[..., Awaitable[object]]) -> None:
        if "bot_id" not in event:
            await say(text="hello")

    async with serving(app.web_app("/slack/events")) as url:
        await slack.deliver_to(url)
        await slack.say("U1", "C1", "hi")
        await slack.wait_for(lambda s: s.bot_messages("C1") and len(s.acks) == 2)
    assert slack.bot_messages("C1")[0].text == "hello"
