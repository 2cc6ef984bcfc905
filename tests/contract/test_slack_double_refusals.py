"""What the Slack double refuses, with Slack's own error names."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble
from adapters.doubles.slack.limits import RateLimits

THREAD = "1700000000.000100"
MISSING = "1600000000.000100"


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        await double.say("U1", "C1", "root", ts=THREAD)
        await double.say("U1", "C1", "reply", THREAD, ts="1700000000.000200")
        await double.say("U1", "U1", "root", ts=THREAD)
        double.add_channel("C8", with_bot=False)
        double.add_channel("C9").archived = True
        double.add_channel("G9", kind="group", with_bot=False)
        yield double


@pytest.fixture
async def client(slack: SlackDouble) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


async def refused(client: AsyncWebClient, method: str, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, json=arguments)
    assert refusal.value.response.status_code == 200
    return str(refusal.value.response["error"])


def section(length: int) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def markdown(length: int) -> dict[str, object]:
    return {"type": "markdown", "text": "x" * length}


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("channel_not_found", {"channel": "C404"}),
        ("channel_not_found", {"channel": "G9"}),
        ("not_in_channel", {"channel": "C8"}),
        ("is_archived", {"channel": "C9"}),
        ("no_text", {"text": ""}),
        ("no_text", {"text": " \n"}),
        ("thread_not_found", {"thread_ts": MISSING}),
        ("cannot_reply_to_message", {"thread_ts": "1700000000.000200"}),
        ("markdown_text_conflict", {"markdown_text": "both"}),
        ("msg_too_long", {"text": None, "markdown_text": "x" * 12_001}),
        ("invalid_blocks", {"blocks": [section(3_001)]}),
        ("invalid_blocks", {"blocks": [section(0)]}),
        ("invalid_blocks", {"blocks": [{"type": "section"}]}),
        ("invalid_blocks", {"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}]}),
        ("invalid_blocks", {"blocks": [markdown(6_000), markdown(6_001)]}),
        ("invalid_blocks", {"blocks": [{"type": "divider"}] * 51}),
        ("invalid_blocks", {"blocks": [{"type": "hologram"}]}),
        ("invalid_blocks", {"blocks": [{"type": "divider", "block_id": "a"}] * 2}),
        ("invalid_blocks", {"blocks": [{"type": "divider", "block_id": "a" * 256}]}),
        ("invalid_blocks", {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}),
        ("invalid_blocks", {"blocks": [{"type": "image", "image_url": "https://i.test"}]}),
        ("invalid_blocks", {"blocks": [{"type": "context", "elements": []}]}),
        ("invalid_blocks_format", {"blocks": "no json"}),
        ("invalid_blocks_format", {"blocks": {"type": "divider"}}),
        ("msg_blocks_too_long", {"blocks": [section(2_700)] * 5}),
        ("invalid_metadata_format", {"metadata": {"event_type": "a"}}),
        ("invalid_metadata_format", {"metadata": {"event_type": "", "event_payload": {}}}),
        ("invalid_metadata_format", {"metadata": {"event_type": "a", "event_payload": "b"}}),
        ("invalid_metadata_format", {"metadata": {"event_type": "a", "event_payload": {}, "more": 1}}),
        ("invalid_metadata_format", {"metadata": "no json"}),
    ],
)
async def test_a_bad_post_is_refused(
    slack: SlackDouble, client: AsyncWebClient, error: str, arguments: dict[str, object]
) -> None:
    assert await refused(client, "chat.postMessage", **({"channel": "C1", "text": "t"} | arguments)) == error
    assert slack.bot_messages("C1") == []


@pytest.mark.parametrize(
    "blocks", [[section(3_000)] * 4, [markdown(6_000)] * 2, [{"type": "divider"}] * 50, [section(1), markdown(12_000)]]
)
async def test_blocks_at_their_limits_are_taken(client: AsyncWebClient, blocks: list[dict[str, object]]) -> None:
    assert (await client.api_call("chat.postMessage", json={"channel": "C1", "blocks": blocks}))["ok"]


@pytest.mark.parametrize(
    ("error", "method", "arguments"),
    [
        ("message_not_found", "chat.update", {"ts": MISSING, "text": "t"}),
        ("cant_update_message", "chat.update", {"ts": THREAD, "text": "t"}),
        ("msg_too_long", "chat.update", {"ts": THREAD, "text": "x" * 4_001}),
        ("message_not_found", "chat.delete", {"ts": MISSING}),
        ("cant_delete_message", "chat.delete", {"ts": THREAD}),
        ("user_not_in_channel", "chat.postEphemeral", {"text": "t", "user": "U404"}),
        ("user_not_found", "users.info", {"user": "U404"}),
        ("user_not_found", "conversations.open", {"channel": "", "users": "U404"}),
        ("thread_not_found", "conversations.replies", {"ts": MISSING}),
        ("not_in_channel", "conversations.history", {"channel": "C8"}),
        ("channel_not_found", "conversations.info", {"channel": "G9"}),
        ("invalid_ts_oldest", "conversations.history", {"oldest": "yesterday"}),
        ("invalid_limit", "conversations.history", {"limit": "few"}),
        ("invalid_limit", "conversations.history", {"limit": -1}),
        ("invalid_cursor", "conversations.history", {"cursor": "nowhere"}),
        ("invalid_cursor", "conversations.history", {"cursor": "bmV4dF90czoxLjA="}),
        ("message_not_found", "reactions.add", {"timestamp": MISSING, "name": "eyes"}),
        ("invalid_name", "reactions.add", {"timestamp": THREAD}),
        ("no_reaction", "reactions.remove", {"timestamp": THREAD, "name": "eyes"}),
        ("invalid_arguments", "agents.sessions.setStatus", {"channel_id": "C1", "status": "asleep"}),
        (
            "thread_not_found",
            "agents.sessions.setStatus",
            {"channel_id": "C1", "status": "active", "thread_ts": MISSING},
        ),
        ("channel_not_found", "assistant.threads.setStatus", {"channel_id": "X", "thread_ts": THREAD, "status": "s"}),
        ("file_not_found", "files.completeUploadExternal", {"files": [{"id": "F404"}]}),
        ("invalid_arguments", "files.completeUploadExternal", {"files": []}),
        ("unknown_method", "chat.shout", {}),
        ("not_allowed_token_type", "apps.connections.open", {}),
    ],
)
async def test_a_bad_call_is_refused(
    client: AsyncWebClient, error: str, method: str, arguments: dict[str, object]
) -> None:
    assert await refused(client, method, **({"channel": "C1"} | arguments)) == error


@pytest.mark.parametrize(
    ("error", "change"),
    [
        ("missing_recipient_user_id", {"recipient_user_id": ""}),
        ("missing_recipient_team_id", {"recipient_team_id": ""}),
        ("invalid_arguments", {"thread_ts": ""}),
        ("thread_not_found", {"thread_ts": MISSING}),
        ("msg_too_long", {"markdown_text": "x" * 12_001}),
        ("invalid_chunks", {"chunks": [{"type": "hologram"}]}),
    ],
)
async def test_a_bad_stream_is_not_started(client: AsyncWebClient, error: str, change: dict[str, object]) -> None:
    good: dict[str, object] = {
        "channel": "C1",
        "thread_ts": THREAD,
        "recipient_user_id": "U1",
        "recipient_team_id": "T1",
    }
    assert await refused(client, "chat.startStream", **(good | change)) == error


async def test_a_stream_takes_only_what_fits_it(slack: SlackDouble, client: AsyncWebClient) -> None:
    dm = slack.dm("U1")
    place = {
        "channel": dm,
        "ts": (await client.chat_startStream(channel=dm, thread_ts=THREAD, markdown_text="a"))["ts"],
    }
    assert await refused(client, "chat.appendStream", **place) == "no_text"
    assert await refused(client, "chat.appendStream", **place, markdown_text="x" * 12_001) == "msg_too_long"
    chunk = {"type": "markdown_text", "text": "b"}
    assert await refused(client, "chat.appendStream", **place, chunks=[chunk]) == "streaming_mode_mismatch"
    assert await refused(client, "chat.update", **place, text="b") == "streaming_state_conflict"
    await client.api_call("chat.stopStream", json=place)
    assert await refused(client, "chat.appendStream", **place, markdown_text="b") == "message_not_in_streaming_state"
    assert await refused(client, "chat.stopStream", **place) == "message_not_in_streaming_state"
    assert await refused(client, "chat.stopStream", channel=dm, ts=THREAD) == "message_not_owned_by_app"


async def test_a_stream_that_was_stopped_or_idle_takes_no_more(slack: SlackDouble, client: AsyncWebClient) -> None:
    dm = slack.dm("U1")
    first = (await client.chat_startStream(channel=dm, thread_ts=THREAD, markdown_text="a"))["ts"]
    await slack.press_stop("U1", dm, THREAD)
    assert await refused(client, "chat.appendStream", channel=dm, ts=first, markdown_text="b") == "stopped_by_user"
    second = (await client.chat_startStream(channel=dm, thread_ts=THREAD, markdown_text="a"))["ts"]
    slack.platform.stream_idle = 0.0
    error = await refused(client, "chat.appendStream", channel=dm, ts=second, markdown_text="b")
    assert error == "message_not_in_streaming_state"


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
async def test_a_token_is_asked_for(slack: SlackDouble, token: str, error: str) -> None:
    assert await refused(AsyncWebClient(token, base_url=slack.api_url), "auth.test") == error


@pytest.mark.parametrize(
    ("scope", "method", "arguments"),
    [
        ("chat:write", "chat.postMessage", {"text": "t"}),
        ("chat:write.customize", "chat.postMessage", {"text": "t", "username": "Socrates"}),
        ("chat:write.customize", "chat.update", {"ts": THREAD, "text": "t", "icon_url": "https://i.test"}),
        ("channels:history", "conversations.history", {}),
        ("groups:history", "conversations.history", {"channel": "G1"}),
        ("users:read", "users.info", {"user": "U1"}),
        ("reactions:write", "reactions.add", {"timestamp": THREAD, "name": "eyes"}),
        ("files:write", "files.getUploadURLExternal", {"filename": "a", "length": 1}),
    ],
)
async def test_a_missing_scope_is_named(
    slack: SlackDouble, client: AsyncWebClient, scope: str, method: str, arguments: dict[str, object]
) -> None:
    slack.workspace.scopes.discard(scope)
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, json={"channel": "C1"} | arguments)
    answer = refusal.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


async def test_a_reaction_counts_once(client: AsyncWebClient) -> None:
    await client.reactions_add(channel="C1", timestamp=THREAD, name="eyes")
    assert await refused(client, "reactions.add", channel="C1", timestamp=THREAD, name="eyes") == "already_reacted"


async def test_an_upload_of_another_length_is_refused(slack: SlackDouble, client: AsyncWebClient) -> None:
    place = await client.files_getUploadURLExternal(filename="a", length=3)
    async with aiohttp.ClientSession() as session, session.post(place["upload_url"], data=b"four") as response:
        assert response.status == 400
    files = [{"id": place["file_id"], "title": "a"}]
    assert await refused(client, "files.completeUploadExternal", files=files) == "file_not_found"


@pytest.mark.parametrize(("body", "error"), [(b"{", "invalid_json"), (b"[]", "json_not_object")])
async def test_a_body_that_is_no_json_object_is_refused(slack: SlackDouble, body: bytes, error: str) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{slack.api_url}chat.postMessage", data=body) as response,
    ):
        assert (await response.json())["error"] == error


async def test_one_post_per_second_and_channel_when_limits_are_on(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.rate_limits(per_channel=0.01)
    await client.chat_postMessage(channel="C1", text="a")
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel="C1", text="b")
    assert refusal.value.response.status_code == 429
    assert 1 <= int(refusal.value.response.headers["Retry-After"]) <= 100
    await client.chat_postMessage(channel="C2", text="other channels flow")


def test_a_method_has_its_tier_and_recovers_with_time() -> None:
    now = [0.0]
    limits = RateLimits(tiers=True, clock=lambda: now[0])
    assert {limits.retry_after("conversations.info", 3, None) for _ in range(50)} == {0}
    assert (
        limits.retry_after("conversations.info", 3, None) == 2
    )  # 50 a minute: the next in 1.2 s, said in whole seconds
    assert limits.retry_after("users.info", 4, None) == 0
    assert limits.retry_after("auth.test", None, None) == 0
    now[0] += 1.2
    assert limits.retry_after("conversations.info", 3, None) == 0
    assert limits.retry_after("conversations.info", 3, None) == 2


async def test_tiers_refuse_with_429(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.rate_limits(per_channel=None)
    await client.apps_connections_open(app_token=slack.app_token)  # one a minute
    with pytest.raises(SlackApiError) as refusal:
        await client.apps_connections_open(app_token=slack.app_token)
    assert (refusal.value.response.status_code, refusal.value.response["error"]) == (429, "ratelimited")
    await client.auth_test()
