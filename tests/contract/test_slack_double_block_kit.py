"""Block Kit in the Slack double: each refusal that its tables can give, met over a socket through the real SDK."""

import inspect
import re
from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models import blocks as sdk
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble
from adapters.doubles.slack.blockkit.blocks import BLOCKS, WHERE
from adapters.doubles.slack.blockkit.check import WHOLE_RULES
from adapters.doubles.slack.blockkit.elements import ELEMENTS
from adapters.doubles.slack.blockkit.shapes import Items, Obj, Shape, Str, Text
from tests.contract import block_kit_examples as examples
from tests.contract.block_kit_examples import ALL, KINDS, UNKNOWN, Example, Json, mrkdwn, plain

Broken = tuple[str, Json, str]
"""A refusal's name, what is put into the good object, and Slack's words."""


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
def client(slack: SlackDouble) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def said(refusal: SlackApiError, error: str) -> list[str]:
    assert refusal.response["error"] == error
    return cast("list[str]", refusal.response["response_metadata"]["messages"])


async def show(slack: SlackDouble, blocks: list[Json], surface: str = "message") -> list[str]:
    """Send blocks; returns Slack's messages of refusal, none when they are taken."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    view = {"type": surface, "blocks": blocks}
    try:
        if surface == "message":
            await client.api_call("chat.postMessage", json={"channel": "C1", "text": "t", "blocks": blocks})
        elif surface == "home":
            await client.api_call("views.publish", json={"user_id": "U1", "view": view})
        else:
            labels = {"title": plain(), "submit": plain()}
            trigger = slack.workspace.triggers.give("U1")
            await client.api_call("views.open", json={"trigger_id": trigger, "view": view | labels})
    except SlackApiError as refusal:
        return said(refusal, "invalid_blocks" if surface == "message" else "invalid_arguments")
    return []


def bounds(spec: str) -> tuple[int, int | None]:
    least, _, most = spec.partition("..")
    return int(least or 0), int(most) if most else None


def broken_text(key: str, kind: str, limit: int) -> Iterator[Broken]:
    if kind != "length":
        other = mrkdwn() if kind == "plain" else {"type": "raw", "text": "x"}
        yield f"{key}:kind", other, "unsupported type"
    make = mrkdwn if kind == "length" else plain
    yield f"{key}:max", make("x" * (limit + 1)), f"must be less than {limit + 1} characters"
    yield f"{key}:min", make(""), "must be more than 0 characters"


def broken_values(key: str, spec: str, good: object) -> Iterator[tuple[str, object, str]]:
    """Values of a field that break each of its limits."""
    kind, _, rest = spec.partition(" ")
    if kind in ("plain", "text", "length"):
        yield from broken_text(key, kind, int(rest))
    elif kind == "word":
        yield f"{key}:choice", "nonsense", "must be a valid enum value"
    elif kind == "like":
        yield f"{key}:form", rest, "does not match its format"
    elif kind == "list":
        numbers, _, item = rest.partition(" ")
        assert isinstance(good, list)
        yield from broken_number(key, bounds(numbers), good[0])
        if item:
            yield from ((rule, [value], words) for rule, value, words in broken_values(key, item, good[0]))
    else:
        yield from broken_size(key, kind, bounds(rest))


def broken_number(key: str, limits: tuple[int, int | None], item: object) -> Iterator[tuple[str, object, str]]:
    least, most = limits
    if least:
        yield f"{key}:few", [], f"no fewer than {least} items allowed"
    if most is not None:
        yield f"{key}:many", [item] * (most + 1), f"no more than {most} items allowed"


def broken_size(key: str, kind: str, limits: tuple[int, int | None]) -> Iterator[tuple[str, object, str]]:
    least, most = limits
    if kind == "int":
        yield f"{key}:low", least - 1, f"must be greater than or equal to {least}"
        if most is not None:
            yield f"{key}:high", most + 1, f"must be less than or equal to {most}"
        return
    if least:
        yield f"{key}:min", "", "must be more than 0 characters"
    if most is not None:
        yield f"{key}:max", "x" * (most + 1), f"must be less than {most + 1} characters"


def broken(name: str, example: Example) -> Iterator[Broken]:
    for key in example.needs:
        yield f"{name}.{key}:missing", {key: None}, f"missing required field: {key}"
    for extra, (change, words) in example.extras.items():
        yield f"{name}:{extra}", change, words
    for key, spec in example.fields.items():
        beside = example.beside.get(key, {})
        for rule, value, words in broken_values(f"{name}.{key}", spec, (example.good | beside).get(key)):
            yield rule, beside | {key: value}, words


def good_at_the_limit(example: Example) -> Iterator[Json]:
    """The object with each field as long as it may be."""
    for key, spec in example.fields.items():
        kind, _, rest = spec.partition(" ")
        if kind in ("plain", "text"):
            yield {key: plain("x" * int(rest))}
        elif kind in ("str", "int") and (most := bounds(rest)[1]) is not None:
            yield {key: "x" * most if kind == "str" else most}
        elif kind == "list" and key == "options" and (most := bounds(rest)[1]) is not None:
            yield {key: [*example.good[key], *({"text": plain(), "value": str(n)} for n in range(most - 1))]}


@pytest.mark.parametrize("name", ALL)
async def test_an_object_is_taken_at_its_limits_and_refused_beyond_them(slack: SlackDouble, name: str) -> None:
    example = ALL[name]
    for change in [{}, *good_at_the_limit(example)]:
        assert await show(slack, example.place(example.good | change), example.surface) == [], change
    for rule, change, words in broken(name, example):
        why = await show(slack, example.place(example.good | change), example.surface)
        assert any(words in line for line in why), (rule, why)
    assert len(slack.bot_messages("C1")) == (1 + len(list(good_at_the_limit(example)))) * (example.surface == "message")


@pytest.mark.parametrize("rule", KINDS)
async def test_an_unknown_kind_is_refused_wherever_it_stands(slack: SlackDouble, rule: str) -> None:
    surface = rule.removesuffix(":type")
    why = await show(slack, KINDS[rule](UNKNOWN), surface if surface in WHERE else "message")
    assert any("unsupported type: hologram" in line for line in why)


BUTTON = {"type": "button", "text": plain(), "action_id": "a"}
FOCUSED = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "focus_on_load": True}}
FILE = {"type": "input", "label": plain(), "element": {"type": "file_input"}}
TOGETHER = {
    "blocks:many": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "block_id:unique": ([{"type": "divider", "block_id": "b"}] * 2, '`block_id` "b" already exists'),
    "action_id:unique": (
        [{"type": "divider"}, {"type": "actions", "elements": [BUTTON, BUTTON]}],
        '`action_id` "a" already exists [json-pointer:/blocks/1/elements/1/action_id]',
    ),
    "markdown:sum": (
        [{"type": "markdown", "text": "x" * 6_000}, {"type": "markdown", "text": "x" * 6_001}],
        "markdown text must be less than 12001 characters in all",
    ),
    "focus_on_load:one": ([FOCUSED, FOCUSED], "only one element can have focus_on_load"),
    "file_input:in-modal": ([FILE], "unsupported type: file_input"),
}


@pytest.mark.parametrize("rule", TOGETHER)
async def test_blocks_that_do_not_go_together_are_refused(slack: SlackDouble, rule: str) -> None:
    blocks, words = TOGETHER[rule]
    assert any(words in line for line in await show(slack, blocks))


@pytest.mark.parametrize("surface", ["modal", "home"])
async def test_a_view_takes_a_hundred_blocks(slack: SlackDouble, surface: str) -> None:
    assert await show(slack, [{"type": "divider"}] * 100, surface) == []
    many = await show(slack, [{"type": "divider"}] * 101, surface)
    assert many == ["[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"]


@pytest.mark.parametrize("surface", ["modal", "home"])
@pytest.mark.parametrize("kind", ["markdown", "context_actions", "table", "file", "plan", "task_card", "card"])
async def test_some_blocks_stand_in_messages_only(slack: SlackDouble, surface: str, kind: str) -> None:
    why = await show(slack, [ALL[kind].good], surface)
    assert why == [f"[ERROR] unsupported type: {kind} [json-pointer:/view/blocks/0/type]"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"type": "divider", "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
        ({"type": "header", "text": "x"}, "must be an object [json-pointer:/blocks/0/text]"),
        ({"type": "header", "text": {"type": "plain_text"}}, "must be a string [json-pointer:/blocks/0/text/text]"),
        ({"type": "markdown", "text": 1}, "must be a string [json-pointer:/blocks/0/text]"),
        ({"type": "actions", "elements": {}}, "must be an array [json-pointer:/blocks/0/elements]"),
        ({"type": "actions", "elements": ["x"]}, "must be an object [json-pointer:/blocks/0/elements/0]"),
        (FOCUSED | {"optional": "yes"}, "must be a boolean [json-pointer:/blocks/0/optional]"),
        (
            FOCUSED | {"element": {"type": "plain_text_input", "min_length": "1"}},
            "must be an integer [json-pointer:/blocks/0/element/min_length]",
        ),
        (
            {"type": "section", "text": mrkdwn("x" * 3_001)},
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
    ],
)
async def test_a_refusal_says_what_is_wrong_and_where(slack: SlackDouble, value: Json, words: str) -> None:
    assert f"[ERROR] {words}" in await show(slack, [value])


@pytest.mark.parametrize(
    ("markdown", "taken"),
    [
        ("# head\ntext\n" * 25, True),
        ("# head\ntext\n" * 26, False),
        ("---\n" * 50, True),
        ("---\n" * 51, False),
        ("```\n" + "# no head\n" * 60 + "```", True),
    ],
)
async def test_headings_and_lines_of_markdown_count_as_blocks(slack: SlackDouble, markdown: str, taken: bool) -> None:
    why = await show(slack, [{"type": "markdown", "text": markdown}])
    assert why == ([] if taken else ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"])


async def test_blocks_in_attachments_are_checked_too(client: AsyncWebClient) -> None:
    async def refused(attachments: object) -> str:
        with pytest.raises(SlackApiError) as refusal:
            await client.api_call("chat.postMessage", json={"channel": "C1", "attachments": attachments})
        return str(refusal.value.response["error"])

    assert await refused([{"blocks": [UNKNOWN]}]) == "invalid_attachments"
    assert await refused([{"text": "x"}] * 101) == "too_many_attachments"
    assert await refused("x") == "invalid_attachments_format"


def test_every_refusal_of_the_tables_is_met_by_a_test() -> None:
    there = {*WHOLE_RULES, *(rule for kinds in WHERE.items() for rule in kinds[1].rules(kinds[0]))}
    met = {rule for name, example in ALL.items() for rule, _, _ in broken(name, example)} | {*KINDS, *TOGETHER}
    assert there == met


def _sdk_classes() -> dict[str, type]:
    classes = [c for _, c in inspect.getmembers(sdk, inspect.isclass) if isinstance(getattr(c, "type", None), str)]
    known = {c.type: c for c in classes if c.__name__ not in ("LinkButtonElement", "SelectElement", "ImageElement")}
    return {name: known[name] for name in {**BLOCKS, **ELEMENTS} if name in known}


@pytest.mark.parametrize(("name", "known"), sorted(_sdk_classes().items()))
def test_the_tables_know_the_fields_and_limits_that_the_sdk_knows(name: str, known: type) -> None:
    shape = cast("Obj", {**BLOCKS, **ELEMENTS}[name])
    described = known.__dict__["attributes"].fget(object.__new__(known)) if "attributes" in known.__dict__ else set()
    inherited = {
        "type",
        "placeholder",
        "confirm",
        "focus_on_load",
        "alt_text",
    }  # the SDK's base classes give them to all
    assert described - inherited <= set(shape.fields)
    for attribute in dir(known):
        match = re.fullmatch(r"(\w+)_max_length", attribute)
        if match and match[1] in shape.fields:
            assert _limit(shape.fields[match[1]]) == getattr(known, attribute), attribute


def _limit(shape: Shape) -> int | None:
    return shape.most if isinstance(shape, Str | Text | Items) else None


def test_the_examples_name_every_object_once() -> None:
    parts = (examples.PARTS, examples.ELEMENTS, examples.RICH_TEXT, examples.BLOCKS)
    assert len(ALL) == sum(len(part) for part in parts)
