from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.doubles.slack.manifest.check import manifest_problems
from adapters.slack.manifest import manifest
from core.commands import REGISTRY
from core.registry import Command, Registry

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


@pytest.mark.parametrize("url", [None, "https://robbie.example.org/slack/events"])
def test_slack_takes_the_manifest(url: str | None) -> None:
    made = manifest(
        socket_mode=url is None, request_url=url, redirect_url="https://robbie.example.org/slack/oauth_redirect"
    )
    assert list(manifest_problems(made)) == []


def test_the_manifest_names_every_offered_command() -> None:
    (slash,) = read()["features"]["slash_commands"]
    assert slash["command"] == "/robbie"
    for command in REGISTRY.offered:
        assert command.name in slash["description"]
        assert command.usage in slash["usage_hint"] or command.name == "help"


def test_each_shortcut_stands_in_the_menu_of_messages() -> None:
    made: Any = manifest(socket_mode=True)  # Any: it is looked into as JSON
    assert list(manifest_problems(made)) == []
    wanted = {"name": "Make a note of this", "type": "message"}
    assert any(wanted.items() <= one.items() for one in made["features"]["shortcuts"])


def test_a_hundred_commands_still_fit() -> None:
    many = Registry([Command(name=f"command-{number:03}", summary="Do something") for number in range(100)])
    made = manifest(socket_mode=True, registry=many)
    assert list(manifest_problems(made)) == []


def test_everything_comes_to_one_address() -> None:
    url = "https://robbie.example.org/slack/events"
    made = read(socket_mode=False, url=url)
    assert made["settings"]["interactivity"] == {
        "is_enabled": True, "request_url": url, "message_menu_options_url": url,
    }  # fmt: skip
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["features"]["app_home"]["home_tab_enabled"] is True
