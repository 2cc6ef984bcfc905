"""Scripted faults of the Slack double, as the real SDK meets them."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import (
    SlackDouble,
    drop_before,
    error,
    hold_then_take,
    http_status,
    rate_limited,
    slow,
    take_then_drop,
    take_then_hold,
)


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def client(slack: SlackDouble) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


def texts(slack: SlackDouble) -> list[str]:
    return [message.text for message in slack.messages("C1")]


@pytest.mark.parametrize("status", [500, 503])
async def test_an_http_error_takes_nothing_and_passes(slack: SlackDouble, client: AsyncWebClient, status: int) -> None:
    slack.fault("chat.postMessage", http_status(status))
    with pytest.raises(SlackApiError) as failure:
        await client.chat_postMessage(channel="C1", text="a")
    assert failure.value.response.status_code == status
    assert texts(slack) == []
    await client.chat_postMessage(channel="C1", text="b")
    assert texts(slack) == ["b"]
    assert [(call.taken, call.error) for call in slack.calls] == [(False, str(status)), (True, "")]


async def test_an_http_error_may_hide_a_call_that_was_taken(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.fault("chat.postMessage", http_status(502, taken=True))
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="a")
    assert texts(slack) == ["a"]


async def test_a_rate_limit_says_when_and_spares_other_channels(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.fault("chat.postMessage", rate_limited(7), channel="C1", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refusal:
            await client.chat_postMessage(channel="C1", text="a")
        assert refusal.value.response.status_code == 429
        assert refusal.value.response.headers["Retry-After"] == "7"
    await client.chat_postMessage(channel="C2", text="b")
    await client.chat_postMessage(channel="C1", text="c")
    assert texts(slack) == ["c"]


async def test_a_connection_dropped_before_leaves_no_post(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.fault("chat.postMessage", drop_before())
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C1", text="a")
    assert texts(slack) == []


async def test_a_connection_dropped_after_leaves_the_post(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.fault("chat.postMessage", take_then_drop())
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C1", text="a")
    assert texts(slack) == ["a"]


async def test_the_sdks_own_retry_posts_twice_after_a_drop(slack: SlackDouble) -> None:
    slack.fault("chat.postMessage", take_then_drop())
    await AsyncWebClient(slack.bot_token, base_url=slack.api_url).chat_postMessage(channel="C1", text="a")
    assert texts(slack) == ["a", "a"]


async def test_a_call_held_before_is_taken_on_release(slack: SlackDouble, client: AsyncWebClient) -> None:
    hold = slack.fault("chat.postMessage", hold_then_take())
    post = asyncio.create_task(client.chat_postMessage(channel="C1", text="a"))
    await hold.arrived.wait()
    assert texts(slack) == []
    hold.release()
    assert (await post)["ok"]
    assert texts(slack) == ["a"]


async def test_a_call_held_after_is_taken_already(slack: SlackDouble, client: AsyncWebClient) -> None:
    hold = slack.fault("chat.postMessage", take_then_hold(), channel="C1")
    post = asyncio.create_task(client.chat_postMessage(channel="C1", text="a"))
    await hold.arrived.wait()
    assert texts(slack) == ["a"]
    assert not post.done()
    hold.release()
    assert (await post)["ts"] == slack.messages("C1")[0].ts


async def test_a_held_call_whose_caller_died_is_not_taken(slack: SlackDouble) -> None:
    hold = slack.fault("chat.postMessage", hold_then_take())
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        post = asyncio.create_task(client.chat_postMessage(channel="C1", text="a"))
        await hold.arrived.wait()
        post.cancel()
        await asyncio.gather(post, return_exceptions=True)
    await AsyncWebClient(slack.bot_token, base_url=slack.api_url).auth_test()  # the reset has been seen by now
    hold.release()
    await slack.wait_for(lambda s: s.calls[0].error == "499")
    assert texts(slack) == []


async def test_a_slow_call_outlasts_the_callers_patience(slack: SlackDouble) -> None:
    slack.fault("chat.postMessage", slow(30), times=None)
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, timeout=1, retry_handlers=[])
    with pytest.raises(TimeoutError):
        await client.chat_postMessage(channel="C1", text="a")


async def test_any_error_of_slacks_can_be_scripted(slack: SlackDouble, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="a"))["ts"]
    slack.fault("chat.update", error("edit_window_closed"))
    with pytest.raises(SlackApiError, match="edit_window_closed"):
        await client.chat_update(channel="C1", ts=ts, text="b")
    assert texts(slack) == ["a"]


async def test_a_fault_waits_for_the_call_that_its_condition_names(slack: SlackDouble, client: AsyncWebClient) -> None:
    fault = slack.fault("*", http_status(500), when=lambda args: args.get("text") == "b")
    await client.chat_postMessage(channel="C1", text="a")
    assert not fault.arrived.is_set()
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="b")
    assert fault.arrived.is_set()


async def test_a_fault_without_end_lasts_until_it_is_cancelled(slack: SlackDouble, client: AsyncWebClient) -> None:
    fault = slack.fault("*", http_status(503), times=None)
    for _ in range(3):
        with pytest.raises(SlackApiError):
            await client.auth_test()
    fault.cancel()
    assert (await client.auth_test())["ok"]


async def test_a_download_can_fail_too(slack: SlackDouble) -> None:
    file = slack.attach("a.txt", b"a")
    slack.fault("files.download", http_status(500))
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(file.url) as response:
            assert response.status == 500
        async with session.get(file.url) as response:
            assert await response.read() == b"a"


async def test_a_method_that_does_not_exist_cannot_be_scripted(slack: SlackDouble) -> None:
    with pytest.raises(ValueError, match="no such method"):
        slack.fault("chat.post", drop_before())


async def test_the_double_closes_while_a_call_is_held() -> None:
    async with SlackDouble() as slack:
        hold = slack.fault("chat.postMessage", take_then_hold())
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        post = asyncio.create_task(client.chat_postMessage(channel="C1", text="a"))
        await hold.arrived.wait()
    await asyncio.gather(post, return_exceptions=True)
    assert post.done()
