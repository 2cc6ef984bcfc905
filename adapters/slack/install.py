"""The pages of installing: "Add to Slack", and what became of it."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.slack.api import SlackRefused
from adapters.slack.apis import Installed, SlackApis
from adapters.slack.oauth import STATE_LIFE, NotThisWorkspace, OAuthApp, StateRefused, States, exchange
from core.conversation.ports import SendError

logger = logging.getLogger(__name__)

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
COOKIE = "robbie_slack_install"
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")
_OLD_CODES = {"invalid_code", "code_already_used", "code_expired"}
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Page:
    """What somebody is shown."""

    title: str
    lines: tuple[str, ...]
    status: int = 200
    consent_url: str = ""
    slack_url: str = ""
    again: bool = False

    def response(self) -> HTMLResponse:
        """As HTML."""
        html = _PAGES.get_template("install.html").render(
            title=self.title,
            lines=self.lines,
            consent_url=self.consent_url,
            slack_url=self.slack_url,
            again=self.again,
        )
        return HTMLResponse(html, self.status, {"Cache-Control": "no-store"})


_CLOSED = Page(
    "Robbie is not open to more workspaces", ("Whoever runs this Robbie has switched installing off.",), status=403
)
_DENIED = Page("Robbie was not added", ("It was not allowed in Slack, and nothing was changed.",), again=True)
_STALE = Page(
    "This link has had its time",
    ("It is good for ten minutes, once, and in the browser that opened it. Nothing was changed.",),
    status=400,
    again=True,
)
_MISCONFIGURED = Page(
    "Robbie is not set up for this yet",
    ("Slack did not accept this Robbie's own credentials. Whoever runs it finds the reason in its log.",),
    status=502,
)
_UNREACHED = Page(
    "Slack did not answer", ("Robbie was not added. Please try again in a moment.",), status=502, again=True
)
_NOT_KEPT = Page(
    "Robbie could not keep this",
    ("Its database is away, so it was not added. Please try again in a moment.",),
    status=503,
    again=True,
)


class Install:
    """The routes.

    Args:
        app: the Slack app.
        apis: the Web API.
        installed: where tokens are kept.
        states: what goes to Slack and comes back.
    """

    def __init__(self, app: OAuthApp, apis: SlackApis, installed: Installed, states: States) -> None:
        self._app = app
        self._apis = apis
        self._installed = installed
        self._states = states

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route(INSTALL_PATH, self.invite, methods=["GET"])
        router.add_api_route(REDIRECT_PATH, self.come_back, methods=["GET"])
        return router

    async def invite(self, request: Request) -> Response:
        """The page with the button. It is this browser's: the cookie is needed when it comes back."""
        if self._app.closed:
            return _CLOSED.response()
        known = request.cookies.get(COOKIE, "")
        browser = known if _BROWSER.fullmatch(known) else secrets.token_urlsafe(32)
        page = Page(
            "Add Robbie to Slack",
            (
                "Robbie is an AI teammate: write to it in a direct message, or mention it in a channel.",
                "It reads only where it is a member.",
            ),
            consent_url=self._app.consent_url(self._states.issue(browser)),
        )
        response = page.response()
        # Not strict: Slack leads the browser back here, and it must bring the cookie along.
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(STATE_LIFE.total_seconds()),
            path="/slack",
            httponly=True,
            samesite="lax",
            secure=self._app.redirect_url.startswith("https:"),
        )
        return response

    async def come_back(self, request: Request) -> Response:
        """Slack sent the browser back, with a code for a token or with a no."""
        if self._app.closed:
            return _CLOSED.response()
        page = await self._outcome(request)
        response = page.response()
        if page.status == 200:
            response.delete_cookie(COOKIE, path="/slack")
        return response

    async def _outcome(self, request: Request) -> Page:
        asked = request.query_params
        if asked.get("error"):
            return _DENIED
        try:
            await self._states.redeem(asked.get("state", ""), request.cookies.get(COOKIE, ""))
            return await self._add(asked.get("code", ""))
        except StateRefused as refusal:
            logger.warning("slack install refused: the state is %s", refusal)
            return _STALE
        except NotThisWorkspace as refusal:
            logger.warning("slack install refused: %s", refusal.why)
            return Page("Robbie was not added", (refusal.why,), status=403)
        except SendError as error:
            return _of_slack(error)
        except Exception as error:  # a person is told kindly, whatever it was; what was said holds the token
            logger.error("slack install failed: %s", type(error).__name__)
            return _NOT_KEPT

    async def _add(self, code: str) -> Page:
        installation, app_id = await exchange(self._apis, self._app, self._installed.vault, code)
        await self._installed.rows.save(installation)
        self._apis.forget(installation.tenant)
        logger.info("slack: installed into workspace %s by %s", installation.tenant, installation.installed_by)
        where = installation.name or "your workspace"
        return Page(
            f"Robbie is in {where} now",
            ("Write to it in a direct message. In a channel, invite it first, then mention it.",),
            slack_url="https://slack.com/app_redirect?" + urlencode({"app": app_id, "team": installation.tenant}),
        )


def _of_slack(error: SendError) -> Page:
    """What to say when Slack gives no token."""
    if isinstance(error, SlackRefused):
        if error.code in _OLD_CODES:
            return _STALE
        logger.error("slack gives no token for an install: %s", error)
        return _MISCONFIGURED
    logger.warning("slack gives no token for an install: %s", error)
    return _UNREACHED
