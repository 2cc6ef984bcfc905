"""Who may come back from Slack's consent page, and what opens a sealed token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.slack.manifest import SCOPES
from adapters.slack.oauth import OAuthApp, StateRefused, States
from bot.vault import Vault
from core.people.installations import open_token, seal_token

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
APP = OAuthApp(client_id="1.2", client_secret="hush", redirect_url="https://robbie.example.com/slack/oauth_redirect")


class Used:
    """Remembers in memory."""

    def __init__(self) -> None:
        self.digests: dict[bytes, datetime] = {}

    async def use(self, digest: bytes, until: datetime) -> bool:
        return self.digests.setdefault(digest, until) is until


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def used() -> Used:
    return Used()


@pytest.fixture
def states(used: Used, clock: Clock) -> States:
    return States(Vault(b"a key of this test"), used, clock)


async def test_a_state_comes_back_from_the_browser_that_it_was_made_for(states: States) -> None:
    await states.redeem(states.issue("browser"), "browser")


@pytest.mark.parametrize("browser", ["", "another", "browse", "browser "])
async def test_csrf_a_state_of_another_browser_is_refused(states: States, used: Used, browser: str) -> None:
    with pytest.raises(StateRefused, match="not of this browser"):
        await states.redeem(states.issue("browser"), browser)
    assert not used.digests, "a stranger cannot use it up"


async def test_a_state_without_a_browser_is_refused_even_when_it_was_made_for_none(states: States) -> None:
    with pytest.raises(StateRefused):
        await states.redeem(states.issue(""), "")


async def test_replay_a_state_is_good_once_also_in_another_process(used: Used, clock: Clock) -> None:
    here, there = (States(Vault(b"a key of this test"), used, clock) for _ in range(2))
    state = here.issue("browser")
    await there.redeem(state, "browser")
    for states in (here, there):
        with pytest.raises(StateRefused, match="used before"):
            await states.redeem(state, "browser")


async def test_a_state_is_good_for_ten_minutes(states: States, clock: Clock) -> None:
    first, second = states.issue("browser"), states.issue("browser")
    clock.now += timedelta(minutes=9, seconds=59)
    await states.redeem(first, "browser")
    clock.now += timedelta(seconds=2)
    with pytest.raises(StateRefused, match="too old"):
        await states.redeem(second, "browser")


@pytest.mark.parametrize("state", ["", "x", "gAAAAA", "ü", "a\nb\nc\nd", "a" * 10_000])
async def test_a_state_that_was_made_up_is_refused(states: States, state: str) -> None:
    with pytest.raises(StateRefused):
        await states.redeem(state, "browser")


async def test_a_state_of_another_key_is_refused(states: States, used: Used, clock: Clock) -> None:
    forged = States(Vault(b"another key"), used, clock).issue("browser")
    with pytest.raises(StateRefused):
        await states.redeem(forged, "browser")


async def test_what_was_sealed_for_something_else_is_no_state(states: States) -> None:
    token = seal_token(Vault(b"a key of this test"), "T1", "xoxb-1")
    with pytest.raises(StateRefused):
        await states.redeem(token.decode(), "browser")


def test_slack_is_asked_for_what_the_manifest_names_and_told_where_to_lead_back() -> None:
    url = urlsplit(APP.consent_url("a+b/c=="))
    asked = parse_qs(url.query)
    assert (url.scheme, url.netloc, url.path) == ("https", "slack.com", "/oauth/v2/authorize")
    assert asked["state"] == ["a+b/c=="]
    assert asked["redirect_uri"] == [APP.redirect_url]
    assert asked["scope"] == [",".join(SCOPES)]
    assert "hush" not in url.query


def test_an_app_shown_in_any_way_shows_no_secret() -> None:
    assert "hush" not in repr(APP)


def test_a_sealed_token_opens_with_its_key_for_its_workspace_only() -> None:
    """A stolen database gives no token, and a row that was moved to another workspace neither."""
    vault = Vault(b"the key")
    sealed = seal_token(vault, "T1", "xoxb-plover")
    assert b"plover" not in sealed
    assert open_token(vault, "T1", sealed) == "xoxb-plover"
    assert open_token(vault, "T2", sealed) is None
    assert open_token(Vault(b"another key"), "T1", sealed) is None
    assert open_token(vault, "T1", sealed[:-4] + b"AAAA") is None
    assert open_token(vault, "T1", b"xoxb-plover") is None
