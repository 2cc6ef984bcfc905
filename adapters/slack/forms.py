"""Forms as Slack's modals: how one looks, and what was filled in."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from adapters.slack.blocks import Block, plain_text
from adapters.slack.presses import View
from core.registry import Choice, Invocation, Kind, Option, Registry
from core.rendering.message import Form, FormField

FORM = "form"
YES, NO = "yes", "no"
"""What a field of yes and no says."""

_METADATA = 3_000
_MENU = 100
_LABEL = 75
_VALUE = 150
_LONGEST = 3_000


class Origin(BaseModel):
    """Where a form was opened, which comes back with it.

    Attributes:
        channel, thread: as in ``Place``; without a channel it was the person's home.
        direct: whether only the person and Robbie read there.
        about: the message that the command is about.
        text: what was typed, or stood in the message in whose menu the command was chosen.
        response_url: a way to answer, for a while.
    """

    channel: str = ""
    thread: str = ""
    direct: bool = False
    about: str = ""
    text: str = ""
    response_url: str = ""


class _Kept(BaseModel):
    invocation: Invocation
    origin: Origin


def modal(form: Form, origin: Origin, registry: Registry) -> Block:
    """The view of a form. Raises ValueError when it cannot be kept with it where it came from."""
    kept = _Kept(invocation=form.invocation, origin=origin).model_dump_json(exclude_defaults=True)
    if len(kept) > _METADATA:
        kept = _Kept(invocation=form.invocation, origin=origin.model_copy(update={"text": ""})).model_dump_json()
    if len(kept) > _METADATA:
        raise ValueError(f"the form of {form.invocation.command} carries too much")
    command = registry.get(form.invocation.command)
    fields = [_block(field, command.option(field.name) if command else None) for field in form.fields]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain_text(form.title),
        "submit": plain_text(form.submit),
        "close": plain_text("Cancel"),
        "private_metadata": kept,
        "blocks": fields,
    }


def notice(title: str, text: str) -> Block:
    """A view that only says something."""
    blocks = [{"type": "section", "text": plain_text(text)}]
    return {"type": "modal", "title": plain_text(title), "close": plain_text("Close"), "blocks": blocks}


def opened(view: View) -> tuple[Invocation, Origin]:
    """What a form's view was made with. Raises ValueError."""
    try:
        kept = _Kept.model_validate_json(view.private_metadata)
    except ValidationError:
        raise ValueError("not a form of ours") from None
    return kept.invocation, kept.origin


def filled(view: View) -> Mapping[str, str]:
    """What was filled in, by field."""
    return {name: _value(state) for block in view.state.get("values", {}).values() for name, state in block.items()}


def menu_entry(choice: Choice) -> Block:
    """An entry of a menu."""
    return {"text": plain_text(choice.label[:_LABEL] or choice.value[:_LABEL]), "value": choice.value[:_VALUE]}


def _block(field: FormField, option: Option | None) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label),
        "element": {**_element(field, option), "action_id": field.name},
        "optional": not field.required or field.kind == "toggle",
    }
    return {**block, "hint": plain_text(field.hint)} if field.hint else block


def _element(field: FormField, option: Option | None) -> Block:
    if field.kind == "toggle":
        return _initial({"type": "checkboxes", "options": [_yes(field)]}, "initial_options", _ticked(field))
    if field.kind == "choice":
        entries = [menu_entry(Choice(value, label)) for value, label in field.choices[:_MENU]]
        now = next((entry for entry in entries if entry["value"] == field.value), None)
        return _initial({"type": "static_select", "options": entries}, "initial_option", now)
    if option is not None and option.completes and option.kind is Kind.TEXT and not option.long:
        now = menu_entry(Choice(field.value, field.value)) if field.value else None
        return _initial({"type": "external_select", "min_query_length": 0}, "initial_option", now)
    longest = min(field.longest, _LONGEST)
    element: Block = {"type": "plain_text_input", "multiline": field.kind == "text", "max_length": longest}
    return _initial(element, "initial_value", field.value[:longest] or None)


def _initial(element: Block, name: str, value: object) -> Block:
    return {**element, name: value} if value else element


def _yes(field: FormField) -> Block:
    return {"text": plain_text(field.hint[:_LABEL] or "Yes"), "value": YES}


def _ticked(field: FormField) -> list[Block]:
    return [_yes(field)] if field.value.casefold() in (YES, "true", "on") else []


def _value(state: Mapping[str, object]) -> str:
    """What a field says, of whichever kind it is."""
    if state.get("type") == "checkboxes":
        return YES if state.get("selected_options") else NO
    chosen = state.get("selected_option")
    if isinstance(chosen, dict):
        return str(chosen.get("value") or "")
    return str(state.get("value") or "")
