"""The small words that every part of the Discord double shares: refusals, ids, times."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

# Any: what travels on Discord's wire is JSON whose shape differs per call and event; the checks look at it at run time.
Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
"""The first second of 2015, from which snowflakes count."""


class DiscordError(Exception):
    """A refusal, as Discord words it.

    Attributes:
        status: of HTTP.
        code: Discord's own number.
        text: what goes with it.
        errors: where in the form it is wrong, for code 50035.
        rule: the name of the rule that was broken, where it stands in a table.
        more: what else the answer says.
    """

    def __init__(self, status: int, code: int, text: str, errors: Json | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.status, self.code, self.text, self.errors = status, code, text, errors
        self.rule = ""
        self.more: Json = {}

    def within(self, name: str) -> Self:
        """The same, of a form that is a part of another."""
        if self.errors is not None:
            self.errors = {name: self.errors}
        return self

    def body(self) -> Json:
        """The JSON that says it."""
        body: Json = {"message": self.text, "code": self.code} | self.more
        return body | ({"errors": self.errors} if self.errors is not None else {})


def invalid(path: str, code: str, why: str) -> DiscordError:
    """Invalid Form Body (50035), at a dotted path of the form."""
    errors: Json = {"_errors": [{"code": code, "message": why}]}
    for key in reversed(path.split(".") if path else []):
        errors = {key: errors}
    return DiscordError(400, 50035, "Invalid Form Body", errors)


def too_long(path: str, limit: int) -> DiscordError:
    """50035 for a text over its limit."""
    return invalid(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Webhook": 10015,
    "Tag": 10087,
    "interaction": 10062,
    "application command": 10063,
}


def unknown(what: str) -> DiscordError:
    """The 404 of a thing that is not there."""
    return DiscordError(404, _UNKNOWN[what], f"Unknown {what}")


def missing_access() -> DiscordError:
    """50001: the app cannot see the place."""
    return DiscordError(403, 50001, "Missing Access")


def missing_permissions() -> DiscordError:
    """50013: the app may look, but not do this."""
    return DiscordError(403, 50013, "Missing Permissions")


def component_texts(components: list[Json]) -> Iterator[str]:
    """What the text displays among components say, in order, however deep they are."""
    for component in components:
        if component.get("type") == 10:
            yield str(component.get("content") or "")
        yield from component_texts([c for c in component.get("components") or [] if isinstance(c, dict)])


def respond(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """An answer with exactly the content type that Discord sends (clients compare it as a whole)."""
    text = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(body=text, status=status, content_type="application/json", headers=headers)


def iso(ms: int) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="microseconds")


def now_ms() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def time_of(snowflake: str) -> int:
    """When an id was made, in milliseconds since 1970."""
    return (int(snowflake) >> 22) + EPOCH_MS


class Snowflakes:
    """Ids that carry the time, are unique, and only grow."""

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> str:
        """An id of now."""
        self._last = max((now_ms() - EPOCH_MS) << 22, self._last + 1)
        return str(self._last)

    @staticmethod
    def at(ms: int) -> str:
        """The first id of another time."""
        return str((ms - EPOCH_MS) << 22)
