from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.commands import REGISTRY
from core.desk import Desk, Visitor, submitted
from core.registry import Choice, Invocation
from core.rendering.message import Section

ANA = Visitor(surface="slack", tenant="T1", account="U1", channel="C1")


async def test_a_command_that_lacks_something_opens_a_form_with_its_options() -> None:
    desk = Desk(REGISTRY)
    form = await desk.form(ANA, Invocation(command="ask"))
    assert form is not None
    assert [(field.name, field.required, field.kind) for field in form.fields] == [("text", True, "text")]
    asked = submitted(form.invocation, {"text": "why?"})
    assert REGISTRY.checked(asked).arguments == {"text": "why?"}


async def test_a_form_asks_in_words_of_its_own_and_its_hints_begin_like_sentences() -> None:
    form = await Desk(REGISTRY).form(ANA, Invocation(command="reason", arguments={"vote": "down"}))
    assert form is not None
    assert (form.title, form.fields[0].hint) == ("What was missing?", "What was missing or wrong")
    ask = await Desk(REGISTRY).form(ANA, Invocation(command="ask"))
    assert ask is not None
    assert ask.title == "Ask"


async def test_a_command_that_has_all_it_needs_opens_no_form() -> None:
    assert await Desk(REGISTRY).form(ANA, Invocation(command="ask", arguments={"text": "why?"})) is None
    assert await Desk(REGISTRY).form(ANA, Invocation(command="continue")) is None


async def test_commands_are_completed_from_what_is_typed() -> None:
    found = await Desk(REGISTRY).complete(ANA, "help", "command", "co")
    assert [choice.value for choice in found][:3] == ["council", "contact", "contacts"]
    assert "continue" in [choice.value for choice in found]


async def test_a_completer_that_breaks_offers_nothing_and_breaks_nothing() -> None:
    async def broken(visitor: Visitor, typed: str) -> Sequence[Choice]:
        raise ConnectionError

    desk = Desk(REGISTRY, completers={"command": broken})
    assert await desk.complete(ANA, "help", "command", "co") == ()


async def test_a_section_of_the_home_that_breaks_leaves_the_others_standing() -> None:
    async def broken(visitor: Visitor) -> Section | None:
        raise ConnectionError

    async def slow(visitor: Visitor) -> Section | None:
        await asyncio.sleep(60)
        return None

    async def good(visitor: Visitor) -> Section | None:
        return Section(title="Today", text=visitor.account)

    async def nothing(visitor: Visitor) -> Section | None:
        return None

    page = await Desk(REGISTRY, sections=[broken, good, nothing, slow]).home(ANA)
    assert [section.title for section in page.sections] == ["Not here right now", "Today", "Not here right now"]
