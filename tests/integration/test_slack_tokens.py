"""Which token speaks where, with tokens in the database: replaced, removed, sealed with another key, out of reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.doubles.slack import SlackDouble, error, http_status
from adapters.postgres.database import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.roles import RoleUrls
from adapters.slack import Installed, SlackApis
from adapters.slack.api import TokenRefused
from adapters.slack.apis import NotInstalled, Uninstalled
from bot.vault import Vault
from core.conversation.ports import NotSent
from core.people.installations import Installation, seal_token

VAULT = Vault(b"the key of this test")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Desk:
    """The rows, and processes that read them."""

    def __init__(self, slack: SlackDouble, database: Database) -> None:
        self.slack = slack
        self.rows = PostgresInstallations(database, "slack")
        self.made: list[SlackApis] = []

    def process(self, vault: Vault = VAULT, *, token: str = "", fresh: float = 60.0) -> SlackApis:
        """Another process's view."""
        installed = Installed(self.rows, vault)
        self.made.append(
            SlackApis(token, base_url=self.slack.api_url, installed=installed, fresh_seconds=fresh, timeout=5.0)
        )
        return self.made[-1]

    async def install(self, tenant: str, token: str, at: datetime = NOON) -> None:
        sealed = seal_token(VAULT, tenant, token)
        await self.rows.save(Installation(tenant, "Acme", "UROBBIE", "BROBBIE", (), "U1", at, sealed))


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with SlackDouble() as slack:
        slack.add_team("T2")
        desk = Desk(slack, database)
        await desk.install("T2", slack.teams["T2"].bot_token)
        yield desk
        for apis in desk.made:
            await apis.close()


def token_of(apis: SlackApis, tenant: str) -> str:
    return str(apis._known[tenant].api.web.token)


async def test_who_robbie_is_in_an_installed_workspace_is_known_without_asking(desk: Desk) -> None:
    me = await desk.process().me("T2")
    assert (me.team, me.user, me.bot) == ("T2", "UROBBIE", "BROBBIE")
    assert not desk.slack.calls


async def test_a_removal_counts_at_once_in_the_process_that_hears_of_it_and_soon_in_the_others(desk: Desk) -> None:
    here, there = desk.process(), desk.process(fresh=0.0)
    for apis in (here, there):
        await apis.of("T2")
    await here.removed("T2", NOON + timedelta(minutes=1), "app_uninstalled")
    for apis in (here, there):
        with pytest.raises(Uninstalled):
            await apis.of("T2")
    assert not desk.slack.calls, "Slack need not refuse anything for that"


async def test_a_token_that_was_replaced_is_the_one_that_counts(desk: Desk) -> None:
    here, there = desk.process(), desk.process(fresh=0.0)
    for apis in (here, there):
        await apis.of("T2")
    await desk.install("T2", "xoxb-new", NOON + timedelta(minutes=1))
    here.forget("T2")
    for apis in (here, there):
        await apis.of("T2")
        assert token_of(apis, "T2") == "xoxb-new"


async def test_a_process_that_speaks_with_a_replaced_token_learns_of_the_new_one_when_slack_refuses_it(
    desk: Desk,
) -> None:
    apis = desk.process()
    await desk.install("T2", "xoxb-worn-out", NOON + timedelta(minutes=1))
    api = await apis.of("T2")
    await desk.install("T2", desk.slack.teams["T2"].bot_token, NOON + timedelta(minutes=2))
    with pytest.raises(NotSent):
        await api.call(api.web.users_info(user="U1T2"))
    api = await apis.of("T2")
    await api.call(api.web.users_info(user="U1T2"))
    found = await desk.rows.find("T2")
    assert found is not None
    assert found.removed_at is None


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_token_that_slack_says_is_gone_is_asked_about_once_more_and_then_forgotten(
    desk: Desk, code: str
) -> None:
    apis = desk.process()
    api = await apis.of("T2")
    desk.slack.fault("users.info", error(code))
    with pytest.raises(TokenRefused):
        await api.call(api.web.users_info(user="U1T2"))
    await apis.of("T2")  # it was a slip of Slack's: the token works
    desk.slack.fault("*", error(code), times=2)
    with pytest.raises(TokenRefused):
        await api.call(api.web.users_info(user="U1T2"))
    with pytest.raises(Uninstalled):
        await apis.of("T2")
    found = await desk.rows.find("T2")
    assert found is not None
    assert (found.sealed, found.removed_because) == (None, f"slack: {code}")


@pytest.mark.parametrize("fault", [error("invalid_auth"), http_status(503), error("ratelimited")])
async def test_a_token_of_which_slack_does_not_say_that_it_is_gone_is_kept(desk: Desk, fault: object) -> None:
    apis = desk.process()
    api = await apis.of("T2")
    desk.slack.fault("users.info", error("invalid_auth"))
    desk.slack.fault("auth.test", fault)  # type: ignore[arg-type]
    with pytest.raises(TokenRefused):
        await api.call(api.web.users_info(user="U1T2"))
    with pytest.raises(Exception, match=r"slack|rate limited"):
        await apis.of("T2")
    await apis.of("T2")
    found = await desk.rows.find("T2")
    assert found is not None
    assert found.sealed is not None


async def test_a_token_that_was_sealed_with_another_key_is_no_token_and_the_messages_wait(desk: Desk) -> None:
    apis = desk.process(Vault(b"another key"))
    with pytest.raises(NotSent, match="sealed with another key"):
        await apis.of("T2")
    assert not desk.slack.calls


async def test_a_sealed_token_that_was_moved_to_another_workspace_opens_nothing(desk: Desk, roles: RoleUrls) -> None:
    """Who can write to the database, and does not have the key, cannot make one workspace speak as another."""
    await desk.install("T1", desk.slack.bot_token)
    async with await psycopg.AsyncConnection.connect(roles.system) as system:
        await system.execute(
            "UPDATE installations SET sealed = (SELECT sealed FROM installations WHERE tenant = 'T2') "
            "WHERE tenant = 'T1'"
        )
    with pytest.raises(NotSent, match="sealed with another key"):
        await desk.process().of("T1")


async def test_while_the_database_is_away_known_workspaces_are_served_on(desk: Desk, roles: RoleUrls) -> None:
    apis = desk.process(fresh=0.0)
    await apis.of("T2")
    async with await psycopg.AsyncConnection.connect(roles.owner) as owner:
        await owner.execute("ALTER TABLE installations RENAME TO away")
    await apis.of("T2")
    with pytest.raises(NotSent, match="cannot be looked up"):
        await desk.process().of("T2")


async def test_a_token_of_the_settings_that_does_not_work_does_not_stop_the_installed_ones(desk: Desk) -> None:
    apis = desk.process(token="xoxb-of-nobody")
    assert [me.team for me in await apis.everywhere()] == ["T2"]
    await apis.of("T2")
    with pytest.raises(NotSent, match="invalid_auth"):
        await apis.of("T1")


async def test_without_any_token_nothing_is_served(desk: Desk) -> None:
    with pytest.raises(NotInstalled):
        await desk.process().of("T1")
    assert [me.team for me in await desk.process(token=desk.slack.bot_token).everywhere()] == ["T1", "T2"]


async def test_a_workspace_of_the_settings_that_removed_the_app_is_not_served_until_its_token_works(
    desk: Desk, database: Database
) -> None:
    await desk.install("T1", "xoxb-x")
    async with database.system() as tx:  # as it is where the settings alone serve it
        await tx.execute("UPDATE installations SET sealed = NULL WHERE tenant = 'T1'")
    apis = desk.process(token=desk.slack.bot_token)
    await apis.of("T1")
    desk.slack.fault("auth.test", error("account_inactive"))
    await apis.removed("T1", datetime.now(UTC), "app_uninstalled")
    with pytest.raises(Uninstalled):
        await apis.of("T1")
    await apis.of("T1")
    found = await desk.rows.find("T1")
    assert found is not None
    assert found.removed_at is None
