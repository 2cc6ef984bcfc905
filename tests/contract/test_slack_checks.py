"""What the doctor sees of a Slack app, at a double that refuses what Slack refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.doubles.slack import SlackDouble, drop_before, error, http_status, rate_limited
from adapters.slack.checks import SlackTokens, slack
from adapters.slack.manifest import SCOPES
from core.health.models import CannotCheck, Finding
from tests.findings import findings, statuses

SECRET = "do-not-show-this"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
async def double() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(app_token="xapp-1-A1-42-abc") as double:
        yield double


def tokens_of(double: SlackDouble) -> SlackTokens:
    return SlackTokens(bot=double.bot_token, app=double.app_token, signing_secret="", base_url=double.api_url)


async def at_nine_thirty() -> datetime | None:
    return NOW


async def without_database() -> datetime | None:
    raise CannotCheck("needs the database")


async def looked_at(tokens: SlackTokens, skew: timedelta = timedelta()) -> dict[str, Finding]:
    found = await findings(slack(tokens, at_nine_thirty, lambda: datetime.now(UTC) + skew))
    said = "".join(finding.found + finding.mend for finding in found.values())
    assert SECRET not in said
    assert not any(token and token in said for token in (tokens.bot, tokens.app, tokens.signing_secret))
    return found


WELL = {
    "bot token": "ok",
    "scopes": "ok",
    "app token": "ok",
    "one app": "ok",
    "event subscriptions": "skipped",
    "clock": "ok",
}


async def test_an_app_that_is_well_is_well(double: SlackDouble) -> None:
    found = await looked_at(tokens_of(double))
    assert statuses(found) == WELL
    assert found["bot token"].found == "robbie in Double"
    assert not double.sockets, "a running Robbie would lose events to it"


async def test_what_no_token_can_see_is_said_so_with_how_to_look_by_hand(double: SlackDouble) -> None:
    finding = (await looked_at(tokens_of(double)))["event subscriptions"]
    assert "cannot read them" in finding.found
    assert "2026-11-24 09:30 UTC" in finding.found
    assert "robbie slack manifest" in finding.mend
    unseen = (await findings(slack(tokens_of(double), without_database)))["event subscriptions"]
    assert "no message has come yet" in unseen.found


@pytest.mark.parametrize(
    ("missing", "status"), [("channels:history", "problem"), ("chat:write", "problem"), ("files:write", "warning")]
)
async def test_missing_scopes_are_named(double: SlackDouble, missing: str, status: str) -> None:
    double.workspace.scopes -= {missing, "mpim:read"}
    found = await looked_at(tokens_of(double))
    assert statuses(found) == {**WELL, "scopes": status}
    assert (
        found["scopes"].found == f"missing: {', '.join(scope for scope in SCOPES if scope in (missing, 'mpim:read'))}"
    )
    assert "Reinstall" in found["scopes"].mend


async def test_a_wrong_bot_token_is_said_to_be_wrong(double: SlackDouble) -> None:
    found = await looked_at(replace(tokens_of(double), bot=f"xoxb-{SECRET}"))
    assert statuses(found) == {"bot token": "problem"}
    assert found["bot token"].found == "SLACK_BOT_TOKEN was refused (invalid_auth)"


async def test_a_wrong_app_token_is_said_to_be_wrong(double: SlackDouble) -> None:
    for app in (f"xapp-1-{SECRET}", double.bot_token):
        found = await looked_at(replace(tokens_of(double), app=app))
        assert found["app token"].found.startswith("SLACK_APP_TOKEN was refused (")
        assert "connections:write" in found["app token"].mend


async def test_tokens_of_two_apps_are_told_apart(double: SlackDouble) -> None:
    double.workspace.app = "A2"
    found = await looked_at(tokens_of(double))
    assert statuses(found) == {**WELL, "one app": "problem"}
    assert found["one app"].found == "SLACK_BOT_TOKEN is of app A2, SLACK_APP_TOKEN of A1"


async def test_without_the_scope_to_tell_apps_apart_that_is_said(double: SlackDouble) -> None:
    double.workspace.scopes -= {"users:read"}
    assert (await looked_at(tokens_of(double)))["one app"].found.endswith("(missing_scope)")


async def test_half_a_connection_is_a_problem(double: SlackDouble) -> None:
    nothing = SlackTokens(bot="", app="", signing_secret="", base_url=double.api_url)
    assert statuses(await looked_at(nothing)) == {"bot token": "skipped"}
    assert statuses(await looked_at(replace(nothing, app=double.app_token))) == {"bot token": "problem"}
    assert statuses(await looked_at(replace(nothing, signing_secret="0" * 32))) == {"bot token": "problem"}
    no_way_in = await looked_at(replace(nothing, bot=double.bot_token))
    assert no_way_in["events"].mend.startswith("set SLACK_APP_TOKEN")


@pytest.mark.parametrize(("secret", "status"), [("0123456789abcdef" * 2, "skipped"), (SECRET, "warning")])
async def test_a_signing_secret_is_judged_by_its_looks_only(double: SlackDouble, secret: str, status: str) -> None:
    found = await looked_at(replace(tokens_of(double), app="", signing_secret=secret))
    assert found["signing secret"].status == status


async def test_a_clock_that_is_wrong_is_worse_where_events_are_signed(double: SlackDouble) -> None:
    over_http = replace(tokens_of(double), app="", signing_secret="0" * 32)
    cases = [(tokens_of(double), 20, "ok"), (tokens_of(double), -3600, "warning")]
    cases += [(over_http, 60, "warning"), (over_http, 3600, "problem")]
    for tokens, skew, status in cases:
        assert (await looked_at(tokens, timedelta(seconds=skew)))["clock"].status == status


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_slack_that_is_unwell_is_told_from_a_wrong_token(double: SlackDouble, method: str) -> None:
    name = "bot token" if method == "auth.test" else "app token"
    for fault, status, said in (
        (rate_limited(30), "warning", "asks to wait"),
        (http_status(503), "problem", "cannot be reached"),
        (drop_before(), "problem", "cannot be reached"),
        (error("internal_error"), "problem", "Slack said internal_error"),
        (error(f"xoxb-{SECRET}"), "problem", "no answer of Slack's"),
    ):
        double.fault(method, fault)
        finding = (await looked_at(tokens_of(double)))[name]
        assert (finding.status, said in finding.found) == (status, True), finding


async def test_a_slack_that_is_not_there_cannot_be_reached() -> None:
    tokens = SlackTokens(bot=f"xoxb-{SECRET}", app="", signing_secret="", base_url="http://127.0.0.1:1/api/")
    found = await looked_at(tokens)
    assert statuses(found) == {"bot token": "problem"}
    assert "cannot be reached" in found["bot token"].found
