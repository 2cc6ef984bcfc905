"""Modals and the home tab in the Slack double: opened, filled in, answered and refused."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble
from adapters.doubles.slack.blockkit.blocks import WHERE
from adapters.doubles.slack.blockkit.check import WHOLE_RULES
from adapters.doubles.slack.blockkit.shapes import Kinds
from adapters.doubles.slack.view_checks import VIEWS
from tests.contract.slack_bolt_app import Body, Way, bolt, running

WAYS = pytest.mark.parametrize("way", ["sockets", "http"])


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def field(action_id: str, kind: str = "plain_text_input", optional: bool = False, **element: object) -> Body:
    return {
        "type": "input",
        "block_id": f"{action_id}_block",
        "label": plain(action_id),
        "optional": optional,
        "element": {"type": kind, "action_id": action_id} | element,
    }


def modal(*blocks: Body, **more: object) -> Body:
    form = list(blocks) or [field("why")]
    return {"type": "modal", "title": plain("T"), "submit": plain("Save"), "blocks": form, "callback_id": "form"} | more


HOME: Body = {"type": "home", "blocks": [{"type": "divider"}]}
LABELS = ("title", "submit", "close")
STRINGS = {"private_metadata": 3_000, "callback_id": 255, "external_id": 255}


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=60) as double:
        yield double


@pytest.fixture
def client(slack: SlackDouble) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def opened(slack: SlackDouble, client: AsyncWebClient, view: Body, user: str = "U1") -> Body:
    answer = await client.views_open(trigger_id=slack.workspace.triggers.give(user), view=view)
    return cast("Body", answer["view"])


async def refused(client: AsyncWebClient, method: str, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, json=arguments)
    return str(refusal.value.response["error"])


@WAYS
async def test_a_shortcut_opens_a_modal_and_its_submission_carries_what_was_filled_in(
    slack: SlackDouble, way: Way
) -> None:
    app, got = bolt(slack), []
    boxes = [{"text": plain(name), "value": name} for name in ("a", "b")]
    view = modal(
        field("why", multiline=True),
        field("when", "datepicker", optional=True),
        field("which", "checkboxes", options=boxes),
        private_metadata="secret",
    )

    @app.shortcut("ask")
    async def ask(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.view("form")
    async def submitted(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app, way):
        await slack.global_shortcut("U1", "ask")
        done = await slack.submit("U1", {"why": "because", "which": ["b"]})
    (body,) = got
    assert done.ok
    assert (body["type"], body["user"]["id"], body["view"]["private_metadata"]) == ("view_submission", "U1", "secret")
    assert body["view"]["state"]["values"] == {
        "why_block": {"why": {"type": "plain_text_input", "value": "because"}},
        "when_block": {"when": {"type": "datepicker", "selected_date": None}},
        "which_block": {"which": {"type": "checkboxes", "selected_options": [boxes[1]]}},
    }
    with pytest.raises(ValueError, match="no modal open"):
        slack.modal("U1")


async def test_slack_itself_refuses_a_form_that_is_not_filled_in(slack: SlackDouble, client: AsyncWebClient) -> None:
    await opened(slack, client, modal(field("why", min_length=3, max_length=5)))
    assert (await slack.submit("U1")).errors == {"why_block": "Please complete this required field."}
    assert (await slack.submit("U1", {"why": "ab"})).errors == {"why_block": "Must be at least 3 characters."}
    late = await slack.submit("U1", {"why": "abcdef"})
    assert late.errors == {"why_block": "Must be at most 5 characters."}
    assert not late.sent


@WAYS
@pytest.mark.parametrize(
    ("answer", "titles"),
    [
        ({"response_action": "update", "view": modal(title=plain("Updated"))}, ["T", "Updated"]),
        ({"response_action": "push", "view": modal(title=plain("Pushed"))}, ["T", "T", "Pushed"]),
        ({"response_action": "errors", "errors": {"why_block": "no"}}, ["T", "T"]),
        ({"response_action": "clear"}, []),
        ({}, ["T"]),
    ],
)
async def test_a_submission_is_answered(slack: SlackDouble, way: Way, answer: Body, titles: list[str]) -> None:
    app = bolt(slack)

    @app.view("form")
    async def submitted(ack: AsyncAck) -> None:
        await ack(answer) if answer else await ack()

    async with running(slack, app, way) as client:
        await opened(slack, client, modal())
        first = slack.modal("U1")
        await client.views_push(trigger_id=slack.workspace.triggers.give("U1", first.id), view=modal())
        done = await slack.submit("U1", {"why": "because"})
    assert done.errors == answer.get("errors", {})
    assert [view.body["title"]["text"] for view in slack.workspace.views.stacks.get("U1", [])] == titles


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "shout"},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"elsewhere": "no"}},
        {"response_action": "update", "view": HOME},
        {"response_action": "push", "view": modal(title=plain("x" * 25))},
    ],
)
async def test_a_bad_answer_leaves_the_modal_open_with_slacks_own_line(slack: SlackDouble, answer: Body) -> None:
    app = bolt(slack)

    @app.view("form")
    async def submitted(ack: AsyncAck) -> None:
        await ack(answer)

    async with running(slack, app) as client:
        view = await opened(slack, client, modal())
        done = await slack.submit("U1", {"why": "because"})
    assert done.shown == "We had some trouble connecting. Try again?"
    assert done.problem
    assert slack.modal("U1").id == view["id"]


async def test_a_field_of_a_form_tells_nothing_before_it_is_submitted_unless_it_dispatches(slack: SlackDouble) -> None:
    app, got = bolt(slack), []

    @app.action("now")
    async def now(ack: AsyncAck, body: Body) -> None:
        got.append(body["actions"][0]["value"])
        await ack()

    async with running(slack, app) as client:
        await opened(slack, client, modal(field("later"), field("now") | {"dispatch_action": True}))
        assert not (await slack.choose("U1", slack.modal("U1"), "later", "a")).sent
        assert (await slack.choose("U1", slack.modal("U1"), "now", "b")).sent
    assert got == ["b"]


async def test_an_update_keeps_what_was_typed_where_the_block_stays(slack: SlackDouble, client: AsyncWebClient) -> None:
    view = await opened(slack, client, modal(field("why"), field("when")))
    for name in ("why", "when"):
        await slack.choose("U1", slack.modal("U1"), name, "typed")
    updated = await client.views_update(view_id=view["id"], view=modal(field("why"), field("who")))
    assert list(updated["view"]["state"]["values"]) == ["why_block"]


async def test_closing_is_told_where_the_view_asks_for_it(slack: SlackDouble) -> None:
    app, got = bolt(slack), []

    @app.view_closed("form")
    async def closed(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app) as client:
        await opened(slack, client, modal())
        assert not (await slack.close_modal("U1")).sent
        await opened(slack, client, modal(notify_on_close=True))
        await slack.close_modal("U1", all_of_them=True)
    assert [(body["type"], body["is_cleared"]) for body in got] == [("view_closed", True)]


async def test_a_button_in_a_modal_or_home_tab_tells_its_view(slack: SlackDouble) -> None:
    app, got = bolt(slack), []
    acts = {"type": "actions", "elements": [{"type": "button", "text": plain("Go"), "action_id": "go"}]}

    @app.action("go")
    async def go(ack: AsyncAck, body: Body) -> None:
        got.append(body)
        await ack()

    async with running(slack, app) as client:
        await opened(slack, client, modal(field("why"), acts))
        await slack.choose("U1", slack.modal("U1"), "why", "half")
        await slack.press("U1", slack.modal("U1"), "go")
        await client.views_publish(user_id="U1", view=HOME | {"blocks": [acts]})
        await slack.press("U1", slack.home("U1"), "go")
        with pytest.raises(ValueError, match="U2 does not see this view"):
            await slack.press("U2", slack.home("U1"), "go")
    in_modal, in_home = got
    assert in_modal["container"] == {"type": "view", "view_id": in_modal["view"]["id"]}
    assert in_modal["view"]["state"]["values"]["why_block"]["why"]["value"] == "half"
    assert not {"response_url", "channel", "message"} & in_modal.keys()
    assert in_home["view"]["type"] == "home"


async def test_the_home_tab_comes_with_its_opening_once_it_is_published(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    await client.views_publish(user_id="U1", view=HOME)
    slack.deliveries.paused = True
    await slack.open_home("U1")
    (delivery,) = slack.deliveries.held
    assert delivery.payload["event"]["view"]["hash"] == slack.home("U1").hash


async def test_a_trigger_opens_one_modal_within_three_seconds(slack: SlackDouble, client: AsyncWebClient) -> None:
    triggers = slack.workspace.triggers
    now = [0.0]
    triggers.clock = lambda: now[0]
    used, late = triggers.give("U1"), triggers.give("U1")
    await client.views_open(trigger_id=used, view=modal())
    assert await refused(client, "views.open", trigger_id=used, view=modal()) == "exchanged_trigger_id"
    now[0] = 3.1
    assert await refused(client, "views.open", trigger_id=late, view=modal()) == "expired_trigger_id"
    for wrong in ("1.2.abc", "no trigger"):
        assert await refused(client, "views.open", trigger_id=wrong, view=modal()) == "invalid_trigger_id"
    assert await refused(client, "views.open", view=modal()) == "invalid_arguments"


async def test_three_modals_stand_on_each_other(slack: SlackDouble, client: AsyncWebClient) -> None:
    triggers = slack.workspace.triggers
    first = await opened(slack, client, modal())
    assert await refused(client, "views.push", trigger_id=triggers.give("U1"), view=modal()) == "not_found"
    stack = [first["id"]]
    for _ in range(2):
        pushed = (await client.views_push(trigger_id=triggers.give("U1", first["id"]), view=modal()))["view"]
        assert (pushed["root_view_id"], pushed["previous_view_id"]) == (first["id"], stack[-1])
        stack.append(pushed["id"])
    trigger = triggers.give("U1", first["id"])
    assert await refused(client, "views.push", trigger_id=trigger, view=modal()) == "push_limit_reached"


async def test_a_view_is_updated_only_as_it_was_seen(slack: SlackDouble, client: AsyncWebClient) -> None:
    view = await opened(slack, client, modal(external_id="mine"))
    now = (await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(external_id="mine")))["view"]
    assert now["hash"] != view["hash"]
    late = {"hash": view["hash"], "view": modal()}
    assert await refused(client, "views.update", view_id=view["id"], **late) == "hash_conflict"
    assert await refused(client, "views.update", view=modal()) == "invalid_arguments"
    assert await refused(client, "views.update", view_id=view["id"], view=HOME) == "invalid_arguments"
    assert (await client.views_update(external_id="mine", view=modal()))["ok"]
    await slack.close_modal("U1")
    assert await refused(client, "views.update", view_id=view["id"], view=modal()) == "not_found"


async def test_an_external_id_belongs_to_one_view(slack: SlackDouble, client: AsyncWebClient) -> None:
    await opened(slack, client, modal(external_id="mine"))
    trigger = slack.workspace.triggers.give("U2")
    error = await refused(client, "views.open", trigger_id=trigger, view=modal(external_id="mine"))
    assert error == "duplicate_external_id"


async def test_a_home_tab_is_published_to_a_member_as_it_was_seen(slack: SlackDouble, client: AsyncWebClient) -> None:
    seen = (await client.views_publish(user_id="U1", view=HOME))["view"]["hash"]
    await client.views_publish(user_id="U1", view=HOME, hash=seen)
    assert await refused(client, "views.publish", user_id="U1", view=HOME, hash=seen) == "hash_conflict"
    assert await refused(client, "views.publish", user_id="U404", view=HOME) == "user_not_found"
    assert await refused(client, "views.publish", view=HOME) == "invalid_arguments"
    assert await refused(client, "views.publish", user_id="U1", view=modal()) == "invalid_arguments"
    slack.workspace.home_enabled = False
    assert await refused(client, "views.publish", user_id="U1", view=HOME) == "not_enabled"


LONG = "x" * 25
BROKEN: dict[str, Body] = {
    "view:type": modal(type="banner"),
    "modal.title:missing": modal(title=None),
    "modal.blocks:missing": modal(blocks=None),
    "modal:submit-with-inputs": modal(submit=None),
    **{f"modal.{label}:kind": modal(**{label: {"type": "mrkdwn", "text": "x"}}) for label in LABELS},
    **{f"modal.{label}:max": modal(**{label: plain(LONG)}) for label in LABELS},
    **{f"modal.{label}:min": modal(**{label: plain("")}) for label in LABELS},
    **{f"modal.{name}:max": modal(**{name: "x" * (most + 1)}) for name, most in STRINGS.items()},
    **{f"home.{name}:max": HOME | {name: "x" * (most + 1)} for name, most in STRINGS.items()},
    "home.blocks:missing": {"type": "home"},
}


@pytest.mark.parametrize("rule", BROKEN)
async def test_a_bad_view_is_refused(slack: SlackDouble, client: AsyncWebClient, rule: str) -> None:
    view = BROKEN[rule]
    if view["type"] == "home":
        assert await refused(client, "views.publish", user_id="U1", view=view) == "invalid_arguments"
        return
    trigger = slack.workspace.triggers.give("U1")
    assert await refused(client, "views.open", trigger_id=trigger, view=view) == "invalid_arguments"
    assert not slack.workspace.views.stacks


def test_every_refusal_of_a_view_is_met_by_a_test() -> None:
    blocks = {*WHOLE_RULES, *WHERE["modal"].rules("modal"), *WHERE["home"].rules("home")}
    assert set(Kinds(VIEWS).rules("view")) - blocks == set(BROKEN)


@pytest.mark.parametrize(
    ("error", "view"),
    [
        ("invalid_arguments", None),
        ("invalid_arguments", "no json"),
        ("invalid_arguments", HOME),
        ("invalid_arguments", modal(colour="red")),
        ("view_too_large", modal(private_metadata="x" * 256 * 1024)),
    ],
)
async def test_what_is_no_modal_at_all_is_refused(
    slack: SlackDouble, client: AsyncWebClient, error: str, view: Body | None
) -> None:
    trigger = slack.workspace.triggers.give("U1")
    assert await refused(client, "views.open", trigger_id=trigger, view=view) == error


async def test_a_view_at_its_limits_is_taken(slack: SlackDouble, client: AsyncWebClient) -> None:
    full = plain("x" * 24)
    labels = {"title": full, "submit": full, "close": full}
    strings = {"private_metadata": "x" * 3_000, "callback_id": "x" * 255}
    view = await opened(slack, client, modal(*[{"type": "divider"}] * 100, **labels, **strings))
    assert len({block["block_id"] for block in view["blocks"]}) == 100
