"""Native streams in threads of direct messages: shown as they grow, and finished in the same form as every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.doubles.slack import Message, SlackDouble, error, take_then_drop
from adapters.slack import SlackApis, SlackSurface
from core.conversation.composing import safe
from core.conversation.models import Place
from core.conversation.ports import MaybeSent
from core.rendering.message import Outgoing, Persona
from tests.say import say

FINAL = Outgoing(body="**One**, two, three.", feedback=True)
SHAPE = ["markdown", "actions", "context_actions"]


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def apis(slack: SlackDouble) -> AsyncIterator[SlackApis]:
    apis = SlackApis(slack.bot_token, base_url=slack.api_url)
    yield apis
    await apis.close()


@pytest.fixture
def surface(apis: SlackApis) -> SlackSurface:
    return SlackSurface(apis)


@pytest.fixture
async def place(slack: SlackDouble) -> Place:
    said = await slack.say("U1", "U1", "count")
    return Place(surface="slack", tenant="T1", channel=slack.dm("U1"), thread=said.ts, direct=True)


def shown(slack: SlackDouble, place: Place) -> Message:
    (message,) = slack.bot_messages(place.channel)
    return message


def methods(slack: SlackDouble) -> list[str]:
    return [call.method.removeprefix("chat.") for call in slack.calls if call.method.startswith("chat.")]


async def test_an_answer_grows_as_a_stream_and_ends_in_its_final_form(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    await surface.edit(place, ts, "open", say("**One**, tw"))
    assert shown(slack, place).text == "**One**, "  # half a word waits
    await surface.edit(place, ts, "open", say("**One**, two, thr"))
    assert shown(slack, place).text == "**One**, two, "
    await surface.edit(place, ts, "final", FINAL)
    message = shown(slack, place)
    assert message.ts == ts
    assert message.blocks[0] == {"type": "markdown", "text": FINAL.body}
    assert [block["type"] for block in message.blocks] == SHAPE
    assert not message.stream
    assert methods(slack) == ["startStream", "appendStream", "appendStream", "stopStream", "update"]


async def test_a_final_text_that_is_sent_twice_stands_there_once(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    await surface.edit(place, ts, "final", FINAL)
    await surface.edit(place, ts, "final", FINAL)
    assert [block["type"] for block in shown(slack, place).blocks] == SHAPE
    assert shown(slack, place).blocks[0]["text"] == FINAL.body


async def test_what_was_streamed_and_is_void_is_replaced_by_an_edit(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    await surface.edit(place, ts, "open", say("a wrong beginning "))
    await surface.edit(place, ts, "open", say("Another model's answer "))
    assert shown(slack, place).blocks == [{"type": "markdown", "text": "Another model's answer "}]
    await surface.edit(place, ts, "open", say("Another model's answer grows "))
    assert "grows" in shown(slack, place).blocks[0]["text"]
    assert methods(slack) == ["startStream", "appendStream", "stopStream", "update", "update"]


async def test_case_26_a_stream_that_has_expired_goes_on_by_edits_and_nothing_is_lost_or_doubled(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    await surface.edit(place, ts, "open", say("One, "))
    slack.platform.stream_idle = 0.0
    await surface.edit(place, ts, "open", say("One, two, "))
    assert shown(slack, place).blocks == [{"type": "markdown", "text": "One, two, "}]
    await surface.edit(place, ts, "final", FINAL)
    assert shown(slack, place).blocks[0]["text"] == FINAL.body


async def test_case_26_an_append_of_which_nobody_knows_is_replaced_and_not_doubled(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    slack.fault("chat.appendStream", take_then_drop())
    await surface.edit(place, ts, "open", say("One, "))
    await surface.edit(place, ts, "open", say("One, two, "))
    assert shown(slack, place).blocks == [{"type": "markdown", "text": "One, two, "}]


async def test_case_26_another_process_finishes_a_stream_that_it_did_not_begin(
    slack: SlackDouble, apis: SlackApis, surface: SlackSurface, place: Place
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    await surface.edit(place, ts, "open", say("One, "))
    await SlackSurface(apis).edit(place, ts, "final", FINAL)
    assert [block["type"] for block in shown(slack, place).blocks] == SHAPE


async def test_the_lost_start_of_a_stream_is_found_by_its_missing_key(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    earlier = await surface.post(place, "earlier", say("an earlier answer"))
    slack.fault("chat.startStream", take_then_drop())
    opening, since = say(surface.placeholder), datetime.now(UTC)
    with pytest.raises(MaybeSent):
        await surface.post(place, "open", opening)
    began = slack.bot_messages(place.channel)[-1].ts
    assert await surface.find(place, "open", message=opening, since=since) == began != earlier
    await surface.edit(place, began, "final", FINAL)
    assert len(slack.bot_messages(place.channel)) == 2


async def test_where_slack_does_not_stream_an_answer_is_posted_and_edited(
    slack: SlackDouble, surface: SlackSurface, place: Place
) -> None:
    slack.fault("chat.startStream", error("unknown_method"))
    for _ in range(2):
        ts = await surface.post(place, "open", say(surface.placeholder))
        await surface.edit(place, ts, "open", say("One, "))
    assert methods(slack) == ["startStream", "postMessage", "update", "postMessage", "update"]


async def test_flat_direct_messages_and_channels_are_edited(slack: SlackDouble, surface: SlackSurface) -> None:
    said = await slack.say("U1", "C1", "hello")
    flat = Place(surface="slack", tenant="T1", channel=slack.dm("U1"), direct=True)
    channel = Place(surface="slack", tenant="T1", channel="C1", thread=said.ts)
    for place in (flat, channel):
        await surface.post(place, "open", say(surface.placeholder))
    assert methods(slack) == ["postMessage", "postMessage"]


async def test_case_27_a_mentor_streams_under_its_name(slack: SlackDouble, surface: SlackSurface, place: Place) -> None:
    child = Persona(id="julia_child", name="Julia Child", mood="confident", avatar="julia_child-confident")
    ts = await surface.post(place, "open", Outgoing(body=surface.placeholder, persona=child))
    assert shown(slack, place).username == "Julia Child (AI)"
    await surface.edit(place, ts, "final", Outgoing(body="Bon appétit!", persona=child))
    assert shown(slack, place).username == "Julia Child (AI)"


@pytest.mark.parametrize("text", ["<!channel> hi there", "@everyone come "])
async def test_case_13_a_stream_pings_nobody(
    slack: SlackDouble, surface: SlackSurface, place: Place, text: str
) -> None:
    ts = await surface.post(place, "open", say(surface.placeholder))
    await surface.edit(place, ts, "open", say(text))  # also if it had not been made harmless
    await surface.edit(place, ts, "open", say(safe(text) + " more "))
    await surface.edit(place, ts, "final", say(safe(text)))
    assert slack.pings == []
