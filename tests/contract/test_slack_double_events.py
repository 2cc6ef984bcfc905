"""How the Slack double delivers events: Socket Mode and HTTP, through the real SDKs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble

Event = dict[str, Any]  # Any: events are JSON


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=60, retry_delays=(0.0, 0.2, 0.4)) as double:
        yield double


class App:
    """An app on Socket Mode that notes what it gets, and acknowledges while it is willing."""

    def __init__(self, slack: SlackDouble) -> None:
        web_client = AsyncWebClient(base_url=slack.api_url)
        self.client = SocketModeClient(slack.app_token, web_client=web_client, ping_interval=0.5)
        self.client.socket_mode_request_listeners.append(self._on_request)
        self.got: list[SocketModeRequest] = []
        self.willing = True

    async def _on_request(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if request.type != "events_api":
            return
        self.got.append(request)
        if self.willing:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    @property
    def events(self) -> list[Event]:
        return [request.payload["event"] for request in self.got]


Connect = Callable[[], AbstractAsyncContextManager[App]]


@pytest.fixture
def connect(slack: SlackDouble) -> Connect:
    @asynccontextmanager
    async def connected() -> AsyncIterator[App]:
        app, before = App(slack), len(slack.sockets)
        await app.client.connect_to_new_endpoint()
        await slack.wait_for(lambda s: len(s.sockets) > before)
        try:
            yield app
        finally:
            await app.client.close()

    return connected


async def raw_socket(slack: SlackDouble, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    client = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    url = str((await client.apps_connections_open(app_token=slack.app_token))["url"])
    return await session.ws_connect(url)


async def test_a_message_in_a_channel_arrives_and_is_acknowledged(slack: SlackDouble, connect: Connect) -> None:
    async with connect() as app:
        said = await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.acks)
    (event,) = app.events
    assert (event["type"], event["channel_type"], event["user"], event["text"]) == ("message", "channel", "U1", "hello")
    assert (event["ts"], event["team"]) == (said.ts, "T1")
    assert slack.acks[0].event_id == said.message_event == app.got[0].payload["event_id"]
    assert (app.got[0].retry_attempt, app.got[0].accepts_response_payload) == (0, False)


async def test_five_deliveries_carry_one_event_id(slack: SlackDouble, connect: Connect) -> None:
    async with connect() as app:
        said = await slack.say("U1", "C1", "hello", deliveries=5)
        await slack.wait_for(lambda s: len(s.acks) == 5)
    assert {request.payload["event_id"] for request in app.got} == {said.message_event}
    assert len({request.envelope_id for request in app.got}) == 5
    assert [request.retry_attempt for request in app.got] == [0, 1, 2, 3, 4]


async def test_held_events_come_in_the_order_of_their_release(slack: SlackDouble, connect: Connect) -> None:
    async with connect() as app:
        said = [await slack.say("U1", "C1", str(n), hold=True) for n in range(3)]
        await slack.say("U1", "C1", "dropped", drop=True)
        slack.release(said[1].message_event)
        slack.release(newest_first=True)
        await slack.wait_for(lambda s: len(s.acks) == 3)
    assert [event["text"] for event in app.events] == ["1", "2", "0"]


async def test_an_event_nobody_acknowledges_is_redelivered_then_lost(slack: SlackDouble, connect: Connect) -> None:
    slack.deliveries.ack_timeout = 0.3
    async with connect() as app:
        app.willing = False
        said = await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.deliveries.lost)
    assert [request.retry_attempt for request in app.got] == [0, 1, 2, 3]
    assert [request.retry_reason for request in app.got] == ["", "timeout", "timeout", "timeout"]
    assert len({request.envelope_id for request in app.got}) == 4
    assert {request.payload["event_id"] for request in app.got} == {said.message_event}
    assert slack.deliveries.lost == [said.message_event]


async def test_an_event_waits_in_the_schedule_while_no_socket_is_open(slack: SlackDouble, connect: Connect) -> None:
    slack.deliveries.retry_delays = (0.0,) + (0.2,) * 200
    await slack.say("U1", "C1", "hello")
    async with connect() as app:
        await slack.wait_for(lambda s: s.acks)
    assert len(app.got) == 1
    assert app.got[0].retry_attempt


async def test_an_unacknowledged_envelope_on_a_cut_socket_comes_again(slack: SlackDouble, connect: Connect) -> None:
    slack.deliveries.retry_delays = (0.0,) + (0.2,) * 200
    async with connect() as app:
        app.willing = False
        said = await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda _: app.got)
        app.willing = True
        slack.cut_sockets()
        await slack.wait_for(lambda s: s.acks, timeout=30)  # the SDK comes back by itself
    assert [request.payload["event_id"] for request in app.got] == [said.message_event] * 2
    assert slack.socket_mode.opened == 2


VICTIM = """
import asyncio, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": "Bearer " + sys.argv[2]}
        async with session.post(sys.argv[1] + "apps.connections.open", headers=headers) as response:
            url = (await response.json())["url"]
        async with session.ws_connect(url) as ws:
            async for message in ws:
                print(message.data, flush=True)
asyncio.run(main())
"""


async def test_what_a_killed_process_did_not_acknowledge_goes_to_the_next(slack: SlackDouble, connect: Connect) -> None:
    slack.deliveries.retry_delays = (0.0,) + (0.2,) * 200
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", VICTIM, slack.api_url, slack.app_token, stdout=asyncio.subprocess.PIPE
    )
    assert victim.stdout is not None
    assert b"hello" in await victim.stdout.readline()
    said = await slack.say("U1", "C1", "for the victim")
    assert said.message_event.encode() in await victim.stdout.readline()
    victim.kill()
    await victim.communicate()
    async with connect() as app:
        await slack.wait_for(lambda s: s.acks)
    assert [request.payload["event_id"] for request in app.got] == [said.message_event]


async def test_each_event_goes_to_one_socket_only(slack: SlackDouble, connect: Connect) -> None:
    async with connect() as one, connect() as two:
        for number in range(6):
            await slack.say("U1", "C1", str(number))
        await slack.wait_for(lambda s: len(s.acks) == 6)
    assert (len(one.got), len(two.got)) == (3, 3)
    assert sorted(event["text"] for event in one.events + two.events) == list("012345")


async def test_a_half_dead_socket_swallows_events_and_answers_no_ping(slack: SlackDouble) -> None:
    async with aiohttp.ClientSession() as session:
        zombie = await raw_socket(slack, session)
        assert (await zombie.receive_json())["type"] == "hello"
        slack.sockets[0].half_dead = True
        slack.deliveries.ack_timeout = 0.1
        await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.deliveries.lost)
        with pytest.raises(TimeoutError):
            await zombie.receive(timeout=0.1)
        await zombie.close()


async def test_the_sdk_leaves_a_half_dead_socket(slack: SlackDouble, connect: Connect) -> None:
    slack.deliveries.ack_timeout, slack.deliveries.retry_delays = 0.5, (0.2,) * 200
    async with connect() as app:
        slack.sockets[0].half_dead = True
        said = await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.acks, timeout=60)
    assert {request.payload["event_id"] for request in app.got} == {said.message_event}


async def test_hello_counts_connections_and_the_eleventh_is_refused(slack: SlackDouble) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await raw_socket(slack, session) for _ in range(10)]
        assert [(await s.receive_json())["num_connections"] for s in sockets] == list(range(1, 11))
        eleventh = await raw_socket(slack, session)
        refusal = await eleventh.receive_json()
        assert (refusal["type"], refusal["reason"]) == ("disconnect", "too_many_websockets")
        assert (await eleventh.receive()).type is aiohttp.WSMsgType.CLOSE
        assert len(slack.sockets) == 10


async def test_a_ticket_is_good_for_one_connection(slack: SlackDouble) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    url = str((await client.apps_connections_open(app_token=slack.app_token))["url"])
    async with aiohttp.ClientSession() as session:
        await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_sdk_reconnects_when_told_to(slack: SlackDouble, connect: Connect, reason: str) -> None:
    async with connect() as app:
        await slack.request_disconnect(reason)
        await slack.wait_for(lambda s: s.socket_mode.opened == 2 and len(s.sockets) == 1, timeout=30)
        await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: s.acks)
    assert len(app.got) == 1


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "\u202eabc\u200b", "x" * 1_000_000], ids=["nul", "surrogate", "rtl", "1mb"]
)
async def test_odd_texts_travel_unharmed(slack: SlackDouble, connect: Connect, text: str) -> None:
    async with connect() as app:
        await slack.say("U1", "C1", text)
        await slack.wait_for(lambda s: s.acks, timeout=30)
    assert app.events[0]["text"] == text


async def test_bolt_answers_over_socket_mode(slack: SlackDouble) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(token=slack.bot_token, client=client)

    @app.event("app_mention")
    async def answer(event: Event, say: Callable[..., Awaitable[object]]) -> None:
        await say(text="hello", thread_ts=event["ts"])

    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=AsyncWebClient(base_url=slack.api_url))
    await handler.connect_async()
    said = await slack.say("U1", "C1", "<@UROBBIE> hi")
    await slack.wait_for(lambda s: s.bot_messages("C1", said.ts))
    await handler.close_async()
    assert slack.bot_messages("C1", said.ts)[0].text == "hello"
