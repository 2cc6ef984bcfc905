"""What Discord refuses in the first response to an interaction."""

from __future__ import annotations

from adapters.doubles.discord.components import check_components
from adapters.doubles.discord.forms import check_fields
from adapters.doubles.discord.wire import Json, invalid

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
CHOICES_LIMIT = 25
_ALLOWED = {
    COMMAND: (4, 5, 9),
    COMPONENT: (4, 5, 6, 7, 9),
    AUTOCOMPLETE: (8,),
    MODAL: (4, 5),
}
_ON_MESSAGE = (4, 5, 6, 7)


def check_callback(body: Json, interaction: int, on_message: bool) -> int:
    """The response's type, if this interaction may be answered so. A form may change the message it came from."""
    allowed = _ON_MESSAGE if interaction == MODAL and on_message else _ALLOWED[interaction]
    kind = body.get("type")
    if kind not in allowed:
        raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
    if kind in (4, 8, 9) and not isinstance(body.get("data"), dict):
        raise invalid("data", "BASE_TYPE_REQUIRED", "This field is required")
    return int(kind)


def check_choices(data: Json) -> list[Json]:
    """What autocomplete offers."""
    choices = data.get("choices") or []
    if not isinstance(choices, list):
        raise invalid("choices", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if len(choices) > CHOICES_LIMIT:
        raise invalid("choices", "BASE_TYPE_MAX_LENGTH", f"Must be {CHOICES_LIMIT} or fewer in length.")
    for number, choice in enumerate(choices):
        check_fields("choice", f"choices.{number}", choice)
    return choices


def check_modal(data: Json) -> Json:
    """A form: a title, an id, and one to five rows, labels or texts."""
    check_fields("modal", "", data)
    return data | {"components": check_components(data["components"], "modal")}
