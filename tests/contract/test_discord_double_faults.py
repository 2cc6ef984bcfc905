"""Rate limits of the Discord double, and the faults that a test can order."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from adapters.doubles.discord import (
    DiscordDouble,
    banned,
    drop_before,
    error,
    hold_then_take,
    http_status,
    rate_limited,
    slow,
    take_then_drop,
    take_then_hold,
)
from tests.contract.discord_client import connected
from tests.contract.discord_wire import Rest, rest


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


async def test_without_rate_limits_there_are_no_headers(call: Rest) -> None:
    for _ in range(60):
        assert (await call.post("general", content="x"))[0] == 200
    assert "X-RateLimit-Limit" not in call.headers


async def test_a_route_has_a_window_for_each_channel(double: DiscordDouble, call: Rest) -> None:
    double.rate_limits()
    left = []
    for _ in range(5):
        assert (await call.post("general", content="x"))[0] == 200
        left.append(call.headers["X-RateLimit-Remaining"])
    assert left == ["4", "3", "2", "1", "0"]
    assert (call.headers["X-RateLimit-Limit"], len(call.headers["X-RateLimit-Bucket"])) == ("5", 32)
    assert 0 < float(call.headers["X-RateLimit-Reset-After"]) <= 5
    assert float(call.headers["X-RateLimit-Reset"]) > time.time()
    status, body = await call.post("general", content="x")
    assert (status, body["global"], call.headers["X-RateLimit-Scope"]) == (429, False, "user")
    assert 0 < body["retry_after"] <= 5
    assert int(call.headers["Retry-After"]) >= body["retry_after"]
    assert (await call.post("random", content="x"))[0] == 200
    assert len(double.messages("general")) == 5


async def test_a_window_ends(double: DiscordDouble, call: Rest) -> None:
    double.rate_limits()
    now = [1000.0]
    double.limits.clock = lambda: now[0]
    for _ in range(5):
        await call.post("general", content="x")
    assert (await call.post("general", content="x"))[0] == 429
    now[0] += 5
    assert (await call.post("general", content="x"))[0] == 200


async def test_fifty_calls_a_second_for_everything_but_interactions(double: DiscordDouble, call: Rest) -> None:
    double.rate_limits()
    double.limits.clock = lambda: 1000.0
    double.limits.windows = {"me": (1000, 1.0)}
    answers = [(await call("GET", "/users/@me"))[0] for _ in range(51)]
    assert answers == [200] * 50 + [429]
    assert (call.headers["X-RateLimit-Global"], call.headers["X-RateLimit-Scope"]) == ("true", "global")
    assert (await call("POST", "/interactions/1/x/callback", {"type": 5}))[0] == 404
    assert (await call("POST", f"/webhooks/{double.bot_user}/x", {"content": "x"}))[0] == 401


async def test_discord_py_waits_for_its_window_and_loses_nothing(double: DiscordDouble) -> None:
    double.limits.windows["create_message"] = (2, 0.2)
    async with connected(double) as client:
        double.rate_limits()
        channel = client.get_partial_messageable(int(double.channel("general").id))
        for number in range(5):
            await channel.send(str(number))
    assert [m.content for m in double.messages("general")] == list("01234")
    assert not double.limits.invalid


async def test_too_many_invalid_calls_get_the_address_banned(double: DiscordDouble, call: Rest) -> None:
    double.limits.invalid_limit = 3
    for _ in range(3):
        assert (await call("GET", "/users/@me", token="wrong"))[0] == 401
    status, body = await call("GET", "/users/@me")
    assert (status, body) == (429, "error code: 1015")
    assert "Via" not in call.headers


async def test_shared_limits_do_not_count_as_invalid(double: DiscordDouble, call: Rest) -> None:
    double.fault("create_message", rate_limited(1, "shared"))
    await call.post("general", content="x")
    assert len(double.limits.invalid) == 0
    double.fault("create_message", rate_limited(1))
    await call.post("general", content="x")
    assert len(double.limits.invalid) == 1


async def test_discord_py_obeys_a_429_and_posts_once(double: DiscordDouble) -> None:
    double.fault("create_message", rate_limited(0.05), times=2)
    async with connected(double) as client:
        await client.get_partial_messageable(int(double.channel("general").id)).send("x")
    assert [c.status for c in double.calls if c.name == "create_message"] == [429, 429, 200]
    assert len(double.messages("general")) == 1


async def test_discord_py_does_not_repeat_for_cloudflare(double: DiscordDouble) -> None:
    double.fault("create_message", banned())
    async with connected(double) as client:
        with pytest.raises(discord.HTTPException) as refused:
            await client.get_partial_messageable(int(double.channel("general").id)).send("x")
    assert refused.value.status == 429


@pytest.mark.parametrize(("taken", "left"), [(False, 0), (True, 1)])
async def test_an_error_before_or_after_the_call_was_taken(
    double: DiscordDouble, call: Rest, taken: bool, left: int
) -> None:
    double.fault("create_message", http_status(502, taken))
    assert (await call.post("general", content="x"))[0] == 502
    assert len(double.messages("general")) == left
    assert double.calls[-1].taken is taken


@pytest.mark.parametrize(("fault", "left"), [(drop_before(), 0), (take_then_drop(), 1)])
async def test_a_connection_lost_before_or_after_the_call_was_taken(
    double: DiscordDouble, call: Rest, fault: object, left: int
) -> None:
    double.fault("create_message", fault)  # type: ignore[arg-type]
    with pytest.raises(aiohttp.ClientError):
        await call.post("general", content="x")
    assert len(double.messages("general")) == left
    assert (double.calls[-1].taken, double.calls[-1].status) == (bool(left), 0)


async def test_a_nonce_makes_a_lost_answer_harmless(double: DiscordDouble, call: Rest) -> None:
    form = {"content": "x", "nonce": "k1", "enforce_nonce": True}
    double.fault("create_message", take_then_drop())
    with pytest.raises(aiohttp.ClientError):
        await call.post("general", **form)
    _, body = await call.post("general", **form)
    assert [m.id for m in double.messages("general")] == [body["id"]]


async def test_calls_can_be_held_before_and_after_they_are_taken(double: DiscordDouble, call: Rest) -> None:
    before = double.fault("create_message", hold_then_take(), channel="general")
    after = double.fault("create_message", take_then_hold(), channel="random")
    posts = [asyncio.create_task(call.post(channel, content="x")) for channel in ("general", "random")]
    await asyncio.gather(before.arrived.wait(), after.arrived.wait())
    assert (len(double.messages("general")), len(double.messages("random"))) == (0, 1)
    before.release()
    after.release()
    assert [status for status, _ in await asyncio.gather(*posts)] == [200, 200]


async def test_faults_choose_their_calls(double: DiscordDouble, call: Rest) -> None:
    double.fault("create_message", error(403, 50013), when=lambda form: form["content"] == "bad", times=None)
    double.fault("typing", slow(0.01))
    assert (await call.post("general", content="good"))[0] == 200
    assert (await call.post("general", content="bad"))[1]["code"] == 50013
    assert (await call("POST", f"/channels/{double.channel('general').id}/typing"))[0] == 204
    with pytest.raises(ValueError, match="no such route"):
        double.fault("chat.postMessage", slow(1))


async def test_every_call_is_recorded(double: DiscordDouble, call: Rest) -> None:
    await call.post("general", content="x")
    await call.post("hidden", content="x")
    records = [(c.name, c.args["content"], c.taken, c.status, c.code) for c in double.calls]
    assert records == [("create_message", "x", True, 200, 0), ("create_message", "x", False, 403, 50001)]
    assert double.called("create_message") == [{"content": "x"}, {"content": "x"}]
