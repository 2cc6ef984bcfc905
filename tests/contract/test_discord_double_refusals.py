"""What the Discord double refuses, with Discord's own codes; and what it lets through."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import Client, intents_of
from tests.contract.discord_wire import Rest, rest

V2 = 1 << 15


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(custom_id: str = "b", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": custom_id} | more


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def menu(options: int) -> dict[str, Any]:
    return {"type": 3, "custom_id": "m", "options": [{"label": str(n), "value": str(n)} for n in range(options)]}


async def test_a_wrong_token_is_unauthorized(double: DiscordDouble, call: Rest) -> None:
    assert await call("GET", "/users/@me", token="wrong") == (401, {"message": "401: Unauthorized", "code": 0})
    double.gateway.token = "another"
    with pytest.raises(discord.LoginFailure):
        await discord_login(double, "wrong")


async def discord_login(double: DiscordDouble, token: str) -> None:
    before, discord.http.Route.BASE = discord.http.Route.BASE, double.api_url
    client = Client(intents_of())
    try:
        await client.login(token)
    finally:
        discord.http.Route.BASE = before
        await client.close()


async def test_a_disallowed_intent_is_told_to_the_operator(double: DiscordDouble) -> None:
    double.world.privileged.clear()
    client = Client(intents_of())
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = double.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = type(gateway)(double.gateway_url)
    try:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(double.token)
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
        await client.close()


async def test_json_has_exactly_discords_content_type(call: Rest) -> None:
    await call("GET", "/users/@me")
    assert (call.headers["Content-Type"], call.headers["Via"]) == ("application/json", "1.1 google")


async def test_unknown_addresses_and_versions(double: DiscordDouble, call: Rest) -> None:
    assert (await call("GET", "/no/such/place"))[0] == 404
    async with aiohttp.ClientSession() as session, session.get(double.api_url[:-2] + "6/users/@me") as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50041)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": "   \n "}, 50006),
        ({}, 50006),
        ({"content": "x", "nonce": "n" * 26}, 50035),
        ({"embeds": [{"description": "x" * 4097}]}, 50035),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035),
        ({"embeds": [{"title": "x"}] * 11}, 50035),
        ({"embeds": [{"fields": [{"name": "x"}]}]}, 50035),
        ({"content": "x", "components": [button()]}, 50035),
        ({"content": "x", "components": [row(button("a"))] * 6}, 50035),
        ({"content": "x", "components": [row(*[button(str(n)) for n in range(6)])]}, 50035),
        ({"content": "x", "components": [row(button("a"), button("a"))]}, 50035),
        ({"content": "x", "components": [row(menu(26))]}, 50035),
        ({"content": "x", "components": [row(button("a", label="x" * 81))]}, 50035),
        ({"content": "x", "components": [row(button("x" * 101))]}, 50035),
        ({"content": "x", "components": [row({"type": 2, "style": 5, "label": "link"})]}, 50035),
        ({"content": "x", "components": [text("only with the flag")]}, 50035),
        ({"flags": V2, "components": [text("x")] * 41}, 50035),
        ({"flags": V2, "components": [text("x" * 4001)]}, 50035),
        ({"flags": V2, "components": [text("x")], "content": "beside"}, 50035),
        ({"flags": V2, "components": [text("x")], "embeds": [{"title": "beside"}]}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
    ],
)
async def test_forms_that_are_refused(call: Rest, double: DiscordDouble, form: dict[str, Any], code: int) -> None:
    status, body = await call.post("general", **form)
    assert (status, body["code"]) == (400, code)
    assert double.messages("general") == []


@pytest.mark.parametrize(
    "form",
    [
        {"content": "x" * 2000},
        {"embeds": [{"description": "x" * 4096, "footer": {"text": "y"}}]},
        {"content": "x", "components": [row(*[button(str(n)) for n in range(5)]), row(menu(25))]},
        {"flags": V2, "components": [text("x" * 4000)]},
        {"flags": V2, "components": [text("x")] * 40},
        {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}},
        {"content": "x", "flags": 4},
    ],
)
async def test_forms_at_their_limits_are_taken(call: Rest, double: DiscordDouble, form: dict[str, Any]) -> None:
    status, _ = await call.post("general", **form)
    assert (status, len(double.messages("general"))) == (200, 1)


async def test_an_error_says_where_in_the_form_it_is(call: Rest) -> None:
    _, body = await call.post("general", content="x" * 2001)
    why = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    assert body == {"message": "Invalid Form Body", "code": 50035, "errors": {"content": {"_errors": [why]}}}


@pytest.mark.parametrize(
    ("channel", "status", "code"),
    [("hidden", 403, 50001), ("readonly", 403, 50013), ("questions", 400, 50008), ("lounge", 200, None)],
)
async def test_where_the_app_may_write(call: Rest, channel: str, status: int, code: int | None) -> None:
    answer = await call.post(channel, content="x")
    assert (answer[0], answer[1].get("code")) == (status, code)


async def test_a_channel_that_is_not_there(call: Rest) -> None:
    status, body = await call("POST", "/channels/1/messages", {"content": "x"})
    assert (status, body) == (404, {"message": "Unknown Channel", "code": 10003})


async def test_a_person_can_refuse_direct_messages(double: DiscordDouble, call: Rest) -> None:
    double.world.users[double.user_id("Ben")].refuses_dms = True
    status, body = await call.post("Ben", content="x")
    assert (status, body["code"]) == (403, 50007)


async def test_permissions_can_be_taken_and_given(double: DiscordDouble, call: Rest) -> None:
    double.deny("general", "SEND_MESSAGES")
    assert (await call.post("general", content="x"))[1]["code"] == 50013
    double.allow("general", "SEND_MESSAGES")
    assert (await call.post("general", content="x"))[0] == 200
    double.deny("general", "VIEW_CHANNEL")
    assert (await call.post("general", content="x"))[1]["code"] == 50001


async def test_history_without_its_permission_is_empty(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "x")
    double.deny("general", "READ_MESSAGE_HISTORY")
    assert await call("GET", f"/channels/{said.channel_id}/messages") == (200, [])
    status, body = await call.post("general", content="x", message_reference={"message_id": said.id})
    assert (status, body["code"]) == (403, 160002)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=1&after=2", "before=x"])
async def test_history_that_is_asked_for_wrongly(double: DiscordDouble, call: Rest, query: str) -> None:
    status, body = await call("GET", f"/channels/{double.channel('general').id}/messages?{query}")
    assert (status, body["code"]) == (400, 50035)


async def test_only_its_own_messages_can_be_edited_or_deleted(double: DiscordDouble, call: Rest) -> None:
    said = await double.say("Ana", "general", "mine")
    path = f"/channels/{said.channel_id}/messages/{said.id}"
    status, body = await call("PATCH", path, {"content": "yours"})
    assert (status, body["code"]) == (403, 50005)
    status, body = await call("DELETE", path)
    assert (status, body["code"]) == (403, 50013)
    double.allow("general", "MANAGE_MESSAGES")
    assert (await call("DELETE", path))[0] == 204
    told = await double.say("Ana", "Ana", "mine")
    assert (await call("DELETE", f"/channels/{told.channel_id}/messages/{told.id}"))[1]["code"] == 50003
    assert (await call("DELETE", path))[1]["code"] == 10008


async def test_an_edit_that_is_refused_changes_nothing(double: DiscordDouble, call: Rest) -> None:
    _, made = await call.post("general", content="as it was")
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    assert (await call("PATCH", path, {"content": ""}))[1]["code"] == 50006
    assert (await call("PATCH", path, {"content": "x" * 2001}))[1]["code"] == 50035
    (message,) = double.messages("general")
    assert (message.content, message.edits) == ("as it was", 0)


async def test_components_v2_cannot_be_taken_back(double: DiscordDouble, call: Rest) -> None:
    _, made = await call.post("general", flags=V2, components=[text("x")])
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    assert (await call("PATCH", path, {"content": "text", "flags": 0}))[1]["code"] == 50035
    status, body = await call("PATCH", path, {"components": [text("y")], "flags": 0})
    assert (status, body["errors"]["components"]["0"]["_errors"][0]["code"]) == (400, "UNION_TYPE_CHOICES")
    assert (await call("PATCH", path, {"components": [text("y")]}))[1]["flags"] & V2


async def test_a_message_with_content_becomes_v2_only_when_the_content_goes(call: Rest) -> None:
    _, made = await call.post("general", content="x")
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    form = {"flags": V2, "components": [text("y")]}
    assert (await call("PATCH", path, form))[1]["code"] == 50035
    assert (await call("PATCH", path, form | {"content": None}))[0] == 200


async def test_nonces_make_a_post_happen_once(double: DiscordDouble, call: Rest) -> None:
    form = {"content": "once", "nonce": "k1", "enforce_nonce": True}
    _, first = await call.post("general", **form)
    _, second = await call.post("general", **form | {"content": "twice"})
    assert (first["id"], first["nonce"]) == (second["id"], "k1")
    assert [m.content for m in double.messages("general")] == ["once"]
    _, third = await call.post("general", content="without force", nonce="k1")
    assert third["id"] != first["id"]
    _, read = await call("GET", f"/channels/{first['channel_id']}/messages/{first['id']}")
    assert "nonce" not in read


async def test_a_nonce_is_forgotten_after_a_while(double: DiscordDouble, call: Rest) -> None:
    double.platform.nonce_seconds = 0
    for _ in range(2):
        await call.post("general", content="x", nonce="k1", enforce_nonce=True)
    assert len(double.messages("general")) == 2


async def test_a_nonce_whose_message_was_deleted_is_not_used_again(double: DiscordDouble, call: Rest) -> None:
    form = {"content": "once", "nonce": "k1", "enforce_nonce": True}
    _, made = await call.post("general", **form)
    await double.delete_message("general", made["id"])
    assert (await call.post("general", **form))[1]["code"] == 10008


async def test_what_is_no_json_is_refused(double: DiscordDouble, call: Rest) -> None:
    path = f"{double.api_url}/channels/{double.channel('general').id}/messages"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {double.token}"}) as session:
        async with session.post(path, data="{", headers={"Content-Type": "application/json"}) as answer:
            assert (await answer.json())["code"] == 50109
        async with session.post(path, data="content=x") as answer:
            assert (await answer.json())["code"] == 50035
