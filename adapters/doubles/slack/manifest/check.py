"""Checking a manifest: its schema, and what its parts ask of each other."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.doubles.slack.blockkit.shapes import Problem
from adapters.doubles.slack.manifest.schema import MANIFEST
from adapters.doubles.slack.manifest.words import AGENT_EVENTS, ASSISTANT_EVENTS, EVENTS, RESERVED, SCOPES
from adapters.doubles.slack.wire import Json, SlackError, as_list

CROSS_RULES = (
    "events:delivery",
    "events:known",
    "events:scope",
    "events:agent",
    "events:assistant",
    "interactivity:delivery",
    "commands:delivery",
    "commands:scope",
    "commands:unique",
    "commands:reserved",
    "shortcuts:scope",
    "shortcuts:unique",
    "shortcuts:interactivity",
    "scopes:known",
    "scopes:bot-user",
    "views:one",
    "agent:scope",
)
_EVENTS, _COMMANDS, _SHORTCUTS = "/settings/event_subscriptions", "/features/slash_commands", "/features/shortcuts"
_INTERACTIVITY, _SCOPES = "/settings/interactivity", "/oauth_config/scopes/bot"


class Manifest:
    """A manifest's parts, read forgivingly: the schema has its own say about their shape."""

    def __init__(self, manifest: Json) -> None:
        features, settings = _part(manifest, "features"), _part(manifest, "settings")
        subscriptions = _part(settings, "event_subscriptions")
        self.scopes = set(_strings(_part(_part(manifest, "oauth_config"), "scopes"), "bot"))
        self.features = features
        self.events = _strings(subscriptions, "bot_events")
        self.events_url = subscriptions.get("request_url")
        self.interactivity = _part(settings, "interactivity")
        self.commands, self.shortcuts = as_list(features.get("slash_commands")), as_list(features.get("shortcuts"))
        self.socket_mode = settings.get("socket_mode_enabled") is True


def manifest_problems(manifest: object) -> Iterator[Problem]:
    """What Slack would not take."""
    yield from MANIFEST.check(manifest, "", "manifest")
    if isinstance(manifest, dict):
        parts = Manifest(manifest)
        for check in (_delivery, _event_words, _command_words, _shortcut_words, _scope_words, _views):
            yield from check(parts)


def check_manifest(manifest: object) -> None:
    """Refuse what Slack refuses, with all reasons."""
    found = list(manifest_problems(manifest))
    if found:
        errors = [{"message": problem.why, "pointer": problem.at or "/"} for problem in found]
        raise SlackError("invalid_manifest", errors=errors)


def _delivery(parts: Manifest) -> Iterator[Problem]:
    if parts.socket_mode:
        return
    if parts.events and not parts.events_url:
        why = "Event Subscription requires either Request URL or Socket Mode Enabled"
        yield Problem("events:delivery", why, _EVENTS)
    if parts.interactivity.get("is_enabled") and not parts.interactivity.get("request_url"):
        yield Problem("interactivity:delivery", "Interactivity requires a Request URL", _INTERACTIVITY)
    for number, command in enumerate(parts.commands):
        if not command.get("url"):
            yield Problem("commands:delivery", "Slash Command requires a Request URL", f"{_COMMANDS}/{number}")


def _event_words(parts: Manifest) -> Iterator[Problem]:
    for number, event in enumerate(parts.events):
        at = f"{_EVENTS}/bot_events/{number}"
        if event not in EVENTS:
            yield Problem("events:known", f"Unknown event: {event}", at)
            continue
        scope = EVENTS[event]
        if scope is not None and scope not in parts.scopes:
            yield Problem("events:scope", f"Event {event} requires the scope {scope}", at)
        if event in AGENT_EVENTS and "agent_view" not in parts.features:
            yield Problem("events:agent", f"Event {event} requires agent_view", at)
        if event in ASSISTANT_EVENTS and "assistant_view" not in parts.features:
            yield Problem("events:assistant", f"Event {event} requires assistant_view", at)


def _command_words(parts: Manifest) -> Iterator[Problem]:
    if parts.commands and "commands" not in parts.scopes:
        yield Problem("commands:scope", "Slash Commands require the scope commands", _SCOPES)
    names = [str(command.get("command")) for command in parts.commands]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem("commands:unique", f"{name} is there twice", f"{_COMMANDS}/{number}/command")
        if name in RESERVED:
            yield Problem("commands:reserved", f"{name} is a command of Slack's own", f"{_COMMANDS}/{number}/command")


def _shortcut_words(parts: Manifest) -> Iterator[Problem]:
    if not parts.shortcuts:
        return
    if "commands" not in parts.scopes:
        yield Problem("shortcuts:scope", "Shortcuts require the scope commands", _SCOPES)
    if not parts.interactivity.get("is_enabled"):
        yield Problem("shortcuts:interactivity", "Shortcuts require Interactivity", _INTERACTIVITY)
    names = [str(shortcut.get("callback_id")) for shortcut in parts.shortcuts]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem("shortcuts:unique", f"{name} is there twice", f"{_SHORTCUTS}/{number}/callback_id")


def _scope_words(parts: Manifest) -> Iterator[Problem]:
    for scope in sorted(parts.scopes - SCOPES):
        yield Problem("scopes:known", f"Unknown scope: {scope}", _SCOPES)
    if parts.scopes and "bot_user" not in parts.features:
        yield Problem("scopes:bot-user", "Bot scopes require a bot user", "/features/bot_user")


def _views(parts: Manifest) -> Iterator[Problem]:
    if {"agent_view", "assistant_view"} <= parts.features.keys():
        yield Problem("views:one", "agent_view and assistant_view exclude each other", "/features")
    if "agent_view" in parts.features and "assistant:write" not in parts.scopes:
        yield Problem("agent:scope", "agent_view requires the scope assistant:write", _SCOPES)


def _part(whole: Json, key: str) -> Json:
    part = whole.get(key)
    return part if isinstance(part, dict) else {}


def _strings(whole: Json, key: str) -> list[str]:
    found = whole.get(key)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
