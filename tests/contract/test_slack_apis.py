"""Which token speaks where, with the token of the settings alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.doubles.slack import SlackDouble, error, http_status
from adapters.slack import SlackApis, SlackSurface
from adapters.slack.apis import NotInstalled
from core.conversation.models import Place
from core.conversation.ports import NotSent
from core.rendering.message import Outgoing


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def apis(slack: SlackDouble) -> AsyncIterator[SlackApis]:
    apis = SlackApis(slack.bot_token, base_url=slack.api_url)
    yield apis
    await apis.close()


async def test_the_token_of_the_settings_is_asked_once_whose_it_is(slack: SlackDouble, apis: SlackApis) -> None:
    surface = SlackSurface(apis)
    for key in ("k1", "k2", "k3"):
        await surface.post(Place(surface="slack", tenant="T1", channel="C1"), key, Outgoing(body="hello"))
    assert [call.method for call in slack.calls] == ["auth.test", *["chat.postMessage"] * 3]


async def test_the_token_of_the_settings_speaks_in_its_own_workspace_only(slack: SlackDouble, apis: SlackApis) -> None:
    with pytest.raises(NotInstalled):
        await SlackSurface(apis).post(Place(surface="slack", tenant="T2", channel="C1"), "k", Outgoing(body="hello"))
    assert slack.bot_messages("C1") == []


async def test_what_was_surely_not_sent_is_not_doubted_when_slack_does_not_say_whose_the_token_is(
    slack: SlackDouble, apis: SlackApis
) -> None:
    slack.fault("auth.test", http_status(503))
    with pytest.raises(NotSent):
        await SlackSurface(apis).post(Place(surface="slack", tenant="T1", channel="C1"), "k", Outgoing(body="hello"))


async def test_a_token_that_was_refused_is_asked_about_before_it_is_used_again(
    slack: SlackDouble, apis: SlackApis
) -> None:
    surface, place = SlackSurface(apis), Place(surface="slack", tenant="T1", channel="C1")
    slack.fault("chat.postMessage", error("invalid_auth"))
    with pytest.raises(NotSent):
        await surface.post(place, "k", Outgoing(body="hello"))
    slack.fault("auth.test", error("invalid_auth"))
    with pytest.raises(NotSent, match="invalid_auth"):
        await surface.post(place, "k", Outgoing(body="hello"))
    await surface.post(place, "k", Outgoing(body="hello"))
    assert len(slack.bot_messages("C1")) == 1


async def test_the_tokens_of_a_session_share_no_cookies(apis: SlackApis) -> None:
    jar = apis.app._session.open().cookie_jar
    jar.update_cookies({"b": "of one workspace"})
    assert list(jar) == []
