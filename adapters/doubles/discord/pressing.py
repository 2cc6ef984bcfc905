"""People using what the app offers: slash commands, autocomplete, buttons, selects and forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.doubles.discord.commands import Commands
from adapters.doubles.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction, Interactions
from adapters.doubles.discord.message_shapes import message_wire
from adapters.doubles.discord.people import People, options_of
from adapters.doubles.discord.permissions import permissions_in
from adapters.doubles.discord.platform import Platform
from adapters.doubles.discord.shapes import guild_fields, interaction_channel, member_wire, user_wire
from adapters.doubles.discord.state import Channel, Message
from adapters.doubles.discord.wire import Json


class Pressing(People):
    """What somebody can do with the app's commands and components."""

    def __init__(
        self, platform: Platform, interactions: Interactions, commands: Commands, changed: Callable[[], None]
    ) -> None:
        super().__init__(platform, changed)
        self._interactions, self.commands = interactions, commands

    async def slash(
        self, user: str, channel: str, command: str, *, hold: bool = False, deliveries: int = 1, **options: Any
    ) -> Interaction:
        """Use a slash command, subcommands after a space: ``slash("Ana", "general", "ask", question="…")``.

        Any: options are what a person typed. Raises LookupError when the app has registered no such command.
        """
        return self._use(COMMAND, user, channel, command, options, "", hold=hold, deliveries=deliveries)

    async def autocomplete(
        self, user: str, channel: str, command: str, focused: str, typed: str, **options: Any
    ) -> Interaction:
        """Type into an option of a slash command. Any: options are what a person typed."""
        return self._use(AUTOCOMPLETE, user, channel, command, {**options, focused: typed}, focused)

    async def press(self, user: str, channel: str, message_id: str, custom_id: str) -> Interaction:
        """Press a button on a message. Raises LookupError when it has none with this id."""
        return self._component(user, channel, message_id, custom_id, 2, None)

    async def select(self, user: str, channel: str, message_id: str, custom_id: str, values: list[str]) -> Interaction:
        """Choose in a select menu on a message."""
        return self._component(user, channel, message_id, custom_id, 3, values)

    async def submit(self, opened: Interaction, **values: str) -> Interaction:
        """Send the form that an interaction opened, with its fields by ``custom_id``."""
        if opened.modal is None:
            raise LookupError("the app has opened no form")
        rows = [_filled(row, values) for row in opened.modal["components"]]
        data: Json = {"custom_id": opened.modal["custom_id"], "components": rows}
        place = self.world.channels[opened.channel_id]
        return self._send(MODAL, opened.user, place, data, opened.message)

    def _use(
        self, kind: int, user: str, channel: str, command: str, options: Json, focused: str, **sending: Any
    ) -> Interaction:
        name, *words = command.split()
        found = self.commands.find(name)
        data: Json = {"id": found["id"], "name": name, "type": 1}
        given = options_of(found, words, options, focused)
        if given:
            data["options"] = given
        if "guild_id" in found:
            data["guild_id"] = found["guild_id"]
        return self._send(kind, self.user_id(user), self.channel(channel), data, None, **sending)

    def _component(
        self, user: str, channel: str, message_id: str, custom_id: str, kind: int, values: list[str] | None
    ) -> Interaction:
        place = self.channel(channel)
        message = place.message(message_id)
        component = next((c for c in _walk(message.components) if c.get("custom_id") == custom_id), None)
        if component is None or component.get("disabled"):
            raise LookupError(f"nothing to press with the id {custom_id}")
        data: Json = {"custom_id": custom_id, "component_type": component.get("type", kind)}
        if values is not None:
            data["values"] = values
        return self._send(COMPONENT, self.user_id(user), place, data, message)

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
        world, user = self.world, interaction.user
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
            "authorizing_integration_owners": {"0": "0" if place.is_dm else world.guild.id},
            "context": 1 if place.is_dm else 0,
            "attachment_size_limit": world.attachment_limit,
        }
        if interaction.message is not None:
            body["message"] = message_wire(world, interaction.message)
        if place.is_dm:
            return body | {"user": user_wire(world.users[user])}
        member = member_wire(world, user) | {"permissions": str(permissions_in(world, place, user))}
        guild = {key: guild_fields(world)[key] for key in ("id", "features")} | {"locale": "en-US"}
        return body | {"member": member, "guild_id": world.guild.id, "guild": guild, "guild_locale": "en-US"}


def _walk(components: list[Json]) -> list[Json]:
    found: list[Json] = []
    for component in components:
        found.append(component)
        found += _walk(component.get("components") or [])
        found += [component["accessory"]] if isinstance(component.get("accessory"), dict) else []
    return found


def _filled(row: Json, values: dict[str, str]) -> Json:
    """A row of a form with what was typed into it: text inputs in rows, or below labels."""
    if row.get("type") == 18:
        return {"type": 18, "id": row.get("id", 1), "component": _filled(row["component"], values)}
    if "components" in row:
        return {
            "type": row["type"],
            "id": row.get("id", 1),
            "components": [_filled(c, values) for c in row["components"]],
        }
    custom = str(row.get("custom_id"))
    return {"type": row["type"], "id": row.get("id", 1), "custom_id": custom, "value": values.get(custom, "")}
