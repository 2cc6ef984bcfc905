"""The application's commands, global and of the guild, and how often they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adapters.doubles.discord.platform import Call
from adapters.doubles.discord.wire import DiscordError, Json, invalid, too_long, unknown

_CHAT_NAME = re.compile(r"[-_'\w]{1,32}")
COMMANDS_LIMIT, OPTIONS_LIMIT, CHOICES_LIMIT = 100, 25, 25
Key = tuple[str, int]
"""Name and type."""


@dataclass
class Commands:
    """What is registered.

    Attributes:
        everywhere: the global commands; ``in_guild`` those of the guild.
        writes: what was written, in order: the route's name and the commands' names.
    """

    everywhere: dict[Key, Json] = field(default_factory=dict)
    in_guild: dict[Key, Json] = field(default_factory=dict)
    writes: list[tuple[str, list[str]]] = field(default_factory=list)

    def find(self, name: str, kind: int = 1) -> Json:
        """The command as people see it. Raises LookupError."""
        found = self.in_guild.get((name, kind)) or self.everywhere.get((name, kind))
        if found is None:
            raise LookupError(f"the app has no command /{name}")
        return found

    def listed(self, call: Call) -> list[Json]:
        """``GET …/commands``."""
        return list(self._book(call).values())

    def overwrite(self, call: Call, forms: list[Json]) -> list[Json]:
        """``PUT …/commands``: these, and no others. A command that stays keeps its id."""
        book = self._book(call)
        if len(forms) > COMMANDS_LIMIT:
            raise DiscordError(400, 30032, "Maximum number of application commands reached (100)")
        fresh: dict[Key, Json] = {}
        for number, form in enumerate(forms):
            command = self._made(call, form, book, f"{number}.")
            if _key(command) in fresh:
                code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
                raise invalid(str(number), code, "Application command names must be unique")
            fresh[_key(command)] = command
        book.clear()
        book.update(fresh)
        self.writes.append(("overwrite", [str(form.get("name")) for form in forms]))
        return list(book.values())

    def upsert(self, call: Call) -> tuple[Json, bool]:
        """``POST …/commands``: the command, and whether it is new."""
        book = self._book(call)
        command = self._made(call, call.body, book, "")
        new = _key(command) not in book
        book[_key(command)] = command
        self.writes.append(("upsert", [command["name"]]))
        return command, new

    def get(self, call: Call) -> Json:
        """``GET …/commands/{command_id}``."""
        return self._named(call)[1]

    def edit(self, call: Call) -> Json:
        """``PATCH …/commands/{command_id}``."""
        key, old = self._named(call)
        book = self._book(call)
        command = self._made(call, old | call.body, book, "") | {"id": old["id"]}
        del book[key]
        book[_key(command)] = command
        self.writes.append(("edit", [command["name"]]))
        return command

    def delete(self, call: Call) -> None:
        """``DELETE …/commands/{command_id}``."""
        key, old = self._named(call)
        del self._book(call)[key]
        self.writes.append(("delete", [old["name"]]))

    def _book(self, call: Call) -> dict[Key, Json]:
        if call.params["application_id"] != call.world.application:
            raise DiscordError(403, 20012, "You are not authorized to perform this action on this application")
        guild = call.params.get("guild_id")
        if guild is None:
            return self.everywhere
        if guild != call.world.guild.id:
            raise DiscordError(403, 50001, "Missing Access")
        return self.in_guild

    def _named(self, call: Call) -> tuple[Key, Json]:
        for key, command in self._book(call).items():
            if command["id"] == call.params["command_id"]:
                return key, command
        raise unknown("application command")

    def _made(self, call: Call, form: Json, book: dict[Key, Json], path: str) -> Json:
        kind = int(form.get("type") or 1)
        _check(form, kind, path)
        known = book.get((str(form["name"]), kind))
        permissions = form.get("default_member_permissions")
        command: Json = {
            "id": known["id"] if known else call.world.ids.new(),
            "application_id": call.world.application,
            "version": call.world.ids.new(),
            "type": kind,
            "name": form["name"],
            "name_localizations": form.get("name_localizations"),
            "description": form.get("description") or "",
            "description_localizations": form.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": form.get("dm_permission", True),
            "contexts": form.get("contexts"),
            "integration_types": form.get("integration_types") or [0],
            "nsfw": bool(form.get("nsfw")),
        }
        if form.get("options"):
            command["options"] = form["options"]
        if "guild_id" in call.params:
            command["guild_id"] = call.params["guild_id"]
        return command


def _key(command: Json) -> Key:
    return command["name"], command["type"]


def _check(form: Json, kind: int, path: str) -> None:
    name, described = str(form.get("name") or ""), str(form.get("description") or "")
    if kind == 1:
        _check_name(name, f"{path}name")
        _check_description(described, f"{path}description")
    elif not 1 <= len(name) <= 32:
        raise invalid(f"{path}name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
    elif described:
        code = "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID"
        raise invalid(f"{path}description", code, "Context menu commands cannot have description")
    _check_options(form.get("options") or [], f"{path}options")


def _check_options(options: list[Json], path: str) -> None:
    if len(options) > OPTIONS_LIMIT:
        raise invalid(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional = False
    for number, option in enumerate(options):
        here = f"{path}.{number}"
        _check_name(str(option.get("name") or ""), f"{here}.name")
        _check_description(str(option.get("description") or ""), f"{here}.description")
        if len(option.get("choices") or []) > CHOICES_LIMIT:
            raise invalid(f"{here}.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        if option.get("choices") and option.get("autocomplete"):
            code = "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID"
            raise invalid(here, code, "Choices cannot be used with autocomplete")
        if option.get("required") and optional:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            raise invalid(here, code, "Required options must be placed before non-required options")
        optional = optional or (not option.get("required") and option.get("type") not in (1, 2))
        _check_options(option.get("options") or [], f"{here}.options")


def _check_name(name: str, path: str) -> None:
    if not _CHAT_NAME.fullmatch(name) or name != name.lower():
        raise invalid(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_description(text: str, path: str) -> None:
    if not text:
        raise invalid(path, "BASE_TYPE_REQUIRED", "This field is required")
    if len(text) > 100:
        raise too_long(path, 100)
