"""Forms as Discord's modals, and what came back in them."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.discord.interaction import Data
from core.registry import Invocation
from core.rendering.message import Form, FormField

Json = dict[str, object]

_LABEL, _TEXT, _SELECT = 18, 4, 3
_LINE, _LINES = 1, 2
_LONGEST, _MOST, _ID = 4_000, 25, 100
_NOTHING = "-"  # a choice must have a value
_TOGGLE = (("yes", "Yes"), ("no", "No"))
_ON = {"yes", "true", "on", "1"}


def modal(form: Form, about: str = "") -> Json:
    """The form; it comes back with the message that it is about.

    Args:
        form: what to fill in.
        about: a message's id; empty for none.
    """
    opened = form.invocation.packed()
    known = f"{opened}#{about}" if about else opened
    return {
        "title": form.title,
        "custom_id": known if len(known) <= _ID else opened,
        "components": [_labelled(field) for field in form.fields],
    }


def opened_from(custom_id: str) -> tuple[Invocation, str]:
    """What a form is sent off with, and the message that it is about."""
    opened, _, about = custom_id.partition("#")
    return Invocation.unpacked(opened), about


def filled_in(data: Data) -> dict[str, str]:
    """What was filled in, by field."""
    fields = [field for held in data.components for field in (held.component, *held.components) if field is not None]
    return {field.custom_id: _value(field.value, field.values) for field in fields if field.custom_id}


def with_values(form: Form, values: Mapping[str, str]) -> Form:
    """The form with what somebody typed before."""
    fields = tuple(field.model_copy(update={"value": values.get(field.name, field.value)}) for field in form.fields)
    return form.model_copy(update={"fields": fields})


def _value(value: str | bool | None, values: list[str]) -> str:
    chosen = values[0] if values else value
    return "" if chosen is None or chosen == _NOTHING else str(chosen)


def _labelled(field: FormField) -> Json:
    label: Json = {"type": _LABEL, "label": field.label, "component": _component(field)}
    return label | ({"description": field.hint} if field.hint else {})


def _component(field: FormField) -> Json:
    if field.kind == "toggle":
        on = field.value.casefold() in _ON
        return _select(field, _TOGGLE, "yes" if on else "no")
    if field.kind == "choice" and field.choices:
        return _select(field, field.choices, field.value)
    longest = min(field.longest, _LONGEST)
    text: Json = {
        "type": _TEXT,
        "custom_id": field.name,
        "style": _LINES if field.kind == "text" else _LINE,
        "required": field.required,
        "max_length": longest,
    }
    return text | ({"value": field.value[:longest]} if field.value else {})


def _select(field: FormField, choices: tuple[tuple[str, str], ...], chosen: str) -> Json:
    # What is chosen stays within the 25 that Discord shows.
    shown = sorted(choices, key=lambda choice: choice[0] != chosen) if len(choices) > _MOST else choices
    options = [
        {"label": label[:100], "value": value[:100] or _NOTHING, "default": value == chosen}
        for value, label in shown[:_MOST]
    ]
    return {"type": _SELECT, "custom_id": field.name, "options": options, "required": field.required}
