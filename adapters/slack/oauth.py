"""Installing by OAuth: the way to Slack's consent page, who may come back from it, and the token for the code."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import quote, urljoin

from aiohttp import encode_basic_auth
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import Json
from adapters.slack.apis import NotInstalled, SlackApis, Uninstalled
from adapters.slack.manifest import SCOPES
from core.conversation.ports import SendError
from core.people.installations import Installation, Sealer, seal_token

STATE_LIFE = timedelta(minutes=10)
_PURPOSE = "slack install"


class UsedStates(Protocol):
    """Remembers what was brought back from Slack already, over all processes."""

    async def use(self, digest: bytes, until: datetime) -> bool:
        """Note that it was brought back; False when it was before."""


class StateRefused(Exception):
    """This did not come back from a page that this browser was shown, or too late, or twice."""


class NotThisWorkspace(Exception):
    """What was installed is none that Robbie can be installed into.

    Attributes:
        why: what a person may read.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The Slack app as OAuth knows it.

    Attributes:
        redirect_url: where Slack sends a browser back to.
        base_url: where the Web API is.
        may_install: whether a workspace may.
        closed: whether none may.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str
    base_url: str = AsyncWebClient.BASE_URL
    may_install: Callable[[str], bool] = field(default=lambda _team: True, repr=False)
    closed: bool = False

    def consent_url(self, state: str) -> str:
        """Where somebody is asked whether to add Robbie."""
        return AuthorizeUrlGenerator(
            client_id=quote(self.client_id, safe=""),
            redirect_uri=quote(self.redirect_url, safe=""),
            scopes=SCOPES,
            authorization_url=urljoin(self.base_url, "/oauth/v2/authorize"),
        ).generate(quote(state, safe=""))


class States:
    """What goes to Slack and comes back: sealed, for one browser, for ten minutes, once.

    It holds its own facts, so that showing the page writes nothing; only what comes back is stored, to see it twice.

    Args:
        vault: seals it.
        used: what came back already.
        now: the clock.
    """

    def __init__(
        self, vault: Sealer, used: UsedStates, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._vault = vault
        self._used = used
        self._now = now

    def issue(self, browser: str) -> str:
        """A state for the browser that has this secret in a cookie."""
        until = self._now() + STATE_LIFE
        facts = (_PURPOSE, until.isoformat(), _digest(browser).hex(), secrets.token_hex(8))
        return self._vault.seal("\n".join(facts)).decode()

    async def redeem(self, state: str, browser: str) -> None:
        """Take it back. Raises StateRefused."""
        purpose, until, owner, _ = ((self._vault.open(state.encode()) or "").split("\n") + [""] * 4)[:4]
        if purpose != _PURPOSE or not browser or not hmac.compare_digest(owner, _digest(browser).hex()):
            raise StateRefused("not of this browser")
        ends = datetime.fromisoformat(until)
        if ends < self._now():
            raise StateRefused("too old")
        if not await self._used.use(_digest(state), ends):
            raise StateRefused("used before")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


async def exchange(apis: SlackApis, app: OAuthApp, vault: Sealer, code: str) -> tuple[Installation, str]:
    """The installation that a code stands for, its token sealed, and the app's id.

    Raises SendError where Slack says no, and NotThisWorkspace.
    """
    # The SDK's method for it uses a part of aiohttp that is going away.
    response = await apis.app.response(
        apis.app.web.api_call(
            "oauth.v2.access",
            data={"code": code, "redirect_uri": app.redirect_url},
            headers={"Authorization": encode_basic_auth(app.client_id, app.client_secret)},
        )
    )
    answer: Json = response.data if isinstance(response.data, dict) else {}
    token, team = str(answer.get("access_token") or ""), _named(answer, "team")
    _refuse_unfit(answer, token, team["id"])
    if not app.may_install(team["id"]):
        await _leave(apis, app, team["id"], token)
        raise NotThisWorkspace("Whoever runs this Robbie has not opened it to your workspace.")
    me = await apis.given(token).me()
    if me.team != team["id"]:
        raise NotThisWorkspace("Slack named two workspaces at once.")
    installation = Installation(
        tenant=me.team,
        name=team["name"],
        bot_user=me.user,
        bot_id=me.bot,
        scopes=tuple(str(answer.get("scope") or "").split(",")),
        installed_by=_named(answer, "authed_user")["id"],
        installed_at=_slacks_time(response.headers),
        sealed=seal_token(vault, me.team, token),
    )
    return installation, str(answer.get("app_id") or "")


async def _leave(apis: SlackApis, app: OAuthApp, team: str, token: str) -> None:
    """Take the app out again where it would only be silent; not where it is served already."""
    try:
        await apis.of(team)
    except (NotInstalled, Uninstalled):
        stranger = apis.given(token)
        leaving = stranger.web.apps_uninstall(client_id=app.client_id, client_secret=app.client_secret)
        with contextlib.suppress(SendError):
            await stranger.call(leaving)
    except SendError:
        pass  # who knows


def _refuse_unfit(answer: Json, token: str, team: str) -> None:
    """Raises NotThisWorkspace for what Robbie does not serve."""
    if answer.get("is_enterprise_install"):
        raise NotThisWorkspace("Robbie is added to one workspace at a time, not to a whole organization.")
    if answer.get("refresh_token"):
        raise NotThisWorkspace("This Slack app has token rotation switched on, which Robbie does not support.")
    if not token.startswith("xoxb-") or not team:
        raise NotThisWorkspace("Slack gave no bot token.")


def _named(answer: Json, key: str) -> dict[str, str]:
    found = answer.get(key)
    some = found if isinstance(found, dict) else {}
    return {name: str(some.get(name) or "") for name in ("id", "name")}


def _slacks_time(headers: Mapping[str, str]) -> datetime:
    """Slack's clock, so that what it later says of a moment can be compared with this one."""
    try:
        return parsedate_to_datetime(str(headers.get("Date")))
    except ValueError:
        return datetime.now(UTC)
