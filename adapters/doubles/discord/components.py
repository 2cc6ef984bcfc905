"""What Discord refuses in components: of messages, with the V2 flag and without, and of modals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import count
from typing import Literal

from adapters.doubles.discord.forms import Value, below, check_fields, without_nulls
from adapters.doubles.discord.wire import DiscordError, Json, invalid

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = range(1, 9)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = 9, 10, 11, 12, 13, 14, 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
LINK, PREMIUM = 5, 6
ROWS_LIMIT, TOTAL_LIMIT, TEXT_LIMIT = 5, 40, 4_000
Place = Literal["message", "v2", "modal"]

SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})
_TOP: dict[Place, tuple[int, ...]] = {
    "message": (ROW,),
    "v2": (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER),
    "modal": (ROW, TEXT, LABEL),
}
_IN_ROW: dict[Place, tuple[int, ...]] = {
    "message": (BUTTON, *sorted(SELECTS)),
    "v2": (BUTTON, *sorted(SELECTS)),
    "modal": (TEXT_INPUT,),
}
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_IN_LABEL = (STRING_SELECT, TEXT_INPUT, 5, 6, 7, 8, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
_NAMES = {
    ROW: "row",
    BUTTON: "button",
    STRING_SELECT: "string select",
    TEXT_INPUT: "text input",
    SECTION: "section",
    TEXT: "text display",
    THUMBNAIL: "thumbnail",
    GALLERY: "gallery",
    FILE: "file",
    SEPARATOR: "separator",
    CONTAINER: "container",
    LABEL: "label",
    UPLOAD: "upload",
    RADIO_GROUP: "radio group",
    CHECKBOX_GROUP: "checkbox group",
    CHECKBOX: "checkbox",
}
_SCHEME = re.compile(r"(\w+)://\S+")
_SCHEMES = ("http", "https", "discord")


def check_components(components: Value, place: Place, files: Set[str] = frozenset()) -> list[Json]:
    """The components with their ids, if Discord takes them there. ``files`` are what ``attachment://`` may name."""
    if not isinstance(components, list):
        raise invalid("components", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if place == "message" and len(components) > ROWS_LIMIT:
        raise invalid("components", "BASE_TYPE_MAX_LENGTH", f"Must be {ROWS_LIMIT} or fewer in length.")
    components = without_nulls(components)
    for number, component in enumerate(components):
        _check(f"components.{number}", component, _TOP[place], place)
    if place == "v2":
        _check_total(components)
    _check_unique(components)
    _check_media(components, files)
    return _numbered(components)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, each before those within it."""
    for _, component in _with_paths("components", components):
        yield component


def _with_paths(path: str, components: list[Json]) -> Iterator[tuple[str, Json]]:
    for number, component in enumerate(components):
        yield from _branch(f"{path}.{number}", component)


def _branch(path: str, component: Json) -> Iterator[tuple[str, Json]]:
    yield path, component
    yield from _with_paths(f"{path}.components", component.get("components") or [])
    for name in ("component", "accessory"):
        if isinstance(component.get(name), dict):
            yield from _branch(f"{path}.{name}", component[name])


def _check(path: str, component: Value, allowed: tuple[int, ...], place: Place) -> None:
    kind = component.get("type") if isinstance(component, dict) else None
    if kind not in allowed:
        raise invalid(path, "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {allowed}.')
    check_fields(_NAMES.get(kind, "select"), path, component)
    if kind == ROW:
        _check_row(path, component["components"], place)
    elif kind in (CONTAINER, SECTION):
        for number, child in enumerate(component["components"]):
            _check(f"{path}.components.{number}", child, _IN_CONTAINER if kind == CONTAINER else (TEXT,), place)
    elif kind == LABEL:
        _check(f"{path}.component", component["component"], _IN_LABEL, place)
    if kind == SECTION:
        _check(f"{path}.accessory", component["accessory"], (BUTTON, THUMBNAIL), place)
    _check_own(path, component, kind, place)


def _check_own(path: str, component: Json, kind: int, place: Place) -> None:
    """What a kind of component has as rules beyond its fields."""
    if kind == BUTTON:
        _check_button(path, component)
    elif kind == TEXT_INPUT:
        _check_input(path, component, labelled=path.endswith(".component"))
    elif kind in (*SELECTS, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP):
        _check_choosing(path, component, place)


def _check_row(path: str, children: list[Value], place: Place) -> None:
    for number, child in enumerate(children):
        _check(f"{path}.components.{number}", child, _IN_ROW[place], place)
    wide = next((n for n, child in enumerate(children) if child["type"] != BUTTON), None)
    if wide is not None and len(children) > 1:
        why = "The specified component exceeds the maximum width"
        raise invalid(f"{path}.components.{max(wide, 1)}", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", why)


def _check_button(path: str, button: Json) -> None:
    style, custom, url = button["style"], button.get("custom_id"), button.get("url")
    if style == PREMIUM:
        _check_premium(path, button)
        return
    if custom and url:
        code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
        raise invalid(f"{path}.custom_id", code, "A custom id and url cannot both be specified")
    if style == LINK and not url:
        raise invalid(f"{path}.url", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
    if style != LINK and not custom:
        raise invalid(f"{path}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    if url:
        check_url(f"{path}.url", str(url), _SCHEMES)
    if not button.get("label") and not button.get("emoji"):
        raise invalid(path, "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required")
    _check_emoji(f"{path}.emoji", button.get("emoji"))


def _check_premium(path: str, button: Json) -> None:
    if not button.get("sku_id"):
        raise invalid(f"{path}.sku_id", "BUTTON_COMPONENT_SKU_ID_REQUIRED", "A sku id is required")
    if any(button.get(name) for name in ("custom_id", "url", "label", "emoji")):
        raise invalid(path, "BUTTON_COMPONENT_PREMIUM_INVALID", "Premium buttons have nothing but a sku id")


def _check_emoji(path: str, emoji: Value) -> None:
    """An emoji is one of Unicode's; the guild has none of its own."""
    if emoji is None:
        return
    named = emoji.get("name") if isinstance(emoji, dict) else None
    if not named or emoji.get("id") or str(named).isascii():
        raise invalid(f"{path}.name", "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def check_url(path: str, url: str, schemes: tuple[str, ...]) -> None:
    """An address of a kind that Discord opens."""
    found = _SCHEME.fullmatch(url)
    if found is None:
        raise invalid(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    if found[1].lower() not in schemes:
        why = f'Scheme "{found[1]}" is not supported. Scheme must be one of {schemes}.'
        raise invalid(path, "URL_TYPE_INVALID_SCHEME", why)


def _check_input(path: str, field: Json, labelled: bool) -> None:
    if not labelled and not field.get("label"):
        raise invalid(f"{path}.label", "BASE_TYPE_REQUIRED", "This field is required")
    if field.get("min_length", 0) > field.get("max_length", 4_000):
        raise invalid(f"{path}.min_length", "TEXT_INPUT_COMPONENT_LENGTHS_INVALID", "Must be at most the max_length.")


def _check_choosing(path: str, component: Json, place: Place) -> None:
    options = component.get("options") or []
    least = component.get("min_values", 1)
    most = component.get("max_values", len(options) if component["type"] == CHECKBOX_GROUP else 1)
    if least > most:
        raise invalid(f"{path}.min_values", "SELECT_COMPONENT_MIN_VALUES_INVALID", "Must be at most max_values.")
    if component["type"] == STRING_SELECT and len(options) < most:
        raise invalid(f"{path}.options", "BASE_TYPE_BAD_LENGTH", f"Must be between {most} and 25 in length.")
    if place == "modal" and component.get("disabled"):
        raise invalid(f"{path}.disabled", "COMPONENT_DISABLED_IN_MODAL", "Modals cannot have disabled components")
    if place == "modal" and component.get("required", True) and not least:
        raise invalid(f"{path}.min_values", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
    _check_options(f"{path}.options", options, most)
    if len(component.get("default_values") or []) > most:
        raise _too_many_defaults(f"{path}.default_values")


def _check_options(path: str, options: list[Value], most: int) -> None:
    seen: set[str] = set()
    for number, option in enumerate(options):
        check_fields("option", f"{path}.{number}", option)
        if option["value"] in seen:
            why = "The specified option value is already used"
            raise invalid(f"{path}.{number}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", why)
        seen.add(option["value"])
        _check_emoji(f"{path}.{number}.emoji", option.get("emoji"))
    if sum(bool(option.get("default")) for option in options) > most:
        raise _too_many_defaults(path)


def _too_many_defaults(path: str) -> DiscordError:
    why = "The specified number of default values exceeds the specified maximum values"
    return invalid(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", why)


def _check_total(components: list[Json]) -> None:
    every = list(walk(components))
    if len(every) > TOTAL_LIMIT:
        why = f"The total number of components cannot exceed {TOTAL_LIMIT}"
        raise invalid("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", why)
    if sum(len(str(c.get("content") or "")) for c in every if c["type"] == TEXT) > TEXT_LIMIT:
        why = f"Components displayable text size exceeds maximum size of {TEXT_LIMIT}"
        raise invalid("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", why)


def _check_unique(components: list[Json]) -> None:
    seen: set[tuple[str, str]] = set()
    for path, component in _with_paths("components", components):
        for name, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
            given = component.get(name)
            if given and (name, str(given)) in seen:
                why = f"Component {name.replace('_', ' ')} cannot be duplicated"
                raise invalid(below(path, name), code, why)
            seen.add((name, str(given)))


def _check_media(components: list[Json], files: Set[str]) -> None:
    for path, component in _with_paths("components", components):
        kind = component["type"]
        if kind == FILE:
            _check_item(f"{path}.file", component["file"], files, ("attachment",))
        elif kind == THUMBNAIL:
            _check_item(f"{path}.media", component["media"], files)
        elif kind == GALLERY:
            for number, item in enumerate(component["items"]):
                check_fields("gallery item", f"{path}.items.{number}", item)
                _check_item(f"{path}.items.{number}.media", item["media"], files)


def _check_item(path: str, media: Json, files: Set[str], schemes: tuple[str, ...] = ()) -> None:
    check_fields("media", path, media)
    url = str(media["url"])
    check_url(f"{path}.url", url, schemes or ("http", "https", "attachment"))
    if url.startswith("attachment://") and url.removeprefix("attachment://") not in files:
        code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
        raise invalid(f"{path}.url", code, "The referenced attachment was not found")


def _numbered(components: list[Json]) -> list[Json]:
    """Every component with an id, as Discord gives them: from one on, without those that are taken."""
    taken = {component.get("id") for component in walk(components)}
    free = (number for number in count(1) if number not in taken)
    for component in walk(components):
        component["id"] = component.get("id") or next(free)
    return components
