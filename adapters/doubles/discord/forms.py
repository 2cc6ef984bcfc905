"""Fields of forms: what each may hold, as tables, and the refusals that follow from them.

Where the public does not know Discord's name for what is wrong, the ``code`` inside of 50035 describes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapters.doubles.discord.wire import DiscordError, Json, invalid

# Any: a form may hold whatever its sender likes; these checks look at it at run time.
Value = Any
_WRONG_TYPE = {
    str: ("STRING_TYPE_CONVERT", "Could not interpret as string."),
    int: ("NUMBER_TYPE_COERCE", "Value is not int."),
    float: ("NUMBER_TYPE_COERCE", "Value is not float."),
    bool: ("BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
    list: ("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"),
    dict: ("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType"),
}
_TAKEN_AS: dict[type, tuple[type, ...]] = {
    str: (str, int, float),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    list: (list,),
    dict: (dict,),
}


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        least: of a number its value, of a text or list its length; likewise ``most``.
        choices: the only values, where there are few.
    """

    name: str
    type: type[str] | type[int] | type[float] | type[bool] | type[list[Value]] | type[dict[str, Value]]
    least: int = 0
    most: int | None = None
    required: bool = False
    choices: tuple[int | str, ...] = ()

    def aspects(self) -> list[str]:
        """What can be wrong with it."""
        sized = self.most is not None
        told = {"missing": self.required, "type": True, "choice": bool(self.choices), "long": sized}
        told["short"] = sized and self.least > 0 and not (self.required and self.least == 1 and self.type is str)
        return [name for name, counts in told.items() if counts]

    def wrong(self, value: Value) -> tuple[str, str, str] | None:
        """The aspect that is wrong with a value, with Discord's code and words for it."""
        if value is None or (value == "" and self.type is str):
            if self.required:
                return "missing", "BASE_TYPE_REQUIRED", "This field is required"
            if value is None or not self.least:
                return None
        taken = _TAKEN_AS[self.type]
        if not isinstance(value, taken) or (isinstance(value, bool) and self.type is not bool):
            return "type", *_WRONG_TYPE[self.type]
        if self.choices and value not in self.choices:
            return "choice", "BASE_TYPE_CHOICES", f"Value must be one of {self.choices}."
        return self._size(value)

    def _size(self, value: Value) -> tuple[str, str, str] | None:
        if self.most is None:
            return None
        size = value if self.type is int else len(str(value) if self.type is str else value)
        if self.least <= size <= self.most:
            return None
        aspect = "long" if size > self.most else "short"
        if self.type is int and aspect == "long":
            return aspect, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {self.most}."
        if self.type is int:
            return aspect, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {self.least}."
        if self.least:
            return aspect, "BASE_TYPE_BAD_LENGTH", f"Must be between {self.least} and {self.most} in length."
        return aspect, "BASE_TYPE_MAX_LENGTH", f"Must be {self.most} or fewer in length."


def text(name: str, most: int, least: int = 0, required: bool = False) -> Field:
    """A text, by its length."""
    return Field(name, str, least, most, required)


def number(name: str, least: int, most: int) -> Field:
    """A number, by its value."""
    return Field(name, int, least, most)


def items(name: str, most: int, least: int = 0, required: bool = False) -> Field:
    """A list, by its length."""
    return Field(name, list, least, most, required)


def part(name: str, required: bool = False) -> Field:
    """A form within the form."""
    return Field(name, dict, required=required)


def flag(name: str) -> Field:
    """A yes or no."""
    return Field(name, bool)


def choice(name: str, *of: int | str, required: bool = False) -> Field:
    """One of a few values."""
    return Field(name, type(of[0]), choices=of, required=required)


CUSTOM_ID = text("custom_id", 100, 1, required=True)
_DESCRIBED = (text("label", 100, 1, required=True), text("value", 100, 1, required=True), text("description", 100))
_CHOSEN = (text("placeholder", 150), number("min_values", 0, 25), number("max_values", 1, 25), flag("disabled"))
TABLES: dict[str, tuple[Field, ...]] = {
    "row": (items("components", 5, 1, required=True),),
    "button": (
        Field("style", int, choices=(1, 2, 3, 4, 5, 6), required=True),
        text("label", 80),
        text("custom_id", 100, 1),
        text("url", 512, 1),
        flag("disabled"),
    ),
    "string select": (CUSTOM_ID, items("options", 25, 1, required=True), *_CHOSEN),
    "select": (CUSTOM_ID, *_CHOSEN, items("default_values", 25)),
    "option": _DESCRIBED,
    "text input": (
        CUSTOM_ID,
        choice("style", 1, 2, required=True),
        text("label", 45, 1),
        number("min_length", 0, 4_000),
        number("max_length", 1, 4_000),
        text("placeholder", 100),
        text("value", 4_000),
        flag("required"),
    ),
    "section": (items("components", 3, 1, required=True), part("accessory", required=True)),
    "text display": (text("content", 4_000, 1, required=True),),
    "thumbnail": (part("media", required=True), text("description", 1_024)),
    "gallery": (items("items", 10, 1, required=True),),
    "gallery item": (part("media", required=True), text("description", 1_024)),
    "media": (text("url", 2_048, 1, required=True),),
    "file": (part("file", required=True),),
    "separator": (choice("spacing", 1, 2), flag("divider")),
    "container": (items("components", 39, 1, required=True), number("accent_color", 0, 0xFFFFFF)),
    "label": (text("label", 45, 1, required=True), text("description", 100), part("component", required=True)),
    "upload": (CUSTOM_ID, number("min_values", 0, 10), number("max_values", 1, 10), flag("required")),
    "radio group": (CUSTOM_ID, items("options", 10, 2, required=True), flag("required")),
    "checkbox group": (
        CUSTOM_ID,
        items("options", 10, 1, required=True),
        number("min_values", 0, 10),
        number("max_values", 1, 10),
        flag("required"),
    ),
    "checkbox": (CUSTOM_ID, flag("default")),
    "command": (
        text("name", 32, 1, required=True),
        text("description", 100),
        Field("type", int, choices=(1, 2, 3)),
        part("name_localizations"),
        part("description_localizations"),
        items("options", 25),
        items("contexts", 3),
        items("integration_types", 2),
        flag("nsfw"),
    ),
    "command option": (
        Field("type", int, choices=tuple(range(1, 12)), required=True),
        text("name", 32, 1, required=True),
        text("description", 100, 1, required=True),
        flag("required"),
        flag("autocomplete"),
        items("choices", 25),
        items("options", 25),
        items("channel_types", 20),
        number("min_length", 0, 6_000),
        number("max_length", 1, 6_000),
        Field("min_value", float),
        Field("max_value", float),
        part("name_localizations"),
        part("description_localizations"),
    ),
    "allowed mentions": (items("parse", 3), items("users", 100), items("roles", 100), flag("replied_user")),
    "reference": (text("message_id", 20), text("channel_id", 20), flag("fail_if_not_exists")),
    "attachments": (items("attachments", 10),),
    "attachment": (text("id", 20, 1, required=True), text("filename", 1_024), text("description", 1_024)),
    "choice": (text("name", 100, 1, required=True), text("value", 100, 1, required=True)),
    "modal": (
        text("title", 45, 1, required=True),
        CUSTOM_ID,
        items("components", 5, 1, required=True),
    ),
    "embed": (
        text("title", 256),
        text("description", 4_096),
        text("url", 2_048),
        number("color", 0, 0xFFFFFF),
        items("fields", 25),
        part("footer"),
        part("author"),
    ),
    "embed field": (text("name", 256, 1, required=True), text("value", 1_024, 1, required=True), flag("inline")),
    "embed footer": (text("text", 2_048, 1, required=True),),
    "embed author": (text("name", 256, 1, required=True),),
}
"""What the forms may hold, by what they are."""
LISTED = frozenset(
    {
        "allowed mentions",
        "reference",
        "attachment",
        "command",
        "command option",
        "option",
        "choice",
        "gallery item",
        "embed",
        "embed field",
    }
)
"""Those that stand where nothing else has looked yet whether they are forms."""


def check_fields(thing: str, path: str, form: Value) -> Json:
    """The form, if every field is as its table says."""
    if thing in LISTED and not isinstance(form, dict):
        raise _refusal(f"{thing}: type", path, *_WRONG_TYPE[dict])
    for field in TABLES[thing]:
        wrong = field.wrong(form.get(field.name))
        if wrong is not None:
            aspect, code, why = wrong
            raise _refusal(f"{thing}.{field.name}: {aspect}", below(path, field.name), code, why)
    checked: Json = form
    return checked


def every_rule() -> Iterator[str]:
    """The names of all refusals that the tables hold."""
    yield from (f"{thing}: type" for thing in LISTED)
    for thing, fields in TABLES.items():
        for field in fields:
            yield from (f"{thing}.{field.name}: {aspect}" for aspect in field.aspects())


def without_nulls(form: Value) -> Value:
    """A copy of a form in which null is the same as nothing."""
    if isinstance(form, list):
        return [without_nulls(item) for item in form]
    if isinstance(form, dict):
        return {key: without_nulls(value) for key, value in form.items() if value is not None}
    return form


def below(path: str, name: str | int) -> str:
    """The path of a field."""
    return f"{path}.{name}" if path else str(name)


def _refusal(rule: str, path: str, code: str, why: str) -> DiscordError:
    refusal = invalid(path, code, why)
    refusal.rule = rule
    return refusal
