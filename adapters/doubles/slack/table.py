"""Which methods there are, and what each asks for."""

from __future__ import annotations

from adapters.doubles.slack import agents, chat, files, history, methods, oauth, streams, views
from adapters.doubles.slack.manifest.method import validate
from adapters.doubles.slack.methods import Method

_HISTORY = ("channels:history", "groups:history", "im:history")
_READ = ("channels:read", "groups:read", "im:read")
_STATUS = ("chat:write", "assistant:write")

METHODS: dict[str, Method] = {
    "auth.test": Method(methods.auth_test),
    "apps.connections.open": Method(methods.connections_open, tier=1, by="app"),
    "auth.revoke": Method(oauth.revoke, tier=3),
    "oauth.v2.access": Method(oauth.access, tier=4, by="none"),
    "apps.manifest.validate": Method(validate, tier=3, by="config"),
    "apps.uninstall": Method(oauth.uninstall),
    "bots.info": Method(methods.bots_info, ("users:read",), 3),
    "users.info": Method(methods.users_info, ("users:read",), 4),
    "users.conversations": Method(methods.users_conversations, _READ, 3),
    "conversations.info": Method(methods.conversations_info, _READ, 3),
    "conversations.open": Method(methods.conversations_open, ("im:write",), 3),
    "conversations.history": Method(history.conversations_history, _HISTORY, 3),
    "conversations.replies": Method(history.conversations_replies, _HISTORY, 3),
    "chat.postMessage": Method(chat.post_message, ("chat:write",), posts=True),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",), 4),
    "chat.update": Method(chat.update, ("chat:write",), 3),
    "chat.delete": Method(chat.delete, ("chat:write",), 3),
    "chat.getPermalink": Method(chat.permalink),
    "chat.startStream": Method(streams.start, ("chat:write",), 2, posts=True),
    "chat.appendStream": Method(streams.append, ("chat:write",), 4),
    "chat.stopStream": Method(streams.stop, ("chat:write",), 2),
    "agents.sessions.setStatus": Method(agents.session_status, ("chat:write",), 3),
    "agents.sessions.rename": Method(agents.rename, ("chat:write",), 3),
    "assistant.threads.setStatus": Method(agents.assistant_status, _STATUS),
    "assistant.threads.setTitle": Method(agents.title, ("assistant:write",), 4),
    "assistant.threads.setSuggestedPrompts": Method(agents.prompts, ("assistant:write",), 4),
    "reactions.add": Method(methods.reactions_add, ("reactions:write",), 3),
    "reactions.remove": Method(methods.reactions_remove, ("reactions:write",), 2),
    "views.open": Method(views.views_open, tier=4),
    "views.push": Method(views.views_push, tier=4),
    "views.update": Method(views.views_update, tier=4),
    "views.publish": Method(views.views_publish, tier=4),
    "files.getUploadURLExternal": Method(files.upload_url, ("files:write",), 4),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",), 4),
    "files.info": Method(files.info, ("files:read",), 4),
    "files.delete": Method(files.delete, ("files:write",), 3),
}
