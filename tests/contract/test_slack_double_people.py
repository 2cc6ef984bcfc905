"""What people do in the Slack double, and the events that tell the app of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble

Event = dict[str, Any]  # Any: events are JSON


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        double.deliveries.paused = True  # so that what would be sent can be read
        yield double


def sent(slack: SlackDouble) -> list[Event]:
    return [delivery.payload["event"] for delivery in slack.deliveries.held]


@pytest.mark.parametrize(("channel", "kind"), [("C1", "channel"), ("G1", "group"), ("U1", "im")])
async def test_events_say_what_kind_of_channel_it_is(slack: SlackDouble, channel: str, kind: str) -> None:
    await slack.say("U1", channel, "hello")
    assert sent(slack)[0]["channel_type"] == kind


@pytest.mark.parametrize("mention_first", [False, True])
async def test_a_mention_sends_a_second_event_with_its_own_id(slack: SlackDouble, mention_first: bool) -> None:
    said = await slack.say("U1", "C1", "<@UROBBIE> hello", mention_first=mention_first)
    kinds = ["app_mention", "message"] if mention_first else ["message", "app_mention"]
    assert [event["type"] for event in sent(slack)] == kinds
    assert {event["ts"] for event in sent(slack)} == {said.ts}
    assert said.mention_event != said.message_event


async def test_a_mention_in_a_direct_message_is_only_a_message(slack: SlackDouble) -> None:
    said = await slack.say("U1", "U1", "<@UROBBIE> hello")
    assert said.message_event
    assert not said.mention_event


async def test_nothing_comes_from_a_channel_without_the_app(slack: SlackDouble) -> None:
    slack.add_channel("C9", with_bot=False)
    assert (await slack.say("U1", "C9", "<@UROBBIE>")).message_event == ""


async def test_edits_deletions_reactions_and_stop_are_told(slack: SlackDouble) -> None:
    said = await slack.say("U1", "C1", "hello")
    await slack.edit_message("C1", said.ts, "hello, you")
    await slack.react("U2", "C1", said.ts, "+1")
    await slack.unreact("U2", "C1", said.ts, "+1")
    await slack.press_stop("U1", "C1", said.ts)
    await slack.delete_message("C1", said.ts)
    _, edited, reacted, unreacted, stopped, deleted = sent(slack)
    assert (edited["subtype"], edited["message"]["text"]) == ("message_changed", "hello, you")
    assert (edited["previous_message"]["text"], edited["message"]["ts"]) == ("hello", said.ts)
    assert (reacted["type"], unreacted["type"]) == ("reaction_added", "reaction_removed")
    assert (reacted["reaction"], reacted["user"], reacted["item_user"]) == ("+1", "U2", "U1")
    assert reacted["item"] == {"type": "message", "channel": "C1", "ts": said.ts}
    assert (stopped["type"], stopped["thread_ts"]) == ("agent_session_stopped", said.ts)
    assert (stopped["user"], stopped["channel"], stopped["streaming_message_ts"]) == ("U1", "C1", [])
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said.ts)
    assert slack.messages("C1") == []


async def test_stop_names_the_streams_that_it_ended(slack: SlackDouble) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    root = await slack.say("U1", "U1", "hello")
    stream = await client.chat_startStream(channel=slack.dm("U1"), thread_ts=root.ts, markdown_text="a")
    await slack.press_stop("U1", "U1", root.ts)
    assert sent(slack)[-1]["streaming_message_ts"] == [stream["ts"]]


async def test_the_apps_own_posts_and_other_bots_come_back(slack: SlackDouble) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    ts = (await client.chat_postMessage(channel="C1", text="mine"))["ts"]
    await client.chat_update(channel="C1", ts=ts, text="still mine")
    await slack.bot_says("C1", "<@UROBBIE> beep")
    own, edit, other, mention = sent(slack)
    assert (own["bot_id"], own["user"], own["ts"]) == ("BROBBIE", "UROBBIE", ts)
    assert (edit["subtype"], edit["message"]["bot_id"]) == ("message_changed", "BROBBIE")
    assert (other["subtype"], other["bot_id"]) == ("bot_message", "BOTHERBOT")
    assert (mention["type"], mention["bot_id"]) == ("app_mention", "BOTHERBOT")


async def test_files_come_with_the_message(slack: SlackDouble) -> None:
    await slack.say("U1", "C1", "look", files=[slack.attach("a.txt", b"abc")])
    (file,) = sent(slack)[0]["files"]
    assert (sent(slack)[0]["subtype"], file["name"], file["mimetype"], file["size"]) == (
        "file_share",
        "a.txt",
        "text/plain",
        3,
    )


async def test_wait_for_says_what_stood_there_instead(slack: SlackDouble) -> None:
    with pytest.raises(TimeoutError, match="0 sockets, 0 acks, 0 calls"):
        await slack.wait_for(lambda s: s.acks, timeout=0.05)
