"""What people give to commands, selects and forms: checked as Discord's client checks it, and resolved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.doubles.discord.message_shapes import attachment_wire, message_wire
from adapters.doubles.discord.people import People
from adapters.doubles.discord.shapes import interaction_channel, member_wire, role_wire, user_wire
from adapters.doubles.discord.state import Attachment
from adapters.doubles.discord.wire import Json

# Any: what somebody typed or chose may be a text, a number, a yes or a file; the checks look at it at run time.
Typed = Any
_SUBCOMMANDS = (1, 2)
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
_KINDS: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
    ATTACHMENT: (Attachment,),
}


class Resolver:
    """Finds whom and what somebody named, and gathers it for ``resolved``."""

    def __init__(self, people: People, user: str, channel: str) -> None:
        self._people, self._user = people, user
        self._guild = people.world.guild_of(people.channel(channel))
        self._roles = list(self._guild.roles.values()) if self._guild is not None else []
        self.found: Json = {}

    def user(self, who: str) -> str:
        """A user, with what is known of the member."""
        found, world = self._people.user_id(who), self._people.world
        self._add("users", found, user_wire(world.users[found]))
        if self._guild is not None and found in self._guild.members:
            self._add("members", found, member_wire(world, self._guild, found, with_user=False) | {"permissions": "0"})
        return found

    def role(self, name: str) -> str:
        """A role by its name or id. Raises LookupError."""
        for role in self._roles:
            if name in (role.id, role.name):
                self._add("roles", role.id, role_wire(role))
                return role.id
        raise LookupError(f"there is no role {name}")

    def channel(self, name: str, kinds: list[int] | None = None) -> str:
        """A channel of the guild."""
        found = self._people.channel(name)
        if found.is_dm or (kinds and found.type not in kinds):
            raise LookupError(f"{name} cannot be chosen")
        self._add("channels", found.id, interaction_channel(self._people.world, found, self._user))
        return found.id

    def mentionable(self, name: str) -> str:
        """A role or a user."""
        known = {key for role in self._roles for key in (role.id, role.name)}
        return self.role(name) if name in known else self.user(name)

    def file(self, attachment: Attachment) -> str:
        """A file that was uploaded with the form or command."""
        self._add("attachments", attachment.id, attachment_wire(attachment) | {"ephemeral": True})
        return attachment.id

    def message(self, channel: str, message_id: str) -> str:
        """A message in a channel."""
        found = self._people.channel(channel).message(message_id)
        self._add("messages", found.id, message_wire(self._people.world, found, resolve=False))
        return found.id

    def _add(self, kind: str, key: str, body: Json) -> None:
        self.found.setdefault(kind, {})[key] = body


def options_of(
    command: Json, words: list[str], values: dict[str, Typed], resolver: Resolver, focused: str = ""
) -> list[Json]:
    """A command's options as a client sends them. Raises LookupError for what the client would not send."""
    known = {option["name"]: option for option in command.get("options") or []}
    below = next((known[word] for word in words[:1] if word in known), None)
    if words and (below is None or below["type"] not in _SUBCOMMANDS):
        raise LookupError(f"/{command['name']} has no subcommand {words[0]}")
    if below is not None:
        inner = options_of(below, words[1:], values, resolver, focused)
        return [{"name": words[0], "type": below["type"], "options": inner}]
    missing = {n for n, o in known.items() if o.get("required") and n not in values and not focused}
    if set(values) - set(known) or missing or any(o["type"] in _SUBCOMMANDS for o in known.values()):
        raise LookupError(f"/{command['name']} takes {sorted(known)}, not {sorted(values)}; missing {sorted(missing)}")
    if focused and not known[focused].get("autocomplete"):
        raise LookupError(f"{focused} has no autocomplete")
    return [_given(known[name], value, resolver, name == focused) for name, value in values.items()]


def _given(option: Json, value: Typed, resolver: Resolver, focused: bool) -> Json:
    told = {"name": option["name"], "type": option["type"]}
    if focused:
        return told | {"value": value, "focused": True}
    return told | {"value": _checked(option, value, resolver)}


def _checked(option: Json, value: Typed, resolver: Resolver) -> Typed:
    kind = option["type"]
    taken = _KINDS.get(kind, (str,))
    finders: dict[int, Callable[[Typed], str]] = {
        USER: resolver.user,
        ROLE: resolver.role,
        MENTIONABLE: resolver.mentionable,
        CHANNEL: lambda name: resolver.channel(name, option.get("channel_types")),
        ATTACHMENT: resolver.file,
    }
    if not isinstance(value, taken) or (isinstance(value, bool) and kind != BOOLEAN):
        raise LookupError(f"{option['name']} takes no {type(value).__name__}")
    if kind in finders:
        return finders[kind](value)
    _check_range(option, value)
    choices = option.get("choices") or []
    if choices and value not in [choice["value"] for choice in choices]:
        raise LookupError(f"{value} is none of {option['name']}'s choices")
    return value


def _check_range(option: Json, value: Typed) -> None:
    if isinstance(value, bool):
        return
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    least, most = option.get(low), option.get(high)
    if (least is not None and size < least) or (most is not None and size > most):
        raise LookupError(f"{option['name']} is out of its range")
