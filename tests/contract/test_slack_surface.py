from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.doubles.slack import (
    SlackDouble,
    drop_before,
    error,
    http_status,
    rate_limited,
    take_then_drop,
    take_then_hold,
)
from adapters.slack import SlackApis, SlackSurface
from adapters.slack.text import escape
from core.conversation.models import Place
from core.conversation.ports import CannotTell, MaybeSent, MessageGone, NotSent, RateLimited, Refused, Surface
from core.rendering.plain import plain
from tests.say import say

LOOK = {"message": say("hello"), "since": datetime.now(UTC)}  # Slack finds a post by its key


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def surface(slack: SlackDouble) -> AsyncIterator[SlackSurface]:
    api = SlackApis(slack.bot_token, base_url=slack.api_url)
    yield SlackSurface(api)
    await api.close()


@pytest.fixture
async def thread(slack: SlackDouble) -> Place:
    said = await slack.say("U1", "C1", "a question")
    return Place(surface="slack", tenant=slack.workspace.team, channel="C1", thread=said.ts)


def flat(slack: SlackDouble) -> Place:
    return Place(surface="slack", tenant=slack.workspace.team, channel=slack.dm("U1"), direct=True)


async def test_it_is_a_surface(surface: SlackSurface) -> None:
    kept: Surface = surface
    assert kept.name == "slack"


async def test_post_stands_in_the_thread_with_blocks_and_plain_text(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    ts = await surface.post(thread, "key-1", say("**bold** & <tag>"))
    message = slack.bot_messages("C1", thread.thread)[0]
    assert message.ts == ts
    assert message.blocks == [{"type": "markdown", "text": "**bold** & <tag>"}]
    assert message.text == escape(plain("**bold** & <tag>"))
    assert message.text.endswith("&amp; &lt;tag&gt;")
    call = slack.called("chat.postMessage")[0]
    assert not call["unfurl_links"]
    assert not call["unfurl_media"]
    assert not call.get("link_names")


async def test_edit_looks_as_a_post_does(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    body = "# Title\n\n| a | b |\n|---|---|\n| **1** | 2 |"
    posted = await surface.post(thread, "k1", say(body))
    edited = await surface.post(thread, "k2", say(surface.placeholder))
    await surface.edit(thread, edited, "k2", say(body))
    await surface.edit(thread, edited, "k2", say(body))
    first, second = (m for m in slack.bot_messages("C1") if m.ts in {posted, edited})
    assert (first.blocks, first.text) == (second.blocks, second.text)
    assert second.metadata is not None
    assert second.metadata["event_payload"] == {"key": "k2"}


@pytest.mark.parametrize(
    "text", ["<!channel> hi", "<!here|here>", "<!everyone>", "<!subteam^S1>", "@channel @here @everyone @Ana"]
)
async def test_model_text_never_pings_everybody(
    slack: SlackDouble, surface: SlackSurface, thread: Place, text: str
) -> None:
    ts = await surface.post(thread, "k", say(text))
    await surface.edit(thread, ts, "k", say(f"again {text}"))
    assert slack.pings == []


async def test_the_largest_part_is_taken_whole(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    body = "<&> " * (surface.part_limit // 4)
    await surface.post(thread, "k", say(body))
    message = slack.bot_messages("C1")[0]
    assert message.blocks[0]["text"] == body


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "msg_too_long"])
async def test_answer_is_not_lost_to_its_format(
    slack: SlackDouble, surface: SlackSurface, thread: Place, code: str
) -> None:
    slack.fault("chat.postMessage", error(code))
    whole = "an **answer** " * 800
    ts = await surface.post(thread, "k", say(whole))
    assert slack.bot_messages("C1")[0].text == plain(whole)
    slack.fault("chat.update", error(code))
    await surface.edit(thread, ts, "k", say("a **better** answer"))
    message = slack.bot_messages("C1")[0]
    assert message.text == plain("a **better** answer")
    assert not message.blocks
    assert len(slack.bot_messages("C1")) == 1


async def test_post_taken_on_a_dropped_connection_is_made_once_and_found(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    await surface.profile("T1", "U1")  # a connection that is kept and used again must not repeat a post either
    slack.fault("chat.postMessage", take_then_drop())
    with pytest.raises(MaybeSent):
        await surface.post(thread, "key-1", say("hello"))
    posted = slack.bot_messages("C1", thread.thread)
    assert len(posted) == 1
    assert await surface.find(thread, "key-1", **LOOK) == posted[0].ts
    assert len(slack.called("chat.postMessage")) == 1


async def test_post_dropped_before_it_was_taken_is_surely_not_there(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    slack.fault("chat.postMessage", drop_before())
    with pytest.raises(MaybeSent):
        await surface.post(thread, "key-1", say("hello"))
    assert await surface.find(thread, "key-1", **LOOK) is None


async def test_post_that_is_not_answered_in_time_may_be_sent(slack: SlackDouble, thread: Place) -> None:
    api = SlackApis(slack.bot_token, base_url=slack.api_url, timeout=0.5)
    hold = slack.fault("chat.postMessage", take_then_hold())
    with pytest.raises(MaybeSent):
        await SlackSurface(api).post(thread, "k", say("hello"))
    hold.release()
    await api.close()


async def test_no_connection_means_not_sent(thread: Place) -> None:
    with socket.socket() as nobody:  # bound, not listening
        nobody.bind(("127.0.0.1", 0))
        api = SlackApis("xoxb-token", base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}/api/")
        with pytest.raises(NotSent) as caught:
            await SlackSurface(api).post(thread, "k", say("hello"))
        await api.close()
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_server_error_may_have_sent(
    slack: SlackDouble, surface: SlackSurface, thread: Place, status: int
) -> None:
    slack.fault("chat.postMessage", http_status(status, taken=True))
    with pytest.raises(MaybeSent):
        await surface.post(thread, "k", say("hello"))
    assert await surface.find(thread, "k", **LOOK) is not None


async def test_retry_after_is_honoured(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    slack.fault("chat.postMessage", rate_limited(7))
    with pytest.raises(RateLimited) as caught:
        await surface.post(thread, "k", say("hello"))
    assert caught.value.retry_after == 7
    assert slack.bot_messages("C1") == []


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_message_that_cannot_be_edited_is_gone(
    slack: SlackDouble, surface: SlackSurface, thread: Place, code: str
) -> None:
    slack.fault("chat.update", error(code))
    with pytest.raises(MessageGone):
        await surface.edit(thread, "1700000000.000001", "k", say("hello"))


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "missing_scope"])
async def test_refusals_are_final(slack: SlackDouble, surface: SlackSurface, thread: Place, code: str) -> None:
    slack.fault("chat.postMessage", error(code))
    with pytest.raises(Refused, match=code):
        await surface.post(thread, "k", say("hello"))
    assert len(slack.called("chat.postMessage")) == 1


async def test_token_that_an_operator_must_mend_keeps_the_answer(slack: SlackDouble, thread: Place) -> None:
    api = SlackApis("xoxb-wrong", base_url=slack.api_url)
    with pytest.raises(NotSent, match="invalid_auth"):
        await SlackSurface(api).post(thread, "k", say("hello"))
    await api.close()


async def test_find_in_a_flat_direct_message_looks_at_the_newest_first(
    slack: SlackDouble, surface: SlackSurface
) -> None:
    place = flat(slack)
    for number in range(450):
        await slack.say("U1", place.channel, f"message {number}")
    ts = await surface.post(place, "key-1", say("hello"))
    assert await surface.find(place, "key-1", **LOOK) == ts
    assert len(slack.called("conversations.history")) == 1
    assert await surface.find(place, "key-2", **LOOK) is None


async def test_find_takes_nobody_elses_post(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    ts = await surface.post(thread, "key-1", say("hello"))
    stolen = slack.bot_messages("C1")[0]
    stolen.user, stolen.bot_id = "UOTHERBOT", "BOTHERBOT"
    assert stolen.ts == ts
    assert await surface.find(thread, "key-1", **LOOK) is None


@pytest.mark.parametrize("fault", [http_status(503), rate_limited(5), error("missing_scope"), drop_before()])
async def test_find_that_cannot_look_does_not_say_there_is_none(
    slack: SlackDouble, surface: SlackSurface, thread: Place, fault: object
) -> None:
    slack.fault("conversations.replies", fault, times=None)  # type: ignore[arg-type]
    with pytest.raises(CannotTell):
        await surface.find(thread, "key-1", **LOOK)


async def test_find_gives_up_honestly_on_a_conversation_without_end(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    for number in range(2100):
        await slack.say("U1", "C1", f"reply {number}", thread.thread, drop=True)
    with pytest.raises(CannotTell):
        await surface.find(thread, "key-1", **LOOK)


async def test_history_of_a_thread_says_who_said_what(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    await slack.say("U2", "C1", f"<@{slack.bot_user}> is 1 &lt; 2?", thread.thread)
    await surface.post(thread, "k", say("yes & no"))
    await slack.bot_says("C1", "build failed", thread.thread)
    found = await surface.history(thread, 50)
    assert [(u.speaker, u.text, u.by_robbie) for u in found] == [
        ("Ana", "a question", False),
        ("Ben", "is 1 < 2?", False),
        ("", "yes & no", True),
        ("Other bot", "build failed", False),
    ]
    assert [u.text for u in await surface.history(thread, 2)] == ["yes & no", "build failed"]


async def test_history_of_a_flat_direct_message_is_its_latest(slack: SlackDouble, surface: SlackSurface) -> None:
    place = flat(slack)
    for number in range(5):
        await slack.say("U1", place.channel, f"message {number}")
    assert [u.text for u in await surface.history(place, 3)] == ["message 2", "message 3", "message 4"]


async def test_profile_is_asked_once(slack: SlackDouble, surface: SlackSurface) -> None:
    first = await surface.profile("T1", "U1")
    await surface.profile("T1", "U1")
    assert (first.name, first.zone, first.is_bot) == ("Ana", "Europe/Berlin", False)
    assert len(slack.called("users.info")) == 1
    with pytest.raises(Refused):
        await surface.profile("T1", "UNOBODY")


async def test_profile_says_who_administers_the_workspace(slack: SlackDouble, surface: SlackSurface) -> None:
    slack.workspace.users["U2"].is_admin = True
    assert [(await surface.profile("T1", user)).admin for user in ("U1", "U2")] == [False, True]


async def test_profile_says_that_whoever_was_deactivated_is_no_member_any_more(
    slack: SlackDouble, surface: SlackSurface
) -> None:
    slack.workspace.users["U2"].deleted = True
    assert [(await surface.profile("T1", user)).member for user in ("U1", "U2")] == [True, False]


async def test_profile_says_who_is_a_member_and_no_guest_and_of_no_other_company(
    slack: SlackDouble, surface: SlackSurface
) -> None:
    slack.workspace.users["U2"].is_restricted = True
    slack.workspace.users["U3"].team = "T9"
    assert [(await surface.profile("T1", user)).member for user in ("U1", "U2", "U3")] == [True, False, False]


async def test_working_is_shown_and_cleared(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    await surface.working(thread, on=True)
    await surface.working(thread, on=False)
    calls = slack.called("agents.sessions.setStatus")
    assert [(c["status"], c["thread_ts"]) for c in calls] == [("processing", thread.thread), ("active", thread.thread)]


async def test_workspace_without_agent_sessions_is_asked_once(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    slack.fault("agents.sessions.setStatus", error("unknown_method"), times=None)
    await surface.working(thread, on=True)
    await surface.working(thread, on=False)
    assert len(slack.called("agents.sessions.setStatus")) == 1


@pytest.mark.parametrize("fault", [http_status(503), drop_before(), error("not_in_channel")])
async def test_working_never_raises_and_tries_again_after_a_passing_fault(
    slack: SlackDouble, surface: SlackSurface, thread: Place, fault: object
) -> None:
    slack.fault("agents.sessions.setStatus", fault, times=1)  # type: ignore[arg-type]
    await surface.working(thread, on=True)
    await surface.working(thread, on=True)
    assert len(slack.called("agents.sessions.setStatus")) == 2


async def test_many_calls_at_once_share_what_they_need(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    await asyncio.gather(*(surface.post(thread, f"k{n}", say(f"part {n}")) for n in range(30)))
    assert len(slack.bot_messages("C1")) == 30
