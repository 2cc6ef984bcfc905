"""The app's credentials, who installed it, and the tokens that came of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from adapters.doubles.slack.state import Workspace
from adapters.doubles.slack.wire import SlackError

CODE_LIFETIME = 600.0
TokenState = Literal["active", "token_revoked", "account_inactive"]
"""Whether a token works, or the error that it meets."""


@dataclass
class Token:
    """A bot token of one workspace."""

    value: str
    team: str
    state: TokenState = "active"


@dataclass
class Grant:
    """What a person allowed, waiting to be fetched with a code."""

    team: str
    user: str
    scopes: frozenset[str]
    redirect_uri: str
    at: float
    used: bool = False


@dataclass
class Installs:
    """Everything about the app that is not of one workspace.

    Attributes:
        redirect_urls: where people may be sent back to; None allows any address.
        config_token: what ``apps.manifest.*`` asks for.
    """

    app_token: str
    client_id: str = field(default_factory=lambda: f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    config_token: str = field(default_factory=lambda: f"xoxe.xoxp-1-{secrets.token_hex(12)}")
    redirect_urls: set[str] | None = None
    clock: Callable[[], float] = time.monotonic
    tokens: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Grant] = field(default_factory=dict)
    workspaces: dict[str, Workspace] = field(default_factory=dict)

    def issue(self, team: str, value: str = "") -> Token:
        """The workspace's bot token: the one that works already, or a new one."""
        for token in self.tokens.values():
            if token.team == team and token.state == "active":
                return token
        token = Token(value or f"xoxb-{secrets.token_hex(12)}", team)
        self.tokens[token.value] = token
        return token

    def end(self, team: str, state: TokenState) -> None:
        """Let the workspace's tokens work no more."""
        for token in self.tokens.values():
            if token.team == team and token.state != "account_inactive":
                token.state = state

    def consent(self, url: str, team: str, user: str, *, allow: bool = True) -> str:
        """What follows when a person allows (or declines) what an authorization address asks for: the way back."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        back = asked.get("redirect_uri", "")
        self._check_client(asked.get("client_id"))
        if self.redirect_urls is not None and back not in self.redirect_urls:
            raise SlackError("bad_redirect_uri")
        scopes = frozenset(asked.get("scope", "").split(",")) - {""}
        if not scopes:
            raise SlackError("invalid_scope")
        answer = {"error": "access_denied"}
        if allow:
            answer = {"code": f"{secrets.randbelow(10**12)}.{secrets.token_hex(24)}"}
            self.codes[answer["code"]] = Grant(team, user, scopes, back, self.clock())
        return f"{back}?{urlencode(answer | {'state': asked.get('state', '')})}"

    def redeem(self, code: str, redirect_uri: str) -> Grant:
        """Use a code up."""
        grant = self.codes.get(code)
        if grant is None or self.clock() - grant.at > CODE_LIFETIME:
            raise SlackError("invalid_code")
        if grant.used:
            raise SlackError("code_already_used")
        if redirect_uri != grant.redirect_uri:
            raise SlackError("bad_redirect_uri")
        grant.used = True
        return grant

    def authenticate(self, client_id: object, client_secret: object) -> None:
        """Refuse who does not know the app's secret."""
        self._check_client(client_id)
        if client_secret != self.client_secret:
            raise SlackError("bad_client_secret")

    def living(self, team: str) -> Iterable[Token]:
        """The workspace's tokens that work."""
        return (token for token in self.tokens.values() if token.team == team and token.state == "active")

    def _check_client(self, client_id: object) -> None:
        if client_id != self.client_id:
            raise SlackError("invalid_client_id")
