"""The manifest that makes a Slack app for Robbie."""

from __future__ import annotations

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.customize",
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


def manifest(
    *, socket_mode: bool, request_url: str | None = None, redirect_url: str | None = None
) -> dict[str, object]:
    """An app manifest to paste at api.slack.com/apps ("From a manifest").

    Args:
        socket_mode: whether events come over a connection that Robbie opens.
        request_url: where events are sent to otherwise, ending in ``/slack/events``.
        redirect_url: where Slack sends people back to who install Robbie, ending in ``/slack/oauth_redirect``.

    Raises:
        ValueError: without Socket Mode, Slack needs an https address.
    """
    subscriptions: dict[str, object] = {"bot_events": list(EVENTS)}
    if not socket_mode:
        if not (request_url or "").startswith("https://"):
            raise ValueError("without Socket Mode, request_url must be an https address")
        subscriptions["request_url"] = request_url
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
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": "An AI teammate that answers questions and helps with work. It can be wrong.",
                "suggested_prompts": [
                    {"title": "What can you do?", "message": "What can you help me with?"},
                    {"title": "Help me decide", "message": "Help me think through a decision."},
                    {"title": "Draft a reply", "message": "Help me draft a reply to a colleague."},
                ],
            },
            "bot_user": {"display_name": "Robbie", "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}} | _redirect(redirect_url),
        "settings": {
            "event_subscriptions": subscriptions,
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _redirect(url: str | None) -> dict[str, object]:
    return {"redirect_urls": [url]} if url else {}
