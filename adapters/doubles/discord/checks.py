"""What Discord refuses in a message, with its own codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.doubles.discord.state import EPHEMERAL, V2, Message
from adapters.doubles.discord.wire import DiscordError, Json, invalid, too_long

CONTENT_LIMIT = 2_000
EMBEDS_LIMIT, EMBED_TEXT_LIMIT = 10, 6_000
V2_COMPONENTS_LIMIT, V2_TEXT_LIMIT = 40, 4_000
ROWS_LIMIT, BUTTONS_LIMIT, OPTIONS_LIMIT = 5, 5, 25
NONCE_LIMIT = 25
FILES_LIMIT = 10
_SETTABLE = (1 << 2) | (1 << 12) | V2
_EMBED_LIMITS = {"title": 256, "description": 4_096}
_ROW, _BUTTON, _TEXT_INPUT = 1, 2, 4
_SELECTS = {3, 5, 6, 7, 8}
_V2_ONLY = {9, 10, 11, 12, 13, 14, 17}


def check_content(body: Json, old: Message | None = None, hidden: bool = False) -> Json:
    """The fields that a form sets on a message: all of them for a new one, those it names for an edit."""
    flags = _flags(body, old, hidden)
    fields: Json = {"flags": flags}
    if "content" in body or old is None:
        fields["content"] = _text(body.get("content"))
    if "embeds" in body or old is None:
        fields["embeds"] = _embeds(body.get("embeds") or [])
    if "components" in body or old is None:
        fields["components"] = check_components(body.get("components") or [], bool(flags & V2))
    if flags & V2:
        _only_components(fields, old)
    return fields


def check_not_empty(message: Message) -> None:
    """50006 for a message with nothing to show."""
    if not (message.content or message.embeds or message.components or message.attachments):
        raise DiscordError(400, 50006, "Cannot send an empty message")


def check_nonce(nonce: object) -> str | None:
    """A nonce is a number or a text of at most 25 characters."""
    if nonce is None:
        return None
    if len(str(nonce)) > NONCE_LIMIT:
        raise too_long("nonce", NONCE_LIMIT)
    return str(nonce)


def _text(content: Any) -> str:
    """The content, without the space around it, as Discord keeps it. Any: a form may send whatever it likes."""
    if content is None:
        return ""
    if not isinstance(content, str | int | float):
        raise invalid("content", "STRING_TYPE_CONVERT", "Could not interpret as string.")
    if len(str(content)) > CONTENT_LIMIT:
        raise too_long("content", CONTENT_LIMIT)
    return str(content).strip()


def _flags(body: Json, old: Message | None, hidden: bool) -> int:
    given = int(body.get("flags") or 0) & (_SETTABLE | (EPHEMERAL if hidden else 0))
    if old is None:
        return given
    if "flags" not in body:
        return old.flags
    return (old.flags & ~(1 << 2)) | (given & ((1 << 2) | V2))  # V2 can be set by an edit, and never taken back


def _only_components(fields: Json, old: Message | None) -> None:
    was = Json() if old is None or old.flags & V2 else {"content": old.content, "embeds": old.embeds}
    for name in ("content", "embeds"):
        if fields.get(name, was.get(name)):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            why = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            raise invalid(name, code, why)


def _embeds(embeds: list[Json]) -> list[Json]:
    if len(embeds) > EMBEDS_LIMIT:
        raise invalid("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS_LIMIT} or fewer in length.")
    total = 0
    for number, embed in enumerate(embeds):
        total += _embed_length(f"embeds.{number}", embed)
    if total > EMBED_TEXT_LIMIT:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TEXT_LIMIT}")
    return [embed | {"type": "rich"} for embed in embeds]


def _embed_length(path: str, embed: Json) -> int:
    for name, limit in _EMBED_LIMITS.items():
        if len(str(embed.get(name) or "")) > limit:
            raise too_long(f"{path}.{name}", limit)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        raise invalid(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for number, item in enumerate(fields):
        for name, limit in (("name", 256), ("value", 1_024)):
            if not item.get(name):
                raise invalid(f"{path}.fields.{number}.{name}", "BASE_TYPE_REQUIRED", "This field is required")
            if len(item[name]) > limit:
                raise too_long(f"{path}.fields.{number}.{name}", limit)
    footer = str((embed.get("footer") or {}).get("text") or "")
    author = str((embed.get("author") or {}).get("name") or "")
    texts = [embed.get("title"), embed.get("description"), footer, author]
    return sum(len(str(t or "")) for t in texts) + sum(len(f["name"]) + len(f["value"]) for f in fields)


def check_components(components: list[Json], v2: bool) -> list[Json]:
    """Rows of buttons or one select; with the V2 flag anything, up to 40 components and 4,000 characters."""
    if v2:
        _check_v2(components)
    elif len(components) > ROWS_LIMIT:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {ROWS_LIMIT} in length.")
    for number, component in enumerate(components):
        if not v2 and component.get("type") != _ROW:
            raise invalid(
                f"components.{number}.type", "UNION_TYPE_CHOICES", "Value of field 'type' must be one of (1,)."
            )
        _check_tree(f"components.{number}", component)
    custom = [c["custom_id"] for c in _walk(components) if c.get("custom_id")]
    if len(custom) != len(set(custom)):
        raise invalid("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    return components


def _check_v2(components: list[Json]) -> None:
    every = list(_walk(components))
    if len(every) > V2_COMPONENTS_LIMIT:
        why = f"The total number of components cannot exceed {V2_COMPONENTS_LIMIT}"
        raise invalid("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", why)
    if sum(len(str(c.get("content") or "")) for c in every if c.get("type") == 10) > V2_TEXT_LIMIT:
        why = f"The total length of displayable text cannot exceed {V2_TEXT_LIMIT}"
        raise invalid("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", why)


def _check_tree(path: str, component: Json) -> None:
    kind, children = component.get("type"), component.get("components") or []
    if kind == _ROW:
        _check_row(path, children)
    elif kind == _BUTTON:
        _check_button(path, component)
    elif kind in _SELECTS:
        _check_select(path, component)
    elif kind == 10 and not component.get("content"):
        raise invalid(f"{path}.content", "BASE_TYPE_REQUIRED", "This field is required")
    elif kind not in _V2_ONLY and kind != _TEXT_INPUT:
        raise invalid(f"{path}.type", "UNION_TYPE_CHOICES", "Value of field 'type' is not a known component.")
    for number, child in enumerate(children):
        _check_tree(f"{path}.components.{number}", child)
    if isinstance(component.get("accessory"), dict):
        _check_tree(f"{path}.accessory", component["accessory"])


def _check_row(path: str, children: list[Json]) -> None:
    selects = any(child.get("type") in _SELECTS for child in children)
    if not children or len(children) > (1 if selects else BUTTONS_LIMIT):
        raise invalid(f"{path}.components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {BUTTONS_LIMIT} in length.")


def _check_button(path: str, button: Json) -> None:
    link = button.get("style") == 5
    if not button.get("url" if link else "custom_id"):
        what = "A url is required" if link else "A custom id is required"
        raise invalid(path, "BUTTON_COMPONENT_REQUIRED", what)
    _check_custom_id(path, button)
    if len(str(button.get("label") or "")) > 80:
        raise too_long(f"{path}.label", 80)
    if not button.get("label") and not button.get("emoji"):
        raise invalid(path, "BUTTON_COMPONENT_INVALID", "A label or an emoji is required")


def _check_select(path: str, select: Json) -> None:
    _check_custom_id(path, select)
    options = select.get("options") or []
    if select["type"] == 3 and not 1 <= len(options) <= OPTIONS_LIMIT:
        why = f"Must be between 1 and {OPTIONS_LIMIT} in length."
        raise invalid(f"{path}.options", "BASE_TYPE_BAD_LENGTH", why)


def _check_custom_id(path: str, component: Json) -> None:
    if len(str(component.get("custom_id") or "")) > 100:
        raise too_long(f"{path}.custom_id", 100)


def _walk(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or [])
        if isinstance(component.get("accessory"), dict):
            yield component["accessory"]
