"""What each method can refuse with. The double refuses with nothing else: the first test that meets a slip finds it."""

from __future__ import annotations

COMMON = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "invalid_json",
        "json_not_object",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "token_revoked",
        "unknown_method",
    }
)
"""Any method, before it looks at its arguments."""

_PLACE = ("channel_not_found", "not_in_channel", "is_archived")
_THREAD = ("thread_not_found", "cannot_reply_to_message")
_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_metadata_format")
_CONTENT = (
    *_BLOCKS,
    "invalid_attachments",
    "invalid_attachments_format",
    "too_many_attachments",
    "markdown_text_conflict",
    "msg_too_long",
    "no_text",
    "invalid_arguments",
)
_PAGES = ("channel_not_found", "not_in_channel", "invalid_ts_oldest", "invalid_ts_latest", "invalid_limit")
_STREAM = (
    *_PLACE,
    "message_not_found",
    "message_not_owned_by_app",
    "message_not_in_streaming_state",
    "stopped_by_user",
    "streaming_mode_mismatch",
    "msg_too_long",
    "invalid_chunks",
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
)
_SECRET = ("invalid_client_id", "bad_client_secret")
_REACTION = ("invalid_name", "channel_not_found", "message_not_found")
_VIEW = ("invalid_arguments", "view_too_large")
_TRIGGER = ("invalid_trigger_id", "exchanged_trigger_id", "expired_trigger_id", "duplicate_external_id")
_FILE = ("invalid_arguments", "file_not_found", "file_deleted")

REFUSALS: dict[str, tuple[str, ...]] = {
    "agents.sessions.rename": (*_PLACE, "thread_not_found", "invalid_arguments"),
    "agents.sessions.setStatus": (*_PLACE, "thread_not_found", "invalid_arguments"),
    "apps.connections.open": (),
    "apps.manifest.validate": ("invalid_manifest", "invalid_arguments"),
    "apps.uninstall": _SECRET,
    "assistant.threads.setStatus": (*_PLACE, "invalid_thread_ts", "invalid_arguments"),
    "assistant.threads.setSuggestedPrompts": (*_PLACE, "invalid_thread_ts", "invalid_arguments"),
    "assistant.threads.setTitle": (*_PLACE, "invalid_thread_ts", "invalid_arguments"),
    "auth.revoke": (),
    "auth.test": (),
    "bots.info": ("bot_not_found",),
    "chat.appendStream": (*_STREAM, "no_text"),
    "chat.delete": (*_PLACE, "message_not_found", "cant_delete_message"),
    "chat.getPermalink": ("channel_not_found", "message_not_found", "invalid_arguments"),
    "chat.postEphemeral": (*_PLACE, *_THREAD, *_CONTENT, "user_not_in_channel"),
    "chat.postMessage": (*_PLACE, *_THREAD, *_CONTENT),
    "chat.startStream": (
        *_PLACE,
        *_THREAD,
        "missing_recipient_user_id",
        "missing_recipient_team_id",
        "msg_too_long",
        "invalid_chunks",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "invalid_arguments",
    ),
    "chat.stopStream": (*_STREAM, "invalid_metadata_format", "invalid_arguments"),
    "chat.update": (*_PLACE, *_CONTENT, "message_not_found", "cant_update_message", "streaming_state_conflict"),
    "conversations.history": (*_PAGES, "invalid_cursor"),
    "conversations.info": ("channel_not_found",),
    "conversations.open": ("channel_not_found", "users_list_not_supplied", "too_many_users", "user_not_found"),
    "conversations.replies": (*_PAGES, "invalid_cursor", "thread_not_found"),
    "files.completeUploadExternal": (*_PLACE, *_THREAD, "invalid_arguments", "file_not_found"),
    "files.delete": (*_FILE, "cant_delete_file"),
    "files.getUploadURLExternal": (
        "invalid_arguments",
        "file_upload_size_restricted",
        "alt_txt_too_large",
        "snippet_too_large",
    ),
    "files.info": _FILE,
    "oauth.v2.access": (
        *_SECRET,
        "invalid_grant_type",
        "invalid_code",
        "code_already_used",
        "bad_redirect_uri",
    ),
    "reactions.add": (*_REACTION, "already_reacted"),
    "reactions.remove": (*_REACTION, "no_reaction"),
    "users.conversations": (),
    "users.info": ("user_not_found",),
    "views.open": (*_VIEW, *_TRIGGER),
    "views.publish": (*_VIEW, "user_not_found", "not_enabled", "hash_conflict"),
    "views.push": (*_VIEW, *_TRIGGER, "not_found", "push_limit_reached"),
    "views.update": (*_VIEW, "not_found", "hash_conflict"),
}
