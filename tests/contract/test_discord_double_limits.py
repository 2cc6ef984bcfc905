"""What stands just within Discord's limits is taken: the double refuses nothing that Discord takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.discord_refusals.commands import app, option, sub
from tests.contract.discord_refusals.components import IMAGE, button, gallery, link, menu, options, row, section, text
from tests.contract.discord_refusals.modals import boxes, entry, form_of, label, radios, upload
from tests.contract.discord_refusals.stage import V2, Json, Stage, staged

OPTION = {"label": "x" * 100, "value": "x" * 100, "description": "x" * 100, "emoji": {"name": "👍"}, "default": True}
CHOICES = [{"name": f"{number}", "value": "x" * 100} for number in range(25)]
FIELD = {"name": "x" * 256, "value": "x"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as played:
        yield played


@pytest.mark.parametrize(
    "form",
    [
        {"content": "x" * 2_000, "nonce": "n" * 25},
        {"embeds": [{"title": "x" * 256, "description": "x" * 4_096, "footer": {"text": "x" * 1_648}}]},
        {"embeds": [{"author": {"name": "x" * 256}, "fields": [{"name": "x", "value": "x" * 1_024}] * 5}]},
        {"embeds": [{"fields": [FIELD] * 22}]},
        {"embeds": [{"title": "x"}] * 10},
        {"content": "x", "components": [row(*[button(custom_id=f"{r}.{n}") for n in range(5)]) for r in range(5)]},
        {"content": "x", "components": [row(button(label="x" * 80, custom_id="x" * 100))]},
        {"content": "x", "components": [row(button(label="", emoji={"name": "👍"}), link())]},
        {"content": "x", "components": [row(link(url="https://x.org/" + "x" * 498))]},
        {"content": "x", "components": [row(menu(options=options(25), max_values=25, placeholder="x" * 150))]},
        {"content": "x", "components": [row(menu(options=[OPTION], min_values=0))]},
        *[
            {"content": "x", "components": [row({"type": kind, "custom_id": "s", "max_values": 25})]}
            for kind in range(5, 9)
        ],
        {"flags": V2, "components": [text("x" * 4_000)]},
        {"flags": V2, "components": [text()] * 40},
        {"flags": V2, "components": [{"type": 17, "components": [text()] * 39, "accent_color": 0xFFFFFF}]},
        {"flags": V2, "components": [section(components=[text()] * 3), gallery(*[{"media": IMAGE}] * 10)]},
        {"flags": V2, "components": [section(accessory={"type": 11, "media": IMAGE, "description": "x" * 1_024})]},
        {"flags": V2, "components": [{"type": 14, "spacing": 2, "divider": False}, row(button()), row(menu())]},
    ],
)  # fmt: skip
async def test_messages_within_the_limits(stage: Stage, form: Json) -> None:
    made = await stage.post(**form)
    assert [message.id for message in stage.double.messages("general")] == [made["id"]]


@pytest.mark.parametrize(
    "components",
    [
        [label(entry(), label="x" * 45, description="x" * 100)],
        [label(entry(custom_id=str(number))) for number in range(5)],
        [label(entry(min_length=0, max_length=4_000, placeholder="x" * 100, value="x" * 4_000, style=2))],
        [row(entry(label="x" * 45)), text()],
        [label(menu(options=options(25), max_values=25)), label({"type": 5, "custom_id": "u", "required": False})],
        [label(menu(min_values=0, required=False)), label(upload(min_values=0, max_values=10, required=False))],
        [label(radios(options=options(10))), label(boxes(options=options(10))), label({"type": 23, "custom_id": "x"})],
    ],
)
async def test_forms_within_the_limits(stage: Stage, components: list[Any]) -> None:
    asked = await stage.asked()
    await stage.answer(asked, 9, {"title": "x" * 45, "custom_id": "x" * 100, "components": components})
    assert asked.state == "modal"


async def test_choices_within_the_limits(stage: Stage) -> None:
    typed = await stage.double.autocomplete("Ana", "general", "ask", "text", "x")
    given = [{"name": "x" * 100, "value": "x" * 98 + f"{number:02}"} for number in range(25)]
    await stage.answer(typed, 8, {"choices": given})
    assert typed.choices == given


@pytest.mark.parametrize(
    "command",
    [
        {"name": "x" * 32, "description": "x" * 100},
        {"name": "frag-mich_2", "description": "x", "name_localizations": {"de": "straße", "ja": "質問"}},
        {"name": "x", "description": "x", "options": [option(name=f"o{n}") for n in range(25)]},
        {"name": "x", "description": "x", "options": [option(required=True), option(name="p", autocomplete=True)]},
        {"name": "x", "description": "x", "options": [sub(sub(option()), kind=2), sub(option(), name="s")]},
        {"name": "x", "description": "x", "options": [option(choices=CHOICES)]},
        {"name": "x", "description": "x", "options": [option(type=4, min_value=-9, max_value=-5), option(name="p")]},
        {"name": "x", "description": "x", "options": [option(type=10, max_value=-0.5), option(name="p", max_length=1)]},
        {"name": "x", "description": "x", "contexts": [0, 1, 2], "integration_types": [0], "nsfw": True},
        {"name": "Make a note of THIS, please", "type": 3, "default_member_permissions": "0"},
    ],
)  # fmt: skip
async def test_commands_within_the_limits(stage: Stage, command: Json) -> None:
    (made,) = await stage("PUT", app(stage), [command])
    assert made["name"] == command["name"]


async def test_as_many_commands_as_there_may_be(stage: Stage) -> None:
    forms = [{"name": f"c{number}", "description": "x"} for number in range(100)]
    forms += [{"name": f"{kind} {number}", "type": kind} for kind in (2, 3) for number in range(15)]
    assert len(await stage("PUT", app(stage), forms)) == 130


@pytest.mark.parametrize(("kind", "shown"), [(6, "x"), (7, "changed")])
async def test_a_form_from_a_message_may_change_it_or_leave_it(stage: Stage, kind: int, shown: str) -> None:
    opened = await stage.pressed()
    await stage.answer(opened, 9, form_of(label(entry())))
    sent = await stage.double.submit(opened.id, i="x")
    await stage.answer(sent, kind, {"content": "changed"} if kind == 7 else None)
    assert [message.shown for message in stage.double.messages("general")] == [shown]


async def test_a_form_whose_answer_is_late_can_be_sent_again(stage: Stage) -> None:
    opened = await stage.asked()
    await stage.answer(opened, 9, form_of(label(entry())))
    stage.double.interaction_book.timeout = 0.01
    first = await stage.double.submit(opened, i="x")
    await stage.double.wait_for(lambda _: first.state == "failed")
    assert first.shown == "Something went wrong. Try again."
    stage.double.interaction_book.timeout = 3
    again = await stage.double.submit(opened, i="x")
    await stage.answer(again, 4, {"content": "taken"})
    assert again.shown == "taken"


async def test_embeds_without_their_permission_are_left_out(stage: Stage) -> None:
    stage.double.deny("general", "EMBED_LINKS")
    path = await stage.said(content="x", embeds=[{"title": "y"}])
    assert (await stage("PATCH", path, {"embeds": [{"title": "z"}]}))["embeds"] == []
    assert [message.shown for message in stage.double.messages("general")] == ["x"]
