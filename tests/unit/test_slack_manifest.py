from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.slack.manifest import manifest

NEEDED_SCOPES = {
    "message.im": "im:history", "message.channels": "channels:history", "message.groups": "groups:history",
    "message.mpim": "mpim:history", "reaction_added": "reactions:read", "reaction_removed": "reactions:read",
    "app_mention": "app_mentions:read",
}  # fmt: skip


def read(socket_mode: bool = True, url: str | None = None) -> dict[str, Any]:  # Any: it is looked into as JSON
    found: dict[str, Any] = json.loads(json.dumps(manifest(socket_mode=socket_mode, request_url=url)))
    return found


def test_every_event_has_the_scope_that_it_needs() -> None:
    made = read()
    scopes = set(made["oauth_config"]["scopes"]["bot"])
    for event in made["settings"]["event_subscriptions"]["bot_events"]:
        assert NEEDED_SCOPES.get(event, "chat:write") in scopes


def test_robbie_is_an_agent_that_people_can_write_to_and_stop() -> None:
    made = read()
    assert "assistant_view" not in made["features"]
    assert made["features"]["agent_view"]["agent_description"]
    assert made["features"]["app_home"]["messages_tab_enabled"] is True
    assert made["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert "agent_session_stopped" in made["settings"]["event_subscriptions"]["bot_events"]
    assert "assistant:write" in made["oauth_config"]["scopes"]["bot"]


def test_texts_are_within_slacks_limits() -> None:
    made = read()
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert 174 <= len(made["display_information"]["long_description"]) <= 4000
    assert len(made["features"]["agent_view"]["agent_description"]) <= 300


def test_socket_mode_needs_no_address() -> None:
    made = read()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in made["settings"]["event_subscriptions"]


def test_http_names_its_address() -> None:
    made = read(socket_mode=False, url="https://robbie.example.org/slack/events")
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://robbie.example.org/slack/events"


@pytest.mark.parametrize("url", [None, "", "http://robbie.example.org/slack/events"])
def test_http_without_an_https_address_is_refused(url: str | None) -> None:
    with pytest.raises(ValueError, match="https"):
        manifest(socket_mode=False, request_url=url)


def test_the_app_tells_when_it_is_removed_and_knows_where_to_lead_back_to_who_installs_it() -> None:
    assert {"app_uninstalled", "tokens_revoked"} <= set(read()["settings"]["event_subscriptions"]["bot_events"])
    assert "redirect_urls" not in read()["oauth_config"]
    made = manifest(socket_mode=True, redirect_url="https://robbie.example.org/slack/oauth_redirect")
    assert json.loads(json.dumps(made))["oauth_config"]["redirect_urls"] == [
        "https://robbie.example.org/slack/oauth_redirect"
    ]
