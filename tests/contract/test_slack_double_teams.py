"""Several workspaces in one Slack double: installing by OAuth, tokens of their own, and the app's removal."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.doubles.slack import SlackDouble, SlackError
from tests.contract.slack_bolt_app import Body, bolt, running

# The SDK itself uses what aiohttp calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")

BACK = "https://robbie.test/slack/oauth"


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(ack_timeout=60) as double:
        yield double


def asking(slack: SlackDouble, **change: str) -> str:
    asked = {"client_id": slack.installs.client_id, "scope": "chat:write,commands", "redirect_uri": BACK, "state": "s"}
    return f"https://slack.com/oauth/v2/authorize?{urlencode(asked | change)}"


def client_of(slack: SlackDouble, token: str = "") -> AsyncWebClient:
    return AsyncWebClient(token, base_url=slack.api_url, retry_handlers=[])


def code_of(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]


async def fetched(slack: SlackDouble, code: str, **change: str) -> Body:
    known = {"client_id": slack.installs.client_id, "client_secret": slack.installs.client_secret}
    answer = await client_of(slack).oauth_v2_access(code=code, **(known | {"redirect_uri": BACK} | change))
    assert isinstance(answer.data, dict)
    return answer.data


async def refused(client: AsyncWebClient, method: str = "auth.test", **arguments: object) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, params=arguments)
    return str(refusal.value.response["error"])


async def test_a_person_allows_and_the_code_becomes_the_workspaces_token(slack: SlackDouble) -> None:
    other = slack.add_team("T2", "Second", installed=False)
    assert other.bot_token == ""
    back = slack.approve(asking(slack), "U1T2", "T2")
    assert back.startswith(f"{BACK}?")
    assert parse_qs(urlsplit(back).query)["state"] == ["s"]
    answer = await fetched(slack, code_of(back))
    assert answer["access_token"] == other.bot_token
    assert (answer["team"], answer["authed_user"]) == ({"id": "T2", "name": "Second"}, {"id": "U1T2"})
    assert (answer["bot_user_id"], answer["app_id"]) == ("UROBBIET2", "A1")
    assert (answer["token_type"], answer["scope"]) == ("bot", "chat:write,commands")
    me = await client_of(slack, other.bot_token).auth_test()
    assert (me["team_id"], me["user_id"]) == ("T2", "UROBBIET2")


async def test_who_declines_is_sent_back_without_a_code(slack: SlackDouble) -> None:
    back = slack.approve(asking(slack), "U1", allow=False)
    assert parse_qs(urlsplit(back).query) == {"error": ["access_denied"], "state": ["s"]}


async def test_the_page_of_consent_sends_a_browser_back(slack: SlackDouble) -> None:
    page = f"{slack.platform.base_url}/oauth/v2/authorize?{urlsplit(asking(slack)).query}"
    async with aiohttp.ClientSession() as session, session.get(page, allow_redirects=False) as response:
        assert response.status == 302
        assert (await fetched(slack, code_of(response.headers["Location"])))["ok"]
    async with aiohttp.ClientSession() as session, session.get(page.replace("client_id", "client")) as response:
        assert (response.status, await response.text()) == (400, "invalid_client_id")


@pytest.mark.parametrize(
    ("error", "change"),
    [
        ("invalid_client_id", {"client_id": "1.2"}),
        ("invalid_scope", {"scope": ""}),
        ("bad_redirect_uri", {"redirect_uri": "https://elsewhere.test"}),
    ],
)
async def test_a_bad_question_is_not_shown_to_anybody(slack: SlackDouble, error: str, change: dict[str, str]) -> None:
    slack.installs.redirect_urls = {BACK}
    with pytest.raises(SlackError, match=error):
        slack.approve(asking(slack, **change), "U1")


@pytest.mark.parametrize(
    ("error", "change"),
    [
        ("invalid_client_id", {"client_id": "1.2"}),
        ("bad_client_secret", {"client_secret": "guess"}),
        ("invalid_code", {"code": "guess"}),
        ("bad_redirect_uri", {"redirect_uri": "https://elsewhere.test"}),
        ("invalid_grant_type", {"grant_type": "refresh_token"}),
    ],
)
async def test_a_bad_exchange_is_refused(slack: SlackDouble, error: str, change: dict[str, str]) -> None:
    code = code_of(slack.approve(asking(slack), "U1"))
    with pytest.raises(SlackApiError) as refusal:
        await fetched(slack, **({"code": code} | change))
    assert refusal.value.response["error"] == error
    assert (await fetched(slack, code))["ok"]  # a refusal does not use it up


async def test_a_code_is_good_once_and_for_ten_minutes(slack: SlackDouble) -> None:
    now = [0.0]
    slack.installs.clock = lambda: now[0]
    used, late = (code_of(slack.approve(asking(slack), "U1")) for _ in range(2))
    await fetched(slack, used)
    now[0] = 601.0
    for code, error in ((late, "invalid_code"), (used, "invalid_code")):
        with pytest.raises(SlackApiError) as refusal:
            await fetched(slack, code)
        assert refusal.value.response["error"] == error
    now[0] = 599.0
    with pytest.raises(SlackApiError, match="code_already_used"):
        await fetched(slack, used)


async def test_a_further_installation_adds_scopes_and_keeps_the_token(slack: SlackDouble) -> None:
    before, scopes = slack.bot_token, set(slack.workspace.scopes)
    answer = await fetched(slack, code_of(slack.approve(asking(slack, scope="pins:read"), "U1")))
    assert answer["access_token"] == before
    assert set(answer["scope"].split(",")) == scopes | {"pins:read"}


async def test_a_token_speaks_in_its_own_workspace_only(slack: SlackDouble) -> None:
    other = slack.add_team("T2")
    here, there = client_of(slack, slack.bot_token), client_of(slack, other.bot_token)
    await there.chat_postMessage(channel="C1T2", text="there")
    assert [m.text for m in other.bot_messages("C1T2")] == ["there"]
    assert slack.bot_messages("C1") == []
    assert await refused(here, "chat.postMessage", channel="C1T2", text="x") == "channel_not_found"
    assert await refused(there, "users.info", user="U1") == "user_not_found"
    assert [call.team for call in slack.calls] == ["T2", "T1", "T2"]
    other.workspace.scopes.discard("chat:write")
    assert await refused(there, "chat.postMessage", channel="C1T2", text="x") == "missing_scope"
    assert (await here.chat_postMessage(channel="C1", text="x"))["ok"]


async def test_events_and_interactions_name_their_workspace(slack: SlackDouble) -> None:
    other = slack.add_team("T2")
    app, got = bolt(slack), []

    @app.event("message")
    @app.command("/robbie")
    async def note(body: Body, ack: AsyncAck) -> None:
        got.append(body)
        await ack()

    async with running(slack, app):
        await other.say("U1T2", "C1T2", "hello")
        await slack.say("U1", "C1", "hello")
        await slack.wait_for(lambda s: len(s.acks) == 2)
        await other.slash("U1T2", "C1T2", "/robbie status")
    first, second, command = got
    assert (first["team_id"], first["event"]["channel"]) == ("T2", "C1T2")
    assert first["authorizations"][0]["user_id"] == "UROBBIET2"
    assert second["team_id"] == "T1"
    assert (command["team_id"], command["user_id"]) == ("T2", "U1T2")


async def test_the_app_gives_its_token_back(slack: SlackDouble) -> None:
    slack.deliveries.paused = True
    client = client_of(slack, slack.bot_token)
    assert (await client.auth_revoke(test=True))["revoked"] is False
    assert (await client.auth_revoke())["revoked"] is True
    assert await refused(client) == "token_revoked"
    events = [delivery.payload["event"] for delivery in slack.deliveries.held]
    assert [event["type"] for event in events] == ["tokens_revoked", "app_uninstalled"]
    assert events[0]["tokens"] == {"oauth": [], "bot": ["UROBBIE"]}


async def test_the_app_uninstalls_itself_with_its_secret(slack: SlackDouble) -> None:
    client = client_of(slack, slack.bot_token)
    known = {"client_id": slack.installs.client_id, "client_secret": "guess"}
    assert await refused(client, "apps.uninstall", **known) == "bad_client_secret"
    await client.apps_uninstall(client_id=slack.installs.client_id, client_secret=slack.installs.client_secret)
    assert await refused(client) == "account_inactive"


async def test_an_administrator_removes_the_app_and_nothing_more_comes_from_there(slack: SlackDouble) -> None:
    slack.deliveries.paused = True
    other = slack.add_team("T2")
    token = other.bot_token
    other.uninstall()
    other.uninstall()  # it is told once
    assert (await other.say("U1T2", "C1T2", "anybody?")).message_event == ""
    with pytest.raises(ValueError, match="not installed"):
        await other.slash("U1T2", "C1T2", "/robbie status")
    assert await refused(client_of(slack, token)) == "account_inactive"
    assert (await client_of(slack, slack.bot_token).auth_test())["ok"]
    told = [(d.payload["team_id"], d.payload["event"]["type"]) for d in slack.deliveries.held]
    assert told == [("T2", "tokens_revoked"), ("T2", "app_uninstalled")]


async def test_an_app_that_is_installed_again_gets_a_new_token(slack: SlackDouble) -> None:
    before = slack.bot_token
    slack.revoke_tokens()
    assert await refused(client_of(slack, before)) == "token_revoked"
    answer = await fetched(slack, code_of(slack.approve(asking(slack), "U1")))
    assert answer["access_token"] not in ("", before)
    assert set(answer["scope"].split(",")) == {"chat:write", "commands"}
    assert (await client_of(slack, answer["access_token"]).auth_test())["ok"]


async def test_files_belong_to_their_workspace(slack: SlackDouble) -> None:
    other = slack.add_team("T2")
    file = other.attach("a.txt", b"secret")
    async with aiohttp.ClientSession() as session:
        for token, kind in ((slack.bot_token, "text/html"), (other.bot_token, "text/plain")):
            async with session.get(file.url, headers={"Authorization": f"Bearer {token}"}) as response:
                assert response.content_type == kind
        async with session.get(file.url.replace("T2", "T3")) as response:
            assert response.status == 404


async def test_the_secret_is_not_kept_in_the_log_of_calls(slack: SlackDouble) -> None:
    await fetched(slack, code_of(slack.approve(asking(slack), "U1")))
    (call,) = slack.calls
    assert slack.installs.client_secret not in str(call.args)


async def test_without_its_scope_an_app_has_no_commands(slack: SlackDouble) -> None:
    slack.workspace.scopes.discard("commands")
    assert (await slack.slash("U1", "C1", "/robbie x")).shown.startswith("/robbie is not a valid command.")
    with pytest.raises(ValueError, match="no global shortcut"):
        await slack.global_shortcut("U1", "ask")
