"""Commands, buttons, votes, shortcuts and modals through real Bolt, over sockets and over signed HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.doubles.slack import Message, SlackDouble, error
from adapters.slack import SlackApis, SlackSurface
from adapters.slack.interactive import NOT_KEPT
from core.conversation.models import Kind, Place
from core.registry import Invocation
from core.rendering.message import Button, Outgoing
from tests.contract.slack_front import Store, Way, at_home, ephemerals

WAYS = pytest.mark.parametrize("way", ["sockets", "http"])
YES = Button(label="Yes", invocation=Invocation(command="yes", arguments={"of": "7"}), style="primary")
ASK = Button(label="Ask", invocation=Invocation(command="ask"))


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=30) as double:  # what is asked here is what comes, not how soon
        yield double


@pytest.fixture
def store() -> Store:
    return Store()


async def posted(slack: SlackDouble, message: Outgoing, channel: str = "C1", thread: str = "") -> Message:
    """What Robbie posts."""
    apis = SlackApis(slack.bot_token, base_url=slack.api_url)
    surface = SlackSurface(apis)
    place = Place(surface="slack", tenant="T1", channel=channel, thread=thread, direct=channel.startswith("D"))
    ts = await surface.post(place, "key", message)
    await apis.close()
    return next(shown for shown in slack.bot_messages(channel) if shown.ts == ts)


@WAYS
async def test_a_slash_command_is_stored_before_it_is_acknowledged(slack: SlackDouble, store: Store, way: Way) -> None:
    async with at_home(slack, store, way):
        done = await slack.slash("U1", "C1", "/robbie help ask")
    (event,) = store.events
    assert done.ok
    assert (event.kind, event.command) == (Kind.MESSAGE, Invocation(command="help", arguments={"command": "ask"}))
    assert (event.place.channel, event.place.thread, event.place.direct) == ("C1", "", False)
    assert event.author.account == "U1"
    assert event.reply is not None
    assert event.reply.sealed.decode() == done.response_url


async def test_a_command_that_cannot_be_read_asks_for_help_with_the_reason(slack: SlackDouble, store: Store) -> None:
    async with at_home(slack, store):
        await slack.slash("U1", "C1", "/robbie dance")
        await slack.slash("U1", "C1", "/robbie")
    wrong, bare = (event.command for event in store.events)
    assert wrong is not None
    assert (wrong.command, wrong.arguments["problem"]) == ("help", "I do not know a command called “dance”.")
    assert bare == Invocation(command="help")


@WAYS
async def test_what_cannot_be_stored_is_said_to_its_person_alone(slack: SlackDouble, store: Store, way: Way) -> None:
    store.away = True
    async with at_home(slack, store, way):
        message = await posted(slack, Outgoing(body="Shall I?", buttons=(YES,)))
        await slack.slash("U1", "C1", "/robbie help")
        await slack.press("U1", message, "do:0")
        await slack.wait_for(lambda s: len(ephemerals(s, "U1")) == 2)
    assert {message.text for message in ephemerals(slack, "U1")} == {NOT_KEPT}
    assert len(slack.bot_messages("C1")) == 1


async def test_a_channel_sees_what_was_asked_there_with_a_slash(slack: SlackDouble, store: Store) -> None:
    async with at_home(slack, store):
        await slack.slash("U1", "C1", "/robbie ask what is <new> & @here?")
    assert store.events[0].text == "what is <new> & @here?"
    (shown,) = slack.bot_messages("C1")
    assert shown.text == "<@U1>: what is &lt;new&gt; &amp; @here?"


async def test_a_command_in_ones_own_direct_message_is_private_and_in_anothers_it_is_not(
    slack: SlackDouble, store: Store
) -> None:
    slack.add_channel("D9", kind="im", with_bot=False)
    async with at_home(slack, store):
        await slack.slash("U1", slack.dm("U1"), "/robbie help")
        await slack.slash("U1", "D9", "/robbie help")
    own, foreign = store.events
    assert (own.place.channel, own.place.direct, own.reply) == (slack.dm("U1"), True, None)
    assert (foreign.place.channel, foreign.place.direct) == ("D9", False)
    assert foreign.reply is not None


async def test_stop_is_confirmed_at_once(slack: SlackDouble, store: Store) -> None:
    async with at_home(slack, store):
        await slack.slash("U1", "C1", "/robbie stop")
    assert [message.text for message in ephemerals(slack, "U1")] == ["Stopping."]


@WAYS
async def test_a_button_is_the_command_that_it_carries(slack: SlackDouble, store: Store, way: Way) -> None:
    said = await slack.say("U1", "C1", "a question", drop=True)
    async with at_home(slack, store, way):
        message = await posted(slack, Outgoing(body="Shall I?", buttons=(YES,)), thread=said.ts)
        done = await slack.press("U1", message, "do:0")
    (event,) = store.events
    assert done.ok
    assert (event.command, event.about) == (YES.invocation, message.ts)
    assert (event.place.channel, event.place.thread) == ("C1", said.ts)
    assert message.blocks[1]["elements"][0]["style"] == "primary"


async def test_a_double_click_is_one_press(slack: SlackDouble, store: Store) -> None:
    async with at_home(slack, store):
        message = await posted(slack, Outgoing(body="Shall I?", buttons=(YES,)))
        ticks = iter(["1700000000.000100", "1700000001.000100", "1700000009.000100"])
        slack.workspace.new_ts = lambda: next(ticks)  # type: ignore[method-assign]
        for _ in range(3):
            await slack.press("U1", message, "do:0")
    assert [event.message_id for event in store.events] == ["1700000000.000100", "1700000009.000100"]


async def test_a_link_is_acknowledged_and_asks_for_nothing(slack: SlackDouble, store: Store) -> None:
    async with at_home(slack, store):
        message = await posted(slack, Outgoing(body="Look", buttons=(Button(label="Docs", url="https://x.org"),)))
        assert (await slack.press("U1", message, "open:0")).ok
    assert store.events == []


async def test_a_button_that_carries_too_much_is_left_out_and_the_text_is_not(slack: SlackDouble) -> None:
    long = Button(label="Long", invocation=Invocation(command="ask", arguments={"text": "x" * 200}))
    message = await posted(slack, Outgoing(body="Choose", buttons=(long, YES)))
    assert [element["text"]["text"] for element in message.blocks[1]["elements"]] == ["Yes"]


@WAYS
@pytest.mark.parametrize(("good", "vote"), [(True, "up"), (False, "down")])
async def test_a_vote_is_handed_in_with_the_message_that_it_is_about(
    slack: SlackDouble, store: Store, way: Way, good: bool, vote: str
) -> None:
    async with at_home(slack, store, way):
        message = await posted(slack, Outgoing(body="An answer", feedback=True))
        await slack.give_feedback("U2", message, good)
    (event,) = store.events
    assert event.command == Invocation(command="vote", arguments={"vote": vote})
    assert (event.about, event.author.account) == (message.ts, "U2")


async def test_who_votes_down_may_say_why(slack: SlackDouble, store: Store) -> None:
    said = await slack.say("U1", "C1", "a question", drop=True)
    async with at_home(slack, store):
        message = await posted(slack, Outgoing(body="An answer", feedback=True), thread=said.ts)
        await slack.give_feedback("U2", message, False)
        await slack.wait_for(lambda s: ephemerals(s, "U2"))
        (asked,) = ephemerals(slack, "U2")
        assert asked.thread_ts == said.ts
        await slack.press("U2", asked, "do:0")
        await slack.wait_for(lambda s: s.workspace.views.stacks.get("U2"))
        assert (await slack.submit("U2", {"reason": "It was about cats."})).ok
    down, why = store.events
    assert why.command == Invocation(command="reason", arguments={"vote": "down", "reason": "It was about cats."})
    assert down.about == why.about == message.ts


@WAYS
async def test_a_command_that_lacks_something_opens_a_form(slack: SlackDouble, store: Store, way: Way) -> None:
    async with at_home(slack, store, way):
        await slack.slash("U1", "C1", "/robbie ask")
        await slack.wait_for(lambda s: s.workspace.views.stacks.get("U1"))
        assert not store.events
        assert (await slack.submit("U1", {"text": "why?"})).ok
    (event,) = store.events
    assert event.command == Invocation(command="ask", arguments={"text": "why?"})
    assert (event.place.channel, event.text) == ("C1", "why?")
    assert not slack.workspace.views.stacks.get("U1")


async def test_a_button_opens_a_form_in_time(slack: SlackDouble, store: Store) -> None:
    async with at_home(slack, store):
        message = await posted(slack, Outgoing(body="Go on?", buttons=(ASK,)))
        await slack.press("U1", message, "do:0")
        await slack.wait_for(lambda s: s.workspace.views.stacks.get("U1"))
        await slack.submit("U1", {"text": "more"})
    assert store.events[0].about == message.ts


@WAYS
async def test_what_is_wrong_in_a_form_stands_under_its_field(slack: SlackDouble, store: Store, way: Way) -> None:
    async with at_home(slack, store, way):
        await slack.slash("U1", "C1", "/robbie tune")
        await slack.wait_for(lambda s: s.workspace.views.stacks.get("U1"))
        done = await slack.submit("U1", {"level": "9"})
        assert done.errors == {"level": "level is a whole number from -2 to 2."}
        assert slack.modal("U1")
        store.away = True
        assert (await slack.submit("U1", {"level": "1"})).errors == {"level": NOT_KEPT}
        store.away = False
        assert (await slack.submit("U1", {"level": "1"})).ok
    assert [event.command for event in store.events] == [Invocation(command="tune", arguments={"level": "1"})]


@WAYS
async def test_a_field_with_a_completer_offers_what_fits(slack: SlackDouble, store: Store, way: Way) -> None:
    async with at_home(slack, store, way):
        await slack.slash("U1", "C1", "/robbie tune")
        await slack.wait_for(lambda s: s.workspace.views.stacks.get("U1"))
        offered = await slack.search("U1", slack.modal("U1"), "command", "cou")
        assert [option["value"] for option in offered.options] == ["council"]
        await slack.submit("U1", {"level": "0", "command": "council"})
    assert store.events[0].command == Invocation(command="tune", arguments={"level": "0", "command": "council"})


@WAYS
async def test_a_message_shortcut_brings_the_message_and_its_link(slack: SlackDouble, store: Store, way: Way) -> None:
    said = await slack.say("U2", "C1", "remember <https://x.org|this> &amp; that", drop=True)
    async with at_home(slack, store, way):
        done = await slack.message_shortcut("U1", slack.messages("C1")[0], "note")
    (event,) = store.events
    assert done.ok
    assert event.command is not None
    assert event.command.arguments["text"] == "remember [this](https://x.org) & that"
    assert event.text == ""  # a private command: the channel's conversation does not hold it
    assert event.command.arguments["link"].endswith(f"/archives/C1/p{said.ts.replace('.', '')}")
    assert (event.about, event.author.account) == (said.ts, "U1")
    assert event.place.thread == ""  # Robbie does not begin to take part in that thread


async def test_a_form_that_cannot_be_opened_is_said(slack: SlackDouble, store: Store) -> None:
    slack.fault("views.open", error("expired_trigger_id"))
    async with at_home(slack, store):
        await slack.slash("U1", "C1", "/robbie ask")
        await slack.wait_for(lambda s: ephemerals(s, "U1"))
    assert store.events == []
