"""Shapes that JSON must have. Tables are made of them; each refusal that a table can give has a name.

A name is ``object.field:kind``, such as ``button.text:max``. ``rules`` lists those of a shape, so that a test can see
that it has met every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from adapters.doubles.slack.wire import Json


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit, in Slack's words.

    Attributes:
        rule: the name of the refusal.
        at: where, as a JSON pointer.
    """

    rule: str
    why: str
    at: str

    def __str__(self) -> str:
        return f"{self.why} [json-pointer:{self.at}]"


class Shape(Protocol):
    """What a value must be."""

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """What does not fit."""

    def rules(self, name: str) -> Iterator[str]:
        """The names of all refusals, without those for a wrong JSON type."""


@dataclass(frozen=True)
class Str:
    """A text without markup, of so many characters, or one of some words."""

    most: int | None = None
    least: int = 0
    choices: tuple[str, ...] = ()
    form: str = ""

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Length, word and form."""
        if not isinstance(value, str):
            yield Problem("type:string", "must be a string", at)
            return
        if self.choices and value not in self.choices:
            yield Problem(f"{name}:choice", "must be a valid enum value", at)
        if self.form and not re.fullmatch(self.form, value):
            yield Problem(f"{name}:form", "does not match its format", at)
        yield from _length(len(value), self, at, name)

    def rules(self, name: str) -> Iterator[str]:
        """Those that apply."""
        applies = {"choice": self.choices, "form": self.form, "max": self.most, "min": self.least}
        yield from (f"{name}:{kind}" for kind, there in applies.items() if there)


@dataclass(frozen=True)
class Text:
    """A text object."""

    most: int
    kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
    least: int = 1

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Kind, keys and length."""
        if not isinstance(value, dict):
            yield Problem("type:object", "must be an object", at)
            return
        if value.get("type") not in self.kinds:
            yield Problem(f"{name}:kind", f"unsupported type: {value.get('type')}", f"{at}/type")
        known = {"type", "text", "emoji" if value.get("type") == "plain_text" else "verbatim"}
        yield from _unknown(value, known, at)
        if not isinstance(value.get("text"), str):
            yield Problem("type:string", "must be a string", f"{at}/text")
            return
        yield from _length(len(value["text"]), self, f"{at}/text", name)

    def rules(self, name: str) -> Iterator[str]:
        """Kind and length."""
        yield from (f"{name}:kind", f"{name}:max", f"{name}:min")


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Nothing else."""
        if not isinstance(value, bool):
            yield Problem("type:boolean", "must be a boolean", at)

    def rules(self, name: str) -> Iterator[str]:
        """None of its own."""
        yield from ()


@dataclass(frozen=True)
class Whole:
    """A whole number between two others."""

    least: int = 0
    most: int | None = None

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Type and size."""
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem("type:integer", "must be an integer", at)
        elif value < self.least:
            yield Problem(f"{name}:low", f"must be greater than or equal to {self.least}", at)
        elif self.most is not None and value > self.most:
            yield Problem(f"{name}:high", f"must be less than or equal to {self.most}", at)

    def rules(self, name: str) -> Iterator[str]:
        """Its bounds."""
        yield f"{name}:low"
        if self.most is not None:
            yield f"{name}:high"


@dataclass(frozen=True)
class Loose:
    """Anything: nobody here uses it so closely that it would be checked."""

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Nothing."""
        yield from ()

    def rules(self, name: str) -> Iterator[str]:
        """None."""
        yield from ()


@dataclass(frozen=True)
class Items:
    """A list of so many things of one shape."""

    of: Shape
    most: int | None = None
    least: int = 0

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Number, and each."""
        if not isinstance(value, list):
            yield Problem("type:array", "must be an array", at)
            return
        if self.most is not None and len(value) > self.most:
            yield Problem(f"{name}:many", f"no more than {self.most} items allowed", at)
        if len(value) < self.least:
            yield Problem(f"{name}:few", f"no fewer than {self.least} items allowed", at)
        for number, item in enumerate(value):
            yield from self.of.check(item, f"{at}/{number}", name)

    def rules(self, name: str) -> Iterator[str]:
        """Number, and each."""
        if self.most is not None:
            yield f"{name}:many"
        if self.least:
            yield f"{name}:few"
        yield from self.of.rules(name)


@dataclass(frozen=True)
class Extra:
    """What must hold between the fields of an object."""

    name: str
    why: str
    holds: Callable[[Json], bool]


@dataclass(frozen=True)
class Obj:
    """An object with these fields and no others. Its refusals carry its own name, wherever it stands."""

    name: str
    fields: Mapping[str, Shape]
    needs: tuple[str, ...] = ()
    extras: tuple[Extra, ...] = ()
    typed: bool = field(default=True, kw_only=True)

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """Fields, and what must hold between them."""
        if not isinstance(value, dict):
            yield Problem("type:object", "must be an object", at)
            return
        yield from _unknown(value, {*self.fields, "type"} if self.typed else set(self.fields), at)
        for key in self.needs:
            if value.get(key) is None:
                yield Problem(f"{self.name}.{key}:missing", f"missing required field: {key}", at)
        for key, shape in self.fields.items():
            if value.get(key) is not None:
                yield from shape.check(value[key], f"{at}/{key}", f"{self.name}.{key}")
        for extra in self.extras:
            if not extra.holds(value):
                yield Problem(f"{self.name}:{extra.name}", extra.why, at)

    def rules(self, name: str) -> Iterator[str]:
        """All of its fields'."""
        yield from (f"{self.name}.{key}:missing" for key in self.needs)
        yield from (f"{self.name}:{extra.name}" for extra in self.extras)
        for key, shape in self.fields.items():
            yield from shape.rules(f"{self.name}.{key}")


@dataclass(frozen=True)
class Kinds:
    """One of several objects, told apart by their ``type``."""

    table: Mapping[str, Shape]

    def check(self, value: object, at: str, name: str) -> Iterator[Problem]:
        """The kind, and then the object."""
        if not isinstance(value, dict):
            yield Problem("type:object", "must be an object", at)
            return
        kind = value.get("type")
        shape = self.table.get(kind) if isinstance(kind, str) else None
        if shape is None:
            yield Problem(f"{name}:type", f"unsupported type: {kind}", f"{at}/type")
            return
        yield from shape.check(value, at, name)

    def rules(self, name: str) -> Iterator[str]:
        """That the kind is none of them, and each one's."""
        yield f"{name}:type"
        for shape in self.table.values():
            yield from (rule for rule in shape.rules(name) if rule != f"{name}:kind")


def one_of(*keys: str) -> Extra:
    """Exactly one of these fields."""
    return Extra(
        f"one-of-{'-'.join(keys)}",
        f"must provide exactly one of: {', '.join(keys)}",
        lambda value: sum(value.get(key) is not None for key in keys) == 1,
    )


def any_of(*keys: str) -> Extra:
    """At least one of these fields."""
    return Extra(
        f"any-of-{'-'.join(keys)}",
        f"missing required field: {keys[0]}",
        lambda value: any(value.get(key) is not None for key in keys),
    )


def _length(length: int, limit: Str | Text, at: str, name: str) -> Iterator[Problem]:
    if limit.most is not None and length > limit.most:
        yield Problem(f"{name}:max", f"must be less than {limit.most + 1} characters", at)
    if length < limit.least:
        yield Problem(f"{name}:min", f"must be more than {limit.least - 1} characters", at)


def _unknown(value: Json, known: set[str], at: str) -> Iterator[Problem]:
    for key in value:
        if key not in known:
            yield Problem("unknown-property", f"invalid additional property: {key}", at)
