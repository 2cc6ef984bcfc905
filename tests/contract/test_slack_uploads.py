"""Files that go out: real uploads, in the thread of their message, once whatever breaks in between."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.doubles.slack import SlackDouble, drop_before, error, http_status, take_then_drop
from adapters.slack import SlackApis, SlackSurface
from core.conversation.models import Place
from core.conversation.ports import MaybeSent, NotSent
from core.rendering.message import Attachment, Outgoing

TEXT = "# The whole\n\nanswer"


def attached(body: str = "See the file.", only_for: str = "") -> Outgoing:
    data = base64.b64encode(TEXT.encode())
    file = Attachment(name="answer.md", media_type="text/markdown", data=data)
    return Outgoing(body=body, files=(file,), only_for=only_for)


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def surface(slack: SlackDouble) -> AsyncIterator[SlackSurface]:
    apis = SlackApis(slack.bot_token, base_url=slack.api_url)
    yield SlackSurface(apis)
    await apis.close()


@pytest.fixture
async def thread(slack: SlackDouble) -> Place:
    said = await slack.say("U1", "C1", "a question")
    return Place(surface="slack", tenant="T1", channel="C1", thread=said.ts)


def files(slack: SlackDouble, channel: str = "C1", thread: str | None = None) -> list[tuple[str, bytes]]:
    messages = slack.bot_messages(channel, thread)
    return [(file.name, file.content) for message in messages for file in message.files]


async def test_a_file_stands_in_the_thread_of_its_message(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    await surface.post(thread, "k", attached())
    assert files(slack, thread=thread.thread) == [("answer.md", TEXT.encode())]
    assert len(slack.bot_messages("C1")) == 2


async def test_an_edit_that_is_repeated_shares_its_file_once(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    ts = await surface.post(thread, "open", Outgoing(body=surface.placeholder))
    await surface.edit(thread, ts, "k", attached())
    await surface.edit(thread, ts, "k", attached())
    assert len(files(slack)) == 1


async def test_another_answer_in_the_same_place_shares_its_own_file(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    ts = await surface.post(thread, "k", attached())
    data = base64.b64encode(b"another answer")
    again = Attachment(name="answer.md", media_type="text/markdown", data=data)
    await surface.edit(thread, ts, "k2", Outgoing(body="Again", files=(again,)))
    assert [content for _, content in files(slack)] == [TEXT.encode(), b"another answer"]


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.upload", "files.completeUploadExternal"])
@pytest.mark.parametrize("broken", [drop_before, take_then_drop, lambda: http_status(503)])
async def test_an_upload_that_broke_anywhere_is_finished_by_looking_and_made_once(
    slack: SlackDouble, surface: SlackSurface, thread: Place, method: str, broken: object
) -> None:
    assert callable(broken)
    slack.fault(method, broken())
    since = datetime.now(UTC)
    with pytest.raises(MaybeSent):
        await surface.post(thread, "k", attached())
    found = await surface.find(thread, "k", message=attached(), since=since)
    assert found == slack.bot_messages("C1")[0].ts
    assert files(slack) == [("answer.md", TEXT.encode())]
    assert [message.text for message in slack.bot_messages("C1")].count("See the file.") == 1


async def test_an_upload_that_breaks_under_an_edit_is_tried_again_with_it(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    ts = await surface.post(thread, "open", Outgoing(body=surface.placeholder))
    slack.fault("files.upload", http_status(500))
    with pytest.raises(NotSent):
        await surface.edit(thread, ts, "k", attached())
    await surface.edit(thread, ts, "k", attached())
    assert len(files(slack)) == 1


async def test_case_14_what_slack_refuses_as_a_file_is_said_as_text(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    slack.workspace.scopes.discard("files:write")
    await surface.post(thread, "k", attached())
    assert not files(slack)
    assert "The whole" in slack.bot_messages("C1", thread.thread)[-1].text


async def test_a_file_for_one_person_is_seen_by_nobody_else(
    slack: SlackDouble, surface: SlackSurface, thread: Place
) -> None:
    await surface.post(thread, "k", attached(only_for="U1"))
    assert not slack.bot_messages("C1")
    assert files(slack, slack.dm("U1")) == [("answer.md", TEXT.encode())]
    assert slack.workspace.ephemerals[0].shown_to == "U1"


async def test_a_refused_channel_shares_nothing(slack: SlackDouble, surface: SlackSurface, thread: Place) -> None:
    slack.fault("chat.postMessage", error("is_archived"))
    with pytest.raises(Exception, match="is_archived"):
        await surface.post(thread, "k", attached())
    assert not files(slack)
