"""What can be pressed and filled in on the page becomes a command, once, and only in its own browser."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.web.transcript import press
from core.commands import REGISTRY
from core.conversation.models import Kind, Place
from core.registry import Invocation
from core.rendering.message import Button, Outgoing, Persona
from tests.web_room import Room, app_of, browser_of

KEY, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2
HTMX = {"hx-request": "true"}
YES = Invocation(command="yes", arguments={"of": "7"})
EINSTEIN = Persona(id="albert_einstein", name="Albert Einstein", mood="thoughtful", avatar="albert_einstein-thoughtful")


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
async def browser(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(app_of(room)) as client:
        yield client


async def begun(browser: httpx.AsyncClient) -> tuple[str, Place]:
    """A conversation's path and place."""
    path = (await browser.get("/new")).url.path
    return path, Place(surface="web", tenant="local", channel=path.removeprefix("/c/"), direct=True)


async def do(browser: httpx.AsyncClient, path: str, key: str = KEY, **fields: str) -> httpx.Response:
    return await browser.post(f"{path}/do", data={"key": key, **fields}, headers=HTMX)


async def test_a_button_is_a_command_about_its_message(browser: httpx.AsyncClient, room: Room) -> None:
    path, place = await begun(browser)
    said = Outgoing(
        body="", buttons=(Button(label="Yes", invocation=YES), Button(label="Docs", url="https://a.example"))
    )
    await room.say(place, "a1", "Shall I?", about="key-1", extras=said)
    page = (await browser.get(path)).text
    assert 'href="https://a.example"' in page
    value = html.unescape(next(iter(re.findall(r'name="press" value="([^"]+)">Yes<', page))))
    assert (await do(browser, path, press=value)).status_code == 204
    (event,) = room.events
    assert (event.kind, event.command, event.about, event.text) == (Kind.MESSAGE, YES, "key-1", "Yes")


async def test_the_same_press_twice_is_one(browser: httpx.AsyncClient, room: Room) -> None:
    path, _ = await begun(browser)
    for _ in range(2):
        await do(browser, path, press=press(YES, "key-1"))
    await do(browser, path, OTHER, press=press(YES, "key-1"))
    assert len(room.events) == 2


async def test_a_vote_that_stands_is_taken_back_by_pressing_it_again(browser: httpx.AsyncClient, room: Room) -> None:
    """CASE 28"""
    path, place = await begun(browser)
    for vote, wanted in ((0, "up"), (1, "none")):
        await room.say(place, "a1", "An answer", about="key-1", vote=vote, extras=Outgoing(body="", feedback=True))
        page = (await browser.get(path)).text
        pressed = "true" if vote == 1 else "false"
        value = html.unescape(re.findall(r'up" form="act" name="press" value="([^"]+)"', page)[0])
        assert f'aria-label="It helped" title="It helped" aria-pressed="{pressed}"' in page
        await do(browser, path, f"{vote}" * 32, press=value)
        assert room.events[-1].command == Invocation(command="vote", arguments={"vote": wanted})
        assert room.events[-1].about == "key-1"


async def test_a_command_that_needs_words_leads_to_a_form_and_keeps_what_was_given(
    browser: httpx.AsyncClient, room: Room
) -> None:
    path, _ = await begun(browser)
    reason = Invocation(command="reason", arguments={"vote": "down"})
    led = await do(browser, path, press=press(reason, "key-1"))
    assert led.status_code == 204
    page = await browser.get(led.headers["hx-redirect"])
    assert "<textarea" in page.text
    hidden = dict(re.findall(r'name="(do|about|key)" value="([^"]*)"', html.unescape(page.text)))
    sent = await browser.post(f"{path}/do", data={**hidden, "field-reason": "too long"})
    assert sent.url.path == path
    (event,) = room.events
    assert event.command == Invocation(command="reason", arguments={"vote": "down", "reason": "too long"})
    assert event.about == "key-1"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"do": "metnor"}, "do not know"),
        ({"do": "vote?vote=maybe"}, "one of"),
        ({"do": ""}, "do not know"),
        ({"press": "%%%"}, "do not know"),
        ({"do": "stop?x=1"}, "not an option"),
    ],
)
async def test_what_no_page_of_ours_sends_is_refused_with_a_sentence(
    browser: httpx.AsyncClient, room: Room, fields: dict[str, str], problem: str
) -> None:
    path, _ = await begun(browser)
    refused = await do(browser, path, **fields)
    assert refused.status_code == 422
    assert problem in refused.text
    assert room.events == []


async def test_nobody_presses_or_fills_in_for_somebody_else(browser: httpx.AsyncClient, room: Room) -> None:
    path, _ = await begun(browser)
    async with browser_of(app_of(room)) as stranger:
        await stranger.get("/new")
        assert (await do(stranger, path, press=press(YES))).status_code == 404
        assert (await stranger.get(f"{path}/form?do=reason")).status_code == 404
    assert room.events == []


async def test_a_press_that_cannot_be_stored_says_so(browser: httpx.AsyncClient, room: Room) -> None:
    path, _ = await begun(browser)
    room.broken = True
    refused = await do(browser, path, press=press(YES))
    assert refused.status_code == 503
    assert "hunter2" not in refused.text


async def test_a_mentor_is_shown_as_an_ai_persona_with_its_face(browser: httpx.AsyncClient, room: Room) -> None:
    path, place = await begun(browser)
    await room.say(place, "a1", "Imagine a beam of light.", extras=Outgoing(body="", persona=EINSTEIN))
    page = (await browser.get(path)).text
    assert "Albert Einstein (AI)" in page
    assert 'src="/avatars/albert_einstein-thoughtful.png"' in page


async def test_the_page_offers_every_command_of_the_registry(browser: httpx.AsyncClient) -> None:
    path, _ = await begun(browser)
    page = (await browser.get(path)).text
    assert re.findall(r'data-command="([a-z-]+)"', page) == [command.name for command in REGISTRY.offered]
