"""What an app manifest is made of, from Slack's published schema."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.blockkit.shapes import Flag, Items, Loose, Obj, Shape, Str, Whole

COMMANDS_LIMIT = 25
"""An app has 25 at most, though the schema would let 50 pass."""

_HTTPS = r"https://.+"


def _obj(name: str, fields: Mapping[str, Shape], *needs: str) -> Obj:
    return Obj(name, fields, needs, typed=False)


def _words(most: int) -> Items:
    return Items(Str(50), most)


_DISPLAY = _obj(
    "display_information",
    {
        "name": Str(35, 1),
        "description": Str(140, 1),
        "long_description": Str(4_000, 175),
        "background_color": Str(form=r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?"),
    },
    "name",
)
_HOME = _obj(
    "app_home",
    {"home_tab_enabled": Flag(), "messages_tab_enabled": Flag(), "messages_tab_read_only_enabled": Flag()},
)
_BOT = _obj("bot_user", {"display_name": Str(80, 1), "always_online": Flag()}, "display_name")
_SHORTCUT = Obj(
    "shortcut",
    {
        "name": Str(24, 1),
        "type": Str(choices=("message", "global")),
        "callback_id": Str(255, 1),
        "description": Str(150, 1),
    },
    ("name", "type", "callback_id", "description"),
    typed=False,
)
_COMMAND = _obj(
    "slash_command",
    {
        "command": Str(32, 2, form=r"/[a-z0-9_.-]+"),
        "description": Str(2_000, 1),
        "usage_hint": Str(1_000, 1),
        "url": Str(3_000, form=_HTTPS),
        "should_escape": Flag(),
    },
    "command",
    "description",
)
_PROMPTS = Items(_obj("suggested_prompt", {"title": Str(), "message": Str()}, "title", "message"), 4)
_ACTIONS = Items(_obj("agent_action", {"name": Str(), "description": Str()}, "name", "description"))
_AGENT = _obj("agent_view", {"agent_description": Str(300), "suggested_prompts": _PROMPTS, "actions": _ACTIONS})
_ASSISTANT = _obj(
    "assistant_view", {"assistant_description": Str(), "suggested_prompts": _PROMPTS}, "assistant_description"
)
_FEATURES = _obj(
    "features",
    {
        "app_home": _HOME,
        "bot_user": _BOT,
        "shortcuts": Items(_SHORTCUT, 10, 1),
        "slash_commands": Items(_COMMAND, COMMANDS_LIMIT, 1),
        "agent_view": _AGENT,
        "assistant_view": _ASSISTANT,
        "unfurl_domains": Items(Str(255), 5, 1),
        "code_channels": Loose(),
        "functions": Loose(),
        "workflow_steps": Loose(),
    },
)
_SCOPES = _obj(
    "scopes", {"bot": _words(255), "user": _words(255), "bot_optional": _words(255), "user_optional": _words(255)}
)
_OAUTH = _obj(
    "oauth_config",
    {
        "redirect_urls": Items(Str(2_500), 1_000),
        "scopes": _SCOPES,
        "token_management_enabled": Flag(),
        "pkce_enabled": Flag(),
    },
)
_EVENTS = _obj(
    "event_subscriptions",
    {
        "request_url": Str(3_500, form=_HTTPS),
        "bot_events": _words(100),
        "user_events": _words(100),
        "metadata_subscriptions": Loose(),
    },
)
_INTERACTIVITY = _obj(
    "interactivity",
    {
        "is_enabled": Flag(),
        "request_url": Str(3_500, form=_HTTPS),
        "message_menu_options_url": Str(3_500, form=_HTTPS),
    },
    "is_enabled",
)
_SETTINGS = _obj(
    "settings",
    {
        "allowed_ip_address_ranges": Items(Str(), 50, 1),
        "event_subscriptions": _EVENTS,
        "interactivity": _INTERACTIVITY,
        "incoming_webhooks": _obj("incoming_webhooks", {"incoming_webhooks_enabled": Flag()}),
        "org_deploy_enabled": Flag(),
        "socket_mode_enabled": Flag(),
        "token_rotation_enabled": Flag(),
        "is_hosted": Flag(),
        "is_mcp_enabled": Flag(),
        "function_runtime": Str(),
        "hermes_app_type": Str(),
        "siws_links": Loose(),
    },
)
_METADATA = _obj(
    "_metadata",
    {name: Whole() for name in ("schema_version", "min_version", "major_version", "minor_version")},
)
_REST = (
    "$schema",
    "app_directory",
    "functions",
    "workflows",
    "datastores",
    "outgoing_domains",
    "types",
    "external_auth_providers",
    "mcp_servers",
)
MANIFEST = _obj(
    "manifest",
    {
        "_metadata": _METADATA,
        "display_information": _DISPLAY,
        "features": _FEATURES,
        "oauth_config": _OAUTH,
        "settings": _SETTINGS,
        **dict.fromkeys(_REST, Loose()),
    },
    "display_information",
)
