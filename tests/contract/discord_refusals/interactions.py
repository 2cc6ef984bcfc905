"""Responses to interactions that are refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from adapters.doubles.discord import Interaction
from tests.contract.discord_refusals.components import FORM, LIST, LONG, NEEDED, SHORT, TEXT_TYPE, UNION, text
from tests.contract.discord_refusals.modals import entry, form_of, label
from tests.contract.discord_refusals.stage import Case, Stage

Begin = Callable[[Stage], Awaitable[Interaction]]
MODAL = form_of(label(entry()))
WORDS = {"content": "x"}


async def typed(stage: Stage) -> Interaction:
    return await stage.double.autocomplete("Ana", "general", "ask", "text", "x")


async def sent(stage: Stage) -> Interaction:
    """A form that a command opened, sent."""
    opened = await stage.asked()
    await stage.answer(opened, 9, MODAL)
    return await stage.double.submit(opened, i="x")


async def sent_from_message(stage: Stage) -> Interaction:
    """A form that a button opened, sent."""
    opened = await stage.pressed()
    await stage.answer(opened, 9, MODAL)
    return await stage.double.submit(opened, i="x")


def response(name: str, begin: Begin, kind: int, data: Any, where: str, why: str) -> Case:
    async def act(stage: Stage) -> None:
        await stage.answer(await begin(stage), kind, data)

    return Case(f"response {name}", act, where=where, why=why)


def choices(name: str, where: str, why: str, *given: Any) -> Case:
    return response(f"choices {name}", typed, 8, {"choices": list(given)}, f"data.choices.{where}".rstrip("."), why)


async def twice(stage: Stage) -> None:
    interaction = await stage.asked()
    await stage.answer(interaction, 5)
    await stage.answer(interaction, 4, WORDS)


async def too_late(stage: Stage) -> None:
    stage.double.interaction_book.timeout = 0.01
    interaction = await stage.asked()
    await stage.double.wait_for(lambda _: interaction.state == "failed")
    await stage.answer(interaction, 5)


async def wrong_token(stage: Stage) -> None:
    interaction = await stage.asked()
    await stage("POST", f"/interactions/{interaction.id}/wrong/callback", {"type": 5})


async def followup_without_response(stage: Stage) -> None:
    await stage("POST", stage.hook(await stage.asked()), WORDS)


async def followup_after_all(stage: Stage) -> None:
    interaction = await stage.asked()
    await stage.answer(interaction, 5)
    interaction.expire()
    await stage("PATCH", stage.hook(interaction, "@original"), WORDS)


async def original_that_is_gone(stage: Stage) -> None:
    interaction = await stage.asked()
    await stage.answer(interaction, 4, WORDS)
    await stage("DELETE", stage.hook(interaction, "@original"))
    await stage("PATCH", stage.hook(interaction, "@original"), WORDS)


async def edit_that_is_refused(stage: Stage) -> None:
    interaction = await stage.asked()
    await stage.answer(interaction, 5, {"flags": 64})
    await stage("PATCH", stage.hook(interaction, "@original"), {"content": "x" * 2_001})


CASES = [
    *[
        response(f"of type {kind} to {name}", begin, kind, data, "type", "BASE_TYPE_CHOICES")
        for name, begin, kinds in (
            ("a command", Stage.asked, (1, 6, 7, 8, 10)),
            ("a button", Stage.pressed, (1, 8)),
            ("autocomplete", typed, (4, 5, 6, 7, 9)),
            ("a form", sent, (6, 7, 8, 9)),
            ("a form from a message", sent_from_message, (8, 9)),
        )
        for kind in kinds
        for data in [MODAL if kind == 9 else {"choices": []} if kind == 8 else WORDS]
    ],
    response("without data", Stage.asked, 4, None, "data", NEEDED),
    response("too long", Stage.asked, 4, {"content": "x" * 2_001}, "data.content", LONG),
    response("of text without the flag", Stage.asked, 4, {"components": [text()]}, "data.components.0", UNION),
    response("change too long", Stage.pressed, 7, {"content": "x" * 2_001}, "data.content", LONG),
    choices("too many", "", LONG, *[{"name": str(n), "value": str(n)} for n in range(26)]),
    response("choices no list", typed, 8, {"choices": {"name": "x"}}, "data.choices", LIST),
    choices("no form", "0", FORM, "x"),
    choices("without a name", "0.name", NEEDED, {"value": "x"}),
    choices("name too long", "0.name", SHORT, {"name": "x" * 101, "value": "x"}),
    choices("name no text", "0.name", TEXT_TYPE, {"name": [], "value": "x"}),
    choices("without a value", "0.value", NEEDED, {"name": "x"}),
    choices("value too long", "0.value", SHORT, {"name": "x", "value": "x" * 101}),
    choices("value no text", "0.value", TEXT_TYPE, {"name": "x", "value": []}),
    Case("response twice", twice, 400, 40060),
    Case("response too late", too_late, 404, 10062),
    Case("response with a wrong token", wrong_token, 404, 10062),
    Case("follow-up before the response", followup_without_response, 404, 10015),
    Case("follow-up after a quarter of an hour", followup_after_all, 401, 50027),
    Case("original that is gone", original_that_is_gone, 404, 10008),
    Case("original with too long a text", edit_that_is_refused, where="content", why=LONG),
]  # fmt: skip
