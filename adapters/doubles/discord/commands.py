"""The application's commands, global and of the guild, and how often they were written."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from adapters.doubles.discord.command_checks import CHAT_INPUT, MESSAGE_MENU, USER_MENU, check_command, daily_limit
from adapters.doubles.discord.platform import Call
from adapters.doubles.discord.wire import DiscordError, Json, invalid, missing_access, unknown

LIMITS = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
DAY = 86_400.0
Key = tuple[str, int]
"""Name and type."""


@dataclass
class Commands:
    """What is registered.

    Attributes:
        everywhere: the global commands; ``in_guilds`` those of each guild.
        writes: what was written, in order: the route's name and the commands' names.
        creates_a_day: how many commands may be new within a day, globally and in each guild.
    """

    everywhere: dict[Key, Json] = field(default_factory=dict)
    in_guilds: dict[str, dict[Key, Json]] = field(default_factory=dict)
    writes: list[tuple[str, list[str]]] = field(default_factory=list)
    creates_a_day: int = 200
    _created: dict[str, deque[float]] = field(default_factory=dict)

    def find(self, name: str, kind: int = 1, guild: str = "") -> Json:
        """The command as people see it in a guild, or in a direct message. Raises LookupError."""
        found = self.in_guilds.get(guild, {}).get((name, kind)) or self.everywhere.get((name, kind))
        if found is None:
            raise LookupError(f"the app has no command /{name}")
        return found

    def listed(self, call: Call) -> list[Json]:
        """``GET …/commands``."""
        return list(self._book(call).values())

    def overwrite(self, call: Call, forms: list[Json]) -> list[Json]:
        """``PUT …/commands``: these, and no others. A command that stays keeps its id."""
        book = self._book(call)
        fresh: dict[Key, Json] = {}
        for number, form in enumerate(forms):
            command = self._made(call, form, book, str(number))
            if _key(command) in fresh:
                code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
                raise invalid(str(number), code, "Application command names must be unique")
            fresh[_key(command)] = command
        self._count(call, fresh, set(fresh) - set(book))
        book.clear()
        book.update(fresh)
        self.writes.append(("overwrite", [str(form.get("name")) for form in forms]))
        return list(book.values())

    def upsert(self, call: Call) -> tuple[Json, bool]:
        """``POST …/commands``: the command, and whether it is new."""
        book = self._book(call)
        command = self._made(call, call.body, book, "")
        new = _key(command) not in book
        self._count(call, book | {_key(command): command}, {_key(command)} - set(book))
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
        if guild not in [known.id for known in call.world.joined()]:
            raise missing_access()
        return self.in_guilds.setdefault(guild, {})

    def _count(self, call: Call, commands: dict[Key, Json], new: set[Key]) -> None:
        """Refuse more commands than there may be, and more new ones than a day has."""
        for kind, most in LIMITS.items():
            if sum(key[1] == kind for key in commands) > most:
                raise DiscordError(400, 30032, f"Maximum number of application commands reached ({most})")
        created = self._created.setdefault(call.params.get("guild_id", ""), deque())
        while created and created[0] <= time.monotonic() - DAY:
            created.popleft()
        if new and len(created) + len(new) > self.creates_a_day:
            raise daily_limit(self.creates_a_day, DAY - (time.monotonic() - created[0]) if created else DAY)
        created.extend([time.monotonic()] * len(new))

    def _named(self, call: Call) -> tuple[Key, Json]:
        for key, command in self._book(call).items():
            if command["id"] == call.params["command_id"]:
                return key, command
        raise unknown("application command")

    def _made(self, call: Call, form: Json, book: dict[Key, Json], path: str) -> Json:
        kind = check_command(form, path, "guild_id" in call.params, call.world.installable)
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
            command["options"] = [_kept(option) for option in form["options"]]
        if "guild_id" in call.params:
            command["guild_id"] = call.params["guild_id"]
        return command


def _key(command: Json) -> Key:
    return command["name"], command["type"]


def _kept(option: Json) -> Json:
    """An option as Discord gives it back: without what is not so, or empty."""
    kept = {key: value for key, value in option.items() if value not in (None, False, [])}
    return kept | ({"options": [_kept(inner) for inner in option["options"]]} if option.get("options") else {})
