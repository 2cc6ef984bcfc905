"""Forms (modals) that are refused."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_refusals.components import (
    CHOICE,
    FORM,
    HIGH,
    LIST,
    LONG,
    LOW,
    NEEDED,
    NUMBER,
    SHORT,
    TEXT_TYPE,
    UNION,
    YES,
    button,
    menu,
    options,
    row,
    text,
)
from tests.contract.discord_refusals.stage import Case, Json, Stage


def entry(**fields: Any) -> Json:
    return {"type": 4, "custom_id": "i", "style": 1} | fields


def label(component: Any, **fields: Any) -> Json:
    return {"type": 18, "label": "x", "component": component} | fields


def form_of(*components: Any) -> Json:
    return {"title": "x", "custom_id": "f", "components": list(components)}


def modal(name: str, where: str, why: str, *components: Any, **fields: Any) -> Case:
    """A form that is refused when a command is answered with it."""

    async def act(stage: Stage) -> None:
        form = form_of(*(components or [label(entry())])) | fields
        await stage.answer(await stage.asked(), 9, form)

    return Case(f"modal {name}", act, where=f"data.{where}".rstrip("."), why=why)


def inside(name: str, where: str, why: str, component: Any) -> Case:
    return modal(name, f"components.0.component.{where}".rstrip("."), why, label(component))


def upload(**fields: Any) -> Json:
    return {"type": 19, "custom_id": "u"} | fields


def radios(**fields: Any) -> Json:
    return {"type": 21, "custom_id": "r", "options": options(2)} | fields


def boxes(**fields: Any) -> Json:
    return {"type": 22, "custom_id": "c", "options": options(2)} | fields


CASES = [
    modal("without a title", "title", NEEDED, title=None),
    modal("title too long", "title", SHORT, title="x" * 46),
    modal("title no text", "title", TEXT_TYPE, title=[]),
    modal("without a custom_id", "custom_id", NEEDED, custom_id=None),
    modal("custom_id too long", "custom_id", SHORT, custom_id="x" * 101),
    modal("custom_id no text", "custom_id", TEXT_TYPE, custom_id=[]),
    modal("without components", "components", NEEDED, components=None),
    modal("components no list", "components", LIST, components={}),
    modal("of nothing", "components", SHORT, components=[]),
    modal("of six", "components", SHORT, *[label(entry(custom_id=str(n))) for n in range(6)]),
    modal("of a button", "components.0", UNION, button()),
    modal("of a row of buttons", "components.0.components.0", UNION, row(button())),
    modal("of an input without a label", "components.0.components.0.label", NEEDED, row(entry())),
    modal("of two inputs in a row", "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
          row(entry(label="x"), entry(label="x", custom_id="j"))),
    modal("custom_id twice", "components.1.component.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED",
          label(entry()), label(entry())),
    modal("label without a label", "components.0.label", NEEDED, label(entry(), label=None)),
    modal("label too long", "components.0.label", SHORT, label(entry(), label="x" * 46)),
    modal("label no text", "components.0.label", TEXT_TYPE, label(entry(), label=[])),
    modal("label description too long", "components.0.description", LONG, label(entry(), description="x" * 101)),
    modal("label description no text", "components.0.description", TEXT_TYPE, label(entry(), description=[])),
    modal("label of nothing", "components.0.component", NEEDED, label(None)),
    modal("label of no form", "components.0.component", FORM, label("x")),
    inside("label of a button", "", UNION, button()),
    inside("label of a text", "", UNION, text()),
    inside("input without a custom_id", "custom_id", NEEDED, entry(custom_id=None)),
    inside("input custom_id too long", "custom_id", SHORT, entry(custom_id="x" * 101)),
    inside("input custom_id no text", "custom_id", TEXT_TYPE, entry(custom_id=[])),
    inside("input without a style", "style", NEEDED, entry(style=None)),
    inside("input style unknown", "style", CHOICE, entry(style=3)),
    inside("input style no number", "style", NUMBER, entry(style="1")),
    inside("input label empty", "label", SHORT, entry(label="")),
    inside("input label too long", "label", SHORT, entry(label="x" * 46)),
    inside("input label no text", "label", TEXT_TYPE, entry(label=[])),
    inside("input min_length too high", "min_length", HIGH, entry(min_length=4_001)),
    inside("input min_length too low", "min_length", LOW, entry(min_length=-1)),
    inside("input min_length no number", "min_length", NUMBER, entry(min_length="1")),
    inside("input max_length too high", "max_length", HIGH, entry(max_length=4_001)),
    inside("input max_length too low", "max_length", LOW, entry(max_length=0)),
    inside("input max_length no number", "max_length", NUMBER, entry(max_length="1")),
    inside("input min over max", "min_length", "TEXT_INPUT_COMPONENT_LENGTHS_INVALID",
           entry(min_length=3, max_length=2)),
    inside("input placeholder too long", "placeholder", LONG, entry(placeholder="x" * 101)),
    inside("input placeholder no text", "placeholder", TEXT_TYPE, entry(placeholder=[])),
    inside("input value too long", "value", LONG, entry(value="x" * 4_001)),
    inside("input value no text", "value", TEXT_TYPE, entry(value=[])),
    inside("input required no yes or no", "required", YES, entry(required="no")),
    inside("menu disabled", "disabled", "COMPONENT_DISABLED_IN_MODAL", menu(disabled=True)),
    inside("menu required of nothing", "min_values", LOW, menu(min_values=0)),
    inside("upload without a custom_id", "custom_id", NEEDED, upload(custom_id=None)),
    inside("upload custom_id too long", "custom_id", SHORT, upload(custom_id="x" * 101)),
    inside("upload custom_id no text", "custom_id", TEXT_TYPE, upload(custom_id=[])),
    inside("upload min_values too high", "min_values", HIGH, upload(min_values=11)),
    inside("upload min_values too low", "min_values", LOW, upload(min_values=-1)),
    inside("upload min_values no number", "min_values", NUMBER, upload(min_values="1")),
    inside("upload max_values too high", "max_values", HIGH, upload(max_values=11)),
    inside("upload max_values too low", "max_values", LOW, upload(max_values=0)),
    inside("upload max_values no number", "max_values", NUMBER, upload(max_values="1")),
    inside("upload required no yes or no", "required", YES, upload(required="no")),
    inside("radios without a custom_id", "custom_id", NEEDED, radios(custom_id=None)),
    inside("radios custom_id too long", "custom_id", SHORT, radios(custom_id="x" * 101)),
    inside("radios custom_id no text", "custom_id", TEXT_TYPE, radios(custom_id=[])),
    inside("radios without options", "options", NEEDED, radios(options=None)),
    inside("radios options no list", "options", LIST, radios(options={})),
    inside("radios of one option", "options", SHORT, radios(options=options(1))),
    inside("radios of eleven options", "options", SHORT, radios(options=options(11))),
    inside("radios required no yes or no", "required", YES, radios(required="no")),
    inside("boxes without a custom_id", "custom_id", NEEDED, boxes(custom_id=None)),
    inside("boxes custom_id too long", "custom_id", SHORT, boxes(custom_id="x" * 101)),
    inside("boxes custom_id no text", "custom_id", TEXT_TYPE, boxes(custom_id=[])),
    inside("boxes without options", "options", NEEDED, boxes(options=None)),
    inside("boxes options no list", "options", LIST, boxes(options={})),
    inside("boxes of no options", "options", SHORT, boxes(options=[])),
    inside("boxes of eleven options", "options", SHORT, boxes(options=options(11))),
    inside("boxes min_values too high", "min_values", HIGH, boxes(min_values=11)),
    inside("boxes min_values too low", "min_values", LOW, boxes(min_values=-1)),
    inside("boxes min_values no number", "min_values", NUMBER, boxes(min_values="1")),
    inside("boxes max_values too high", "max_values", HIGH, boxes(max_values=11)),
    inside("boxes max_values too low", "max_values", LOW, boxes(max_values=0)),
    inside("boxes max_values no number", "max_values", NUMBER, boxes(max_values="1")),
    inside("boxes required no yes or no", "required", YES, boxes(required="no")),
    inside("box without a custom_id", "custom_id", NEEDED, {"type": 23}),
    inside("box custom_id too long", "custom_id", SHORT, {"type": 23, "custom_id": "x" * 101}),
    inside("box custom_id no text", "custom_id", TEXT_TYPE, {"type": 23, "custom_id": []}),
    inside("box default no yes or no", "default", YES, {"type": 23, "custom_id": "b", "default": "no"}),
]  # fmt: skip
