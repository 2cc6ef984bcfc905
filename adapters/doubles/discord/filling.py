"""What people choose in selects and fill into forms, checked as Discord's client checks it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.doubles.discord.components import (
    CHANNEL_SELECT,
    CHECKBOX,
    CHECKBOX_GROUP,
    MENTIONABLE_SELECT,
    RADIO_GROUP,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    TEXT_INPUT,
    UPLOAD,
    USER_SELECT,
    walk,
)
from adapters.doubles.discord.options import Resolver, Typed
from adapters.doubles.discord.wire import Json


def chosen(select: Json, values: list[Typed], resolver: Resolver, least: int = 1) -> list[str]:
    """The values of a select or of a group of boxes, by name or id. Raises LookupError for what nobody can choose."""
    options = select.get("options") or []
    most = select.get("max_values", len(options) if select["type"] == CHECKBOX_GROUP else 1)
    if not select.get("min_values", least) <= len(values) <= most:
        raise LookupError(f"{select['custom_id']} takes no {len(values)} values")
    finders: dict[int, Callable[[Typed], str]] = {
        USER_SELECT: resolver.user,
        ROLE_SELECT: resolver.role,
        MENTIONABLE_SELECT: resolver.mentionable,
        CHANNEL_SELECT: lambda name: resolver.channel(name, select.get("channel_types")),
        UPLOAD: resolver.file,
    }
    if select["type"] in finders:
        return [finders[select["type"]](value) for value in values]
    unknown = set(values) - {option["value"] for option in options}
    if unknown:
        raise LookupError(f"{select['custom_id']} has no options {sorted(unknown)}")
    return values


def filled(modal: Json, values: dict[str, Typed], resolver: Resolver) -> list[Json]:
    """A form's components with what was filled in. Raises LookupError where the client would not send it."""
    fields = {field["custom_id"]: field for field in walk(modal["components"]) if "custom_id" in field}
    unknown = set(values) - set(fields)
    if unknown:
        raise LookupError(f"the form has no fields {sorted(unknown)}")
    return [_branch(component, values, resolver) for component in modal["components"]]


def _branch(component: Json, values: dict[str, Typed], resolver: Resolver) -> Json:
    told: Json = {"type": component["type"], "id": component["id"]}
    if "component" in component:
        return told | {"component": _branch(component["component"], values, resolver)}
    if "components" in component:
        return told | {"components": [_branch(child, values, resolver) for child in component["components"]]}
    if "custom_id" not in component:
        return told
    return told | {"custom_id": component["custom_id"]} | _answer(component, values, resolver)


def _answer(field: Json, values: dict[str, Typed], resolver: Resolver) -> Json:
    """A field's value: what was filled in, or what stood there already."""
    kind, value = field["type"], values.get(field["custom_id"])
    if kind == TEXT_INPUT:
        return {"value": _written(field, str(field.get("value") or "") if value is None else str(value))}
    if kind == CHECKBOX:
        return {"value": bool(field.get("default")) if value is None else bool(value)}
    before = [option["value"] for option in field.get("options") or [] if option.get("default")]
    given = before if value is None else list(value) if isinstance(value, list | tuple) else [value]
    needed = field.get("required", True)
    if kind == RADIO_GROUP:
        return {"value": next(iter(_picked(field, given, resolver, needed)), None)}
    return {"values": _picked(field, given, resolver, needed)}


def _picked(field: Json, given: list[Typed], resolver: Resolver, needed: bool) -> list[str]:
    if not given and not needed:
        return []
    return chosen(field, given, resolver, least=1)


def _written(field: Json, text: str) -> str:
    if not text and not field.get("required", True):
        return text
    if not max(field.get("min_length", 0), 1) <= len(text) <= field.get("max_length", 4_000):
        raise LookupError(f"{field['custom_id']} takes no text of {len(text)} characters")
    return text


def describes(component: Json, kind: int) -> bool:
    """Whether a person can press (2) or choose in (3) a component."""
    kinds = {STRING_SELECT, *SELECTS} if kind == STRING_SELECT else {kind}
    return component["type"] in kinds and not component.get("disabled")
