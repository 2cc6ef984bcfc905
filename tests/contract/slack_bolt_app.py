"""A real Bolt app at the Slack double, over Socket Mode or signed HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble

Body = dict[str, Any]  # Any: payloads are JSON
Way = Literal["sockets", "http"]


def bolt(slack: SlackDouble) -> AsyncApp:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    return AsyncApp(token=slack.bot_token, client=client, signing_secret=slack.signing_secret)


@asynccontextmanager
async def running(slack: SlackDouble, app: AsyncApp, way: Way = "sockets") -> AsyncIterator[AsyncWebClient]:
    """The app, connected; yields its Web API client."""
    if way == "http":
        runner = web.AppRunner(app.web_app("/slack/events"), shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            await slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
            yield app.client
        finally:
            await runner.cleanup()
        return
    socket_client = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=socket_client)
    await handler.connect_async()
    await slack.wait_for(lambda s: s.sockets)
    try:
        yield app.client
    finally:
        await handler.close_async()
