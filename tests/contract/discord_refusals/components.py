"""Components that are refused in messages, with the V2 flag and without."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_refusals.stage import V2, Case, Json, formed

LONG, SHORT, NUMBER, TEXT_TYPE = (
    "BASE_TYPE_MAX_LENGTH",
    "BASE_TYPE_BAD_LENGTH",
    "NUMBER_TYPE_COERCE",
    "STRING_TYPE_CONVERT",
)
NEEDED, LIST, FORM, CHOICE = "BASE_TYPE_REQUIRED", "LIST_TYPE_CONVERT", "DICT_TYPE_CONVERT", "BASE_TYPE_CHOICES"
YES, HIGH, LOW, UNION = "BOOLEAN_TYPE_CONVERT", "NUMBER_TYPE_MAX", "NUMBER_TYPE_MIN", "UNION_TYPE_CHOICES"
GONE = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
IMAGE = {"url": "https://x.org/x.png"}


def button(**fields: Any) -> Json:
    return {"type": 2, "style": 1, "label": "x", "custom_id": "b"} | fields


def link(**fields: Any) -> Json:
    return {"type": 2, "style": 5, "label": "x", "url": "https://x.org"} | fields


def options(count: int) -> list[Json]:
    return [{"label": str(n), "value": str(n)} for n in range(count)]


def menu(**fields: Any) -> Json:
    return {"type": 3, "custom_id": "m", "options": options(2)} | fields


def row(*components: Any) -> Json:
    return {"type": 1, "components": list(components)}


def rows(name: str, where: str, why: str, *components: Any) -> Case:
    return formed(name, f"components.{where}".rstrip("."), why, content="x", components=list(components))


def inside(name: str, where: str, why: str, component: Json) -> Case:
    """A component in a row."""
    return rows(name, f"0.components.0.{where}", why, row(component))


def v2(name: str, where: str, why: str, *components: Any) -> Case:
    return formed(f"v2 {name}", f"components.{where}".rstrip("."), why, flags=V2, components=list(components))


def text(content: Any = "x") -> Json:
    return {"type": 10, "content": content}


def section(**fields: Any) -> Json:
    return {"type": 9, "components": [text()], "accessory": button()} | fields


def thumbnail(**fields: Any) -> Json:
    return section(accessory={"type": 11, "media": IMAGE} | fields)


def gallery(*items: Any) -> Json:
    return {"type": 12, "items": list(items)}


CASES = [
    formed("components no list", "components", LIST, content="x", components={"type": 1}),
    rows("rows too many", "", LONG, *[row(button(custom_id=str(n))) for n in range(6)]),
    rows("button without a row", "0", UNION, button()),
    rows("text without the flag", "0", UNION, text()),
    rows("row without components", "0.components", NEEDED, {"type": 1}),
    rows("row of no list", "0.components", LIST, {"type": 1, "components": "x"}),
    rows("row of nothing", "0.components", SHORT, row()),
    rows("row of six", "0.components", SHORT, row(*[button(custom_id=str(n)) for n in range(6)])),
    rows("row of a row", "0.components.0", UNION, row(row(button()))),
    rows("row of what is no form", "0.components.0", UNION, row("x")),
    rows("row of an input", "0.components.0", UNION, row({"type": 4, "custom_id": "i", "style": 1, "label": "x"})),
    rows("select beside a button", "0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", row(button(), menu())),
    rows("custom_id twice", "1.components.0.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", row(button()), row(button())),
    rows("id twice", "0.components.1.id", "COMPONENT_ID_DUPLICATED", row(button(id=7), button(id=7, custom_id="c"))),
    inside("button without a style", "style", NEEDED, {"type": 2, "label": "x", "custom_id": "b"}),
    inside("button style no number", "style", NUMBER, button(style="1")),
    inside("button style unknown", "style", CHOICE, button(style=7)),
    inside("button label too long", "label", LONG, button(label="x" * 81)),
    inside("button label no text", "label", TEXT_TYPE, button(label=[])),
    inside("button custom_id too long", "custom_id", SHORT, button(custom_id="x" * 101)),
    inside("button custom_id empty", "custom_id", SHORT, button(custom_id="")),
    inside("button custom_id no text", "custom_id", TEXT_TYPE, button(custom_id=["b"])),
    inside("button url too long", "url", SHORT, link(url="https://x.org/" + "x" * 499)),
    inside("button url empty", "url", SHORT, link(url="")),
    inside("button url no text", "url", TEXT_TYPE, link(url=["b"])),
    inside("button disabled no yes or no", "disabled", YES, button(disabled="no")),
    inside("button without a custom_id", "custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED",
           {"type": 2, "style": 1, "label": "x"}),
    inside("button with a url too", "custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
           button(url="https://x.org")),
    inside("link without a url", "url", "BUTTON_COMPONENT_URL_REQUIRED", {"type": 2, "style": 5, "label": "x"}),
    inside("link malformed", "url", "URL_TYPE_INVALID_URL", link(url="x.org")),
    inside("link of another kind", "url", "URL_TYPE_INVALID_SCHEME", link(url="javascript://x")),
    inside("button without a label", "", "BUTTON_COMPONENT_LABEL_REQUIRED", button(label="")),
    inside("button emoji no emoji", "emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI", button(emoji={"name": ":x:"})),
    inside("premium without a sku", "sku_id", "BUTTON_COMPONENT_SKU_ID_REQUIRED", {"type": 2, "style": 6}),
    inside("premium with a label", "", "BUTTON_COMPONENT_PREMIUM_INVALID",
           {"type": 2, "style": 6, "sku_id": "1", "label": "x"}),
    inside("menu without a custom_id", "custom_id", NEEDED, menu(custom_id=None)),
    inside("menu custom_id too long", "custom_id", SHORT, menu(custom_id="x" * 101)),
    inside("menu custom_id no text", "custom_id", TEXT_TYPE, menu(custom_id=["m"])),
    inside("menu without options", "options", NEEDED, menu(options=None)),
    inside("menu options no list", "options", LIST, menu(options={})),
    inside("menu of no options", "options", SHORT, menu(options=[])),
    inside("menu of 26 options", "options", SHORT, menu(options=options(26))),
    inside("menu of fewer options than it takes", "options", SHORT, menu(max_values=3)),
    inside("menu placeholder too long", "placeholder", LONG, menu(placeholder="x" * 151)),
    inside("menu placeholder no text", "placeholder", TEXT_TYPE, menu(placeholder=[])),
    inside("menu min_values too high", "min_values", HIGH, menu(min_values=26)),
    inside("menu min_values too low", "min_values", LOW, menu(min_values=-1)),
    inside("menu min_values no number", "min_values", NUMBER, menu(min_values="1")),
    inside("menu max_values too high", "max_values", HIGH, menu(max_values=26)),
    inside("menu max_values too low", "max_values", LOW, menu(max_values=0)),
    inside("menu max_values no number", "max_values", NUMBER, menu(max_values="1")),
    inside("menu disabled no yes or no", "disabled", YES, menu(disabled="no")),
    inside("menu min over max", "min_values", "SELECT_COMPONENT_MIN_VALUES_INVALID", menu(min_values=2)),
    inside("menu too many defaults", "options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
           menu(options=[option | {"default": True} for option in options(2)])),
    inside("option twice", "options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
           menu(options=options(1) * 2)),
    inside("option emoji no emoji", "options.0.emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI",
           menu(options=[{"label": "x", "value": "x", "emoji": {"name": "👍", "id": "1"}}])),
    inside("option no form", "options.0", FORM, menu(options=["x"])),
    inside("option without a label", "options.0.label", NEEDED, menu(options=[{"value": "x"}])),
    inside("option label too long", "options.0.label", SHORT, menu(options=[{"label": "x" * 101, "value": "x"}])),
    inside("option label no text", "options.0.label", TEXT_TYPE, menu(options=[{"label": [], "value": "x"}])),
    inside("option without a value", "options.0.value", NEEDED, menu(options=[{"label": "x"}])),
    inside("option value too long", "options.0.value", SHORT, menu(options=[{"label": "x", "value": "x" * 101}])),
    inside("option value no text", "options.0.value", TEXT_TYPE, menu(options=[{"label": "x", "value": []}])),
    inside("option description too long", "options.0.description", LONG,
           menu(options=[{"label": "x", "value": "x", "description": "x" * 101}])),
    inside("option description no text", "options.0.description", TEXT_TYPE,
           menu(options=[{"label": "x", "value": "x", "description": []}])),
    *[
        case
        for kind in (5, 6, 7, 8)
        for case in (
            inside(f"select {kind} without a custom_id", "custom_id", NEEDED, {"type": kind}),
            inside(f"select {kind} of 26 values", "max_values", HIGH,
                   {"type": kind, "custom_id": "s", "max_values": 26}),
        )
    ],
    inside("select custom_id too long", "custom_id", SHORT, {"type": 5, "custom_id": "x" * 101}),
    inside("select custom_id no text", "custom_id", TEXT_TYPE, {"type": 5, "custom_id": ["s"]}),
    inside("select placeholder too long", "placeholder", LONG,
           {"type": 5, "custom_id": "s", "placeholder": "x" * 151}),
    inside("select placeholder no text", "placeholder", TEXT_TYPE, {"type": 5, "custom_id": "s", "placeholder": []}),
    inside("select min_values too high", "min_values", HIGH, {"type": 5, "custom_id": "s", "min_values": 26}),
    inside("select min_values too low", "min_values", LOW, {"type": 5, "custom_id": "s", "min_values": -1}),
    inside("select min_values no number", "min_values", NUMBER, {"type": 5, "custom_id": "s", "min_values": "1"}),
    inside("select max_values too low", "max_values", LOW, {"type": 5, "custom_id": "s", "max_values": 0}),
    inside("select max_values no number", "max_values", NUMBER, {"type": 5, "custom_id": "s", "max_values": "1"}),
    inside("select disabled no yes or no", "disabled", YES, {"type": 5, "custom_id": "s", "disabled": "no"}),
    inside("select default_values no list", "default_values", LIST,
           {"type": 5, "custom_id": "s", "default_values": {}}),
    inside("select default_values too many", "default_values", LONG,
           {"type": 5, "custom_id": "s", "default_values": [{}] * 26}),
    inside("select more default_values than it takes", "default_values", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
           {"type": 5, "custom_id": "s", "default_values": [{"id": "1", "type": "user"}, {"id": "2", "type": "user"}]}),
    v2("41 components", "", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", *[text()] * 41),
    v2("41 components, nested", "", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
       {"type": 17, "components": [text()] * 39}, text()),
    v2("4,001 characters", "", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text("x" * 4_000), text()),
    v2("button at the top", "0", UNION, button()),
    v2("thumbnail at the top", "0", UNION, {"type": 11, "media": IMAGE}),
    v2("label in a message", "0", UNION, {"type": 18, "label": "x", "component": menu()}),
    v2("text of nothing", "0.content", NEEDED, text("")),
    v2("text no text", "0.content", TEXT_TYPE, text([])),
    v2("text too long", "0.content", SHORT, text("x" * 4_001)),
    v2("section without texts", "0.components", NEEDED, section(components=None)),
    v2("section of no texts", "0.components", SHORT, section(components=[])),
    v2("section of four texts", "0.components", SHORT, section(components=[text()] * 4)),
    v2("section of no list", "0.components", LIST, section(components={})),
    v2("section of a button", "0.components.0", UNION, section(components=[button()])),
    v2("section without an accessory", "0.accessory", NEEDED, section(accessory=None)),
    v2("section accessory no form", "0.accessory", FORM, section(accessory="x")),
    v2("section beside a menu", "0.accessory", UNION, section(accessory=menu())),
    v2("thumbnail without media", "0.accessory.media", NEEDED, thumbnail(media=None)),
    v2("thumbnail media no form", "0.accessory.media", FORM, thumbnail(media="x")),
    v2("thumbnail description too long", "0.accessory.description", LONG, thumbnail(description="x" * 1_025)),
    v2("thumbnail description no text", "0.accessory.description", TEXT_TYPE, thumbnail(description=[])),
    v2("thumbnail of what is not there", "0.accessory.media.url", GONE, thumbnail(media={"url": "attachment://x"})),
    v2("gallery without items", "0.items", NEEDED, {"type": 12}),
    v2("gallery of no list", "0.items", LIST, {"type": 12, "items": {}}),
    v2("gallery of nothing", "0.items", SHORT, gallery()),
    v2("gallery of eleven", "0.items", SHORT, gallery(*[{"media": IMAGE}] * 11)),
    v2("gallery item no form", "0.items.0", FORM, gallery("x")),
    v2("gallery item without media", "0.items.0.media", NEEDED, gallery({})),
    v2("gallery item media no form", "0.items.0.media", FORM, gallery({"media": "x"})),
    v2("gallery item description too long", "0.items.0.description", LONG,
       gallery({"media": IMAGE, "description": "x" * 1_025})),
    v2("gallery item description no text", "0.items.0.description", TEXT_TYPE,
       gallery({"media": IMAGE, "description": []})),
    v2("media without a url", "0.items.0.media.url", NEEDED, gallery({"media": {}})),
    v2("media url no text", "0.items.0.media.url", TEXT_TYPE, gallery({"media": {"url": []}})),
    v2("media url too long", "0.items.0.media.url", SHORT, gallery({"media": {"url": "https://" + "x" * 2_041}})),
    v2("file without a file", "0.file", NEEDED, {"type": 13}),
    v2("file no form", "0.file", FORM, {"type": 13, "file": "x"}),
    v2("file from elsewhere", "0.file.url", "URL_TYPE_INVALID_SCHEME", {"type": 13, "file": IMAGE}),
    v2("file that is not there", "0.file.url", GONE, {"type": 13, "file": {"url": "attachment://x.txt"}}),
    v2("separator of an unknown spacing", "0.spacing", CHOICE, {"type": 14, "spacing": 3}),
    v2("separator spacing no number", "0.spacing", NUMBER, {"type": 14, "spacing": "1"}),
    v2("separator divider no yes or no", "0.divider", YES, {"type": 14, "divider": "no"}),
    v2("container without components", "0.components", NEEDED, {"type": 17}),
    v2("container of no list", "0.components", LIST, {"type": 17, "components": {}}),
    v2("container of nothing", "0.components", SHORT, {"type": 17, "components": []}),
    v2("container of forty", "0.components", SHORT, {"type": 17, "components": [text()] * 40}),
    v2("container of a container", "0.components.0", UNION,
       {"type": 17, "components": [{"type": 17, "components": [text()]}]}),
    v2("container color no number", "0.accent_color", NUMBER,
       {"type": 17, "components": [text()], "accent_color": "red"}),
    v2("container color too high", "0.accent_color", HIGH,
       {"type": 17, "components": [text()], "accent_color": 0x1000000}),
    v2("container color too low", "0.accent_color", LOW, {"type": 17, "components": [text()], "accent_color": -1}),
]  # fmt: skip
