"""Manifests at the Slack double: what it refuses, and how an app behaves that was made of one."""

import copy
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble, SlackError
from adapters.doubles.slack.manifest.check import CROSS_RULES
from adapters.doubles.slack.manifest.schema import MANIFEST
from adapters.slack.manifest import manifest

Json = dict[str, Any]  # Any: manifests are JSON

COMMAND = {"command": "/robbie", "description": "x", "url": "https://robbie.test"}
SHORTCUT = {"name": "x", "type": "message", "callback_id": "note", "description": "x"}
PROMPT = {"title": "x", "message": "x"}
GOOD: Json = {
    "_metadata": {"major_version": 2},
    "display_information": {
        "name": "Robbie",
        "description": "x",
        "long_description": "x" * 175,
        "background_color": "#1f4e79",
    },
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "Robbie"},
        "agent_view": {"suggested_prompts": [PROMPT], "actions": [{"name": "x", "description": "x"}]},
        "slash_commands": [COMMAND],
        "shortcuts": [SHORTCUT],
        "unfurl_domains": ["robbie.test"],
    },
    "oauth_config": {
        "redirect_urls": ["https://robbie.test/back"],
        "scopes": {"bot": ["chat:write", "commands", "im:history", "assistant:write"]},
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["message.im"], "request_url": "https://robbie.test"},
        "interactivity": {"is_enabled": True, "request_url": "https://robbie.test"},
        "allowed_ip_address_ranges": ["10.0.0.0/8"],
    },
}
ASSISTANT = {"assistant_description": "x", "suggested_prompts": [PROMPT]}

Change = dict[str, object]
"""What stands where instead; None takes it away."""

_COMMAND, _SHORTCUT = "features.slash_commands.0.", "features.shortcuts.0."
_EVENTS, _SCOPES = "settings.event_subscriptions.bot_events", "oauth_config.scopes"
_PROMPTS = "features.agent_view.suggested_prompts"
_INTERACTIVITY = "settings.interactivity"
_AS_ASSISTANT: Change = {"features.agent_view": None, "features.assistant_view": ASSISTANT}

BROKEN: dict[str, Change] = {
    "manifest.display_information:missing": {"display_information": None},
    **{
        f"_metadata.{name}:low": {f"_metadata.{name}": -1}
        for name in ("schema_version", "min_version", "major_version", "minor_version")
    },
    "display_information.name:missing": {"display_information.name": None},
    "display_information.name:min": {"display_information.name": ""},
    "display_information.name:max": {"display_information.name": "x" * 36},
    "display_information.description:min": {"display_information.description": ""},
    "display_information.description:max": {"display_information.description": "x" * 141},
    "display_information.long_description:min": {"display_information.long_description": "x" * 174},
    "display_information.long_description:max": {"display_information.long_description": "x" * 4_001},
    "display_information.background_color:form": {"display_information.background_color": "blue"},
    "bot_user.display_name:missing": {"features.bot_user.display_name": None},
    "bot_user.display_name:min": {"features.bot_user.display_name": ""},
    "bot_user.display_name:max": {"features.bot_user.display_name": "x" * 81},
    "features.shortcuts:many": {"features.shortcuts": [SHORTCUT | {"callback_id": str(n)} for n in range(11)]},
    "features.shortcuts:few": {"features.shortcuts": []},
    **{f"shortcut.{key}:missing": {_SHORTCUT + key: None} for key in SHORTCUT},
    **{f"shortcut.{key}:min": {_SHORTCUT + key: ""} for key in ("name", "callback_id", "description")},
    "shortcut.name:max": {_SHORTCUT + "name": "x" * 25},
    "shortcut.callback_id:max": {_SHORTCUT + "callback_id": "x" * 256},
    "shortcut.description:max": {_SHORTCUT + "description": "x" * 151},
    "shortcut.type:choice": {_SHORTCUT + "type": "secret"},
    "features.slash_commands:many": {
        "features.slash_commands": [COMMAND | {"command": f"/robbie{n}"} for n in range(26)]
    },
    "features.slash_commands:few": {"features.slash_commands": []},
    "slash_command.command:missing": {_COMMAND + "command": None},
    "slash_command.command:min": {_COMMAND + "command": "/"},
    "slash_command.command:max": {_COMMAND + "command": "/" + "x" * 32},
    "slash_command.command:form": {_COMMAND + "command": "robbie"},
    "slash_command.description:missing": {_COMMAND + "description": None},
    "slash_command.description:min": {_COMMAND + "description": ""},
    "slash_command.description:max": {_COMMAND + "description": "x" * 2_001},
    "slash_command.usage_hint:min": {_COMMAND + "usage_hint": ""},
    "slash_command.usage_hint:max": {_COMMAND + "usage_hint": "x" * 1_001},
    "slash_command.url:form": {_COMMAND + "url": "http://robbie.test"},
    "slash_command.url:max": {_COMMAND + "url": "https://" + "x" * 3_000},
    "agent_view.agent_description:max": {"features.agent_view.agent_description": "x" * 301},
    "agent_view.suggested_prompts:many": {_PROMPTS: [PROMPT] * 5},
    "suggested_prompt.title:missing": {_PROMPTS: [{"message": "x"}]},
    "suggested_prompt.message:missing": {_PROMPTS: [{"title": "x"}]},
    "agent_action.name:missing": {"features.agent_view.actions": [{"description": "x"}]},
    "agent_action.description:missing": {"features.agent_view.actions": [{"name": "x"}]},
    "assistant_view.assistant_description:missing": _AS_ASSISTANT | {"features.assistant_view": {}},
    "assistant_view.suggested_prompts:many": _AS_ASSISTANT
    | {"features.assistant_view": ASSISTANT | {"suggested_prompts": [PROMPT] * 5}},
    "features.unfurl_domains:few": {"features.unfurl_domains": []},
    "features.unfurl_domains:many": {"features.unfurl_domains": ["robbie.test"] * 6},
    "features.unfurl_domains:max": {"features.unfurl_domains": ["x" * 256]},
    "oauth_config.redirect_urls:many": {"oauth_config.redirect_urls": ["https://robbie.test"] * 1_001},
    "oauth_config.redirect_urls:max": {"oauth_config.redirect_urls": ["x" * 2_501]},
    **{f"scopes.{kind}:many": {f"{_SCOPES}.{kind}": ["chat:write"] * 256} for kind in ("bot", "user")},
    **{f"scopes.{kind}:max": {f"{_SCOPES}.{kind}": ["x" * 51]} for kind in ("bot", "user")},
    **{f"scopes.{kind}_optional:many": {f"{_SCOPES}.{kind}_optional": ["x"] * 256} for kind in ("bot", "user")},
    **{f"scopes.{kind}_optional:max": {f"{_SCOPES}.{kind}_optional": ["x" * 51]} for kind in ("bot", "user")},
    "event_subscriptions.request_url:form": {"settings.event_subscriptions.request_url": "http://robbie.test"},
    "event_subscriptions.request_url:max": {"settings.event_subscriptions.request_url": "https://" + "x" * 3_500},
    "event_subscriptions.bot_events:many": {_EVENTS: ["message.im"] * 101},
    "event_subscriptions.bot_events:max": {_EVENTS: ["x" * 51]},
    "event_subscriptions.user_events:many": {"settings.event_subscriptions.user_events": ["x"] * 101},
    "event_subscriptions.user_events:max": {"settings.event_subscriptions.user_events": ["x" * 51]},
    "interactivity.is_enabled:missing": {f"{_INTERACTIVITY}.is_enabled": None},
    "interactivity.request_url:form": {f"{_INTERACTIVITY}.request_url": "http://robbie.test"},
    "interactivity.request_url:max": {f"{_INTERACTIVITY}.request_url": "https://" + "x" * 3_500},
    "interactivity.message_menu_options_url:form": {f"{_INTERACTIVITY}.message_menu_options_url": "http://x"},
    "interactivity.message_menu_options_url:max": {
        f"{_INTERACTIVITY}.message_menu_options_url": "https://" + "x" * 3_500
    },
    "settings.allowed_ip_address_ranges:few": {"settings.allowed_ip_address_ranges": []},
    "settings.allowed_ip_address_ranges:many": {"settings.allowed_ip_address_ranges": ["10.0.0.1"] * 51},
    "events:delivery": {"settings.event_subscriptions.request_url": None},
    "events:known": {_EVENTS: ["message.shouted"]},
    "events:scope": {_EVENTS: ["reaction_added"]},
    "events:agent": _AS_ASSISTANT | {_EVENTS: ["app_context_changed"]},
    "events:assistant": {_EVENTS: ["assistant_thread_started"]},
    "interactivity:delivery": {f"{_INTERACTIVITY}.request_url": None},
    "commands:delivery": {_COMMAND + "url": None},
    "commands:scope": {f"{_SCOPES}.bot": ["im:history", "assistant:write"], "features.shortcuts": None},
    "commands:unique": {"features.slash_commands": [COMMAND, COMMAND]},
    "commands:reserved": {_COMMAND + "command": "/status"},
    "shortcuts:scope": {f"{_SCOPES}.bot": ["im:history", "assistant:write"], "features.slash_commands": None},
    "shortcuts:unique": {"features.shortcuts": [SHORTCUT, SHORTCUT]},
    "shortcuts:interactivity": {_INTERACTIVITY: None},
    "scopes:known": {f"{_SCOPES}.bot": ["chat:write", "commands", "im:history", "assistant:write", "chat:sing"]},
    "scopes:bot-user": {"features.bot_user": None},
    "views:one": {"features.assistant_view": ASSISTANT},
    "agent:scope": {f"{_SCOPES}.bot": ["chat:write", "commands", "im:history"]},
}

WORDS = {
    "missing": "missing required field",
    "max": "must be less than",
    "min": "must be more than",
    "many": "no more than",
    "few": "no fewer than",
    "choice": "must be a valid enum value",
    "form": "does not match its format",
    "low": "must be greater than or equal to",
    "delivery": "equest",
    "known": "Unknown",
    "scope": "equire",
    "agent": "requires agent_view",
    "assistant": "requires assistant_view",
    "unique": "is there twice",
    "reserved": "is a command of Slack's own",
    "interactivity": "require Interactivity",
    "bot-user": "require a bot user",
    "one": "exclude each other",
}


def changed(change: Change) -> Json:
    made = copy.deepcopy(GOOD)
    for path, value in change.items():
        *way, last = path.split(".")
        place: Any = made
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return made


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


async def validated(slack: SlackDouble, made: Json) -> list[Json]:
    client = AsyncWebClient(slack.installs.config_token, base_url=slack.api_url, retry_handlers=[])
    try:
        await client.apps_manifest_validate(manifest=made)
    except SlackApiError as refusal:
        return refused(refusal)
    return []


def refused(refusal: SlackApiError) -> list[Json]:
    assert refusal.response["error"] == "invalid_manifest"
    return cast("list[Json]", refusal.response["errors"])


async def test_a_good_manifest_is_taken(slack: SlackDouble) -> None:
    assert await validated(slack, GOOD) == []
    socket = {"settings.event_subscriptions.request_url": None, _COMMAND + "url": None}
    settings = {f"{_INTERACTIVITY}.request_url": None, "settings.socket_mode_enabled": True}
    assert await validated(slack, changed(socket | settings)) == []


@pytest.mark.parametrize("rule", BROKEN)
async def test_a_bad_manifest_is_refused_with_the_reason_and_its_place(slack: SlackDouble, rule: str) -> None:
    errors = await validated(slack, changed(BROKEN[rule]))
    assert any(WORDS[rule.rpartition(":")[2]] in error["message"] for error in errors), errors
    assert all(error["pointer"].startswith("/") for error in errors)


def test_every_refusal_of_a_manifest_is_met_by_a_test() -> None:
    assert {*MANIFEST.rules("manifest"), *CROSS_RULES} == set(BROKEN)


async def test_what_nobody_knows_is_refused(slack: SlackDouble) -> None:
    (error,) = await validated(slack, GOOD | {"mood": "good"})
    assert error == {"message": "invalid additional property: mood", "pointer": "/"}


@pytest.mark.parametrize("socket_mode", [True, False])
async def test_robbies_own_manifest_is_accepted(slack: SlackDouble, socket_mode: bool) -> None:
    url = None if socket_mode else "https://robbie.test/slack/events"
    made = json.loads(json.dumps(manifest(socket_mode=socket_mode, request_url=url)))
    assert await validated(slack, made) == []


async def test_an_app_can_do_what_its_manifest_says(slack: SlackDouble) -> None:
    slack.configure(GOOD)
    assert slack.workspace.scopes == {"chat:write", "commands", "im:history", "assistant:write"}
    slack.deliveries.paused = True
    assert (await slack.say("U1", "U1", "hello")).message_event
    assert not (await slack.say("U1", "C1", "hello")).message_event
    with pytest.raises(ValueError, match="no global shortcut note"):
        await slack.global_shortcut("U1", "note")
    assert (await slack.slash("U1", "C1", "/other")).shown.startswith("/other is not a valid command.")
    slack.configure(changed({_INTERACTIVITY: None, "features.shortcuts": None}))
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    button = {"type": "button", "text": {"type": "plain_text", "text": "x"}, "action_id": "a"}
    await client.chat_postMessage(channel="C1", text="x", blocks=[{"type": "actions", "elements": [button]}])
    pressed = await slack.press("U1", slack.bot_messages("C1")[-1], "a")
    assert pressed.shown == "This app is not configured to handle interactive responses."
    assert not pressed.sent


async def test_no_app_is_made_of_a_bad_manifest(slack: SlackDouble) -> None:
    before = set(slack.workspace.scopes)
    with pytest.raises(SlackError, match="invalid_manifest"):
        slack.configure(changed({"features.bot_user": None}))
    assert slack.workspace.scopes == before
