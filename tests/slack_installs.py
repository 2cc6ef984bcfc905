"""Robbie with several Slack workspaces, and browsers in which somebody installs it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import psycopg
from psycopg.rows import dict_row

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.doubles.slack.team import Team
from adapters.postgres.roles import RoleUrls
from bot.app import App
from bot.health import Health
from tests.inprocess import running
from tests.patience import PATIENCE
from tests.robbie_process import provider_environment
from tests.settled import settled, unacknowledged
from tests.shown import shown

PUBLIC = "https://robbie.example.com"
KEY = "a key that only this test has"


class Floor:
    """The house that the workspaces are in.

    Attributes:
        slack: with its first workspace, ``T1``; more are added.
        roles: the database.
    """

    def __init__(self, slack: SlackDouble, providers: ProviderDouble, roles: RoleUrls, folder: Path) -> None:
        self.slack = slack
        self.providers = providers
        self.roles = roles
        self._folder = folder
        self.stack = AsyncExitStack()

    def environment(self, *, home: bool = False, **changes: str) -> dict[str, str]:
        """What lets workspaces install Robbie; ``home`` gives it the first workspace's token, too."""
        given = {
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_CLIENT_ID": self.slack.installs.client_id,
            "SLACK_CLIENT_SECRET": self.slack.installs.client_secret,
            "ENCRYPTION_KEY": KEY,
            "ROBBIE_SLACK__INSTALL": "open",
            "ROBBIE_WEB__PUBLIC_URL": PUBLIC,
            "ROBBIE_WEB__ALLOWED_HOSTS": "[robbie.example.com]",
            # The model double repeats what it is given, and would repeat what was remembered of the question before.
            "ROBBIE_MEMORY__RECALL": "0",
        }
        token = {"SLACK_BOT_TOKEN": self.slack.bot_token} if home else {}
        return {**provider_environment(self.providers), **given, **token, **changes}

    async def open(self, *, home: bool = False, **changes: str) -> App:
        """Robbie runs, until the test ends."""
        environment = self.environment(home=home, **changes)
        return await self.stack.enter_async_context(running(self.roles, environment, self._folder))

    async def install(self, app: App, team: Team, user: str = "U1") -> httpx.Response:
        """Somebody installs Robbie into a workspace."""
        async with browser(app) as page:
            return await page.get(
                self.slack.approve(consent_url(await page.get("/slack/install")), user, team_of(team))
            )

    async def until(self, condition: object, timeout: float = PATIENCE) -> None:
        """Wait until it holds."""
        assert callable(condition)
        await self.slack.wait_for(lambda _slack: condition(), timeout=timeout)

    async def answered(self, team: Team, text: str, answer: str, user: str = "U1") -> None:
        """A mention in a workspace is answered in its thread."""
        end = "" if team_of(team) == "T1" else team_of(team)
        said = await team.say(f"{user}{end}", f"C1{end}", f"<@{team.bot_user}> {text}")
        await self.until(lambda: [shown(it) for it in team.bot_messages(f"C1{end}", said.ts)] == [answer])

    async def settled(self) -> None:
        """Nothing is pending any more, nor on its way from Slack."""
        await settled(self.rows, unacknowledged(self.slack))

    async def rows(self, query: str) -> list[dict[str, object]]:
        """Rows over all orgs."""
        async with await psycopg.AsyncConnection.connect(self.roles.system, row_factory=dict_row) as connection:
            return await (await connection.execute(query)).fetchall()


@asynccontextmanager
async def floor_of(roles: RoleUrls, folder: Path) -> AsyncIterator[Floor]:
    """Doubles, and a fresh database."""
    async with SlackDouble(retry_delays=(0.0, 0.5, 2.0)) as slack, ProviderDouble(piece_size=8) as providers:
        floor = Floor(slack, providers, roles, folder)
        async with floor.stack:
            yield floor


def team_of(team: Team) -> str:
    """Its id."""
    return team.workspace.team


@asynccontextmanager
async def browser(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that reaches this process under its public name."""
    transport = httpx.ASGITransport(app.web(Health(app).state))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client


def consent_url(page: httpx.Response) -> str:
    """Where the button leads."""
    return html.unescape(re.findall(r'href="([^"]*/oauth/v2/authorize[^"]*)"', page.text)[0])
