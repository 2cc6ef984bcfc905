"""The manifest that makes a Slack app for Robbie."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.slack.asking import COMMAND
from adapters.slack.home import PROMPTS
from core.commands import REGISTRY
from core.registry import Registry

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "reactions:read",
    "users:read",
)
EVENTS = (
    "agent_session_stopped",
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
)
_HINT = 1_000
_SHORTCUTS = 5  # that Slack shows in a message's menu


def manifest(
    *,
    socket_mode: bool,
    request_url: str | None = None,
    redirect_url: str | None = None,
    registry: Registry = REGISTRY,
) -> dict[str, object]:
    """An app manifest to paste at api.slack.com/apps ("From a manifest").

    Args:
        socket_mode: whether events come over a connection that Robbie opens.
        request_url: where events are sent to otherwise, ending in ``/slack/events``.
        redirect_url: where Slack sends people back to who install Robbie, ending in ``/slack/oauth_redirect``.
        registry: the commands.

    Raises:
        ValueError: without Socket Mode, Slack needs an https address.
    """
    if not socket_mode and not (request_url or "").startswith("https://"):
        raise ValueError("without Socket Mode, request_url must be an https address")
    url = None if socket_mode else request_url
    return {
        "display_information": {
            "name": "Robbie",
            "description": "An AI teammate that answers in direct messages, mentions and threads",
            "long_description": (
                "Robbie is a self-hosted AI teammate. Write to it in a direct message, mention it in a channel, or go "
                "on in a thread that it takes part in: it reads the thread and answers there. It is an AI and can be "
                "wrong: check what matters."
            ),
            "background_color": "#1f4e79",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": "An AI teammate that answers questions and helps with work. It can be wrong.",
                "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
            },
            "bot_user": {"display_name": "Robbie", "always_online": True},
            **_commands(registry, url),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}} | _redirect(redirect_url),
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)} | _address("request_url", url),
            "interactivity": {"is_enabled": True}
            | _address("request_url", url)
            | _address("message_menu_options_url", url),
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _redirect(url: str | None) -> dict[str, object]:
    return {"redirect_urls": [url]} if url else {}


def _address(name: str, url: str | None) -> dict[str, object]:
    return {name: url} if url else {}


def _commands(registry: Registry, url: str | None) -> dict[str, object]:
    """One slash command that has all the others in it, and the entries of a message's menu."""
    slash: dict[str, object] = {
        "command": COMMAND,
        "description": "Everything that Robbie can do: " + ", ".join(command.name for command in registry.offered),
        "usage_hint": _hint(registry),
        "should_escape": False,
    }
    made: dict[str, object] = {"slash_commands": [slash | _address("url", url)]}
    if shortcuts := list(_shortcuts(registry))[:_SHORTCUTS]:
        made["shortcuts"] = shortcuts
    return made


def _shortcuts(registry: Registry) -> Iterator[dict[str, object]]:
    for command in registry:
        if command.shortcut:
            yield {
                "name": command.shortcut,
                "type": "message",
                "callback_id": command.name,
                "description": command.summary,
            }


def _hint(registry: Registry) -> str:
    """How the commands are typed, as far as there is room: what comes first in help comes first here."""
    hint = "help"
    for command in registry.offered:
        longer = hint if command.name == "help" else f"{hint} | {command.usage}"
        if len(longer) > _HINT:
            break
        hint = longer
    return hint
