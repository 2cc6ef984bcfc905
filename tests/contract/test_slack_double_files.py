"""Files in the Slack double: uploaded by the real SDK, attached by people, asked for, and deleted."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        double.deliveries.paused = True
        yield double


@pytest.fixture
def client(slack: SlackDouble) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def downloaded(url: str, token: str) -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        return response.status, response.content_type, await response.read()


async def test_the_sdks_upload_shares_a_file_with_its_words_in_a_thread(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    said = await slack.say("U1", "C1", "draw me one")
    picture = await client.files_upload_v2(
        content=b"\x89PNG",
        filename="face.png",
        title="A face",
        alt_txt="a face",
        channel="C1",
        thread_ts=said.ts,
        initial_comment="here",
    )
    (message,) = slack.bot_messages("C1", said.ts)
    assert (message.text, message.subtype, message.files[0].title) == ("here", "file_share", "A face")
    assert (message.files[0].alt_txt, message.files[0].content) == ("a face", b"\x89PNG")
    assert picture["file"]["mimetype"] == "image/png"


async def test_several_files_go_to_several_channels(slack: SlackDouble, client: AsyncWebClient) -> None:
    uploads = [{"content": b"a", "filename": "a.txt"}, {"content": b"bb", "filename": "b.txt"}]
    await client.files_upload_v2(file_uploads=uploads, channels=["C1", "C2"])
    for channel in ("C1", "C2"):
        assert [len(file.content) for file in slack.bot_messages(channel)[0].files] == [1, 2]


async def test_a_file_is_described_with_where_it_stands(slack: SlackDouble, client: AsyncWebClient) -> None:
    file = slack.attach("notes.txt", b"secret")
    said = await slack.say("U1", "C1", "read this", files=[file])
    event = slack.deliveries.held[0].payload["event"]
    assert (event["subtype"], event["files"][0]["id"]) == ("file_share", file.id)
    found = (await client.files_info(file=file.id))["file"]
    assert (found["name"], found["size"], found["user"]) == ("notes.txt", 6, "U1")
    assert found["shares"] == {"public": {"C1": [{"ts": said.ts}]}}


async def test_a_file_where_the_app_is_not_is_not_there_for_it(slack: SlackDouble, client: AsyncWebClient) -> None:
    slack.add_channel("G9", kind="group", with_bot=False)
    file = slack.attach("notes.txt", b"secret")
    await slack.say("U1", "G9", "read this", files=[file])
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file=file.id)


async def test_another_workspaces_file_comes_as_its_id_and_is_asked_for(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    file = slack.attach("notes.txt", b"secret")
    file.elsewhere = True
    await slack.say("U1", "C1", "read this", files=[file])
    (shown,) = slack.deliveries.held[0].payload["event"]["files"]
    assert shown == {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
    found = (await client.files_info(file=file.id))["file"]
    assert (await downloaded(found["url_private"], slack.bot_token))[2] == b"secret"


@pytest.mark.parametrize("token", ["", "xoxb-guess"])
async def test_a_download_without_the_token_ends_on_the_page_to_sign_in(slack: SlackDouble, token: str) -> None:
    status, kind, body = await downloaded(slack.attach("notes.txt", b"secret").url, token)
    assert (status, kind) == (200, "text/html")
    assert b"secret" not in body


async def test_a_deleted_file_leaves_an_empty_place(slack: SlackDouble, client: AsyncWebClient) -> None:
    file = slack.attach("notes.txt", b"secret")
    await slack.say("U1", "C1", "read this", files=[file])
    await slack.delete_file(file)
    assert slack.deliveries.held[-1].payload["event"]["type"] == "file_deleted"
    history = await client.conversations_history(channel="C1")
    assert history["messages"][0]["files"] == [{"id": file.id, "mode": "tombstone"}]
    assert (await downloaded(file.url, slack.bot_token))[0] == 404
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_info(file=file.id)


async def test_the_app_deletes_its_own(slack: SlackDouble, client: AsyncWebClient) -> None:
    made = await client.files_upload_v2(content=b"a", filename="a.txt", channel="C1")
    await client.files_delete(file=made["file"]["id"])
    assert slack.bot_messages("C1")[0].files[0].deleted
