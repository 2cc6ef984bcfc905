"""Installing through a browser: who may, who comes back, and what a person and the operator are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from adapters.doubles.slack import error, http_status
from adapters.postgres.roles import RoleUrls
from bot.app import App, build
from bot.settings import load
from tests.slack_installs import PUBLIC, Floor, browser, consent_url, floor_of

HERE = "/slack/install"


@pytest.fixture
async def floor(roles: RoleUrls, tmp_path: Path) -> AsyncIterator[Floor]:
    async with floor_of(roles, tmp_path) as floor:
        floor.slack.installs.redirect_urls = {f"{PUBLIC}/slack/oauth_redirect"}
        yield floor


async def opened(floor: Floor, folder: Path, **changes: str) -> App:
    """Robbie, wired and served, but not running."""
    settings = load(Path("/dev/null"), Path("/dev/null"), {"ROBBIE_HOME": str(folder), **floor.environment(**changes)})
    app = await build(settings, floor.roles)
    floor.stack.push_async_callback(app.close)
    return app


@pytest.fixture
async def app(floor: Floor, tmp_path: Path) -> App:
    floor.slack.add_team("T2", "Globex <b>&", installed=False)
    return await opened(floor, tmp_path)


@pytest.fixture
async def page(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as page:
        yield page


async def installed(floor: Floor) -> list[object]:
    return [row["tenant"] for row in await floor.rows("SELECT tenant FROM installations WHERE sealed IS NOT NULL")]


async def test_a_person_adds_robbie_and_is_told_so(floor: Floor, page: httpx.AsyncClient) -> None:
    first = await page.get(HERE)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")
    assert "Add to Slack" in first.text
    last = await page.get(floor.slack.approve(consent_url(first), "U1T2", "T2"))
    assert last.status_code == 200
    assert "Robbie is in Globex &lt;b&gt;&amp; now" in last.text
    assert "team=T2" in last.text
    assert await installed(floor) == ["T2"]
    (row,) = await floor.rows("SELECT name, bot_user, bot_id, installed_by, scopes FROM installations")
    assert (row["name"], row["bot_user"], row["bot_id"]) == ("Globex <b>&", "UROBBIET2", "BROBBIET2")
    assert row["installed_by"] == "U1T2"
    assert "chat:write" in list(row["scopes"])  # type: ignore[call-overload]


async def test_the_cookie_is_for_this_alone_and_out_of_reach_of_scripts(page: httpx.AsyncClient) -> None:
    cookie = (await page.get(HERE)).headers["set-cookie"].lower()
    for part in ("httponly", "secure", "samesite=lax", "path=/slack", "max-age=600"):
        assert part in cookie


async def test_the_pages_are_guarded_as_all_others_are(page: httpx.AsyncClient) -> None:
    answer = await page.get(HERE)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await page.get(HERE, headers={"Host": "evil.example"})).status_code == 400


async def test_csrf_a_link_from_another_browser_installs_nothing(
    floor: Floor, app: App, page: httpx.AsyncClient
) -> None:
    """Otherwise somebody could lead a victim to finish an install that is not the victim's."""
    back = floor.slack.approve(consent_url(await page.get(HERE)), "U1T2", "T2")
    async with browser(app) as victim:
        for prepare in (None, HERE):
            if prepare:
                await victim.get(prepare)
            refused = await victim.get(back)
            assert (refused.status_code, "had its time" in refused.text) == (400, True)
    assert await installed(floor) == []
    assert not floor.slack.called("oauth.v2.access"), "the code is not even used"
    assert (await page.get(back)).status_code == 200


async def test_replay_the_way_back_is_open_once(floor: Floor, page: httpx.AsyncClient) -> None:
    first = await page.get(HERE)
    cookie = dict(page.cookies)
    back = floor.slack.approve(consent_url(first), "U1T2", "T2")
    assert (await page.get(back)).status_code == 200
    for cookies in ({}, cookie):  # also with a cookie that somebody kept
        page.cookies.update(cookies)
        assert (await page.get(back)).status_code == 400
    fresh = urlsplit(floor.slack.approve(consent_url(first), "U1T2", "T2"))
    assert (await page.get(f"{fresh.path}?{fresh.query}")).status_code == 400
    assert len(floor.slack.called("oauth.v2.access")) == 1


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=x", "code=&state=", "state=%FF%00", "code=x&state=" + "x" * 9000]
)
async def test_a_way_back_that_was_made_up_is_refused(floor: Floor, page: httpx.AsyncClient, query: str) -> None:
    await page.get(HERE)
    assert (await page.get(f"/slack/oauth_redirect?{query}")).status_code == 400
    assert not floor.slack.called("oauth.v2.access")


async def test_somebody_who_says_no_is_told_that_nothing_changed(floor: Floor, page: httpx.AsyncClient) -> None:
    denied = await page.get(floor.slack.approve(consent_url(await page.get(HERE)), "U1T2", "T2", allow=False))
    assert (denied.status_code, "was not added" in denied.text, HERE in denied.text) == (200, True, True)
    assert await installed(floor) == []


async def test_what_slack_says_in_an_error_is_not_shown(page: httpx.AsyncClient) -> None:
    answer = await page.get("/slack/oauth_redirect?error=<script>alert(1)</script>")
    assert "script" not in answer.text


async def test_a_wrong_secret_is_the_operators_to_mend_and_not_shown(
    floor: Floor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    floor.slack.add_team("T2", installed=False)
    app = await opened(floor, tmp_path, SLACK_CLIENT_SECRET="wrong-plover-secret")
    answer = await floor.install(app, floor.slack.teams["T2"])
    assert (answer.status_code, "not set up" in answer.text) == (502, True)
    assert "bad_client_secret" in caplog.text
    assert "plover" not in caplog.text + answer.text
    assert "bad_client_secret" not in answer.text


@pytest.mark.parametrize("fault", [http_status(503), error("ratelimited"), error("internal_error")])
async def test_slack_that_does_not_answer_is_said_so(floor: Floor, app: App, fault: object) -> None:
    floor.slack.fault("oauth.v2.access", fault)  # type: ignore[arg-type]
    answer = await floor.install(app, floor.slack.teams["T2"])
    assert (answer.status_code, "Slack did not answer" in answer.text) == (502, True)
    assert (await floor.install(app, floor.slack.teams["T2"])).status_code == 200


@pytest.mark.parametrize("code", ["invalid_code", "code_already_used"])
async def test_a_code_that_is_too_old_is_said_so(floor: Floor, app: App, code: str) -> None:
    floor.slack.fault("oauth.v2.access", error(code))
    answer = await floor.install(app, floor.slack.teams["T2"])
    assert (answer.status_code, "had its time" in answer.text) == (400, True)


async def test_a_database_that_is_away_is_said_so(floor: Floor, app: App, caplog: pytest.LogCaptureFixture) -> None:
    await _rename(floor, "installations", "away")
    answer = await floor.install(app, floor.slack.teams["T2"])
    assert (answer.status_code, "database is away" in answer.text) == (503, True)
    assert not [token for token in floor.slack.installs.tokens if token in caplog.text + answer.text]


async def _rename(floor: Floor, table: str, to: str) -> None:
    import psycopg

    async with await psycopg.AsyncConnection.connect(floor.roles.owner) as owner:
        await owner.execute(f"ALTER TABLE {table} RENAME TO {to}")


async def test_a_second_install_replaces_the_token(floor: Floor, app: App) -> None:
    second = floor.slack.teams["T2"]
    await floor.install(app, second)
    before = await floor.rows("SELECT sealed, installed_at FROM installations")
    second.uninstall()
    assert (await floor.install(app, second)).status_code == 200
    after = await floor.rows("SELECT sealed, installed_at FROM installations")
    assert before != after
    assert len(after) == 1


async def test_who_may_install_is_the_operators_choice(floor: Floor, tmp_path: Path) -> None:
    asked = [floor.slack.add_team(team, installed=False) for team in ("T2", "T3")]
    app = await opened(floor, tmp_path, ROBBIE_SLACK__INSTALL="[T2]")
    answers = [await floor.install(app, team) for team in asked]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert "has not opened it to your workspace" in answers[1].text
    assert await installed(floor) == ["T2"]
    assert floor.slack.teams["T2"].workspace.installed
    assert not floor.slack.teams["T3"].workspace.installed, "it would only be silent there"


async def test_a_workspace_that_is_served_already_keeps_the_app_when_it_may_not_install(
    floor: Floor, tmp_path: Path
) -> None:
    app = await opened(floor, tmp_path, home=True, ROBBIE_SLACK__INSTALL="[T2]")
    assert (await floor.install(app, floor.slack)).status_code == 403
    assert floor.slack.workspace.installed
    assert floor.slack.bot_token


async def test_installing_can_be_switched_off(floor: Floor, tmp_path: Path) -> None:
    app = await opened(floor, tmp_path, ROBBIE_SLACK__INSTALL="off")
    async with browser(app) as page:
        for path in (HERE, "/slack/oauth_redirect?code=x&state=y"):
            answer = await page.get(path)
            assert (answer.status_code, "switched installing off" in answer.text) == (403, True)


async def test_without_all_that_it_needs_there_is_no_page(floor: Floor, tmp_path: Path) -> None:
    for lacking in ("SLACK_CLIENT_SECRET", "ROBBIE_WEB__PUBLIC_URL"):
        app = await opened(floor, tmp_path, **{lacking: ""})
        async with browser(app) as page:
            assert (await page.get(HERE)).status_code == 404


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"is_enterprise_install": True, "team": None}, "not to a whole organization"),
        ({"refresh_token": "xoxe-1-plover"}, "token rotation"),
        ({"access_token": "xoxp-1-plover"}, "no bot token"),
        ({"team": {"id": "T3", "name": "Initech"}}, "two workspaces at once"),
    ],
)
async def test_what_robbie_does_not_serve_is_refused_with_its_reason(
    floor: Floor, app: App, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object], why: str
) -> None:
    from adapters.doubles.slack import oauth
    from adapters.doubles.slack.methods import Call, Method
    from adapters.doubles.slack.table import METHODS

    def other(call: Call) -> dict[str, object]:
        return oauth.access(call) | answer

    method = METHODS["oauth.v2.access"]
    monkeypatch.setitem(
        METHODS,
        "oauth.v2.access",
        Method(other, **{name: getattr(method, name) for name in Method.__dataclass_fields__ if name != "run"}),
    )
    said = await floor.install(app, floor.slack.teams["T2"])
    assert (said.status_code, why in said.text) == (403, True)
    assert "plover" not in said.text
    assert await installed(floor) == []


async def test_the_button_asks_for_the_scopes_of_the_manifest(page: httpx.AsyncClient) -> None:
    from adapters.slack.manifest import SCOPES

    asked = parse_qs(urlsplit(consent_url(await page.get(HERE))).query)
    assert asked["scope"][0].split(",") == list(SCOPES)
    assert asked["redirect_uri"] == [f"{PUBLIC}/slack/oauth_redirect"]
