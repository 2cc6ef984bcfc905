"""The Slack double's Web API, through the real SDK."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def client(slack: SlackDouble) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


async def test_auth_test_names_the_bot_and_tells_its_scopes(slack: SlackDouble, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("UROBBIE", "BROBBIE", "T1")
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


async def test_users_info_carries_name_and_zone(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="U2"))["user"]
    assert (user["real_name"], user["tz"], user["is_bot"]) == ("Ben", "America/New_York", False)
    assert (await client.users_info(user="UROBBIE"))["user"]["is_bot"] is True


async def test_conversations_are_described_opened_and_listed(slack: SlackDouble, client: AsyncWebClient) -> None:
    assert (await client.conversations_info(channel="G1"))["channel"]["is_private"] is True
    opened = (await client.conversations_open(users="U1"))["channel"]
    assert (opened["id"], opened["is_im"], opened["user"]) == (slack.dm("U1"), True, "U1")
    listed = await client.users_conversations(types="public_channel,im")
    assert [c["id"] for c in listed["channels"]] == ["C1", "C2", slack.dm("U1")]


async def test_timestamps_are_unique_and_only_grow(slack: SlackDouble, client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel="C1", text=str(n)))["ts"] for n in range(20)]
    assert stamps == sorted(set(stamps))
    assert all(len(ts.split(".")[1]) == 6 for ts in stamps)


async def test_a_post_is_read_back_with_its_metadata_only_when_asked(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "robbie_part", "event_payload": {"key": "k1"}}
    await client.chat_postMessage(channel="C1", text="hello", metadata=metadata)
    plain = await client.conversations_history(channel="C1")
    full = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["bot_id"] == "BROBBIE"


async def test_form_encoded_and_json_bodies_are_the_same(slack: SlackDouble, client: AsyncWebClient) -> None:
    blocks = '[{"type":"divider"}]'
    await client.api_call("chat.postMessage", data={"channel": "C1", "text": "form", "blocks": blocks})
    await client.api_call("chat.postMessage", json={"channel": "C1", "text": "json", "blocks": blocks})
    assert [(m.text, m.blocks) for m in slack.messages("C1")] == [
        ("form", [{"type": "divider"}]),
        ("json", [{"type": "divider"}]),
    ]


async def test_text_over_40000_characters_is_cut(slack: SlackDouble, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C1", text="x" * 40_001)
    assert len(slack.messages("C1")[0].text) == 40_000


async def test_history_is_newest_first_and_pages_through_all(slack: SlackDouble, client: AsyncWebClient) -> None:
    for number in range(7):
        await slack.say("U1", "C1", str(number))
    pages = [
        ([m["text"] for m in page["messages"]], page["has_more"])
        async for page in await client.conversations_history(channel="C1", limit=3)
    ]
    assert pages == [(list("654"), True), (list("321"), True), (["0"], False)]


@pytest.mark.parametrize(("inclusive", "texts"), [(False, "2"), (True, "321")])
async def test_history_keeps_to_oldest_and_latest(
    slack: SlackDouble, client: AsyncWebClient, inclusive: bool, texts: str
) -> None:
    stamps = [(await slack.say("U1", "C1", str(number))).ts for number in range(5)]
    answer = await client.conversations_history(channel="C1", oldest=stamps[1], latest=stamps[3], inclusive=inclusive)
    assert [m["text"] for m in answer["messages"]] == list(texts)


async def test_history_from_oldest_turns_its_pages_forward(slack: SlackDouble, client: AsyncWebClient) -> None:
    stamps = [(await slack.say("U1", "C1", str(number))).ts for number in range(5)]
    first = await client.conversations_history(channel="C1", oldest=stamps[0], limit=2)
    assert [m["text"] for m in first["messages"]] == ["2", "1"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C1", oldest=stamps[0], limit=2, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["4", "3"]


async def test_history_leaves_replies_out_and_counts_them(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "root")
    reply = await slack.say("U2", "C1", "reply", root.ts)
    (message,) = (await client.conversations_history(channel="C1"))["messages"]
    assert (message["text"], message["reply_count"], message["latest_reply"]) == ("root", 1, reply.ts)


async def test_replies_are_oldest_first_with_the_root_at_the_head(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "root")
    late = await slack.say("U1", "C1", "0", root.ts)
    for number in "123":
        await slack.say("U2", "C1", number, root.ts)
    pages = [
        [m["text"] for m in page["messages"]]
        async for page in await client.conversations_replies(channel="C1", ts=root.ts, limit=3)
    ]
    assert pages == [["root", "0", "1"], ["2", "3"]]
    since = await client.conversations_replies(channel="C1", ts=root.ts, oldest=late.ts)
    assert [m["text"] for m in since["messages"]] == ["root", "1", "2", "3"]
    alone = await client.conversations_replies(channel="C1", ts=late.ts)
    assert [m["text"] for m in alone["messages"]] == ["0"]


async def test_a_message_out_of_order_stands_where_its_time_says(slack: SlackDouble, client: AsyncWebClient) -> None:
    await slack.say("U1", "C1", "now")
    await slack.say("U1", "C1", "before", ts="1700000000.000100")
    answer = await client.conversations_history(channel="C1")
    assert [m["text"] for m in answer["messages"]] == ["now", "before"]


async def test_update_replaces_text_and_keeps_metadata(slack: SlackDouble, client: AsyncWebClient) -> None:
    metadata = {"event_type": "robbie_part", "event_payload": {"key": "k1"}}
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "a"}}
    ts = (await client.chat_postMessage(channel="C1", text="a", blocks=[block], metadata=metadata))["ts"]
    answer = await client.chat_update(channel="C1", ts=ts, text="b")
    (message,) = slack.messages("C1")
    assert (answer["ts"], message.text, message.metadata) == (ts, "b", metadata)
    assert message.blocks == []  # new text alone removes the blocks
    assert message.edited is not None


async def test_an_edit_that_does_not_carry_the_name_loses_it(slack: SlackDouble, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="a", username="Socrates", icon_url="https://i.test/s.png"))[
        "ts"
    ]
    assert slack.messages("C1")[0].wire()["username"] == "Socrates"
    assert slack.messages("C1")[0].wire()["icons"] == {"url": "https://i.test/s.png"}
    assert slack.messages("C1")[0].wire()["subtype"] == "bot_message"
    assert "user" not in slack.messages("C1")[0].wire()
    await client.chat_update(channel="C1", ts=ts, text="b", username="Socrates")
    assert slack.messages("C1")[0].username == "Socrates"
    await client.chat_update(channel="C1", ts=ts, text="c")
    assert slack.messages("C1")[0].username is None


async def test_delete_takes_a_message_out_and_leaves_a_tombstone_above_replies(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    alone = (await client.chat_postMessage(channel="C1", text="alone"))["ts"]
    root = (await client.chat_postMessage(channel="C1", text="root"))["ts"]
    await slack.say("U1", "C1", "reply", root)
    await client.chat_delete(channel="C1", ts=alone)
    await client.chat_delete(channel="C1", ts=root)
    assert [(m.text, m.subtype) for m in slack.messages("C1")] == [
        ("This message was deleted.", "tombstone"),
        ("reply", None),
    ]


async def test_an_ephemeral_message_is_shown_to_one_and_kept_nowhere(
    slack: SlackDouble, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert slack.messages("C1") == []
    assert [(m.shown_to, m.text) for m in slack.workspace.ephemerals] == [("U1", "psst")]


async def test_reactions_are_put_on_and_taken_off(slack: SlackDouble, client: AsyncWebClient) -> None:
    said = await slack.say("U1", "C1", "hello")
    await client.reactions_add(channel="C1", timestamp=said.ts, name="eyes")
    (message,) = (await client.conversations_history(channel="C1"))["messages"]
    assert message["reactions"] == [{"name": "eyes", "users": ["UROBBIE"], "count": 1}]
    await client.reactions_remove(channel="C1", timestamp=said.ts, name="eyes")
    assert "reactions" not in slack.messages("C1")[0].wire()


async def test_the_sdks_stream_helper_writes_one_message(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "question")
    to = {"recipient_user_id": "U1", "recipient_team_id": "T1"}
    stream = await client.chat_stream(channel="C1", thread_ts=root.ts, buffer_size=4, **to)
    for piece in ("Hello ", "wor", "ld", "!"):
        await stream.append(markdown_text=piece)
    assert slack.bot_messages("C1")[0].wire()["streaming_state"] == "in_progress"
    await stream.stop(blocks=[{"type": "divider"}], session_status="active")
    (message,) = slack.bot_messages("C1", root.ts)
    assert (message.text, message.stream, message.blocks) == ("Hello world!", "", [{"type": "divider"}])
    assert slack.workspace.sessions["C1", root.ts]["status"] == "active"


async def test_a_stream_in_a_direct_message_needs_no_recipient(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "U1", "question")
    ts = (await client.chat_startStream(channel=slack.dm("U1"), thread_ts=root.ts, markdown_text="a"))["ts"]
    await client.chat_appendStream(channel=slack.dm("U1"), ts=ts, markdown_text="b")
    answer = await client.chat_stopStream(channel=slack.dm("U1"), ts=ts, markdown_text="c")
    assert answer["message"]["text"] == "abc"


async def test_session_status_is_set_and_answered(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "question")
    answer = await client.agents_sessions_setStatus(channel_id="C1", thread_ts=root.ts, status="processing", title="T")
    assert (answer["status"], answer["title"]) == ("processing", "T")
    await client.assistant_threads_setStatus(channel_id="C1", thread_ts=root.ts, status="is thinking…")
    assert slack.workspace.sessions["C1", root.ts]["line"] == "is thinking…"
    await client.assistant_threads_setStatus(channel_id="C1", thread_ts=root.ts, status="")
    assert slack.workspace.sessions["C1", root.ts]["line"] == ""


async def test_a_reply_clears_the_status_line(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "question")
    await client.assistant_threads_setStatus(channel_id="C1", thread_ts=root.ts, status="is thinking…")
    await client.chat_postMessage(channel="C1", thread_ts=root.ts, text="answer")
    assert "line" not in slack.workspace.sessions["C1", root.ts]


async def test_a_file_is_uploaded_shared_and_downloaded(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "C1", "question")
    content = bytes(range(256))
    await client.files_upload_v2(
        channel="C1", thread_ts=root.ts, filename="a.bin", file=content, title="A", initial_comment="here"
    )
    (message,) = slack.bot_messages("C1", root.ts)
    assert (message.text, message.subtype, message.files[0].title) == ("here", "file_share", "A")
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as session, session.get(message.files[0].url, headers=headers) as response:
        assert await response.read() == content


async def test_a_download_without_the_token_ends_at_a_sign_in_page(slack: SlackDouble) -> None:
    file = slack.attach("notes.txt", b"private")
    async with aiohttp.ClientSession() as session, session.get(file.url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert b"private" not in await response.read()


@pytest.mark.parametrize(
    ("arguments", "who"),
    [
        ({"text": "<!channel> <!here|here> <!everyone>"}, {"channel", "here", "everyone"}),
        ({"text": "<!subteam^S1|@ops> <@U1>"}, {"subteam:S1", "U1"}),
        ({"text": "@channel @ben"}, set()),
        ({"text": "@channel @ben a@here.test", "link_names": True}, {"channel", "U2"}),
        ({"text": "@everyone", "parse": "full"}, {"everyone"}),
        ({"text": "&lt;!channel&gt;"}, set()),
        ({"blocks": [{"type": "markdown", "text": "<!here>"}]}, {"here"}),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]}, {"here"}),
        ({"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "<!here>"}}]}, set()),
        ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "<@U1>"}]}]}, {"U1"}),
    ],
)
async def test_pings_say_who_would_be_notified(
    slack: SlackDouble, client: AsyncWebClient, arguments: dict[str, object], who: set[str]
) -> None:
    answer = await client.api_call("chat.postMessage", json={"channel": "C1", **arguments})
    assert {ping for _, _, ping in slack.pings} == who
    assert all(ping[:2] == ("C1", answer["ts"]) for ping in slack.pings)


async def test_an_edit_and_a_stream_ping_as_well(slack: SlackDouble, client: AsyncWebClient) -> None:
    root = await slack.say("U1", "U1", "hi")
    dm = slack.dm("U1")
    ts = (await client.chat_postMessage(channel=dm, text="quiet"))["ts"]
    await client.chat_update(channel=dm, ts=ts, text="<!channel>")
    stream = (await client.chat_startStream(channel=dm, thread_ts=root.ts, markdown_text="<!he"))["ts"]
    await client.chat_appendStream(channel=dm, ts=stream, markdown_text="re>")
    assert slack.pings == [(dm, ts, "channel"), (dm, stream, "here")]
