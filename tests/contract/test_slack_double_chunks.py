"""The chunks of a stream in the Slack double: what they may be, and each refusal."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import MarkdownTextChunk, PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble
from adapters.doubles.slack.streams import CHUNKS

Json = dict[str, Any]  # Any: chunks are JSON

ROOT = "1700000000.000100"
TASK = {"type": "task_update", "id": "1", "title": "x", "status": "pending"}
SOURCE = {"type": "url", "url": "https://i.test", "text": "x"}

BROKEN: dict[str, Json] = {
    "chunks:type": {"type": "hologram"},
    "markdown_text.text:missing": {"type": "markdown_text"},
    "plan_update.title:missing": {"type": "plan_update"},
    "plan_update.title:min": {"type": "plan_update", "title": ""},
    "plan_update.title:max": {"type": "plan_update", "title": "x" * 257},
    **{f"task_update.{key}:missing": {k: v for k, v in TASK.items() if k != key} for key in ("id", "title", "status")},
    **{f"task_update.{key}:min": TASK | {key: ""} for key in ("id", "title")},
    **{f"task_update.{key}:max": TASK | {key: "x" * 257} for key in ("title", "details", "output")},
    "task_update.status:choice": TASK | {"status": "asleep"},
    **{f"chunk_source.{key}:missing": TASK | {"sources": [SOURCE | {key: None}]} for key in ("url", "text")},
    **{f"chunk_source.{key}:min": TASK | {"sources": [SOURCE | {key: ""}]} for key in ("url", "text")},
    "blocks_chunk.blocks:missing": {"type": "blocks"},
}


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        await double.say("U1", "U1", "root", ts=ROOT)
        yield double


@pytest.fixture
def client(slack: SlackDouble) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.mark.parametrize("rule", BROKEN)
async def test_a_bad_chunk_is_refused(slack: SlackDouble, client: AsyncWebClient, rule: str) -> None:
    place = {"channel": slack.dm("U1"), "thread_ts": ROOT, "chunks": [BROKEN[rule]]}
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call("chat.startStream", json=place)
    assert refusal.value.response["error"] == "invalid_chunks"
    assert "json-pointer:/chunks/0" in refusal.value.response["response_metadata"]["messages"][0]


def test_every_refusal_of_a_chunk_is_met_by_a_test() -> None:
    assert set(CHUNKS.rules("chunks")) == set(BROKEN)


async def test_the_sdks_chunks_are_taken_and_blocks_stand_below(slack: SlackDouble, client: AsyncWebClient) -> None:
    place = {"channel": slack.dm("U1")}
    task = TaskUpdateChunk(id="1", title="x", status="complete", details="x" * 256)
    first = [MarkdownTextChunk(text="a"), PlanUpdateChunk(title="x"), task]
    ts = (await client.chat_startStream(thread_ts=ROOT, chunks=first, **place))["ts"]
    block = {"type": "divider"}
    await client.chat_appendStream(ts=ts, chunks=[{"type": "blocks", "blocks": [block]}], **place)
    await client.chat_stopStream(ts=ts, chunks=[MarkdownTextChunk(text="b")], blocks=[block], **place)
    (message,) = slack.bot_messages("U1")
    assert (message.text, message.blocks) == ("ab", [block, block])
