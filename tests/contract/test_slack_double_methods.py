"""Every method of the Slack double, called as it should be, and once for each refusal that its table lists."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble
from adapters.doubles.slack.refusals import COMMON, REFUSALS
from adapters.doubles.slack.table import METHODS
from adapters.doubles.slack.view_state import View

Json = dict[str, Any]  # Any: arguments are JSON

ROOT, REPLY, MISSING = "1700000000.000100", "1700000000.000200", "1600000000.000100"
BACK = "https://robbie.test/back"


@dataclass
class World:
    """A double with something in it to call about."""

    slack: SlackDouble
    client: AsyncWebClient
    own: str = ""
    stream: str = ""
    chunked: str = ""
    stopped: str = ""
    uploaded: str = ""
    now: list[float] = field(default_factory=lambda: [0.0])

    def trigger(self) -> str:
        return self.slack.workspace.triggers.give(
            "U1", view=self.view.id if self.slack.workspace.views.stacks else None
        )

    @property
    def view(self) -> View:
        return self.slack.modal("U1")

    def code(self) -> str:
        asked = {"client_id": self.slack.installs.client_id, "scope": "chat:write", "redirect_uri": BACK}
        back = self.slack.approve(f"https://slack.test?{urlencode(asked)}", "U1")
        return back.partition("code=")[2].partition("&")[0]

    def used_code(self) -> str:
        code = self.code()
        self.slack.installs.redeem(code, BACK)
        return code

    def used_trigger(self) -> str:
        trigger = self.trigger()
        self.slack.workspace.triggers.exchange(trigger)
        return trigger

    def old_trigger(self) -> str:
        trigger = self.trigger()
        self.now[0] += 4
        return trigger

    def file(self, *, shared: bool = True, deleted: bool = False) -> str:
        made = self.slack.attach("a.txt", b"a")
        made.deleted = deleted
        if shared:
            self.slack.workspace.channels["C1"].by_ts[ROOT].files.append(made)
        return made.id


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with SlackDouble() as slack, aiohttp.ClientSession() as session:
        slack.deliveries.paused = True
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        made = World(slack, client)
        slack.workspace.triggers.clock = lambda: made.now[0]
        await slack.say("U1", "C1", "root", ts=ROOT)
        await slack.say("U1", "C1", "reply", ROOT, ts=REPLY)
        slack.add_channel("C8", with_bot=False)
        slack.add_channel("C9").archived = True
        await furnish(made, session)
        yield made


async def furnish(world: World, session: aiohttp.ClientSession) -> None:
    client = world.client
    world.own = str((await client.chat_postMessage(channel="C1", text="own"))["ts"])
    start = {"channel": "C1", "recipient_user_id": "U1", "recipient_team_id": "T1"}
    world.stopped = str((await client.chat_startStream(thread_ts=world.own, markdown_text="a", **start))["ts"])
    await world.slack.press_stop("U1", "C1", world.own)
    world.stream = str((await client.chat_startStream(thread_ts=ROOT, markdown_text="a", **start))["ts"])
    chunk = {"type": "markdown_text", "text": "a"}
    world.chunked = str((await client.chat_startStream(thread_ts=ROOT, chunks=[chunk], **start))["ts"])
    place = await client.files_getUploadURLExternal(filename="a", length=1)
    async with session.post(place["upload_url"], data=b"a"):
        world.uploaded = str(place["file_id"])


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


FIELD = {"type": "input", "block_id": "b", "label": plain(), "element": {"type": "plain_text_input"}}
MODAL = {"type": "modal", "title": plain(), "submit": plain(), "blocks": [FIELD]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
LONG = {"type": "section", "text": plain("x" * 2_700)}
HUGE = {"private_metadata": "x" * 256 * 1024}
PROMPT = {"title": "x", "message": "x"}

Arguments = Json | Callable[[World], Json]

GOOD: dict[str, Arguments] = {
    "agents.sessions.rename": {"channel_id": "C1", "thread_ts": ROOT, "title": "x"},
    "agents.sessions.setStatus": {"channel_id": "C1", "thread_ts": ROOT, "status": "active"},
    "apps.connections.open": {},
    "apps.manifest.validate": {"manifest": json.dumps({"display_information": {"name": "x"}})},
    "apps.uninstall": lambda w: {
        "client_id": w.slack.installs.client_id,
        "client_secret": w.slack.installs.client_secret,
    },
    "assistant.threads.setStatus": {"channel_id": "C1", "thread_ts": ROOT, "status": "is thinking"},
    "assistant.threads.setSuggestedPrompts": {"channel_id": "C1", "prompts": [PROMPT] * 4},
    "assistant.threads.setTitle": {"channel_id": "C1", "thread_ts": ROOT, "title": "x"},
    "auth.revoke": {},
    "auth.test": {},
    "bots.info": {"bot": "BROBBIE"},
    "chat.appendStream": lambda w: {"channel": "C1", "ts": w.stream, "markdown_text": "b"},
    "chat.delete": lambda w: {"channel": "C1", "ts": w.own},
    "chat.getPermalink": {"channel": "C1", "message_ts": REPLY},
    "chat.postEphemeral": {"channel": "C1", "user": "U1", "text": "x"},
    "chat.postMessage": {"channel": "C1", "text": "x"},
    "chat.startStream": {"channel": "C1", "thread_ts": ROOT, "recipient_user_id": "U1", "recipient_team_id": "T1"},
    "chat.stopStream": lambda w: {"channel": "C1", "ts": w.stream},
    "chat.update": lambda w: {"channel": "C1", "ts": w.own, "text": "x"},
    "conversations.history": {"channel": "C1"},
    "conversations.info": {"channel": "C1"},
    "conversations.open": {"users": "U1"},
    "conversations.replies": {"channel": "C1", "ts": ROOT},
    "files.completeUploadExternal": lambda w: {"files": [{"id": w.uploaded}], "channel_id": "C1", "thread_ts": ROOT},
    "files.delete": lambda w: {"file": w.uploaded},
    "files.getUploadURLExternal": {"filename": "a.txt", "length": 1},
    "files.info": lambda w: {"file": w.file()},
    "oauth.v2.access": lambda w: {
        "client_id": w.slack.installs.client_id,
        "client_secret": w.slack.installs.client_secret,
        "code": w.code(),
        "redirect_uri": BACK,
    },
    "reactions.add": {"channel": "C1", "timestamp": ROOT, "name": "eyes"},
    "reactions.remove": {"channel": "C1", "timestamp": ROOT, "name": "tada"},
    "users.conversations": {},
    "users.info": {"user": "U1"},
    "views.open": lambda w: {"trigger_id": w.trigger(), "view": MODAL},
    "views.publish": {"user_id": "U1", "view": HOME},
    "views.push": lambda w: {"trigger_id": w.trigger(), "view": MODAL},
    "views.update": lambda w: {"view_id": w.view.id, "view": MODAL},
}

PLACE: dict[str, Arguments] = {
    "channel_not_found": {"channel": "C404"},
    "not_in_channel": {"channel": "C8"},
    "is_archived": {"channel": "C9"},
}
PLACE_ID: dict[str, Arguments] = {
    "channel_not_found": {"channel_id": "C404"},
    "not_in_channel": {"channel_id": "C8"},
    "is_archived": {"channel_id": "C9"},
}
THREAD: dict[str, Arguments] = {
    "thread_not_found": {"thread_ts": MISSING},
    "cannot_reply_to_message": {"thread_ts": REPLY},
}
LAYOUT: dict[str, Json] = {
    "invalid_blocks": {"blocks": [{"type": "hologram"}]},
    "invalid_blocks_format": {"blocks": {"type": "divider"}},
    "msg_blocks_too_long": {"blocks": [LONG] * 5},
}
BLOCKS: dict[str, Arguments] = {
    **LAYOUT,
    "invalid_metadata_format": {"metadata": {"event_type": "x"}},
}
CONTENT: dict[str, Arguments] = {
    **BLOCKS,
    "invalid_attachments": {"attachments": [{"blocks": [{"type": "hologram"}]}]},
    "invalid_attachments_format": {"attachments": "x"},
    "too_many_attachments": {"attachments": [{"text": "x"}] * 101},
    "markdown_text_conflict": {"markdown_text": "x"},
    "msg_too_long": {"text": None, "markdown_text": "x" * 12_001},
    "no_text": {"text": " "},
    "invalid_arguments": {"icon_url": "http://i.test/i.png"},
}
PAGES: dict[str, Arguments] = {
    "channel_not_found": {"channel": "C404"},
    "not_in_channel": {"channel": "C8"},
    "invalid_ts_oldest": {"oldest": "yesterday"},
    "invalid_ts_latest": {"latest": "tomorrow"},
    "invalid_limit": {"limit": -1},
    "invalid_cursor": {"cursor": "nowhere"},
}
STREAM: dict[str, Arguments] = {
    **PLACE,
    "message_not_found": {"ts": MISSING},
    "message_not_owned_by_app": {"ts": ROOT},
    "message_not_in_streaming_state": lambda w: {"ts": w.own},
    "stopped_by_user": lambda w: {"ts": w.stopped},
    "streaming_mode_mismatch": lambda w: {"ts": w.chunked, "markdown_text": "b"},
    "msg_too_long": {"markdown_text": "x" * 12_001},
    "invalid_chunks": {"chunks": [{"type": "hologram"}]},
    **{error: {"chunks": [{"type": "blocks", **change}]} for error, change in LAYOUT.items()},
}
SECRET: dict[str, Arguments] = {
    "invalid_client_id": {"client_id": "1.2"},
    "bad_client_secret": {"client_secret": "guess"},
}
REACTION: dict[str, Arguments] = {
    "invalid_name": {"name": ""},
    "channel_not_found": {"channel": "C404"},
    "message_not_found": {"timestamp": MISSING},
}
VIEW: dict[str, Arguments] = {
    "invalid_arguments": {"view": {"type": "banner"}},
    "view_too_large": {"view": MODAL | HUGE},
}
TRIGGER: dict[str, Arguments] = {
    "invalid_trigger_id": {"trigger_id": "1.2.abc"},
    "exchanged_trigger_id": lambda w: {"trigger_id": w.used_trigger()},
    "expired_trigger_id": lambda w: {"trigger_id": w.old_trigger()},
    "duplicate_external_id": {"view": MODAL | {"external_id": "taken"}},
}
FILE: dict[str, Arguments] = {
    "invalid_arguments": {"file": ""},
    "file_not_found": lambda w: {"file": w.file(shared=False)},
    "file_deleted": lambda w: {"file": w.file(deleted=True)},
}
WITHOUT_THREAD: dict[str, Arguments] = {"invalid_thread_ts": {"thread_ts": MISSING}}

BROKEN: dict[str, dict[str, Arguments]] = {
    "agents.sessions.rename": {
        **PLACE_ID,
        "thread_not_found": {"thread_ts": MISSING},
        "invalid_arguments": {"title": ""},
    },
    "agents.sessions.setStatus": {
        **PLACE_ID,
        "thread_not_found": {"thread_ts": MISSING},
        "invalid_arguments": {"status": "asleep"},
    },
    "apps.manifest.validate": {"invalid_manifest": {"manifest": "{"}, "invalid_arguments": {"manifest": ""}},
    "apps.uninstall": SECRET,
    "assistant.threads.setStatus": {
        **PLACE_ID,
        **WITHOUT_THREAD,
        "invalid_arguments": {"loading_messages": ["x"] * 11},
    },
    "assistant.threads.setSuggestedPrompts": {
        **PLACE_ID,
        **WITHOUT_THREAD,
        "invalid_arguments": {"prompts": [PROMPT] * 5},
    },
    "assistant.threads.setTitle": {**PLACE_ID, **WITHOUT_THREAD, "invalid_arguments": {"title": ""}},
    "bots.info": {"bot_not_found": {"bot": "B404"}},
    "chat.appendStream": {**STREAM, "no_text": {"markdown_text": ""}},
    "chat.delete": {**PLACE, "message_not_found": {"ts": MISSING}, "cant_delete_message": {"ts": ROOT}},
    "chat.getPermalink": {
        "channel_not_found": {"channel": "C404"},
        "message_not_found": {"message_ts": MISSING},
        "invalid_arguments": {"message_ts": ""},
    },
    "chat.postEphemeral": {**PLACE, **THREAD, **CONTENT, "user_not_in_channel": {"user": "U404"}},
    "chat.postMessage": {**PLACE, **THREAD, **CONTENT},
    "chat.startStream": {
        **PLACE,
        **THREAD,
        "missing_recipient_user_id": {"recipient_user_id": ""},
        "missing_recipient_team_id": {"recipient_team_id": ""},
        "msg_too_long": {"markdown_text": "x" * 12_001},
        "invalid_chunks": {"chunks": [{"type": "hologram"}]},
        **{error: {"chunks": [{"type": "blocks", **change}]} for error, change in LAYOUT.items()},
        "invalid_arguments": {"thread_ts": ""},
    },
    "chat.stopStream": {**STREAM, **BLOCKS, "invalid_arguments": {"session_status": "asleep"}},
    "chat.update": {
        **PLACE,
        **CONTENT,
        "message_not_found": {"ts": MISSING},
        "cant_update_message": {"ts": ROOT},
        "streaming_state_conflict": lambda w: {"ts": w.stream},
    },
    "conversations.history": PAGES,
    "conversations.info": {"channel_not_found": {"channel": "C404"}},
    "conversations.open": {
        "channel_not_found": {"channel": "C404"},
        "users_list_not_supplied": {"users": ""},
        "too_many_users": {"users": "U1,U2"},
        "user_not_found": {"users": "U404"},
    },
    "conversations.replies": {**PAGES, "thread_not_found": {"ts": MISSING}},
    "files.completeUploadExternal": {
        **PLACE_ID,
        **THREAD,
        "invalid_arguments": {"files": []},
        "file_not_found": {"files": [{"id": "F404"}]},
    },
    "files.delete": {**FILE, "cant_delete_file": lambda w: {"file": w.file()}},
    "files.getUploadURLExternal": {
        "invalid_arguments": {"length": 0},
        "file_upload_size_restricted": {"length": 2**30 + 1},
        "alt_txt_too_large": {"alt_txt": "x" * 1_001},
        "snippet_too_large": {"length": 2**20 + 1, "snippet_type": "python"},
    },
    "files.info": FILE,
    "oauth.v2.access": {
        **SECRET,
        "invalid_grant_type": {"grant_type": "refresh_token"},
        "invalid_code": {"code": "guess"},
        "code_already_used": lambda w: {"code": w.used_code()},
        "bad_redirect_uri": {"redirect_uri": "https://elsewhere.test"},
    },
    "reactions.add": {**REACTION, "already_reacted": {"name": "tada"}},
    "reactions.remove": {**REACTION, "no_reaction": {"name": "eyes"}},
    "users.info": {"user_not_found": {"user": "U404"}},
    "views.open": {**VIEW, **TRIGGER},
    "views.publish": {
        **VIEW,
        "user_not_found": {"user_id": "U404"},
        "hash_conflict": {"hash": "1.a"},
        "not_enabled": lambda w: setattr(w.slack.workspace, "home_enabled", False) or {},
    },
    "views.push": {
        **VIEW,
        **TRIGGER,
        "not_found": lambda w: {"trigger_id": w.slack.workspace.triggers.give("U1")},
        "push_limit_reached": lambda w: w.slack.workspace.views.stacks["U1"].extend([w.view] * 2) or {},
    },
    "views.update": {**VIEW, "not_found": {"view_id": "V404"}, "hash_conflict": {"hash": "1.a"}},
}


def made(arguments: Arguments, world: World) -> Json:
    return arguments(world) if callable(arguments) else arguments


async def call(world: World, method: str, change: Arguments) -> str:
    """Call a method as it should be, but for the change; returns Slack's error, empty when it is taken."""
    arguments = made(GOOD[method], world) | made(change, world)
    token = {"app": world.slack.app_token, "none": "x", "config": world.slack.installs.config_token}
    client = world.client
    if METHODS[method].by != "bot":
        client = AsyncWebClient(token[METHODS[method].by], base_url=world.slack.api_url, retry_handlers=[])
    try:
        await client.api_call(method, json={key: value for key, value in arguments.items() if value is not None})
    except SlackApiError as refusal:
        return str(refusal.response["error"])
    return ""


async def prepared(world: World, method: str) -> World:
    if method.startswith("views."):
        first = MODAL | {"external_id": "taken"}
        world.slack.workspace.views.open("U1", first)
        world.slack.workspace.views.publish("U1", HOME | {"blocks": [{"type": "divider", "block_id": "d"}]})
    if method.startswith("reactions."):
        await world.client.reactions_add(channel="C1", timestamp=ROOT, name="tada")
    return world


@pytest.mark.parametrize("method", METHODS)
async def test_a_method_is_carried_out(world: World, method: str) -> None:
    assert await call(await prepared(world, method), method, {}) == ""


@pytest.mark.parametrize("method", BROKEN)
async def test_a_method_refuses_what_its_table_lists(world: World, method: str) -> None:
    await prepared(world, method)
    messages = len(world.slack.messages("C1"))
    for error, change in BROKEN[method].items():
        assert await call(world, method, change) == error
    assert len(world.slack.messages("C1")) == messages


def test_every_refusal_of_the_table_is_met_by_a_test() -> None:
    assert set(METHODS) == set(REFUSALS) == set(GOOD)
    assert {method: set(errors) for method, errors in REFUSALS.items() if errors} == {
        method: set(errors) for method, errors in BROKEN.items()
    }


async def test_a_refusal_that_the_table_lacks_is_a_fault_of_the_double(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REFUSALS, "users.info", ())
    with pytest.raises(SlackApiError) as refusal:
        await world.client.users_info(user="U404")
    assert refusal.value.response.status_code == 500


async def token_refused(world: World, token: str, method: str = "auth.test") -> str:
    client = AsyncWebClient(token, base_url=world.slack.api_url, retry_handlers=[])
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method)
    return str(refusal.value.response["error"])


async def test_what_is_refused_before_a_method_looks_at_its_arguments(world: World) -> None:
    slack, met = world.slack, set()
    met.add(await token_refused(world, ""))
    met.add(await token_refused(world, "xoxb-guess"))
    met.add(await token_refused(world, slack.app_token))
    met.add(await token_refused(world, slack.bot_token, "chat.shout"))
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for body in (b"{", b"[]"):
            async with session.post(f"{slack.api_url}auth.test", data=body) as response:
                met.add((await response.json())["error"])
    for token, end in ((slack.bot_token, slack.revoke_tokens), (slack.add_team("T2").bot_token, None)):
        end() if end else slack.teams["T2"].uninstall()
        met.add(await token_refused(world, token))
    assert met | {"missing_scope"} == COMMON


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.scopes])
async def test_a_method_asks_for_its_scope(world: World, method: str) -> None:
    world.slack.workspace.scopes -= set(METHODS[method].scopes)
    assert await call(world, method, {}) == "missing_scope"
