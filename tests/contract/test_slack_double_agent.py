"""The agent's own surface in the Slack double: status, titles, suggested prompts, and what a person looks at."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAssistant, AsyncSetSuggestedPrompts
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble
from tests.contract.slack_bolt_app import bolt, running

PROMPTS = [{"title": "Plan", "message": "Plan my day"}]


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=60) as double:
        yield double


@pytest.fixture
def client(slack: SlackDouble) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def held(slack: SlackDouble) -> list[dict[str, Any]]:  # Any: events are JSON
    return [delivery.payload["event"] for delivery in slack.deliveries.held]


async def test_prompts_are_offered_to_the_person(slack: SlackDouble, client: AsyncWebClient) -> None:
    await client.assistant_threads_setSuggestedPrompts(channel_id=slack.dm("U1"), prompts=PROMPTS)
    assert slack.suggested("U1") == ["Plan"]
    assert slack.suggested("U2") == []


async def test_an_agents_prompts_for_a_thread_do_nothing_and_nobody_says_so(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    said = await slack.say("U1", "U1", "hello")
    where = {"channel_id": slack.dm("U1"), "thread_ts": said.ts}
    assert (await client.assistant_threads_setSuggestedPrompts(prompts=PROMPTS, **where))["ok"]
    assert slack.suggested("U1") == []
    slack.workspace.agent_view = False
    await client.assistant_threads_setSuggestedPrompts(prompts=PROMPTS, **where)
    assert slack.suggested("U1") == ["Plan"]


@pytest.mark.parametrize(
    ("prompts", "words"),
    [
        ([*PROMPTS * 5], "no more than 4 items allowed [json-pointer:/prompts]"),
        ([], "no fewer than 1 items allowed [json-pointer:/prompts]"),
        ([{"title": "x"}], "missing required field: message [json-pointer:/prompts/0]"),
        ([{"title": "", "message": "x"}], "must be more than 0 characters [json-pointer:/prompts/0/title]"),
        ({}, "must be an array [json-pointer:/prompts]"),
    ],
)
async def test_bad_prompts_are_refused(slack: SlackDouble, client: AsyncWebClient, prompts: object, words: str) -> None:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(
            "assistant.threads.setSuggestedPrompts", json={"channel_id": slack.dm("U1"), "prompts": prompts}
        )
    assert refusal.value.response["response_metadata"]["messages"] == [f"[ERROR] {words}"]


async def test_status_and_title_of_a_session(slack: SlackDouble, client: AsyncWebClient) -> None:
    said = await slack.say("U1", "U1", "hello")
    where = {"channel_id": slack.dm("U1"), "thread_ts": said.ts}
    await client.assistant_threads_setStatus(status="is thinking", loading_messages=["a", "b"], **where)
    await client.agents_sessions_rename(title="My day", **where)
    session = slack.workspace.sessions[where["channel_id"], said.ts]
    assert session == {"title": "My day", "line": "is thinking"}
    await client.assistant_threads_setTitle(title="Your day", **where)
    assert session["title"] == "Your day"
    await client.chat_postMessage(channel=where["channel_id"], thread_ts=said.ts, text="x")
    assert "line" not in session  # an answer takes the line away


async def test_messages_to_an_agent_say_what_the_person_looks_at(slack: SlackDouble) -> None:
    slack.deliveries.paused = True
    await slack.say("U1", "U1", "hello")
    await slack.look_at("U1", "C1")
    await slack.say("U1", "U1", "and here?")
    await slack.look_at("U1", None)
    await slack.say("U1", "U1", "and now?")
    before, _, beside, _, after = held(slack)
    entity = {"type": "slack#/types/channel_id", "value": "C1", "team_id": "T1"}
    assert beside["app_context"] == {"entities": [entity]}
    assert "app_context" not in before
    assert "app_context" not in after


async def test_an_assistant_of_the_old_kind_is_told_of_threads_and_contexts(slack: SlackDouble) -> None:
    with pytest.raises(ValueError, match="no assistant threads"):
        await slack.open_assistant("U1")
    slack.workspace.agent_view = False
    slack.deliveries.paused = True
    assert await slack.look_at("U1", "C1") == ""
    thread = await slack.open_assistant("U1")
    await slack.look_at("U1", "C2")
    started, changed = held(slack)
    assert started["type"] == "assistant_thread_started"
    assert started["assistant_thread"]["context"]["channel_id"] == "C1"
    assert changed["type"] == "assistant_thread_context_changed"
    assert (changed["assistant_thread"]["context"]["channel_id"], changed["assistant_thread"]["thread_ts"]) == (
        "C2",
        thread,
    )


async def test_bolts_assistant_suggests_prompts_in_a_new_thread(slack: SlackDouble) -> None:
    slack.workspace.agent_view = False
    app, assistant = bolt(slack), AsyncAssistant()

    @assistant.thread_started
    async def started(set_suggested_prompts: AsyncSetSuggestedPrompts) -> None:
        await set_suggested_prompts(prompts=PROMPTS)

    app.use(assistant)
    async with running(slack, app):
        await slack.open_assistant("U1")
        await slack.wait_for(lambda s: s.suggested("U1") == ["Plan"])


@pytest.mark.parametrize("url", ["http://i.test/i.png", "i.png"])
async def test_a_persona_needs_a_picture_at_an_https_address(client: AsyncWebClient, url: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.chat_postMessage(channel="C1", text="x", icon_url=url)


async def test_a_link_to_a_message_names_its_thread(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "root", ts="1700000000.000100")
    await slack.say("U1", "C1", "reply", root.ts, ts="1700000000.000200")
    links = [(await client.chat_getPermalink(channel="C1", message_ts=m.ts))["permalink"] for m in slack.messages("C1")]
    assert links[0].endswith("/archives/C1/p1700000000000100")
    assert links[1].endswith("/archives/C1/p1700000000000200?thread_ts=1700000000.000100&cid=C1")
