from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from adapters.web import create_app
from core.conversation.models import Kind
from tests.web_room import ORIGIN, Room, app_of, browser_of, served

KEY = "0123456789abcdef" * 2
HTMX = {"hx-request": "true"}


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
async def browser(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(app_of(room)) as client:
        yield client


async def open_conversation(browser: httpx.AsyncClient) -> str:
    """The path of a new conversation."""
    page = await browser.get("/new")
    assert page.status_code == 200
    return page.url.path


async def write(browser: httpx.AsyncClient, path: str, text: str, key: str = KEY, **more: str) -> httpx.Response:
    return await browser.post(f"{path}/messages", data={"text": text, "key": key, **more}, headers=HTMX)


async def test_first_visit_leads_to_a_new_conversation_and_the_next_one_back_to_it(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/")
    assert first.status_code == 200
    assert "Hi, I am Robbie." in first.text
    assert (await browser.get("/")).url.path == first.url.path
    assert (await browser.get("/new")).url.path != first.url.path


async def test_message_reaches_the_receiver_whole(browser: httpx.AsyncClient, room: Room) -> None:
    path = await open_conversation(browser)
    answer = await write(browser, path, "Hello\nRobbie", zone="Europe/Berlin")
    assert answer.status_code == 200
    assert "Hello\nRobbie" in answer.text
    (event,) = room.events
    assert (event.kind, event.text, event.addressed) == (Kind.MESSAGE, "Hello\nRobbie", True)
    assert (event.place.surface, event.place.tenant, event.place.thread, event.place.direct) == (
        "web",
        "local",
        "",
        True,
    )
    assert path == f"/c/{event.place.channel}"
    assert (event.author.name, event.author.zone) == ("You", "Europe/Berlin")
    assert event.occurred_at.utcoffset() is not None


@pytest.mark.parametrize("zone", ["", "Middle/Earth", "../../etc/passwd", "/etc/passwd", "\x00", "x" * 5000])
async def test_unknown_time_zone_is_left_out(browser: httpx.AsyncClient, room: Room, zone: str) -> None:
    await write(browser, await open_conversation(browser), "hi", zone=zone)
    assert room.events[0].author.zone == ""


async def test_double_submit_is_one_message(browser: httpx.AsyncClient, room: Room) -> None:
    path = await open_conversation(browser)
    answers = await asyncio.gather(*(write(browser, path, "once") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert room.deliveries == 3
    assert [event.text for event in room.messages] == ["once"]


async def test_same_key_in_another_conversation_is_another_message(browser: httpx.AsyncClient, room: Room) -> None:
    await write(browser, await open_conversation(browser), "one")
    await write(browser, await open_conversation(browser), "two")
    assert [event.text for event in room.messages] == ["one", "two"]


async def test_person_keeps_the_account_over_conversations(browser: httpx.AsyncClient, room: Room) -> None:
    await write(browser, await open_conversation(browser), "one")
    await write(browser, await open_conversation(browser), "two")
    assert len({event.author.account for event in room.events}) == 1


async def test_reload_shows_the_conversation(browser: httpx.AsyncClient, room: Room) -> None:
    path = await open_conversation(browser)
    await write(browser, path, "remember me")
    await room.say(room.events[0].place, "a1", "**I do**")
    page = await browser.get(path)
    assert "remember me" in page.text
    assert "<strong>I do</strong>" in page.text


async def test_form_works_without_javascript(browser: httpx.AsyncClient, room: Room) -> None:
    page = await browser.get("/")
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page.text)
    assert key is not None
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    answer = await browser.post(
        f"{page.url.path}/messages", data={"text": "plain form", "key": key[1]}, headers=headers
    )
    assert answer.url.path == page.url.path
    assert "plain form" in answer.text
    assert (await browser.post(f"{page.url.path}/stop", headers=headers)).url.path == page.url.path


async def test_stop_reaches_the_receiver(browser: httpx.AsyncClient, room: Room) -> None:
    path = await open_conversation(browser)
    await write(browser, path, "count to a million")
    assert (await browser.post(f"{path}/stop", headers=HTMX)).status_code == 204
    assert room.events[1].kind is Kind.STOP
    assert room.events[1].place == room.events[0].place


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_empty_message_is_refused_with_a_word(browser: httpx.AsyncClient, room: Room, text: str) -> None:
    answer = await write(browser, await open_conversation(browser), text)
    assert (answer.status_code, answer.text) == (422, "Write something first.")
    assert room.events == []


async def test_message_that_is_not_stored_is_not_acknowledged(
    browser: httpx.AsyncClient, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    path = await open_conversation(browser)
    room.broken = True
    with caplog.at_level(logging.DEBUG):
        answers = [await write(browser, path, "important"), await browser.post(f"{path}/stop", headers=HTMX)]
        page = await browser.get(path)
    assert [answer.status_code for answer in (*answers, page)] == [503, 503, 503]
    assert "It is still here" in answers[0].text
    assert "cannot be loaded right now" in page.text
    assert "hunter2" not in caplog.text + page.text + "".join(answer.text for answer in answers)


async def test_oversized_message_is_refused_with_a_clear_word(browser: httpx.AsyncClient, room: Room) -> None:
    path = await open_conversation(browser)
    answer = await write(browser, path, "x" * 1_000_001)
    assert answer.status_code == 413
    assert "up to 1 MB" in answer.text

    async def chunks() -> AsyncIterator[bytes]:
        yield b"key=" + KEY.encode() + b"&text="
        for _ in range(20):
            yield b"x" * 100_000

    form = {"content-type": "application/x-www-form-urlencoded", **HTMX}
    assert (await browser.post(f"{path}/messages", content=chunks(), headers=form)).status_code == 413
    assert room.events == []


async def test_largest_message_is_taken(browser: httpx.AsyncClient, room: Room) -> None:
    answer = await write(browser, await open_conversation(browser), "x" * 999_000)
    assert answer.status_code == 200
    assert len(room.events[0].text) == 999_000


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example", "[::1"]
)
async def test_foreign_host_name_is_refused(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("/healthz", headers={"host": host})).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080"])
async def test_own_host_names_are_served(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("/healthz", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    ],
)
async def test_post_from_elsewhere_is_refused(browser: httpx.AsyncClient, room: Room, headers: dict[str, str]) -> None:
    path = await open_conversation(browser)
    for route in ("messages", "stop"):
        answer = await browser.post(f"{path}/{route}", data={"text": "x", "key": KEY}, headers=headers)
        assert answer.status_code == 403
    assert room.events == []


async def test_post_that_does_not_say_where_it_comes_from_is_refused(room: Room) -> None:
    app = app_of(room)
    async with browser_of(app) as browser:
        path = await open_conversation(browser)
        del browser.headers["origin"]
        assert (await write(browser, path, "x")).status_code == 403
    assert room.events == []


async def test_conversation_of_another_person_is_not_found(room: Room) -> None:
    app = app_of(room)
    async with browser_of(app) as mine, browser_of(app) as theirs:
        path = await open_conversation(mine)
        await write(mine, path, "my secret")
        await open_conversation(theirs)
        answers = [
            await theirs.get(path),
            await theirs.get(f"{path}/stream"),
            await write(theirs, path, "intruding"),
            await theirs.post(f"{path}/stop"),
        ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert not any("my secret" in answer.text for answer in answers)
    assert len(room.events) == 1


async def test_visitor_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/new", follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_link_from_another_site_does_not_make_a_stranger_of_a_known_person(browser: httpx.AsyncClient) -> None:
    path = await open_conversation(browser)
    cookies = dict(browser.cookies)
    browser.cookies.clear()  # a browser keeps strict cookies back on such a click
    for route in ("/", path):
        page = await browser.get(route, headers={"sec-fetch-site": "cross-site"})
        assert 'http-equiv="refresh"' in page.text
        assert "set-cookie" not in page.headers
    browser.cookies.update(cookies)
    assert (await browser.get("/")).url.path == path


async def test_every_answer_carries_the_security_headers(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/static/chat.js", "/healthz", "/nowhere"):
        headers = (await browser.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert "content-security-policy" in (await browser.get("/", headers={"host": "evil.example"})).headers


async def test_page_has_no_inline_script_or_style(browser: httpx.AsyncClient, room: Room) -> None:
    path = await open_conversation(browser)
    await write(browser, path, "<script>alert(1)</script><img src=x onerror=alert(1)>")
    await room.say(room.events[0].place, "a1", "<script>alert(2)</script>\n\n| a |\n|--:|\n| 1 |")
    html = (await browser.get(path)).text
    assert not re.search(r"<script(?! src=\"/static/)", html)
    assert not re.search(r"<style|\sstyle=|<[^>]*\son\w+=", html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" in html
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in html


async def test_stream_sends_everything_first_and_then_what_changed() -> None:
    room = Room()
    async with served(app_of(room)) as address, httpx.AsyncClient(base_url=address, follow_redirects=True) as browser:
        browser.headers["origin"] = address
        path = await open_conversation(browser)
        await write(browser, path, "first question")
        async with browser.stream("GET", f"{path}/stream") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            assert "first question" in await next_event(lines)
            await room.say(room.events[0].place, "a1", "An an", final=False)
            news = await next_event(lines)
            assert "An an" in news
            assert "first question" not in news
            await room.say(room.events[0].place, "a1", "An answer")
            assert "An answer" in await next_event(lines)


async def next_event(lines: AsyncIterator[str]) -> str:
    data: list[str] = []
    async for line in lines:
        if line.startswith("data: "):
            data.append(line)
        if not line and data:
            return "\n".join(data)
    raise AssertionError("the stream ended")


async def test_stream_that_breaks_ends_without_a_trace_of_the_reason() -> None:
    room = Room()
    async with served(app_of(room)) as address, httpx.AsyncClient(base_url=address, follow_redirects=True) as browser:
        path = await open_conversation(browser)
        room.broken = True
        stream = await browser.get(f"{path}/stream")
    assert stream.status_code == 200
    assert stream.text == "retry: 1000\n\n"


async def test_health_routes(browser: httpx.AsyncClient, room: Room) -> None:
    assert (await browser.get("/healthz")).text == "ok"
    assert (await browser.get("/readyz")).json() == {"ready": True, "database": "ok"}
    assert (await browser.get("/metrics")).text == "robbie_up 1\n"


async def test_readiness_fails_when_health_says_so_or_cannot_be_told() -> None:
    async def unwell() -> Mapping[str, object]:
        return {"ready": False}

    async def unknown() -> Mapping[str, object]:
        raise ConnectionError("password=hunter2")

    for health in (unwell, unknown):
        app = create_app(Room(), Room(), health=health)
        async with browser_of(app) as browser:
            answer = await browser.get("/readyz")
            assert answer.status_code == 503
            assert "hunter2" not in answer.text
            assert (await browser.get("/metrics")).status_code == 404


async def test_hint_is_shown_only_when_there_is_something_to_connect(browser: httpx.AsyncClient) -> None:
    shown = (await browser.get("/")).text
    assert all(words in shown for words in ("Connect Slack or Discord", "<code>SLACK_BOT_TOKEN</code>"))
    async with browser_of(create_app(Room(), Room(), health=lambda: asyncio.sleep(0, {}))) as connected:
        assert "Connect Slack" not in (await connected.get("/")).text
