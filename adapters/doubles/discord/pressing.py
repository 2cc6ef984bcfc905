"""People using what the app offers: commands, autocomplete, context menus, buttons, selects and forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.doubles.discord.commands import Commands
from adapters.doubles.discord.components import BUTTON, STRING_SELECT, walk
from adapters.doubles.discord.filling import chosen, describes, filled
from adapters.doubles.discord.interaction_checks import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from adapters.doubles.discord.interactions import Interaction, Interactions
from adapters.doubles.discord.message_shapes import message_wire
from adapters.doubles.discord.options import Resolver, options_of
from adapters.doubles.discord.people import People
from adapters.doubles.discord.permissions import can, permissions_in
from adapters.doubles.discord.platform import Platform
from adapters.doubles.discord.shapes import guild_fields, interaction_channel, member_wire, user_wire
from adapters.doubles.discord.state import Channel, Message
from adapters.doubles.discord.wire import Json

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
_GUILD, _BOT_DM = 0, 1


class Pressing(People):
    """What somebody can do with the app's commands and components. What a client would not send is a LookupError."""

    def __init__(
        self, platform: Platform, interactions: Interactions, commands: Commands, changed: Callable[[], None]
    ) -> None:
        super().__init__(platform, changed)
        self._interactions, self.commands = interactions, commands

    async def slash(
        self, user: str, channel: str, command: str, *, hold: bool = False, deliveries: int = 1, **options: Any
    ) -> Interaction:
        """Use a slash command, subcommands after a space: ``slash("Ana", "general", "ask", question="…")``.

        Any: options are what a person typed; people, roles and channels by name or id, files made with ``attach``.
        """
        return self._use(COMMAND, user, channel, command, options, "", hold=hold, deliveries=deliveries)

    async def autocomplete(
        self, user: str, channel: str, command: str, focused: str, typed: str, **options: Any
    ) -> Interaction:
        """Type into an option of a slash command. Any: options are what a person typed."""
        return self._use(AUTOCOMPLETE, user, channel, command, {**options, focused: typed}, focused)

    async def message_menu(self, user: str, channel: str, command: str, message_id: str) -> Interaction:
        """Use a command of a message's context menu."""
        return self._menu(MESSAGE_MENU, user, channel, command, lambda r: r.message(channel, message_id))

    async def user_menu(self, user: str, channel: str, command: str, target: str) -> Interaction:
        """Use a command of a person's context menu."""
        return self._menu(USER_MENU, user, channel, command, lambda r: r.user(target))

    async def press(self, user: str, channel: str, message_id: str, custom_id: str) -> Interaction:
        """Press a button on a message, which may be one that only this person sees."""
        place, message, button = self._pressable(user, channel, message_id, custom_id, BUTTON)
        data: Json = {"custom_id": custom_id, "component_type": BUTTON, "id": button["id"]}
        return self._send(COMPONENT, self.user_id(user), place, data, message)

    async def select(self, user: str, channel: str, message_id: str, custom_id: str, values: list[str]) -> Interaction:
        """Choose in a select on a message: options by value; people, roles and channels by name or id."""
        place, message, select = self._pressable(user, channel, message_id, custom_id, STRING_SELECT)
        resolver = Resolver(self, self.user_id(user), place.id)
        data: Json = {"custom_id": custom_id, "component_type": select["type"], "id": select["id"]}
        data["values"] = chosen(select, values, resolver)
        return self._send(COMPONENT, self.user_id(user), place, _resolved(data, resolver), message)

    async def submit(self, opened: Interaction | str, **values: Any) -> Interaction:
        """Send the form that an interaction (or the one with this id) opened, with its fields by ``custom_id``.

        Any: a text, a list of what was chosen or of files, or a yes or no. What is not given stays as it was filled in.
        """
        opened = self._interactions.named(opened) if isinstance(opened, str) else opened
        if opened.modal is None or opened.dismissed:
            raise LookupError("no form of the app is open")
        resolver = Resolver(self, opened.user, opened.channel_id)
        data: Json = {"custom_id": opened.modal["custom_id"], "components": filled(opened.modal, values, resolver)}
        place = self.world.channels[opened.channel_id]
        return self._send(MODAL, opened.user, place, _resolved(data, resolver), opened.message)

    def dismiss(self, opened: Interaction) -> None:
        """Close a form without sending it; the app hears nothing."""
        opened.dismissed = True

    def sees(self, user: str, channel: str) -> list[Message]:
        """What a person sees in a channel, oldest first: what stands there, and what only this person sees."""
        who, place = self.user_id(user), self.channel(channel)
        if not place.is_dm and not can(self.world, place, who, ""):
            return []
        own = [m for m in self._interactions.hidden() if m.shown_to == who and m.channel_id == place.id]
        return sorted([*place.between(0), *own], key=lambda message: int(message.id))

    def _use(
        self, kind: int, user: str, channel: str, command: str, options: Json, focused: str, **sending: Any
    ) -> Interaction:
        name, *words = command.split()
        who, place = self.user_id(user), self.channel(channel)
        found = self._allowed(name, CHAT_INPUT, who, place)
        resolver = Resolver(self, who, place.id)
        data = _named(found)
        given = options_of(found, words, options, resolver, focused)
        if given:
            data["options"] = given
        return self._send(kind, who, place, _resolved(data, resolver), None, **sending)

    def _menu(self, kind: int, user: str, channel: str, command: str, target: Callable[[Resolver], str]) -> Interaction:
        who, place = self.user_id(user), self.channel(channel)
        found = self._allowed(command, kind, who, place)
        resolver = Resolver(self, who, place.id)
        data = _named(found) | {"target_id": target(resolver)}
        return self._send(COMMAND, who, place, _resolved(data, resolver), None)

    def _allowed(self, name: str, kind: int, user: str, place: Channel) -> Json:
        """The command, if this person is offered it there."""
        guild = self.world.guild_of(place)
        found = self.commands.find(name, kind, guild.id if guild is not None else "")
        contexts = found.get("contexts")
        if contexts is None:
            contexts = [_GUILD, _BOT_DM] if found.get("dm_permission", True) else [_GUILD]
        needed = int(found.get("default_member_permissions") or 0)
        given = permissions_in(self.world, place, user)
        if (_BOT_DM if guild is None else _GUILD) not in contexts:
            raise LookupError(f"{name} is not offered there")
        closed = found.get("default_member_permissions") == "0"
        closed = closed and guild is not None and user != guild.owner
        if guild is not None and (closed or given & needed != needed or not can(self.world, place, user, _USE)):
            raise LookupError(f"{name} is not offered to this person")
        return found

    def _pressable(
        self, user: str, channel: str, message_id: str, custom_id: str, kind: int
    ) -> tuple[Channel, Message, Json]:
        place = self.channel(channel)
        message = next((m for m in self.sees(user, channel) if m.id == message_id), None)
        if message is None:
            raise LookupError(f"{user} sees no message {message_id}")
        for component in walk(message.components):
            if component.get("custom_id") == custom_id and describes(component, kind):
                return place, message, component
        raise LookupError(f"nothing to press with the id {custom_id}")

    def _send(
        self, kind: int, user: str, place: Channel, data: Json, on: Message | None, *, hold: bool = False,
        deliveries: int = 1,
    ) -> Interaction:  # fmt: skip
        interaction = Interaction(self.world.ids.new(), kind, user, place.id, data, on)
        self._interactions.begin(interaction)
        guild = self._platform.guild_of(place)
        self._platform.sessions.emit(
            "INTERACTION_CREATE", self._payload(interaction, place), guild=guild, hold=hold, copies=deliveries
        )
        self._changed()
        return interaction

    def _payload(self, interaction: Interaction, place: Channel) -> Json:
        world, user, guild = self.world, interaction.user, self.world.guild_of(place)
        body: Json = {
            "id": interaction.id,
            "application_id": world.application,
            "type": interaction.type,
            "data": interaction.data,
            "token": interaction.token,
            "version": 1,
            "channel": interaction_channel(world, place, user),
            "channel_id": place.id,
            "app_permissions": str(permissions_in(world, place, world.bot)),
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": "0" if guild is None else guild.id},
            "context": _BOT_DM if guild is None else _GUILD,
            "attachment_size_limit": world.attachment_limit,
        }
        if interaction.message is not None:
            body["message"] = message_wire(world, interaction.message)
        if guild is None:
            return body | {"user": user_wire(world.users[user])}
        member = member_wire(world, guild, user) | {"permissions": str(permissions_in(world, place, user))}
        told = {key: guild_fields(guild)[key] for key in ("id", "features")} | {"locale": "en-US"}
        return body | {"member": member, "guild_id": guild.id, "guild": told, "guild_locale": "en-US"}


_USE = "USE_APPLICATION_COMMANDS"


def _named(command: Json) -> Json:
    data = {key: command[key] for key in ("id", "name", "type")}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def _resolved(data: Json, resolver: Resolver) -> Json:
    return data | ({"resolved": resolver.found} if resolver.found else {})
