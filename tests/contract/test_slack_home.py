"""The home tab and the prompts that a person meets on opening Robbie."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from adapters.doubles.slack import SlackDouble, error
from adapters.slack.blocks import home_blocks
from adapters.slack.interactive import NOT_KEPT
from core.desk import SectionMaker, Visitor
from core.registry import Invocation
from core.rendering.message import Button, Page, Section
from tests.contract.slack_front import Store, Way, at_home

HELP = Button(label="Help", invocation=Invocation(command="help"))


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


def counted() -> SectionMaker:
    """A section that tells how often it was made."""
    times = 0

    async def make(visitor: Visitor) -> Section | None:
        nonlocal times
        times += 1
        return Section(title="Today", text=f"**{visitor.account}**, time {times}", buttons=(HELP,))

    return make


def shown(slack: SlackDouble, user: str = "U1") -> str:
    home = slack.workspace.views.homes.get(user)
    return json.dumps(home.blocks) if home else ""


@pytest.mark.parametrize("way", ["sockets", "http"])
async def test_opening_the_home_tab_shows_the_persons_home(slack: SlackDouble, way: Way) -> None:
    async with at_home(slack, Store(), way, sections=[counted()]):
        await slack.open_home("U1")
        await slack.wait_for(lambda s: "*U1*, time 1" in shown(s))
        await slack.open_home("U1")
        await slack.wait_for(lambda s: "*U1*, time 2" in shown(s))
    assert not shown(slack, "U2")


async def test_the_home_is_shown_again_when_what_was_pressed_there_is_done(slack: SlackDouble) -> None:
    store = Store()
    async with at_home(slack, store, sections=[counted()]):
        await slack.open_home("U1")
        await slack.wait_for(lambda s: "time 1" in shown(s))
        await slack.press("U1", slack.home("U1"), "do:0")
        (event,) = store.events
        assert (event.place.channel, event.place.direct) == (slack.dm("U1"), True)
        assert "time 1" in shown(slack)
        store.closed.add(1)
        await slack.wait_for(lambda s: "time 2" in shown(s))


async def test_what_cannot_be_stored_from_the_home_is_said_there(slack: SlackDouble) -> None:
    store = Store()
    async with at_home(slack, store, sections=[counted()]):
        await slack.open_home("U1")
        await slack.wait_for(shown)
        store.away = True
        await slack.press("U1", slack.home("U1"), "do:0")
        await slack.wait_for(lambda s: s.workspace.views.stacks.get("U1"))
    assert slack.modal("U1").blocks[0]["text"]["text"] == NOT_KEPT


async def test_a_home_that_changed_meanwhile_is_shown_as_it_is_now(slack: SlackDouble) -> None:
    async with at_home(slack, Store(), sections=[counted()]):
        await slack.open_home("U1")
        await slack.wait_for(lambda s: "time 1" in shown(s))
        slack.fault("views.publish", error("hash_conflict"))
        await slack.open_home("U1")
        await slack.wait_for(lambda s: "time 3" in shown(s))
    assert [bool(call.get("hash")) for call in slack.called("views.publish")] == [False, True, False]


async def test_a_home_that_cannot_be_shown_harms_nothing(slack: SlackDouble, caplog: pytest.LogCaptureFixture) -> None:
    slack.workspace.home_enabled = False
    store = Store()
    async with at_home(slack, store, sections=[counted()]):
        await slack.open_home("U1")
        await slack.wait_for(lambda s: "not_enabled" in caplog.text)
        await slack.say("U1", "U1", "hello")
        await slack.wait_for(lambda s: store.events)


def test_lines_stand_between_the_parts_of_a_home_and_not_after_the_last() -> None:
    parts = (Section(title="Today", text="sunny"), Section(title="Notes", text="none", buttons=(HELP,)))
    kinds = [block["type"] for block in home_blocks(Page(title="Robbie", sections=parts))]
    assert kinds == ["header", "section", "divider", "header", "section", "actions"]


def test_a_home_of_any_size_fits() -> None:
    long = Section(title="T" * 400, text="word **bold** & <!channel> " * 2_000, buttons=(HELP,) * 12)
    blocks = home_blocks(Page(title="Robbie", sections=(long,) * 30))
    assert len(blocks) <= 100
    assert "There is more than fits here." in json.dumps(blocks[-1])
    sizes = [len(block["text"]["text"]) for block in blocks if block["type"] == "section"]  # type: ignore[index]
    assert max(sizes) <= 3_000
    assert "<!channel>" not in json.dumps(blocks)
