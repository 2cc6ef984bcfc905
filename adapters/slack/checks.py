"""What can be wrong with a Slack app: its tokens, its scopes, its clock, and what no token can see."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.manifest import SCOPES
from core.health.models import CannotCheck, Finding, Findings, ok, problem, skipped, warning

# Without one of these Robbie cannot read or answer somewhere; without another something smaller is missing.
_NEEDED = ("app_mentions:read", "chat:write", "channels:history", "groups:history", "im:history", "users:read")
_SKEW_SECONDS, _SIGNED_SECONDS = 30, 300
_REFUSED = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
_APP_OF_TOKEN = re.compile(r"xapp-\d-(A[A-Z0-9]+)-")

Answer = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SlackTokens:
    """What connects Robbie to Slack; empty where it is not set.

    Attributes:
        installs: whether workspaces bring tokens of their own.
    """

    bot: str
    app: str
    signing_secret: str
    base_url: str
    installs: bool = False

    def __repr__(self) -> str:
        return "SlackTokens(...)"


class _Refused(Exception):
    """Slack's answer is no.

    Attributes:
        code: Slack's error name; empty where it could not be reached.
    """

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code or why)
        self.code = code
        self.why = why


async def slack(
    tokens: SlackTokens,
    last_event: Callable[[], Awaitable[datetime | None]],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Findings:
    """Look at the app behind the tokens.

    Args:
        tokens: as configured.
        last_event: when the latest message from Slack was stored.
        now: this machine's clock.
    """
    web = AsyncWebClient(token=tokens.bot or None, base_url=tokens.base_url, retry_handlers=[], timeout=3)
    if not tokens.bot:
        yield _unconnected(tokens)
        if tokens.installs:
            async for finding in _incoming(tokens, web, ""):
                yield finding
        return
    try:
        answer = await _ask(web.auth_test())
    except _Refused as refusal:
        yield _bot_refused(refusal)
        return
    who = _body(answer)
    yield ok("bot token", f"{who.get('user')} in {who.get('team')}")
    yield _scopes(answer)
    async for finding in _incoming(tokens, web, str(who.get("bot_id") or "")):
        yield finding
    yield await _events(last_event)
    yield _clock(answer, now(), signed=not tokens.app)


def _unconnected(tokens: SlackTokens) -> Finding:
    if tokens.installs:
        return skipped("bot token", "no SLACK_BOT_TOKEN: each workspace brings its own")
    if tokens.app or tokens.signing_secret:
        which = "SLACK_APP_TOKEN" if tokens.app else "SLACK_SIGNING_SECRET"
        return problem("bot token", f"{which} is set, but SLACK_BOT_TOKEN is not", "add it: OAuth & Permissions, xoxb-")
    return skipped("bot token", "no SLACK_BOT_TOKEN: Slack is not connected", "docs/how-to/slack.md says how")


def _bot_refused(refusal: _Refused) -> Finding:
    if refusal.code in _REFUSED:
        mend = "copy it anew: api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token"
        return problem("bot token", f"SLACK_BOT_TOKEN was refused ({refusal.code})", mend)
    return _unasked("bot token", refusal)


def _unasked(name: str, refusal: _Refused) -> Finding:
    if refusal.code in ("ratelimited", "rate_limited"):
        return warning(name, "Slack asks to wait (429)", "try again in a minute")
    if refusal.code:
        return problem(name, f"Slack said {refusal.code}", f"look for {refusal.code} at docs.slack.dev")
    found, mend = f"Slack cannot be reached ({refusal.why})", "check the network, and SLACK_API_URL where it is set"
    return problem(name, found, mend)


def _scopes(answer: AsyncSlackResponse) -> Finding:
    """Granted against wanted; Slack tells what it granted in a header."""
    header = {key.lower(): value for key, value in answer.headers.items()}.get("x-oauth-scopes")
    if header is None:
        return skipped("scopes", "Slack does not say which ones the token has", _BY_HAND)
    missing = [scope for scope in SCOPES if scope not in {scope.strip() for scope in header.split(",")}]
    mend = "add them in OAuth & Permissions, then Reinstall to Workspace (`robbie slack manifest` has all)"
    if missing:
        make = problem if set(missing) & set(_NEEDED) else warning
        return make("scopes", f"missing: {', '.join(missing)}", mend)
    return ok("scopes", f"all {len(SCOPES)} of the manifest are granted")


async def _incoming(tokens: SlackTokens, web: AsyncWebClient, bot: str) -> Findings:
    """The way in which events come."""
    if tokens.app:
        yield await _app_token(tokens)
        belongs = _APP_OF_TOKEN.match(tokens.app)
        if belongs and bot:
            yield await _same_app(web, bot, belongs[1])
    elif not tokens.signing_secret:
        mend = "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (events over HTTPS)"
        yield problem("events", "no way for events to come in", mend)
    elif re.fullmatch(r"[0-9a-f]{32}", tokens.signing_secret):
        yield skipped("signing secret", "Slack lets nobody test it", "the log says so when a signature is refused")
    else:
        mend = "copy it anew: Basic Information, App Credentials, Signing Secret (32 hex digits)"
        yield warning("signing secret", "does not look like one", mend)


async def _app_token(tokens: SlackTokens) -> Finding:
    """Ask for an address to connect to, and do not connect: that would take events from a running Robbie."""
    web = AsyncWebClient(base_url=tokens.base_url, retry_handlers=[], timeout=3)
    try:
        await _ask(web.apps_connections_open(app_token=tokens.app))
    except _Refused as refusal:
        if refusal.code in _REFUSED | {"not_allowed_token_type", "missing_scope", "no_permission"}:
            mend = "make one with connections:write: api.slack.com/apps, Basic Information, App-Level Tokens"
            return problem("app token", f"SLACK_APP_TOKEN was refused ({refusal.code})", mend)
        return _unasked("app token", refusal)
    return ok("app token", "opens Socket Mode")


async def _same_app(web: AsyncWebClient, bot: str, app: str) -> Finding:
    """Tokens of two apps both work, and no event ever comes."""
    try:
        found = _body(await _ask(web.bots_info(bot=bot))).get("bot")
    except _Refused as refusal:
        return skipped("one app", f"cannot tell whether both tokens are of one app ({refusal})")
    theirs = str(found.get("app_id") or "") if isinstance(found, dict) else ""
    if theirs and theirs != app:
        mend = f"take both from one app; the bot's is api.slack.com/apps/{theirs}"
        return problem("one app", f"SLACK_BOT_TOKEN is of app {theirs}, SLACK_APP_TOKEN of {app}", mend)
    return ok("one app", f"both tokens are of app {app}")


_BY_HAND = "compare Event Subscriptions of the app with bot_events of `robbie slack manifest`"


async def _events(last_event: Callable[[], Awaitable[datetime | None]]) -> Finding:
    """No bot or app token may read an app's subscriptions; that messages came in is all that can be seen."""
    try:
        at = await last_event()
    except CannotCheck:
        at = None
    seen = f"; the last message came {at:%Y-%m-%d %H:%M} UTC" if at else "; no message has come yet"
    return skipped("event subscriptions", f"these tokens cannot read them{seen}", _BY_HAND)


def _clock(answer: AsyncSlackResponse, now: datetime, *, signed: bool) -> Finding:
    try:
        theirs = parsedate_to_datetime(str(answer.headers.get("Date")))
    except ValueError:
        return skipped("clock", "Slack did not tell its time")
    skew = (now - theirs).total_seconds()
    if abs(skew) <= _SKEW_SECONDS:
        return ok("clock", "ours agrees with Slack's")
    found = f"ours differs from Slack's by {skew:+.0f} s"
    if signed and abs(skew) > _SIGNED_SECONDS:
        return problem("clock", f"{found}: every signed event is refused", "let NTP set this machine's clock")
    return warning("clock", found, "let NTP set this machine's clock")


async def _ask(request: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await request
    except SlackApiError as error:
        data: object = getattr(error.response, "data", None)
        code = str(data.get("error")) if isinstance(data, Mapping) else ""
        # A word of Slack's, and nothing else that a proxy may have put there.
        raise _Refused(code) if re.fullmatch(r"[a-z_]{1,40}", code) else _Refused("", "no answer of Slack's") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _Refused("", type(error).__name__) from None
    except (ValueError, TypeError, AttributeError):  # what the SDK makes of an answer that is no JSON object
        raise _Refused("", "no answer of Slack's") from None


def _body(answer: AsyncSlackResponse) -> Answer:
    return answer.data if isinstance(answer.data, dict) else {}
