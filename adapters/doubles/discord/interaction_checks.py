"""What Discord refuses in the first response to an interaction."""

from __future__ import annotations

from adapters.doubles.discord.wire import Json, invalid, too_long

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
CHOICES_LIMIT = 25


def check_callback(body: Json, interaction: int, on_message: bool) -> int:
    """The response's type, if this interaction may be answered so."""
    kind = body.get("type")
    allowed: dict[int, set[int]] = {
        COMMAND: {4, 5, 9},
        COMPONENT: {4, 5, 6, 7, 9},
        AUTOCOMPLETE: {8},
        MODAL: {4, 5, 6, 7} if on_message else {4, 5},
    }
    if kind not in allowed[interaction]:
        raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(allowed[interaction])}.")
    if kind in (4, 8, 9) and not isinstance(body.get("data"), dict):
        raise invalid("data", "BASE_TYPE_REQUIRED", "This field is required")
    return int(kind)


def check_choices(data: Json) -> list[Json]:
    """What autocomplete offers."""
    choices: list[Json] = data.get("choices") or []
    if len(choices) > CHOICES_LIMIT:
        raise invalid("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for number, choice in enumerate(choices):
        if not 1 <= len(str(choice.get("name") or "")) <= 100:
            why = "Must be between 1 and 100 in length."
            raise invalid(f"data.choices.{number}.name", "BASE_TYPE_BAD_LENGTH", why)
    return choices


def check_modal(data: Json) -> Json:
    """A form: a title, an id, and one to five rows."""
    for name, limit in (("title", 45), ("custom_id", 100)):
        text = str(data.get(name) or "")
        if not text:
            raise invalid(f"data.{name}", "BASE_TYPE_REQUIRED", "This field is required")
        if len(text) > limit:
            raise too_long(f"data.{name}", limit)
    if not 1 <= len(data.get("components") or []) <= 5:
        raise invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    return data
