"""The Discord double's gateway, payload by payload: hello, identify, resume, and every way in which it ends."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import connected
from tests.contract.discord_wire import rest, wire

MEMBERS = 1 << 1


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


async def test_gateway_bot_tells_how_many_identifies_are_left(double: DiscordDouble) -> None:
    async with rest(double) as call, wire(double) as first:
        await first.identify(double.token)
        status, body = await call("GET", "/gateway/bot")
    assert (status, body["url"], body["shards"]) == (200, double.gateway_url, 1)
    limit = body["session_start_limit"]
    assert (limit["total"], limit["remaining"], limit["max_concurrency"]) == (1000, 999, 1)


@pytest.mark.parametrize("compress", ["", "zlib-stream"])
async def test_hello_ready_and_guild_come_in_order(double: DiscordDouble, compress: str) -> None:
    async with wire(double, compress) as socket:
        hello = await socket.receive()
        assert (hello["op"], hello["d"]) == (10, {"heartbeat_interval": 41250})
        ready = await socket.identify(double.token)
        assert ready["guilds"] == [{"id": double.guild_id, "unavailable": True}]
        assert ready["resume_gateway_url"].startswith("ws://127.0.0.1:")
        guild = await socket.until("GUILD_CREATE")
        assert guild["unavailable"] is False
        await socket.send(1, socket.seq)
        await socket.op(11)
        for number in range(3):
            await double.say("Ana", "general", str(number))
        assert [(await socket.until("MESSAGE_CREATE"))["content"] for _ in range(3)] == ["0", "1", "2"]


async def test_a_compression_that_the_double_does_not_speak_is_refused(double: DiscordDouble) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with wire(double, "zstd-stream"):
            pass


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, 4004),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 30}}, 4013),
        ({"op": 2, "d": {"token": "TOKEN"}}, 4013),
        ({"op": 2, "d": {"token": "TOKEN", "intents": MEMBERS}}, 4014),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 0, "shard": [2, 2]}}, 4010),
        ({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}, 4004),
        ({"op": 3, "d": {"status": "online"}}, 4003),
        ({"op": 77, "d": {}}, 4001),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 0, "properties": {"os": "x" * 5000}}}, 4002),
        (["no", "payload"], 4002),
    ],
)
async def test_what_a_client_must_not_send_ends_the_connection(
    double: DiscordDouble, payload: dict[str, object], code: int
) -> None:
    async with wire(double) as socket:
        if isinstance(payload, dict) and isinstance(payload["d"], dict) and payload["d"].get("token") == "TOKEN":
            payload = payload | {"d": payload["d"] | {"token": double.token}}
        await socket.ws.send_json(payload)
        assert await socket.close_code() == code


async def test_identifying_twice_ends_the_connection(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        await socket.identify(double.token)
        await socket.send(2, {"token": double.token, "intents": 0})
        assert await socket.close_code() == 4005


async def test_an_old_version_of_the_gateway_is_refused(double: DiscordDouble) -> None:
    async with wire(double, v="6") as socket:
        assert await socket.close_code() == 4012


async def test_more_than_120_payloads_in_a_minute_end_the_connection(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        for _ in range(121):
            await socket.send(1)
        assert await socket.close_code() == 4008


async def test_identifies_too_close_together_are_turned_away(double: DiscordDouble) -> None:
    double.gateway.identify_interval = 60
    async with wire(double) as first, wire(double) as second:
        await first.identify(double.token)
        await second.send(2, {"token": double.token, "intents": 0})
        assert await second.op(9) is False
    assert (double.gateway.identifies, len(double.sessions.alive)) == (2, 1)


async def test_the_identify_after_the_last_of_a_day_ends_every_session_and_resets_the_token(
    double: DiscordDouble,
) -> None:
    double.gateway.identify_total = 1
    old = double.token
    async with wire(double) as first, wire(double) as second:
        await first.identify(old)
        await second.send(2, {"token": old, "intents": 0})
        assert await first.close_code() == await second.close_code() == 4004
    assert double.token != old
    assert double.sessions.alive == {}


async def test_events_that_were_missed_are_replayed_in_order_and_then_resumed(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        ready = await socket.identify(double.token)
        await double.say("Ana", "general", "before")
        await socket.until("MESSAGE_CREATE")
        seq = socket.seq
        double.cut_sockets()
        await double.wait_for(lambda d: not d.sockets)
    for number in range(3):
        await double.say("Ana", "general", str(number))
    async with wire(double, "zlib-stream", url=ready["resume_gateway_url"]) as again:
        await again.send(6, {"token": double.token, "session_id": ready["session_id"], "seq": seq})
        await again.op(10)
        replayed = [await again.receive() for _ in range(4)]
        assert [p["d"].get("content") for p in replayed[:3]] == ["0", "1", "2"]
        assert [p["s"] for p in replayed] == [seq + n for n in range(1, 5)] if seq else False
        assert replayed[3]["t"] == "RESUMED"
        assert double.sockets[0].resuming_address
        await double.say("Ana", "general", "after")
        assert (await again.until("MESSAGE_CREATE"))["content"] == "after"
    assert (double.gateway.identifies, double.gateway.resumes) == (1, 1)


async def test_a_session_that_is_not_known_cannot_be_resumed(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        await socket.send(6, {"token": double.token, "session_id": "unheard of", "seq": 1})
        assert await socket.op(9) is False


async def test_a_session_left_for_too_long_cannot_be_resumed(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        ready = await socket.identify(double.token)
        double.cut_sockets()
        await double.wait_for(lambda d: not d.sockets)
    double.sessions.resume_window = 0
    async with wire(double) as again:
        await again.send(6, {"token": double.token, "session_id": ready["session_id"], "seq": socket.seq})
        assert await again.op(9) is False


async def test_a_number_that_was_never_sent_cannot_be_resumed_from(double: DiscordDouble) -> None:
    async with wire(double) as socket:
        ready = await socket.identify(double.token)
        double.cut_sockets()
    async with wire(double) as again:
        await again.send(6, {"token": double.token, "session_id": ready["session_id"], "seq": 999})
        assert await again.close_code() == 4007


@pytest.mark.parametrize(("code", "alive"), [(1000, 0), (1001, 0), (4000, 1)])
async def test_a_client_that_says_goodbye_ends_its_session(double: DiscordDouble, code: int, alive: int) -> None:
    async with wire(double) as socket:
        await socket.identify(double.token)
        await socket.ws.close(code=code)
        await double.wait_for(lambda d: not d.sockets)
    assert len(double.sessions.alive) == alive
    assert list(double.gateway.closed) == [code]


async def test_a_client_without_heartbeats_is_closed(double: DiscordDouble) -> None:
    double.gateway.heartbeat_interval = 0.01
    async with wire(double) as socket:
        await socket.identify(double.token)
        assert await socket.close_code() == 4000
    assert len(double.sessions.alive) == 1


async def test_discord_py_resumes_after_a_lost_connection_and_misses_nothing(double: DiscordDouble) -> None:
    async with connected(double) as client:
        for number in range(3):
            double.cut_sockets()
            await double.wait_for(lambda d: not d.sockets)
            await double.say("Ana", "general", str(number))
            await client.until("resumed", number + 1)
        assert [m.content for m in client.all("message")] == ["0", "1", "2"]
    assert (double.gateway.identifies, double.gateway.resumes) == (1, 3)


async def test_discord_py_resumes_when_asked_to_reconnect(double: DiscordDouble) -> None:
    async with connected(double) as client:
        double.request_reconnect()
        await client.until("resumed")
    assert double.gateway.identifies == 1


async def test_discord_py_resumes_when_a_session_is_invalid_for_the_moment(double: DiscordDouble) -> None:
    async with connected(double) as client:
        double.invalidate_sessions(resumable=True)
        await client.until("resumed")
    assert double.gateway.identifies == 1


async def test_discord_py_identifies_anew_when_its_session_is_invalid(double: DiscordDouble) -> None:
    async with connected(double) as client:

        async def at_once(shard_id: int | None, *, initial: bool = False) -> None:
            """Without the five seconds that a real gateway wants."""

        client.before_identify_hook = at_once  # type: ignore[method-assign]
        double.invalidate_sessions()
        await client.until("ready", 2)
        await double.say("Ana", "general", "still there?")
        assert (await client.until("message")).content == "still there?"
    assert (double.gateway.identifies, double.gateway.resumes) == (2, 0)


@pytest.mark.parametrize("code", [1000, 1012, 4000, 4008, 4009])
async def test_discord_py_comes_back_after_a_close_code_that_allows_it(double: DiscordDouble, code: int) -> None:
    async with connected(double) as client:
        double.close_sockets(code)
        await client.until("resumed")


async def test_discord_py_notices_a_socket_that_carries_nothing_any_more(double: DiscordDouble) -> None:
    double.gateway.heartbeat_interval = 0.1
    async with connected(double, heartbeat_timeout=0.5) as client:
        double.sockets[0].half_dead = True
        await double.say("Ana", "general", "into the void")
        await client.until("resumed")
        assert (await client.until("message")).content == "into the void"


async def test_without_acknowledgements_events_still_flow(double: DiscordDouble) -> None:
    double.gateway.acks = False
    async with wire(double) as socket:
        await socket.identify(double.token)
        await socket.send(1, socket.seq)
        await double.wait_for(lambda d: d.sockets[0].heartbeats == 1)
        await double.say("Ana", "general", "no ack before me")
        seen = [await socket.receive() for _ in range(2)]
    assert [payload["t"] for payload in seen] == ["GUILD_CREATE", "MESSAGE_CREATE"]


async def test_a_heartbeat_can_be_asked_for(double: DiscordDouble) -> None:
    async with connected(double):
        before = double.sockets[0].heartbeats
        double.gateway.beat()
        await double.wait_for(lambda d: d.sockets[0].heartbeats > before)


async def test_a_gateway_can_refuse_connections_for_a_while(double: DiscordDouble) -> None:
    async with connected(double) as client:
        double.gateway.refusing = 503
        double.cut_sockets()
        await double.wait_for(lambda d: d.gateway.refused)
        double.gateway.refusing = 0
        await client.until("resumed")
