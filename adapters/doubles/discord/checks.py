"""What Discord refuses in a message, with its own codes."""

from __future__ import annotations

from collections.abc import Set

from adapters.doubles.discord.components import check_components, check_url
from adapters.doubles.discord.forms import Value, check_fields
from adapters.doubles.discord.state import EPHEMERAL, V2, Message
from adapters.doubles.discord.wire import DiscordError, Json, invalid, too_long

CONTENT_LIMIT = 2_000
EMBEDS_LIMIT, EMBED_TEXT_LIMIT = 10, 6_000
NONCE_LIMIT = 25
FILES_LIMIT = 10
_SETTABLE = (1 << 2) | (1 << 12) | V2
_LEGACY = ("content", "embeds", "poll", "sticker_ids")


def check_content(body: Json, old: Message | None = None, hidden: bool = False, files: Set[str] = frozenset()) -> Json:
    """The fields that a form sets on a message: all of them for a new one, those it names for an edit."""
    flags = _flags(body, old, hidden)
    fields: Json = {"flags": flags}
    if "content" in body or old is None:
        fields["content"] = _text(body.get("content"))
    if "embeds" in body or old is None:
        fields["embeds"] = _embeds(body.get("embeds") or [])
    if "components" in body or old is None:
        # A form that sets flags is read by them: one that leaves V2 out is refused what only V2 can hold.
        v2 = (int(body["flags"] or 0) if "flags" in body else flags) & V2
        fields["components"] = check_components(body.get("components") or [], "v2" if v2 else "message", files)
    if flags & V2:
        _only_components(body | fields, old)
    return fields


def check_not_empty(message: Message) -> None:
    """50006 for a message with nothing to show."""
    if not (message.content or message.embeds or message.components or message.attachments):
        raise DiscordError(400, 50006, "Cannot send an empty message")


def check_nonce(nonce: object) -> str | None:
    """A nonce is a number or a text of at most 25 characters."""
    if nonce is None:
        return None
    if not isinstance(nonce, str | int):
        raise invalid("nonce", "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    if len(str(nonce)) > NONCE_LIMIT:
        raise invalid("nonce", "NONCE_TYPE_TOO_LONG", f"Must be {NONCE_LIMIT} or fewer characters long.")
    return str(nonce)


def _text(content: Value) -> str:
    """The content, without the space around it, as Discord keeps it."""
    if content is None:
        return ""
    if not isinstance(content, str | int | float):
        raise invalid("content", "STRING_TYPE_CONVERT", "Could not interpret as string.")
    if len(str(content)) > CONTENT_LIMIT:
        raise too_long("content", CONTENT_LIMIT)
    return str(content).strip()


def _flags(body: Json, old: Message | None, hidden: bool) -> int:
    given = body.get("flags") or 0
    if not isinstance(given, int):
        raise invalid("flags", "NUMBER_TYPE_COERCE", "Value is not int.")
    given &= _SETTABLE | (EPHEMERAL if hidden else 0)
    if old is None:
        return given
    if "flags" not in body:
        return old.flags
    return (old.flags & ~(1 << 2)) | (given & ((1 << 2) | V2))  # V2 can be set by an edit, and never taken back


def _only_components(fields: Json, old: Message | None) -> None:
    was = Json() if old is None or old.flags & V2 else {"content": old.content, "embeds": old.embeds}
    for name in _LEGACY:
        if fields.get(name, was.get(name)):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            why = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            raise invalid(name, code, why)


def _embeds(embeds: Value) -> list[Json]:
    if not isinstance(embeds, list):
        raise invalid("embeds", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if len(embeds) > EMBEDS_LIMIT:
        raise invalid("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS_LIMIT} or fewer in length.")
    if sum(_embed_length(f"embeds.{number}", embed) for number, embed in enumerate(embeds)) > EMBED_TEXT_LIMIT:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TEXT_LIMIT}")
    return [embed | {"type": "rich"} for embed in embeds]


def _embed_length(path: str, embed: Value) -> int:
    """How many characters of an embed count, if it is as it should be."""
    check_fields("embed", path, embed)
    if embed.get("url"):
        check_url(f"{path}.url", str(embed["url"]), ("http", "https"))
    fields = embed.get("fields") or []
    for number, item in enumerate(fields):
        check_fields("embed field", f"{path}.fields.{number}", item)
    texts = [embed.get("title"), embed.get("description"), *(f[key] for f in fields for key in ("name", "value"))]
    for name, key in (("footer", "text"), ("author", "name")):
        if isinstance(embed.get(name), dict):
            texts.append(check_fields(f"embed {name}", f"{path}.{name}", embed[name])[key])
    return sum(len(str(text or "")) for text in texts)
