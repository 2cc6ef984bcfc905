"""Slack's events over HTTP, through the web application as it is served: who is believed, and what is kept."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble, sign
from adapters.postgres.roles import RoleUrls
from bot.app import App
from tests.inprocess import running
from tests.robbie_process import provider_environment
from tests.shown import shown_in
from tests.web_room import served


@dataclass
class Office:
    """A workspace that delivers over HTTP to a whole Robbie."""

    slack: SlackDouble
    providers: ProviderDouble
    app: App
    url: str
    admin_url: str
    client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=30))

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None, *, age: float = 0.0) -> httpx.Response:
        """A request as Slack signs it, with changes."""
        at = str(int(time.time() - age))
        signed = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": sign(self.slack.signing_secret, at, body),
        }
        return await self.client.post(self.url, content=body, headers={**signed, **(headers or {})})

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        async with await psycopg.AsyncConnection.connect(self.admin_url, autocommit=True) as connection:
            cursor = await connection.execute(query)
            return await cursor.fetchall() if cursor.description else []


@pytest.fixture
async def office(roles: RoleUrls, admin_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackDouble(ack_timeout=30, retry_delays=(0.1, 0.2, 0.4)))
        providers = await stack.enter_async_context(ProviderDouble())
        environment = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
        }
        app = await stack.enter_async_context(
            running(roles, {**provider_environment(providers), **environment}, tmp_path)
        )

        async def healthy() -> Mapping[str, object]:
            return {"ready": True}

        root = await stack.enter_async_context(served(app.web(healthy)))
        office = Office(slack, providers, app, f"{root}/slack/events", admin_url)
        stack.push_async_callback(office.client.aclose)
        await slack.deliver_to(office.url)
        yield office


def event(text: str = "<@UROBBIE> hi", ts: str = "") -> bytes:
    ts = ts or f"{time.time():.6f}"
    said = {"type": "message", "channel": "C1", "user": "U1", "text": text, "ts": ts, "event_ts": ts}
    return json.dumps({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": said}).encode()


async def test_a_mention_over_http_is_answered_once_however_often_it_comes(office: Office) -> None:
    """CASE 1: a captured request that is sent again within its five minutes changes nothing either."""
    said = await office.slack.say("U1", "C1", "<@UROBBIE> hi")
    body = event(ts=said.ts)
    headers: list[dict[str, str]] = [{}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}, {}]
    answers = await asyncio.gather(*(office.post(body, more) for more in headers))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    await office.slack.wait_for(lambda slack: shown_in(slack, "C1") == ["You said: hi"], timeout=30)
    assert (await office.post(body)).status_code == 200
    assert await office.rows("SELECT count(*) FROM inbox") == [(1,)]
    assert len(office.providers.requests) == 1


async def test_what_slack_delivers_is_answered_in_its_thread(office: Office) -> None:
    said = await office.slack.say("U1", "C1", "<@UROBBIE> over http?")
    await office.slack.wait_for(lambda slack: shown_in(slack, "C1", said.ts) == ["You said: over http?"], timeout=30)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=\xff".encode("latin-1")},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Request-Timestamp": str(int(time.time()) + 7)},
        {"X-Slack-Request-Timestamp": "nan"},
    ],
    ids=["wrong", "empty", "not ascii", "no time", "no number", "huge number", "another time", "nan"],
)
async def test_what_slack_did_not_sign_is_refused(office: Office, headers: Mapping[str, str]) -> None:
    assert (await office.post(event(), headers)).status_code == 401
    assert await office.rows("SELECT count(*) FROM inbox") == [(0,)]


@pytest.mark.parametrize("age", [301.0, -301.0], ids=["old", "from the future"])
async def test_a_signature_of_another_time_is_refused(office: Office, age: float) -> None:
    assert (await office.post(event(), age=age)).status_code == 401


async def test_a_body_that_was_changed_after_signing_is_refused(office: Office) -> None:
    at = str(int(time.time()))
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": sign(office.slack.signing_secret, at, event())}
    changed = event("<@UROBBIE> something else")
    assert (await office.client.post(office.url, content=changed, headers=headers)).status_code == 401


async def test_a_challenge_is_answered_to_slack_only(office: Office) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c0ffee"}).encode()
    assert (await office.post(body)).json() == {"challenge": "c0ffee"}
    unsigned = await office.client.post(office.url, content=body)
    assert (unsigned.status_code, "c0ffee" in unsigned.text) == (401, False)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"payload=%7B%7D", b"\xff\xfe", b"[" * 200_000, b'{"type":' * 200_000],
    ids=["empty", "cut", "list", "null", "form", "no text", "deep list", "deep object"],
)
async def test_a_signed_body_that_is_no_event_is_refused_and_the_next_one_is_served(
    office: Office, body: bytes
) -> None:
    assert (await office.post(body)).status_code in (400, 401)
    assert (await office.post(event())).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-16"])
async def test_the_signature_counts_and_not_the_content_type(office: Office, kind: str) -> None:
    assert (await office.post(event(), {"Content-Type": kind})).status_code == 200
    assert await office.rows("SELECT count(*) FROM inbox") == [(1,)]


async def test_a_body_larger_than_anything_of_slacks_is_refused_unread(office: Office) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 1_000 * 2**20:
            read += 2**20
            yield b"x" * 2**20

    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=0"}
    try:
        answer = await office.client.post(office.url, content=endless(), headers=headers)
        assert answer.status_code in (401, 413)
    except (httpx.WriteError, httpx.ReadError):
        pass  # the connection was closed while we were still sending
    assert read < 64 * 2**20


async def test_an_event_that_cannot_be_stored_is_delivered_again_and_answered_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """CASE 1: what is not stored is not acknowledged."""
    await office.rows("ALTER TABLE inbox RENAME TO away")
    said = await office.slack.say("U1", "C1", "<@UROBBIE> keep this")
    async with asyncio.timeout(30):
        while caplog.text.count("not stored") < 2:
            await asyncio.sleep(0.02)
    assert not office.slack.acks
    await office.rows("ALTER TABLE away RENAME TO inbox")
    await office.slack.wait_for(lambda slack: shown_in(slack, "C1", said.ts) == ["You said: keep this"], timeout=30)
    assert len(office.providers.requests) == 1


async def test_what_is_logged_when_storing_fails_tells_nothing_that_was_said(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL's own message quotes the row that it refuses."""
    await office.rows("ALTER TABLE messages ADD CONSTRAINT never CHECK (text = '')")
    assert (await office.post(event("<@UROBBIE> my PIN is 4711-secret"))).status_code == 503
    assert "not stored" in caplog.text
    assert "CheckViolation" in caplog.text
    assert "4711-secret" not in caplog.text


async def test_only_the_events_path_is_open_to_other_hosts(office: Office) -> None:
    root = office.url.removesuffix("/slack/events")
    foreign = {"Host": "evil.example"}
    for path in ("/", "/new", "/metrics", "/readyz", "/slack/events/", "//slack/events", "/slack/./events/x"):
        assert (await office.client.get(root + path, headers=foreign)).status_code == 400, path
    assert (await office.client.get(office.url, headers=foreign)).status_code in (404, 405)
