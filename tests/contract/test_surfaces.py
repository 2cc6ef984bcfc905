"""What the sender and a running turn may expect of every platform: one set of promises, kept by each of them."""

from __future__ import annotations

import socket
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.discord import DiscordApi, DiscordSurface, Replies, Threads
from adapters.doubles import discord as discords
from adapters.doubles import slack as slacks
from adapters.doubles.discord import DiscordDouble
from adapters.doubles.slack import SlackDouble, drop_before, http_status, rate_limited, take_then_drop, take_then_hold
from adapters.slack import SlackApis, SlackSurface
from core.conversation.models import Place
from core.conversation.ports import CannotTell, MaybeSent, MessageGone, NotSent, RateLimited, Refused, Surface
from core.conversation.stores import Owed
from tests.say import say
from tests.shown import shown

KEY, OTHER = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
NOW = {"since": datetime.now(UTC)}
LONG_AGO = {"since": datetime.now(UTC) - timedelta(minutes=30)}


@dataclass
class Stage:
    """A surface on its double, with the double's words for what a platform can do.

    Attributes:
        place: a thread with a question in it.
        posted: what Robbie shows there: (id, text).
        calls: how often the platform was asked to post.
        fault: scripts what the next call of ``post``, ``edit``, ``read`` or ``profile`` meets.
        answers: the platform's refusals, by what they mean.
        poor: a surface with a bad token, or at an address where nobody listens.
    """

    surface: Surface
    place: Place
    person: str
    posted: Callable[[], list[tuple[str, str]]]
    pings: Callable[[], list[Any]]
    calls: Callable[[], int]
    fault: Callable[..., Any]  # Any: the doubles' behaviours are their own
    answers: Mapping[str, Any]
    poor: Callable[[str, str], Surface]
    forget: Callable[[], None] = field(default=lambda: None)


class Nothing:
    """No message belongs to a command."""

    async def owed(self, _key: str) -> Owed | None:
        return None

    def seal(self, secret: str) -> bytes:
        return secret.encode()

    def open(self, sealed: bytes) -> str | None:
        return sealed.decode()


async def _slack(stack: AsyncExitStack) -> Stage:
    double = await stack.enter_async_context(SlackDouble())
    said = await double.say("U1", "C1", "a question")
    routes = {
        "post": "chat.postMessage",
        "edit": "chat.update",
        "read": "conversations.replies",
        "profile": "users.info",
    }

    def surface(token: str = double.bot_token, url: str = "", timeout: float = 5.0) -> SlackSurface:
        api = SlackApis(token, base_url=url or double.api_url, timeout=timeout)
        stack.push_async_callback(api.close)
        return SlackSurface(api)

    return Stage(
        surface=surface(),
        place=Place(surface="slack", tenant=double.workspace.team, channel="C1", thread=said.ts),
        person="U1",
        posted=lambda: [(message.ts, shown(message)) for message in double.bot_messages("C1", said.ts)],
        pings=lambda: double.pings,
        calls=lambda: len(double.called("chat.postMessage")),
        fault=lambda call, behaviour, times=1: double.fault(routes[call], behaviour, times=times),
        answers={
            "gone": slacks.error("message_not_found"),
            "no channel": slacks.error("channel_not_found"),
            "no member": slacks.error("not_in_channel"),
            "wait": rate_limited(7),
        },
        poor=lambda token, url: surface(token or double.bot_token, url, 0.5),
    )


async def _discord(stack: AsyncExitStack) -> Stage:
    double = await stack.enter_async_context(DiscordDouble())
    said = await double.say("Ana", "general", "a question")
    thread = await double.open_thread("Ana", "general", "a question", said.id)
    routes = {"post": "create_message", "edit": "edit_message", "read": "list_messages", "profile": "member"}

    def surface(token: str = double.token, url: str = "", timeout: float = 5.0) -> DiscordSurface:
        api = DiscordApi(token, base_url=url or double.api_url, timeout=timeout)
        made = DiscordSurface(api, Threads(api), Replies(api, Nothing(), Nothing()))
        stack.push_async_callback(made.close)
        return made

    return Stage(
        surface=surface(),
        place=Place(surface="discord", tenant=double.guild_id, channel=double.channel("general").id, thread=said.id),
        person=double.user_id("Ana"),
        posted=lambda: [(message.id, message.content) for message in double.bot_messages(thread)],
        pings=lambda: double.pings,
        calls=lambda: len(double.called("create_message")),
        fault=lambda call, behaviour, times=1: double.fault(routes[call], behaviour, times=times),
        answers={
            "gone": discords.error(404, 10008),
            "no channel": discords.error(404, 10003),
            "no member": discords.error(403, 50001),
            "wait": discords.rate_limited(7),
        },
        poor=lambda token, url: surface(token or double.token, url, 0.5),
        forget=lambda: setattr(double.platform, "nonce_seconds", 0.0),
    )


@pytest.fixture(params=[_slack, _discord], ids=["slack", "discord"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await request.param(stack)


async def deliver(stage: Stage, key: str, body: str, since: Mapping[str, datetime] = NOW) -> str:
    """Send what may have been sent before: look first, as the sender does."""
    found = await stage.surface.find(stage.place, key, message=say(body), **since)
    return found or await stage.surface.post(stage.place, key, say(body))


async def test_a_post_stands_in_its_thread(stage: Stage) -> None:
    posted = await stage.surface.post(stage.place, KEY, say("**an answer**"))
    assert stage.posted() == [(posted, "**an answer**")]


async def test_an_edit_looks_as_a_post_does_and_may_be_repeated(stage: Stage) -> None:
    """CASE 15: one rendering path."""
    body = "#### Title\n\n| a | b |\n|---|---|\n| **1** | 2 |"
    await stage.surface.post(stage.place, KEY, say(body))
    edited = await stage.surface.post(stage.place, OTHER, say(stage.surface.placeholder))
    for _ in range(2):
        await stage.surface.edit(stage.place, edited, OTHER, say(body))
    (_, first), (_, second) = stage.posted()
    assert first == second


@pytest.mark.parametrize("text", ["@everyone", "@here", "<!channel>", "<!here>", "<@&1>"])
async def test_nobody_is_pinged_by_posts_or_edits(stage: Stage, text: str) -> None:
    """CASE 13: also if the text had not been made harmless."""
    posted = await stage.surface.post(stage.place, KEY, say(f"hey {text}"))
    await stage.surface.edit(stage.place, posted, KEY, say(f"again {text}"))
    assert stage.pings() == []


async def test_the_largest_part_is_taken_whole(stage: Stage) -> None:
    """CASE 14."""
    body = ("word " * stage.surface.part_limit)[: stage.surface.part_limit - 1] + "."
    posted = await stage.surface.post(stage.place, KEY, say(body))
    assert stage.posted() == [(posted, body)]
    await stage.surface.edit(stage.place, posted, KEY, say(body))


@pytest.mark.parametrize("body", ["", " ", "\n\n"])
async def test_no_message_is_refused_for_being_empty(stage: Stage, body: str) -> None:
    """CASE 15: the plain text is never empty."""
    posted = await stage.surface.post(stage.place, KEY, say(body))
    await stage.surface.edit(stage.place, posted, KEY, say(body))
    assert len(stage.posted()) == 1


@pytest.mark.parametrize("since", [NOW, LONG_AGO], ids=["at once", "after half an hour"])
async def test_a_post_that_was_taken_on_a_dropped_connection_is_there_once(
    stage: Stage, since: Mapping[str, datetime]
) -> None:
    """Nothing under the sender tries again by itself."""
    await stage.surface.profile(stage.place.tenant, stage.person)  # a connection that is used again posts once, too
    stage.fault("post", take_then_drop())
    with pytest.raises(MaybeSent):
        await stage.surface.post(stage.place, KEY, say("hello"))
    assert stage.calls() == 1
    if since is LONG_AGO:
        stage.forget()
    ((taken, _),) = stage.posted()
    assert await deliver(stage, KEY, "hello", since) == taken
    assert len(stage.posted()) == 1


@pytest.mark.parametrize("since", [NOW, LONG_AGO], ids=["at once", "after half an hour"])
async def test_a_post_that_was_not_taken_is_made(stage: Stage, since: Mapping[str, datetime]) -> None:
    stage.fault("post", drop_before())
    with pytest.raises(MaybeSent):
        await stage.surface.post(stage.place, KEY, say("hello"))
    await deliver(stage, KEY, "hello", since)
    assert len(stage.posted()) == 1


async def test_another_post_is_not_taken_for_it(stage: Stage) -> None:
    await stage.surface.post(stage.place, KEY, say("hello"))
    stage.forget()
    await deliver(stage, OTHER, "goodbye", LONG_AGO)
    assert [text for _, text in stage.posted()] == ["hello", "goodbye"]


@pytest.mark.parametrize("fault", [http_status(503), drop_before()], ids=["503", "drop"])
async def test_who_cannot_look_does_not_say_that_there_is_nothing(stage: Stage, fault: Any) -> None:  # Any: a behaviour
    stage.fault("read", fault, times=None)  # a reading is repeated by the client, which is harmless
    with pytest.raises(CannotTell):
        await stage.surface.find(stage.place, KEY, message=say("hello"), **LONG_AGO)


async def test_a_post_that_is_not_answered_in_time_may_be_sent(stage: Stage) -> None:
    hold = stage.fault("post", take_then_hold())
    with pytest.raises(MaybeSent):
        await stage.poor("", "").post(stage.place, KEY, say("hello"))
    hold.release()


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("taken", [True, False])
async def test_a_server_error_may_have_sent(stage: Stage, status: int, taken: bool) -> None:
    stage.fault("post", http_status(status, taken=taken))
    with pytest.raises(MaybeSent):
        await stage.surface.post(stage.place, KEY, say("hello"))
    assert stage.calls() == 1
    await deliver(stage, KEY, "hello")
    assert len(stage.posted()) == 1


async def test_retry_after_is_honoured(stage: Stage) -> None:
    stage.fault("post", stage.answers["wait"])
    with pytest.raises(RateLimited) as caught:
        await stage.surface.post(stage.place, KEY, say("hello"))
    assert caught.value.retry_after == 7
    assert stage.posted() == []


async def test_a_message_that_is_gone_can_be_replaced(stage: Stage) -> None:
    posted = await stage.surface.post(stage.place, KEY, say("hello"))
    stage.fault("edit", stage.answers["gone"])
    with pytest.raises(MessageGone):
        await stage.surface.edit(stage.place, posted, KEY, say("hello again"))


@pytest.mark.parametrize("refusal", ["no channel", "no member"])
async def test_a_refusal_is_final(stage: Stage, refusal: str) -> None:
    place = stage.place.model_copy(update={"thread": "", "direct": True})
    stage.fault("post", stage.answers[refusal])
    with pytest.raises(Refused):
        await stage.surface.post(place, KEY, say("hello"))
    assert stage.calls() == 1


async def test_a_token_that_an_operator_must_mend_keeps_the_answer(stage: Stage) -> None:
    with pytest.raises(NotSent) as caught:
        await stage.poor("xoxb-wrong-token", "").post(stage.place, KEY, say("hello"))
    assert "wrong-token" not in str(caught.value)


async def test_no_connection_means_not_sent(stage: Stage) -> None:
    with socket.socket() as nobody:  # bound, not listening
        nobody.bind(("127.0.0.1", 0))
        poor = stage.poor("", f"http://127.0.0.1:{nobody.getsockname()[1]}/api/")
        with pytest.raises(NotSent):
            await poor.post(stage.place, KEY, say("hello"))


async def test_the_history_of_a_thread_says_who_said_what(stage: Stage) -> None:
    await stage.surface.post(stage.place, KEY, say("yes & no"))
    found = await stage.surface.history(stage.place, 50)
    assert [(said.speaker, said.text, said.by_robbie) for said in found] == [
        ("Ana", "a question", False),
        ("", "yes & no", True),
    ]


async def test_a_profile_is_asked_for_once(stage: Stage) -> None:
    first = await stage.surface.profile(stage.place.tenant, stage.person)
    stage.fault("profile", http_status(503))
    assert await stage.surface.profile(stage.place.tenant, stage.person) == first
    assert first.name == "Ana"
    assert not first.is_bot


@pytest.mark.parametrize("on", [True, False])
async def test_the_sign_of_work_never_fails_a_turn(stage: Stage, on: bool) -> None:
    nowhere = stage.place.model_copy(update={"channel": "404", "thread": ""})
    await stage.surface.working(nowhere, on=on)
