"""The REST routes: a name, an address, and what carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.doubles.discord import directory, messages, reactions, threads
from adapters.doubles.discord.commands import Commands
from adapters.doubles.discord.gateway import Gateway
from adapters.doubles.discord.interactions import Interactions
from adapters.doubles.discord.platform import Call
from adapters.doubles.discord.webhooks import Webhooks
from adapters.doubles.discord.wire import Json, invalid

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_APP = "/applications/{application_id}"
_GUILD_APP = f"{_APP}/guilds/{{guild_id}}"


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        run: what carries it out; what it returns is the answer's body, None for no content.
        made: the status when it returns something.
        open: whether it needs no token of the app, because its address holds a secret.
    """

    name: str
    method: str
    path: str
    run: Callable[[Call], object]
    made: int = 200
    open: bool = False


@dataclass(frozen=True)
class Created:
    """A body that goes with a status of its own."""

    body: Json
    status: int


def routes(gateway: Gateway, hooks: Webhooks, commands: Commands, interactions: Interactions) -> list[Route]:
    """All routes there are."""
    return [
        *_people(gateway),
        *_channels(),
        *_webhooks(hooks, interactions),
        *_commands(commands, "global", _APP),
        *_commands(commands, "guild", _GUILD_APP),
    ]


def _people(gateway: Gateway) -> list[Route]:
    def bot(call: Call) -> Json:
        return {"url": f"{gateway.url}/gateway/", "shards": 1, "session_start_limit": gateway.start_limit()}

    return [
        Route("gateway", "GET", "/gateway", lambda call: {"url": f"{gateway.url}/gateway/"}, open=True),
        Route("gateway_bot", "GET", "/gateway/bot", bot),
        Route("me", "GET", "/users/@me", directory.me),
        Route("guilds", "GET", "/users/@me/guilds", directory.guilds),
        Route("open_dm", "POST", "/users/@me/channels", threads.open_dm),
        Route("user", "GET", "/users/{user_id}", directory.user),
        Route("application", "GET", "/applications/@me", directory.application),
        Route("oauth2_application", "GET", "/oauth2/applications/@me", directory.application),
        Route("guild", "GET", "/guilds/{guild_id}", directory.guild),
        Route("guild_channels", "GET", "/guilds/{guild_id}/channels", directory.channels),
        Route("guild_roles", "GET", "/guilds/{guild_id}/roles", directory.roles),
        Route("members", "GET", "/guilds/{guild_id}/members", directory.members),
        Route("member", "GET", "/guilds/{guild_id}/members/{user_id}", directory.member),
        Route("active_threads", "GET", "/guilds/{guild_id}/threads/active", threads.active),
    ]


def _channels() -> list[Route]:
    emoji = f"{_MESSAGE}/reactions/{{emoji}}"
    me = "/channels/{channel_id}/thread-members/@me"
    archived = "/channels/{channel_id}/threads/archived/public"
    return [
        Route("get_channel", "GET", "/channels/{channel_id}", threads.get_channel),
        Route("edit_channel", "PATCH", "/channels/{channel_id}", threads.edit_channel),
        Route("typing", "POST", "/channels/{channel_id}/typing", messages.typing),
        Route("create_message", "POST", "/channels/{channel_id}/messages", messages.create),
        Route("list_messages", "GET", "/channels/{channel_id}/messages", messages.history),
        Route("get_message", "GET", _MESSAGE, messages.get),
        Route("edit_message", "PATCH", _MESSAGE, messages.edit),
        Route("delete_message", "DELETE", _MESSAGE, messages.delete),
        Route("add_reaction", "PUT", f"{emoji}/@me", reactions.add),
        Route("remove_reaction", "DELETE", f"{emoji}/@me", reactions.remove),
        Route("remove_other_reaction", "DELETE", f"{emoji}/{{user_id}}", reactions.remove_other),
        Route("get_reactions", "GET", emoji, reactions.users),
        Route("thread_from_message", "POST", f"{_MESSAGE}/threads", threads.from_message, 201),
        Route("create_thread", "POST", "/channels/{channel_id}/threads", threads.without_message, 201),
        Route("archived_threads", "GET", archived, threads.archived),
        Route("join_thread", "PUT", me, threads.join),
        Route("leave_thread", "DELETE", me, threads.leave),
    ]


def _webhooks(hooks: Webhooks, interactions: Interactions) -> list[Route]:
    def either(own: Callable[[Call], object], other: Callable[[Call], object]) -> Callable[[Call], object]:
        """An interaction's token is used like a webhook's, with the application in the webhook's place."""
        return lambda call: (own if interactions.owns(call) else other)(call)

    back = "/interactions/{interaction_id}/{token}/callback"
    message = f"{_HOOK}/messages/{{message_id}}"
    execute = either(interactions.followup, hooks.execute)
    read = either(interactions.get_message, hooks.get_message)
    change = either(interactions.edit_message, hooks.edit_message)
    remove = either(interactions.delete_message, hooks.delete_message)
    return [
        Route("create_webhook", "POST", "/channels/{channel_id}/webhooks", hooks.create),
        Route("list_webhooks", "GET", "/channels/{channel_id}/webhooks", hooks.listed),
        Route("get_webhook", "GET", "/webhooks/{webhook_id}", hooks.get),
        Route("edit_webhook", "PATCH", "/webhooks/{webhook_id}", hooks.edit),
        Route("delete_webhook", "DELETE", "/webhooks/{webhook_id}", hooks.delete),
        Route("get_webhook_by_token", "GET", _HOOK, hooks.get, open=True),
        Route("edit_webhook_by_token", "PATCH", _HOOK, hooks.edit, open=True),
        Route("delete_webhook_by_token", "DELETE", _HOOK, hooks.delete, open=True),
        Route("execute_webhook", "POST", _HOOK, execute, open=True),
        Route("get_webhook_message", "GET", message, read, open=True),
        Route("edit_webhook_message", "PATCH", message, change, open=True),
        Route("delete_webhook_message", "DELETE", message, remove, open=True),
        Route("callback", "POST", back, interactions.callback, open=True),
    ]


def _commands(commands: Commands, where: str, prefix: str) -> list[Route]:
    one = f"{prefix}/commands/{{command_id}}"

    def overwrite(call: Call) -> list[Json]:
        forms = call.body.get("")
        if not isinstance(forms, list):
            raise invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return commands.overwrite(call, forms)

    def upsert(call: Call) -> Created:
        command, new = commands.upsert(call)
        return Created(command, 201 if new else 200)

    return [
        Route(f"list_{where}_commands", "GET", f"{prefix}/commands", commands.listed),
        Route(f"overwrite_{where}_commands", "PUT", f"{prefix}/commands", overwrite),
        Route(f"upsert_{where}_command", "POST", f"{prefix}/commands", upsert),
        Route(f"get_{where}_command", "GET", one, commands.get),
        Route(f"edit_{where}_command", "PATCH", one, commands.edit),
        Route(f"delete_{where}_command", "DELETE", one, commands.delete),
    ]
