"""Buttons, menus, shortcuts and commands in the Slack double, through real Bolt over sockets and signed HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import Message, SlackDouble
from tests.contract.slack_bolt_app import Body, Way, bolt, running

WAYS = pytest.mark.parametrize("way", ["sockets", "http"])


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]
BUTTON = {"type": "button", "text": plain("Again"), "action_id": "again", "value": "v"}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": plain("Good"), "value": "up"},
    "negative_button": {"text": plain("Bad"), "value": "down"},
}
BLOCKS = [
    {"type": "actions", "block_id": "acts", "elements": [BUTTON]},
    {"type": "context_actions", "elements": [FEEDBACK]},
    {
        "type": "section",
        "text": plain("Which?"),
        "accessory": {"type": "static_select", "action_id": "which", "options": OPTIONS},
    },
    {"type": "actions", "elements": [{"type": "external_select", "action_id": "find", "min_query_length": 1}]},
]


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=60) as double:
        yield double


async def posted(slack: SlackDouble, client: AsyncWebClient, channel: str = "C1", **more: str) -> Message:
    await client.chat_postMessage(channel=channel, text="t", blocks=BLOCKS, **more)
    return slack.bot_messages(channel)[-1]


@WAYS
async def test_a_button_tells_who_where_and_what(slack: SlackDouble, way: Way) -> None:
    app, got = bolt(slack), []

    @app.action("again")
    async def again(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app, way) as client:
        message = await posted(slack, client)
        done = await slack.press("U1", message, "again")
    (body,) = got
    assert done.ok
    assert (body["type"], body["user"]["id"], body["team"]["id"]) == ("block_actions", "U1", "T1")
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C1",
        "is_ephemeral": False,
    }
    assert (body["channel"], body["message"]["ts"]) == ({"id": "C1", "name": "general"}, message.ts)
    (action,) = body["actions"]
    assert action.pop("action_ts")
    assert action == BUTTON | {"block_id": "acts"}


@WAYS
@pytest.mark.parametrize(("positive", "value"), [(True, "up"), (False, "down")])
async def test_feedback_names_the_button_that_was_pressed(
    slack: SlackDouble, way: Way, positive: bool, value: str
) -> None:
    app, got = bolt(slack), []

    @app.action("feedback")
    async def feedback(ack: AsyncAck, body: Body) -> None:
        got.append(body["actions"][0])
        await ack()

    async with running(slack, app, way) as client:
        await slack.give_feedback("U2", await posted(slack, client), positive)
    assert (got[0]["type"], got[0]["value"]) == ("feedback_buttons", value)


async def test_a_choice_is_told_and_remembered(slack: SlackDouble) -> None:
    app, got = bolt(slack), []

    @app.action("which")
    @app.action("again")
    async def note(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app) as client:
        message = await posted(slack, client)
        await slack.choose("U1", message, "which", "2")
        await slack.press("U1", message, "again")
        await slack.press("U2", message, "again")
    chosen, pressed, other = got
    assert chosen["actions"][0]["selected_option"] == OPTIONS[1]
    (values,) = pressed["state"]["values"].values()
    assert values == {"which": {"type": "static_select", "selected_option": OPTIONS[1]}}
    assert other["state"]["values"] == {}
    with pytest.raises(ValueError, match="3 is not offered"):
        await slack.choose("U1", message, "which", "3")


@WAYS
async def test_an_external_select_asks_the_app_for_options(slack: SlackDouble, way: Way) -> None:
    app, got = bolt(slack), []

    @app.options("find")
    async def find(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack(options=[{"text": plain(body["value"]), "value": "x"}])

    @app.action("find")
    async def found(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app, way) as client:
        message = await posted(slack, client)
        offered = await slack.search("U1", message, "find", "no")
        await slack.choose("U1", message, "find", "x")
    asked, chosen = got
    assert (asked["type"], asked["action_id"], asked["value"]) == ("block_suggestion", "find", "no")
    assert offered.options == [chosen["actions"][0]["selected_option"]]


async def test_too_many_suggestions_are_not_shown(slack: SlackDouble) -> None:
    app = bolt(slack)

    @app.options("find")
    async def find(ack: AsyncAck) -> None:
        await ack(options=[{"text": plain("x"), "value": str(n)} for n in range(101)])

    async with running(slack, app) as client:
        offered = await slack.search("U1", await posted(slack, client), "find", "no")
    assert offered.shown == "There was a problem loading the options."
    assert "no more than 100 items allowed" in offered.problem
    assert offered.options == []


@WAYS
async def test_a_command_is_told_and_its_answer_shown_to_its_person_alone(slack: SlackDouble, way: Way) -> None:
    app, got = bolt(slack), []

    @app.command("/robbie")
    async def command(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack("hello")

    async with running(slack, app, way):
        done = await slack.slash("U1", "G1", "/robbie mentor  child")
    (body,) = got
    assert done.ok
    assert (body["command"], body["text"], body["user_id"]) == ("/robbie", "mentor  child", "U1")
    assert (body["channel_id"], body["channel_name"], body["team_id"]) == ("G1", "privategroup", "T1")
    (shown,) = slack.workspace.ephemerals
    assert (shown.text, shown.shown_to, shown.channel) == ("hello", "U1", "G1")
    assert slack.messages("G1") == []


async def test_no_command_reaches_the_app_from_a_thread_or_by_an_unknown_name(slack: SlackDouble) -> None:
    said = await slack.say("U1", "C1", "root")
    threaded = await slack.slash("U1", "C1", "/robbie status", said.ts)
    assert threaded.shown == "/robbie is not supported in threads. Sorry!"
    assert not threaded.sent
    unknown = await slack.slash("U1", "C1", "/robot status")
    assert unknown.shown.startswith("/robot is not a valid command.")
    assert not unknown.sent


@WAYS
async def test_shortcuts_name_their_callback_and_message(slack: SlackDouble, way: Way) -> None:
    app, got = bolt(slack), []

    @app.shortcut("note_this")
    @app.shortcut("ask")
    async def shortcut(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app, way):
        said = await slack.say("U2", "C1", "remember me")
        await slack.message_shortcut("U1", slack.messages("C1")[0], "note_this")
        await slack.global_shortcut("U1", "ask")
    of_message, of_all = got
    assert (of_message["type"], of_message["callback_id"]) == ("message_action", "note_this")
    assert (of_message["message"]["text"], of_message["message_ts"]) == ("remember me", said.ts)
    assert (of_message["user"]["id"], of_message["channel"]["id"]) == ("U1", "C1")
    assert (of_all["type"], of_all["callback_id"]) == ("shortcut", "ask")
    assert not {"message", "channel", "response_url"} & of_all.keys()


async def test_only_the_apps_own_shortcuts_can_be_used(slack: SlackDouble) -> None:
    slack.workspace.shortcuts = {"ask": "global"}
    await slack.say("U1", "C1", "hello")
    with pytest.raises(ValueError, match="no message shortcut ask"):
        await slack.message_shortcut("U1", slack.messages("C1")[0], "ask")


Doing = Callable[[SlackDouble, Message], Awaitable[object]]


@pytest.mark.parametrize(
    ("do", "shown"),
    [
        (lambda s, m: s.press("U1", m, "again"), "This app did not respond in time. Try again."),
        (lambda s, m: s.search("U1", m, "find", "x"), "There was a problem loading the options."),
        (lambda s, m: s.message_shortcut("U1", m, "x"), "That didn't work. Try again?"),
        (lambda s, m: s.global_shortcut("U1", "x"), "That didn't work. Try again?"),
        (lambda s, m: s.slash("U1", "C1", "/robbie x"), "/robbie failed because the app did not respond"),
    ],
)
async def test_what_a_person_sees_when_the_app_is_late(slack: SlackDouble, do: Doing, shown: str) -> None:
    app = bolt(slack)
    silent = asyncio.Event()

    @app.middleware  # it never acknowledges
    async def wait() -> None:
        await silent.wait()

    async with running(slack, app) as client:
        message = await posted(slack, client)
        slack.deliveries.ack_timeout = 0.1
        await do(slack, message)
        silent.set()
    done = slack.teller.told[-1]
    assert (done.shown, done.problem, done.ok) == (shown, "timeout", False)
    assert len(slack.teller.told) == 1  # nothing is sent again


@pytest.mark.parametrize(
    ("text", "shown"),
    [("/robbie x", '/robbie failed with the error "dispatch_failed"')],
)
async def test_what_a_person_sees_when_the_app_is_not_there(slack: SlackDouble, text: str, shown: str) -> None:
    assert (await slack.slash("U1", "C1", text)).shown == shown


@pytest.mark.parametrize(
    ("do", "shown"),
    [
        (lambda s, m: s.press("U1", m, "again"), "This app did not respond in time. Try again."),
        (lambda s, m: s.slash("U1", "C1", "/robbie x"), '/robbie failed with the error "http_service_error"'),
    ],
)
async def test_what_a_person_sees_when_the_apps_server_fails(slack: SlackDouble, do: Doing, shown: str) -> None:
    app = bolt(slack)

    @app.action("again")
    @app.command("/robbie")
    async def broken() -> None:
        raise RuntimeError("never to be seen")

    @app.error
    async def failed() -> BoltResponse:
        return BoltResponse(status=500)

    async with running(slack, app, "http") as client:
        await do(slack, await posted(slack, client))
    done = slack.teller.told[-1]
    assert (done.shown, done.problem) == (shown, "http_error")


async def test_an_acknowledgement_after_three_seconds_is_noted_and_too_late(slack: SlackDouble) -> None:
    app, go = bolt(slack), asyncio.Event()

    @app.command("/robbie")
    async def command(ack: AsyncAck) -> None:
        await go.wait()
        await ack("late")

    async with running(slack, app):
        slack.deliveries.ack_timeout = 0.1
        done = await slack.slash("U1", "C1", "/robbie x")
        assert done.shown == "/robbie failed because the app did not respond"
        go.set()
        await slack.wait_for(lambda s: s.acks)
    assert slack.deliveries.lost == [done.trigger_id]
    assert slack.workspace.ephemerals == []


async def test_nobody_presses_what_is_not_there_or_not_shown_to_them(slack: SlackDouble) -> None:
    async with running(slack, bolt(slack)) as client:
        secret = await posted(slack, client, "G1")
        slack.workspace.channels["G1"].members.discard("U3")
        with pytest.raises(ValueError, match="U3 does not see this message"):
            await slack.press("U3", secret, "again")
        with pytest.raises(ValueError, match="0 elements are called undo"):
            await slack.press("U1", secret, "undo")


async def test_a_response_url_answers_replaces_and_deletes(slack: SlackDouble) -> None:
    app = bolt(slack)

    @app.action("again")
    async def again(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("only you", response_type="ephemeral")
        await respond("everybody", response_type="in_channel")
        await respond("another", replace_original=True)
        await respond(delete_original=True)

    async with running(slack, app) as client:
        message = await posted(slack, client)
        await slack.press("U1", message, "again")
        await slack.wait_for(lambda s: message not in s.messages("C1"))
    assert [(m.text, m.shown_to) for m in slack.workspace.ephemerals] == [("only you", "U1")]
    assert [m.text for m in slack.bot_messages("C1")] == ["everybody"]
    assert message.text == "another"


async def answered(session: aiohttp.ClientSession, url: str, body: object) -> tuple[int, str]:
    async with session.post(url, json=body) as response:
        answer = await response.json()
    return response.status, str(answer.get("error", ""))


async def test_a_response_url_is_good_for_five_posts_in_half_an_hour(slack: SlackDouble) -> None:
    app, now = bolt(slack), [0.0]
    slack.teller.urls.clock = lambda: now[0]

    @app.command("/robbie")
    async def command(ack: AsyncAck) -> None:
        await ack()

    async with running(slack, app), aiohttp.ClientSession() as session:
        url = (await slack.slash("U1", "C1", "/robbie x")).response_url
        assert await answered(session, url, {"text": ""}) == (200, "no_text")
        assert await answered(session, url, {"text": "x", "response_type": "loud"}) == (200, "invalid_arguments")
        assert await answered(session, url, {"delete_original": True}) == (200, "message_not_found")
        assert await answered(session, url, "text") == (200, "invalid_payload")
        for number in range(5):
            assert await answered(session, url, {"text": str(number)}) == (200, "")
        assert await answered(session, url, {"text": "6"}) == (404, "used_url")
        late = (await slack.slash("U1", "C1", "/robbie x")).response_url
        now[0] = 1801.0
        assert await answered(session, late, {"text": "late"}) == (404, "expired_url")
    assert [m.text for m in slack.workspace.ephemerals] == ["0", "1", "2", "3", "4"]


async def test_an_ephemeral_can_be_used_by_its_person_and_replaced_only_by_response_url(slack: SlackDouble) -> None:
    app = bolt(slack)

    @app.action("again")
    async def again(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("another", replace_original=True)

    async with running(slack, app) as client:
        answer = await client.chat_postEphemeral(channel="C1", user="U1", text="t", blocks=BLOCKS)
        (message,) = slack.workspace.ephemerals
        with pytest.raises(ValueError, match="U2 does not see this message"):
            await slack.press("U2", message, "again")
        done = await slack.press("U1", message, "again")
        await slack.wait_for(lambda s: message.text == "another")
        with pytest.raises(SlackApiError, match="message_not_found"):
            await client.chat_update(channel="C1", ts=answer["message_ts"], text="x")
    assert done.payload["container"]["is_ephemeral"]
    assert "message" not in done.payload


async def test_the_home_tab_and_the_context_are_told(slack: SlackDouble) -> None:
    slack.deliveries.paused = True
    await slack.open_home("U1")
    await slack.open_home("U1", "messages")
    await slack.look_at("U1", "C1")
    await slack.look_at("U1", None)
    home, messages, there, nowhere = [delivery.payload["event"] for delivery in slack.deliveries.held]
    assert (home["type"], home["tab"], home["user"], home["channel"]) == ("app_home_opened", "home", "U1", "D1")
    assert "view" not in home
    assert messages["tab"] == "messages"
    entity = {"type": "slack#/types/channel_id", "value": "C1", "team_id": "T1"}
    assert (there["type"], there["context"]) == ("app_context_changed", {"entities": [entity]})
    assert nowhere["context"] == {}
