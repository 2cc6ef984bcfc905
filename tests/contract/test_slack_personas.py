"""CASE 27: whoever is seen to speak stays the same, in posts and edits, with the scope and without."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.doubles.slack import Message, SlackDouble
from adapters.slack import SlackApis, SlackSurface
from adapters.slack.personas import Personas
from core.conversation.models import Place
from core.rendering.message import Outgoing, Persona

JOBS = Persona(id="steve_jobs", name="Steve Jobs", mood="determined", avatar="steve_jobs-determined")
THREAD = Place(surface="slack", tenant="T1", channel="C1")


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def apis(slack: SlackDouble) -> AsyncIterator[SlackApis]:
    apis = SlackApis(slack.bot_token, base_url=slack.api_url)
    yield apis
    await apis.close()


def spoken(body: str) -> Outgoing:
    return Outgoing(body=body, persona=JOBS)


async def answered(slack: SlackDouble, surface: SlackSurface) -> Message:
    """A post that is edited twice."""
    ts = await surface.post(THREAD, "k", spoken("Begin"))
    for body in ("Begin with", "Begin with the user."):
        await surface.edit(THREAD, ts, "k", spoken(body))
    (message,) = slack.bot_messages("C1")
    return message


async def test_case_27_name_and_face_stay_on_every_edit(slack: SlackDouble, apis: SlackApis) -> None:
    message = await answered(slack, SlackSurface(apis, public_url="https://robbie.example.org/"))
    assert message.username == "Steve Jobs (AI)"
    assert message.icons == {"url": "https://robbie.example.org/avatars/steve_jobs-determined.png"}
    assert message.blocks == [{"type": "markdown", "text": "Begin with the user."}]
    assert {call["username"] for call in slack.called("chat.update")} == {"Steve Jobs (AI)"}


async def test_case_27_without_a_public_address_a_mentor_has_a_sign(slack: SlackDouble, apis: SlackApis) -> None:
    message = await answered(slack, SlackSurface(apis))
    assert message.username == "Steve Jobs (AI)"
    assert message.icons == {"emoji": ":apple:"}


async def test_case_27_without_the_scope_the_name_moves_into_the_text(slack: SlackDouble, apis: SlackApis) -> None:
    slack.workspace.scopes.discard("chat:write.customize")
    message = await answered(slack, SlackSurface(apis))
    assert message.blocks == [{"type": "markdown", "text": "**Steve Jobs (AI)**\n\nBegin with the user."}]
    assert message.text.startswith("Steve Jobs (AI)")
    assert not message.username
    refused = [call for call in slack.calls if call.error]
    assert len(refused) == 1  # it is remembered


async def test_case_27_a_scope_that_is_lost_in_the_middle_loses_no_name(slack: SlackDouble, apis: SlackApis) -> None:
    surface = SlackSurface(apis)
    ts = await surface.post(THREAD, "k", spoken("Begin"))
    slack.workspace.scopes.discard("chat:write.customize")
    await surface.edit(THREAD, ts, "k", spoken("Begin again"))
    (message,) = slack.bot_messages("C1")
    assert message.blocks[0]["text"] == "**Steve Jobs (AI)**\n\nBegin again"


async def test_robbies_own_voice_has_no_other_name(slack: SlackDouble, apis: SlackApis) -> None:
    await SlackSurface(apis).post(THREAD, "k", Outgoing(body="hello"))
    (message,) = slack.bot_messages("C1")
    assert not message.username
    assert not message.icons


def test_a_missing_scope_is_tried_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("adapters.slack.personas.time.monotonic", lambda: now[0])
    personas = Personas()
    personas.refused("T1")
    assert personas.worn("T1", JOBS) == {}
    assert personas.worn("T2", JOBS)
    now[0] = 3_601.0
    assert personas.worn("T1", JOBS)
