"""What the doctor sees of the workspaces that installed Robbie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.doubles.slack import SlackDouble, error, http_status
from adapters.slack.checks import SlackTokens, slack
from adapters.slack.manifest import SCOPES
from adapters.slack.workspace_checks import workspaces
from bot.vault import Vault
from core.health.models import Finding
from core.people.installations import Installation, seal_token
from tests.findings import findings, statuses

VAULT = Vault(b"the key of this test")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
async def double() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        double.add_team("T2")
        yield double


def installed(tenant: str, token: str) -> Installation:
    return Installation(tenant, "Acme", "UB", "BB", SCOPES, "U1", NOON, seal_token(VAULT, tenant, token))


async def looked_at(double: SlackDouble, *found: Installation, missing: tuple[str, ...] = ()) -> dict[str, Finding]:
    seen = await findings(workspaces(found, VAULT, double.api_url, missing))
    said = "".join(finding.found + finding.mend for finding in seen.values())
    assert not [token for token in double.installs.tokens if token in said]
    return seen


async def test_workspaces_that_are_well_are_well(double: SlackDouble) -> None:
    found = await looked_at(double, installed("T1", double.bot_token), installed("T2", double.teams["T2"].bot_token))
    assert statuses(found) == {"installing": "ok", "workspace T1": "ok", "workspace T2": "ok"}
    assert found["workspace T2"].found == "Acme"


async def test_what_installing_lacks_is_named(double: SlackDouble) -> None:
    found = await looked_at(double, missing=("web.public_url", "slack.install"))
    assert statuses(found) == {"installing": "skipped"}
    assert "web.public_url, slack.install not set" in found["installing"].found


async def test_a_removed_app_is_said_with_when_and_how_to_bring_it_back(double: SlackDouble) -> None:
    gone = replace(installed("T2", "x"), sealed=None, removed_at=NOON, removed_because="app_uninstalled")
    finding = (await looked_at(double, gone))["workspace T2"]
    assert (finding.status, finding.found) == ("warning", "the app was removed on 2026-11-24 12:00 (app_uninstalled)")
    assert "install-url" in finding.mend


async def test_each_thing_that_is_wrong_with_a_token_is_told_apart(double: SlackDouble) -> None:
    second = double.teams["T2"].bot_token
    theirs = replace(installed("T1", second), sealed=seal_token(VAULT, "T1", second))
    of_another_key = replace(installed("T3", "x"), sealed=seal_token(Vault(b"another"), "T3", "xoxb-3"))
    poor = replace(installed("T2", second), scopes=tuple(scope for scope in SCOPES if scope != "im:history"))
    by_settings = replace(installed("T5", "x"), sealed=None)
    found = await looked_at(double, theirs, of_another_key, installed("T4", "xoxb-made-up"), poor, by_settings)
    assert {name: finding.found for name, finding in found.items() if name != "installing"} == {
        "workspace T1": "its token is one of workspace T2",
        "workspace T2": "it did not grant im:history",
        "workspace T3": "its token was encrypted with another key",
        "workspace T4": "its token was refused (invalid_auth)",
        "workspace T5": "served by SLACK_BOT_TOKEN",
    }


@pytest.mark.parametrize("fault", [http_status(503), error("ratelimited")])
async def test_slack_that_does_not_answer_is_no_fault_of_the_token(double: SlackDouble, fault: object) -> None:
    double.fault("auth.test", fault)  # type: ignore[arg-type]
    assert statuses(await looked_at(double, installed("T1", double.bot_token)))["workspace T1"] == "warning"


async def test_many_workspaces_are_not_all_asked(double: SlackDouble) -> None:
    found = await looked_at(double, *(installed(f"T{n}", double.bot_token) for n in range(50)))
    assert len(double.called("auth.test")) == len(found) - 1 == 20


async def test_without_a_bot_token_workspaces_bring_their_own(double: SlackDouble) -> None:
    async def never() -> datetime | None:
        return None

    tokens = SlackTokens(bot="", app=double.app_token, signing_secret="", base_url=double.api_url, installs=True)
    assert statuses(await findings(slack(tokens, never))) == {"bot token": "skipped", "app token": "ok"}
