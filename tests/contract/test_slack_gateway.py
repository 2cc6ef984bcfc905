from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from adapters.doubles.slack import SlackDouble, error, http_status, rate_limited, sign
from adapters.doubles.slack.delivery import Delivery
from adapters.slack import GatewaySettings, SlackApis, SlackGateway, Timing, events_router
from adapters.slack.storing import StoringTiming
from core.conversation.models import Accepted, InboundEvent, InboxState, Place

QUICK = GatewaySettings(
    timing=Timing(ping=0.1, patience=1.0, drain=30.0, backoff=0.02, backoff_max=0.2),
    storing=StoringTiming(accept=30.0, pause=0.05),
)


class Store:
    """Keeps events in memory, merging what shares an identity, and fails when it is told to."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.deliveries = 0
        self.failures = 0
        self.open = asyncio.Event()
        self.open.set()

    async def accept(self, event: InboundEvent) -> Accepted:
        self.deliveries += 1
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the store is away")
        merged = any(set(event.identities) & set(known.identities) for known in self.events)
        if not merged:
            self.events.append(event)
        return Accepted(inbox_id=1, state=InboxState.RECEIVED, merged=merged)

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events]


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(retry_delays=(0.0, *[0.3] * 30)) as double:
        yield double


@pytest.fixture
def store() -> Store:
    return Store()


async def until(slack: SlackDouble, condition: Callable[[SlackDouble], object]) -> None:
    await slack.wait_for(condition, timeout=60)


@asynccontextmanager
async def running(slack: SlackDouble, store: Store, **options: Any) -> AsyncIterator[SlackGateway]:  # Any: passed on
    api = SlackApis(slack.bot_token, base_url=slack.api_url)
    gateway = SlackGateway(store, api, **{"settings": QUICK, "app_token": slack.app_token, **options})
    await gateway.start()
    try:
        yield gateway
    finally:
        store.open.set()
        await gateway.stop()
        await api.close()


@pytest.fixture
async def gateway(slack: SlackDouble, store: Store) -> AsyncIterator[SlackGateway]:
    async with running(slack, store) as started:
        await until(slack, lambda s: started.health()["connected"])
        yield started


def acked(*event_ids: str) -> Callable[[SlackDouble], bool]:
    return lambda s: set(event_ids) <= {ack.event_id for ack in s.acks}


async def test_event_is_stored_and_then_acknowledged(slack: SlackDouble, store: Store, gateway: SlackGateway) -> None:
    store.open.clear()
    said = await slack.say("U1", "U1", "hello")
    await until(slack, lambda s: store.deliveries == 1)
    assert not slack.acks
    store.open.set()
    await until(slack, acked(said.message_event))
    assert store.texts == ["hello"]


async def test_slack_retry_is_stored_once_and_acknowledged_each_time(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    said = await slack.say("U1", "U1", "hello", deliveries=5)
    await until(slack, lambda s: len(s.acks) == 5)
    assert {ack.event_id for ack in slack.acks} == {said.message_event}
    assert store.texts == ["hello"]


async def test_retry_of_an_event_that_could_not_be_stored_is_not_dropped(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    slack.deliveries.ack_timeout = 0.3
    store.failures = 2
    said = await slack.say("U1", "U1", "hello")
    await until(slack, acked(said.message_event))
    assert store.texts == ["hello"]
    assert store.deliveries >= 3


async def test_storing_goes_on_after_its_time_and_the_next_delivery_joins_it(slack: SlackDouble, store: Store) -> None:
    slack.deliveries.ack_timeout, slack.deliveries.retry_delays = 0.3, (0.0,) * 100
    settings = GatewaySettings(timing=QUICK.timing, storing=StoringTiming(accept=0.1))
    tries: list[int] = []
    deliver = slack.socket_mode.deliver

    async def counted(delivery: Delivery, within: float) -> str:
        tries.append(delivery.attempt)
        return await deliver(delivery, within)

    slack.socket_mode.deliver = counted
    async with running(slack, store, settings=settings) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        store.open.clear()
        said = await slack.say("U1", "U1", "hello")
        await until(slack, lambda s: len(tries) >= 3)
        assert gateway.health()["waiting"] == 1
        store.open.set()
        await until(slack, acked(said.message_event))
    assert (store.texts, store.deliveries) == (["hello"], 1)


async def test_what_is_too_much_to_wait_for_is_read_from_the_histories(slack: SlackDouble, store: Store) -> None:
    slack.deliveries.ack_timeout, slack.deliveries.retry_delays = 0.2, ()
    settings = GatewaySettings(timing=QUICK.timing, storing=StoringTiming(accept=0.05, waiting=1))
    async with running(slack, store, settings=settings) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        store.open.clear()
        await slack.say("U1", "U1", "one")
        await until(slack, lambda s: gateway.health()["waiting"] == 1)
        lost = await slack.say("U1", "U1", "two")
        await until(slack, lambda s: lost.message_event in s.deliveries.lost)
        store.open.set()
        await until(slack, lambda s: set(store.texts) == {"one", "two"})


@pytest.mark.parametrize("mention_first", [False, True])
async def test_message_and_its_mention_are_one_event(
    slack: SlackDouble, store: Store, gateway: SlackGateway, mention_first: bool
) -> None:
    said = await slack.say("U1", "C1", f"<@{slack.bot_user}> hello", mention_first=mention_first)
    await until(slack, acked(said.message_event, said.mention_event))
    assert store.texts == ["hello"]
    assert store.events[0].addressed


async def test_edit_deletion_reaction_and_stop_come_in(slack: SlackDouble, store: Store, gateway: SlackGateway) -> None:
    said = await slack.say("U1", "C1", "hello")
    await slack.react("U1", "C1", said.ts, "+1")
    await slack.unreact("U1", "C1", said.ts, "+1")
    await slack.edit_message("C1", said.ts, "hello again")
    await slack.press_stop("U1", "C1", said.ts)
    await slack.delete_message("C1", said.ts)
    await until(slack, lambda s: len(store.events) == 6)
    assert sorted(event.kind for event in store.events) == [
        "delete", "edit", "message", "reaction", "reaction", "stop",
    ]  # fmt: skip
    assert {event.place.channel for event in store.events} == {"C1"}


async def test_malformed_event_is_acknowledged_and_said(
    slack: SlackDouble, store: Store, gateway: SlackGateway, caplog: pytest.LogCaptureFixture
) -> None:
    event_id = slack.deliveries.emit({"type": "message", "channel": "C1", "text": "private words"})
    await until(slack, acked(event_id))
    assert not store.events
    assert "malformed" in caplog.text
    assert "private words" not in caplog.text


async def test_socket_that_answers_no_pings_is_replaced(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    slack.sockets[0].half_dead = True
    said = await slack.say("U1", "U1", "hello")
    await until(slack, lambda s: s.socket_mode.opened == 2 and gateway.health()["connected"])
    assert len(slack.sockets) == 1
    assert gateway.health()["reconnects"] == 1
    await until(slack, acked(said.message_event))
    assert store.texts == ["hello"]


async def test_quiet_traffic_alone_never_restarts_a_socket(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    began = time.monotonic()
    await until(slack, lambda s: time.monotonic() - began > 3 * QUICK.timing.patience)
    assert slack.socket_mode.opened == 1
    age = gateway.health()["last_pong_age"]
    assert isinstance(age, float)


async def test_socket_without_hello_is_replaced(slack: SlackDouble, store: Store) -> None:
    greet = slack.socket_mode._hello
    slack.socket_mode._hello = lambda: {"type": "nothing"}  # type: ignore[method-assign]
    async with running(slack, store) as gateway:
        await until(slack, lambda s: s.socket_mode.opened >= 2)
        assert not gateway.health()["connected"]
        slack.socket_mode._hello = greet  # type: ignore[method-assign]
        await until(slack, lambda s: gateway.health()["connected"])


async def test_old_socket_is_closed_before_a_new_one_opens(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    most = 0

    def seen(s: SlackDouble, opened: int) -> bool:
        nonlocal most
        most = max(most, len(s.sockets))
        return s.socket_mode.opened >= opened and bool(gateway.health()["connected"])

    for number in range(2, 14):
        await slack.request_disconnect("warning" if number % 2 else "refresh_requested")
        await until(slack, partial(seen, opened=number))
    assert most == 1
    assert gateway.health()["sockets"] == 1


async def test_unacknowledged_envelope_on_a_cut_socket_is_stored(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    store.open.clear()
    said = await slack.say("U1", "U1", "hello")
    await until(slack, lambda s: store.deliveries == 1)
    slack.cut_sockets()
    store.open.set()
    await until(slack, acked(said.message_event))
    assert store.texts == ["hello"]


async def test_envelope_in_hand_is_acknowledged_before_slack_gets_its_new_socket(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    store.open.clear()
    said = await slack.say("U1", "U1", "hello")
    await until(slack, lambda s: store.deliveries == 1)
    await slack.request_disconnect("warning")
    await until(slack, lambda s: not gateway.health()["connected"])
    store.open.set()
    await until(slack, lambda s: s.socket_mode.opened == 2 and gateway.health()["connected"])
    assert [ack.event_id for ack in slack.acks] == [said.message_event]
    assert store.deliveries == 1


@pytest.mark.parametrize("fault", [http_status(503), rate_limited(0.1), error("internal_error"), error("invalid_auth")])
async def test_connection_that_slack_does_not_give_is_asked_for_again(
    slack: SlackDouble,
    store: Store,
    fault: Any,  # Any: the double's behaviours are its own
) -> None:
    slack.fault("apps.connections.open", fault, times=3)
    async with running(slack, store) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
    assert len(slack.called("apps.connections.open")) == 4


async def test_problem_is_shown_and_secrets_are_not(
    slack: SlackDouble, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fault("apps.connections.open", error("invalid_auth"), times=None)
    async with running(slack, store) as gateway:
        await until(slack, lambda s: "invalid_auth" in str(gateway.health()["problem"]))
        assert not gateway.health()["connected"]
    assert slack.app_token not in caplog.text
    assert slack.bot_token not in caplog.text


async def test_too_many_sockets_elsewhere_are_waited_out(slack: SlackDouble, store: Store) -> None:
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with aiohttp.ClientSession() as session:
        zombies = []
        for _ in range(10):
            async with session.post(f"{slack.api_url}apps.connections.open", headers=headers) as answer:
                zombies.append(await session.ws_connect((await answer.json())["url"]))
        async with running(slack, store) as gateway:
            await until(slack, lambda s: "too_many_websockets" in str(gateway.health()["problem"]))
            slack.cut_sockets()
            await until(slack, lambda s: gateway.health()["connected"])
    assert len(zombies) == 10


async def test_stop_finishes_what_is_in_hand_and_takes_nothing_more(
    slack: SlackDouble, store: Store, gateway: SlackGateway
) -> None:
    store.open.clear()
    said = await slack.say("U1", "U1", "hello")
    await until(slack, lambda s: store.deliveries == 1)
    stopping = asyncio.create_task(gateway.stop())
    await until(slack, lambda s: not gateway.health()["connected"])
    store.open.set()
    await stopping
    assert acked(said.message_event)(slack)
    await until(slack, lambda s: not s.sockets)
    assert store.texts == ["hello"]


async def test_what_nothing_serves_is_not_acknowledged(slack: SlackDouble, store: Store) -> None:
    async with running(slack, store) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        slack.deliveries.ack_timeout = 0.2
        assert not (await slack.slash("U1", "C1", "/robbie help")).ok
    assert not store.events


def ago(**age: float) -> Callable[[], Any]:  # Any: an async function
    async def since() -> datetime | None:
        return datetime.now(UTC) - timedelta(**age)

    return since


def ts_ago(seconds: float) -> str:
    return f"{time.time() - seconds:.6f}"


async def test_what_was_said_while_robbie_was_down_is_caught_up(slack: SlackDouble, store: Store) -> None:
    known = await slack.say("U1", "C1", "an old question", ts=ts_ago(7200), drop=True)
    await slack.say("U1", "U1", "too old", ts=ts_ago(5400), drop=True)
    await slack.say("U1", "U1", "by the way", ts=ts_ago(60), drop=True)
    await slack.say("U1", "C1", f"<@{slack.bot_user}> hello", ts=ts_ago(50), drop=True)
    await slack.say("U2", "C1", "go on", known.ts, ts=ts_ago(40), drop=True)
    fresh = await slack.say("U2", "C2", "a new thread", ts=ts_ago(30), drop=True)
    await slack.say("U2", "C2", f"<@{slack.bot_user}> what do you think?", fresh.ts, ts=ts_ago(20), drop=True)

    async def threads() -> Sequence[Place]:
        return [Place(surface="slack", tenant="T1", channel="C1", thread=known.ts)]

    async with running(slack, store, since=ago(minutes=5), threads=threads):
        await until(slack, lambda s: len(store.events) == 4)
    assert store.texts == ["by the way", "hello", "go on", "what do you think?"]
    direct, mention, reply, second = store.events
    assert direct.place.direct
    assert direct.addressed
    assert mention.addressed
    assert reply.place.thread == known.ts
    assert second.place.thread == fresh.ts
    assert second.addressed


async def test_replay_has_an_age_limit(slack: SlackDouble, store: Store) -> None:
    await slack.say("U1", "U1", "restart yourself", ts=ts_ago(7200), drop=True)
    await slack.say("U1", "U1", "recent", ts=ts_ago(600), drop=True)
    async with running(slack, store, since=ago(days=3)) as gateway:
        await until(slack, lambda s: store.events and not gateway.health()["catching_up"])
    assert store.texts == ["recent"]


async def test_nothing_is_caught_up_where_nothing_was_ever_stored(slack: SlackDouble, store: Store) -> None:
    await slack.say("U1", "U1", "before Robbie came", ts=ts_ago(60), drop=True)
    async with running(slack, store) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        said = await slack.say("U1", "U1", "hello")
        await until(slack, acked(said.message_event))
    assert store.texts == ["hello"]
    assert not slack.called("users.conversations")


async def test_the_first_message_of_all_is_caught_up_when_a_gateway_was_stopped_meanwhile(
    slack: SlackDouble, store: Store
) -> None:
    """A lease that is lost for a moment must not cost what was said first, of which nothing stored tells."""
    async with running(slack, store) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        await gateway.stop()
        await slack.say("U1", "C1", "<@UROBBIE> hello", drop=True)
        await gateway.start()
        await until(slack, lambda s: [event.addressed for event in store.events] == [True])


async def test_catch_up_is_bounded_in_number_and_keeps_the_newest(slack: SlackDouble, store: Store) -> None:
    for number in range(20):
        await slack.say("U1", "U1", f"message {number}", ts=ts_ago(100 - number), drop=True)
    settings = GatewaySettings(timing=QUICK.timing, catch_up_limit=5)
    async with running(slack, store, since=ago(minutes=5), settings=settings) as gateway:
        await until(slack, lambda s: len(store.events) == 5 and not gateway.health()["catching_up"])
    assert store.texts == [f"message {number}" for number in range(15, 20)]


async def test_catch_up_knows_which_channels_other_companies_read(slack: SlackDouble, store: Store) -> None:
    slack.workspace.channels["C2"].ext_shared = True
    for channel in ("C1", "C2"):
        await slack.say("U1", channel, f"<@{slack.bot_user}> {channel}", ts=ts_ago(200), drop=True)
    async with running(slack, store, since=ago(minutes=5)):
        await until(slack, lambda s: len(store.events) == 2)
    assert {event.text: event.external for event in store.events} == {"C1": False, "C2": True}


async def test_what_people_say_to_each_other_is_not_counted_against_what_is_caught_up(
    slack: SlackDouble, store: Store
) -> None:
    await slack.say("U1", "C1", f"<@{slack.bot_user}> missed", ts=ts_ago(200), drop=True)
    for number in range(9):
        await slack.say("U1", "C1", f"to each other {number}", ts=ts_ago(100 - number), drop=True)
    settings = GatewaySettings(timing=QUICK.timing, catch_up_limit=5)
    async with running(slack, store, since=ago(minutes=5), settings=settings) as gateway:
        await until(slack, lambda s: gateway.health()["connected"] and not gateway.health()["catching_up"])
    assert store.texts == ["missed"]


async def test_a_start_reads_histories_of_all_that_is_still_answered(slack: SlackDouble, store: Store) -> None:
    """The process before may have died while it caught up, after it had stored something newer."""
    await slack.say("U1", "U1", "missed long ago", ts=ts_ago(3000), drop=True)
    async with running(slack, store, since=ago(seconds=5)):
        await until(slack, lambda s: store.texts == ["missed long ago"])


async def test_what_is_stored_already_is_not_counted_against_what_is_caught_up(
    slack: SlackDouble, store: Store
) -> None:
    """A busy place: most of what its histories hold is known."""
    for number in range(20):
        await slack.say("U1", "U1", f"message {number}", ts=ts_ago(100 - number), drop=True)
    async with running(slack, store, since=ago(minutes=5)) as gateway:
        await until(slack, lambda s: len(store.events) == 20 and not gateway.health()["catching_up"])
    missed = store.events.pop(3)

    async def unstored(events: Sequence[InboundEvent]) -> Sequence[InboundEvent]:
        known = {event.identities for event in store.events}
        return [event for event in events if event.identities not in known]

    settings = GatewaySettings(timing=QUICK.timing, catch_up_limit=5)
    async with running(slack, store, since=ago(minutes=5), settings=settings, unstored=unstored) as gateway:
        await until(slack, lambda s: len(store.events) == 20 and not gateway.health()["catching_up"])
    assert store.events[-1] == missed


async def test_catch_up_and_the_live_event_are_one(slack: SlackDouble, store: Store) -> None:
    said = await slack.say("U1", "U1", "hello", hold=True)
    async with running(slack, store, since=ago(minutes=5)):
        await until(slack, lambda s: store.texts == ["hello"])
        slack.release(said.message_event)
        await until(slack, acked(said.message_event))
    assert store.texts == ["hello"]


@pytest.mark.parametrize("fault", [rate_limited(0.1), http_status(500), error("internal_error")])
async def test_catch_up_outlives_passing_faults(
    slack: SlackDouble,
    store: Store,
    fault: Any,  # Any: the double's behaviours are its own
) -> None:
    await slack.say("U1", "U1", "hello", ts=ts_ago(60), drop=True)
    slack.fault("conversations.history", fault)
    async with running(slack, store, since=ago(minutes=5)):
        await until(slack, lambda s: store.texts == ["hello"])


async def test_catch_up_tries_again_when_the_store_was_away(slack: SlackDouble, store: Store) -> None:
    await slack.say("U1", "U1", "hello", ts=ts_ago(60), drop=True)
    store.failures = 1
    async with running(slack, store, since=ago(minutes=5)):
        await until(slack, lambda s: store.texts == ["hello"])


async def test_outage_of_the_connection_is_caught_up(slack: SlackDouble, store: Store) -> None:
    settings = GatewaySettings(timing=QUICK.timing, outage_seconds=0.0)
    async with running(slack, store, settings=settings) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        slack.fault("apps.connections.open", http_status(503), times=2)
        slack.cut_sockets()
        await slack.say("U1", "U1", "hello", drop=True)
        await until(slack, lambda s: store.texts == ["hello"])


async def test_event_that_slack_gives_up_on_is_stored_when_the_store_is_back(slack: SlackDouble, store: Store) -> None:
    slack.deliveries.ack_timeout, slack.deliveries.retry_delays = 0.2, ()
    settings = GatewaySettings(timing=QUICK.timing, storing=StoringTiming(accept=0.05, pause=0.2))
    async with running(slack, store, settings=settings) as gateway:
        await until(slack, lambda s: gateway.health()["connected"])
        store.failures = 3
        lost = await slack.say("U1", "U1", "lost")
        await until(slack, lambda s: lost.message_event in s.deliveries.lost)
        await until(slack, lambda s: store.texts == ["lost"])


async def test_scope_that_is_missing_costs_only_its_channels(slack: SlackDouble, store: Store) -> None:
    slack.workspace.scopes -= {"groups:read"}
    await slack.say("U1", "U1", "hello", ts=ts_ago(60), drop=True)
    async with running(slack, store, since=ago(minutes=5)):
        await until(slack, lambda s: store.texts == ["hello"])


async def get_ready(server: uvicorn.Server) -> str:
    while not server.started:
        await asyncio.sleep(0.01)
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/slack/events"


def app(gateway: SlackGateway, slack: SlackDouble) -> FastAPI:
    made = FastAPI()
    made.include_router(events_router(gateway, slack.signing_secret))
    return made


@pytest.fixture
async def address(slack: SlackDouble, store: Store) -> AsyncIterator[str]:
    async with running(slack, store, app_token="") as gateway:
        config = uvicorn.Config(
            app(gateway, slack), host="127.0.0.1", port=0, ws="none", lifespan="off", log_level="error"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        yield await get_ready(server)
        server.should_exit = True
        await serving


@pytest.fixture
async def client(slack: SlackDouble, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with running(slack, store, app_token="") as gateway:
        transport = httpx.ASGITransport(app(gateway, slack))
        async with httpx.AsyncClient(transport=transport, base_url="http://robbie") as made:
            yield made


async def post(
    client: httpx.AsyncClient, secret: str, body: bytes, *, age: int = 0, signature: str = ""
) -> httpx.Response:
    stamp = str(int(time.time()) - age)
    signed = (signature or sign(secret, stamp, body)).encode()
    headers = {b"X-Slack-Request-Timestamp": stamp.encode(), b"X-Slack-Signature": signed}
    return await client.post("/slack/events", content=body, headers=headers)


async def test_events_over_http_are_stored_and_then_answered(slack: SlackDouble, store: Store, address: str) -> None:
    await slack.deliver_to(address)
    store.open.clear()
    said = await slack.say("U1", "C1", f"<@{slack.bot_user}> hello")
    await until(slack, lambda s: store.deliveries == 2)
    assert not slack.acks
    store.open.set()
    await until(slack, acked(said.message_event, said.mention_event))
    assert store.texts == ["hello"]


async def test_event_over_http_that_is_not_stored_in_time_is_refused_and_comes_again(
    slack: SlackDouble, store: Store
) -> None:
    settings = GatewaySettings(timing=QUICK.timing, storing=StoringTiming(accept=0.05))
    event = {"type": "message", "channel": "D1", "user": "U1", "ts": f"{time.time():.6f}", "channel_type": "im"}
    body = json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": {**event, "text": "hello"}}
    ).encode()
    async with running(slack, store, app_token="", settings=settings) as gateway:
        transport = httpx.ASGITransport(app(gateway, slack))
        async with httpx.AsyncClient(transport=transport, base_url="http://robbie") as client:
            store.open.clear()
            assert (await post(client, slack.signing_secret, body)).status_code == 503
            store.open.set()
            assert (await post(client, slack.signing_secret, body)).status_code == 200
    assert store.texts == ["hello"]


async def test_a_very_large_message_over_http_is_taken(
    slack: SlackDouble, store: Store, client: httpx.AsyncClient
) -> None:
    event = {"type": "message", "channel": "D1", "user": "U1", "ts": "1700000000.000100", "text": "é" * 2**20}
    body = json.dumps({"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": event}).encode()
    assert (await post(client, slack.signing_secret, body)).status_code == 200
    assert store.texts == ["é" * 2**20]


async def test_request_that_slack_did_not_sign_is_refused(
    slack: SlackDouble, store: Store, client: httpx.AsyncClient
) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    secret = slack.signing_secret
    assert (await post(client, secret, body)).json() == {"challenge": "abc"}
    assert (await post(client, secret, body, signature="v0=00")).status_code == 401
    assert (await post(client, secret, body, signature="é")).status_code == 401
    assert (await post(client, secret, body, age=301)).status_code == 401
    assert (await post(client, secret, body, age=-301)).status_code == 401
    assert (await post(client, "another secret", body)).status_code == 401
    assert (await post(client, secret, b"\xff\xfe")).status_code == 401
    assert (await client.post("/slack/events", content=body)).status_code == 401
    headers = {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=00"}
    assert (await client.post("/slack/events", content=body, headers=headers)).status_code == 401
    assert not store.events


async def test_signed_nonsense_is_refused_and_a_malformed_event_is_not_sent_again(
    slack: SlackDouble, client: httpx.AsyncClient
) -> None:
    malformed = json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": {"type": "message"}}
    ).encode()
    assert (await post(client, slack.signing_secret, b"[1]")).status_code == 400
    assert (await post(client, slack.signing_secret, malformed)).status_code == 200
    assert (await post(client, slack.signing_secret, b" " * (17 * 2**20))).status_code == 413


async def test_http_catches_up_what_came_while_robbie_was_down(slack: SlackDouble, store: Store) -> None:
    await slack.say("U1", "U1", "hello", ts=ts_ago(60), drop=True)
    async with running(slack, store, app_token="", since=ago(minutes=5)):
        await until(slack, lambda s: store.texts == ["hello"])
