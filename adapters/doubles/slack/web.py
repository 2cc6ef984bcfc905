"""The double's HTTP front: tokens, arguments, faults and limits around each method."""

from __future__ import annotations

import base64
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from adapters.doubles import jitter
from adapters.doubles.faults import Behaviour, Fault
from adapters.doubles.slack import files
from adapters.doubles.slack.delivery import LOG_BOUND
from adapters.doubles.slack.faults import too_many
from adapters.doubles.slack.limits import RateLimits
from adapters.doubles.slack.methods import Call, Method, TokenKind
from adapters.doubles.slack.refusals import COMMON, REFUSALS
from adapters.doubles.slack.table import METHODS
from adapters.doubles.slack.team import Team
from adapters.doubles.slack.tokens import Installs
from adapters.doubles.slack.wire import Json, SlackError

_JSON_FIELDS = {"blocks", "attachments", "metadata", "files", "chunks", "loading_messages", "prompts"}


@dataclass
class CallRecord:
    """One call that arrived.

    Attributes:
        at: unix time.
        taken: whether Slack carried it out.
        error: Slack's error name or the HTTP status of a fault; empty when it went well or is not answered yet.
        team: the workspace whose token it came with.
    """

    method: str
    args: Json
    at: float
    taken: bool = False
    error: str = ""
    team: str = ""


@dataclass
class Front:
    """Everything that listens."""

    teams: dict[str, Team]
    installs: Installs
    changed: Callable[[], None]
    limits: RateLimits = field(default_factory=RateLimits)
    faults: list[Fault] = field(default_factory=list)
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=LOG_BOUND))

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=256 * 1024 * 1024, middlewares=[jitter.late])
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self._connect)
        app.router.add_post("/upload/v1/{team}/{file}", self._upload)
        app.router.add_get(r"/files-pri/{team:\w+}-{file:\w+}/{name}", self._download)
        app.router.add_get("/signin", self._sign_in)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        app.router.add_post("/response/{team}/{key}", self._respond)
        return app

    def fault(self, fault: Fault) -> Fault:
        """Script one."""
        self.faults.append(fault)
        return fault

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        return await self._home.platform.socket_mode.connect(request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        record = self._record("files.upload", {"file": request.match_info["file"]})
        team = self._team(request)
        return await self._with_fault(request, record, lambda: files.receive(team.platform, request))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        async def answer() -> web.StreamResponse:
            team = self._team(request)
            token = self.installs.tokens.get(_bearer(request))
            mine = token is not None and token.team == team.workspace.team and token.state == "active"
            return files.send(team.platform, request, mine)

        record = self._record("files.download", {"file": request.match_info["file"]})
        return await self._with_fault(request, record, answer)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        key, text = request.match_info["key"], await request.text()
        record = self._record("response_url", {"key": key, "body": text})

        async def answer() -> web.StreamResponse:
            try:
                self._team(request).teller.urls.receive(key, text)
            except SlackError as refusal:
                record.error = refusal.error
                return _refusal(refusal, 404 if refusal.error in ("used_url", "expired_url") else 200)
            return web.json_response({"ok": True})

        return await self._with_fault(request, record, answer)

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        """A person who allows at once whatever an app asks for."""
        team = self.teams[request.query.get("team") or next(iter(self.teams))]
        try:
            back = self.installs.consent(str(request.url), team.workspace.team, next(iter(team.workspace.users)))
        except SlackError as refusal:
            return web.Response(status=400, text=refusal.error)
        raise web.HTTPFound(back)

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html><title>Sign in to Slack</title></html>", content_type="text/html")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            args = await _arguments(request)
        except SlackError as refusal:
            return _refusal(refusal)
        token = _bearer(request) or str(args.pop("token", ""))
        args.pop("token", None)
        args |= _basic(request)
        record = self._record(name, {key: value for key, value in args.items() if key != "client_secret"})
        record.team = self._team_of(token).workspace.team

        async def answer() -> web.StreamResponse:
            return self._answer(name, args, token, record)

        return await self._with_fault(request, record, answer)

    async def _with_fault(
        self, request: web.Request, record: CallRecord, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        fault = next((f for f in self.faults if f.meets(record.method, record.args)), None)
        if fault is None:
            return await self._take(record, answer)
        try:
            early = await fault.behaviour.before(fault, request)
        except SlackError as refusal:
            record.error = refusal.error
            early = _refusal(refusal)
        if early is None:
            true = await self._take(record, answer)
            early = await fault.behaviour.after(fault, request) or true
        fault.arrived.set()
        record.error = record.error or (str(early.status) if early.status >= 400 else "")
        self.changed()
        return early

    async def _take(
        self, record: CallRecord, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await answer()
        record.taken = not record.error
        self.changed()
        return response

    def _answer(self, name: str, args: Json, token: str, record: CallRecord) -> web.StreamResponse:
        team = self._team_of(token)
        try:
            method = self._allowed(name, token, team)
            wait = self.limits.retry_after(f"{record.team} {name}", method.tier, _posted_to(method, args))
            if wait:
                record.error = "ratelimited"
                return too_many(wait)
            body: Json = {"ok": True} | method.run(Call(team.platform, args))
        except SlackError as refusal:
            record.error = refusal.error
            if refusal.error not in COMMON.union(REFUSALS.get(name, ())):
                raise RuntimeError(f"the table of refusals lacks {refusal.error} of {name}") from None
            return _refusal(refusal)
        return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(sorted(team.workspace.scopes))})

    def _allowed(self, name: str, token: str, team: Team) -> Method:
        """The method, if there is one and the token may call it."""
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if method.by == "none":
            return method
        kind = self._kind(token)
        if kind != method.by:
            raise SlackError("not_allowed_token_type")
        scopes = team.workspace.scopes
        if method.scopes and not scopes & set(method.scopes):
            raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(scopes)))
        return method

    def _kind(self, token: str) -> TokenKind:
        """What kind of token it is. Refuses what is none, or none any more."""
        if not token:
            raise SlackError("not_authed")
        if token == self.installs.app_token:
            return "app"
        if token == self.installs.config_token:
            return "config"
        known = self.installs.tokens.get(token)
        if known is None:
            raise SlackError("invalid_auth")
        if known.state != "active":
            raise SlackError(known.state)
        return "bot"

    @property
    def _home(self) -> Team:
        return next(iter(self.teams.values()))

    def _team_of(self, token: str) -> Team:
        known = self.installs.tokens.get(token)
        return self.teams[known.team] if known else self._home

    def _team(self, request: web.Request) -> Team:
        team = self.teams.get(request.match_info["team"])
        if team is None:
            raise web.HTTPNotFound
        return team

    def _record(self, name: str, args: Json) -> CallRecord:
        record = CallRecord(name, args, time.time())
        self.calls.append(record)
        self.changed()
        return record


def scripted(method: str, behaviour: Behaviour, channel: str | None, times: int | None) -> Fault:
    """A fault from its parts; a method that the double does not have is a slip of the pen."""
    if method not in METHODS and method not in ("*", "files.upload", "files.download", "response_url"):
        raise ValueError(f"no such method: {method}")
    return Fault(method, behaviour, channel, times=times)


def _posted_to(method: Method, args: Json) -> str | None:
    return str(args.get("channel")) if method.posts else None


def _bearer(request: web.Request) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else ""


def _basic(request: web.Request) -> Json:
    """The app's own credentials, where a call carries them in its header."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return {}
    login, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": login, "client_secret": password}


def _refusal(refusal: SlackError, status: int = 200) -> web.StreamResponse:
    return web.json_response({"ok": False, "error": refusal.error} | refusal.extra, status=status)


async def _arguments(request: web.Request) -> Json:
    """Arguments from the query and the body, with the fields decoded that forms carry as JSON."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= _decoded(await request.text())
    else:
        form = await request.post()
        args |= {key: value for key, value in form.items() if isinstance(value, str)}
    return args | _nested(args)


def _decoded(text: str) -> Json:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _nested(args: Mapping[str, object]) -> Json:
    decoded: Json = {}
    for key in _JSON_FIELDS & args.keys():
        value = args[key]
        if isinstance(value, str):
            try:
                decoded[key] = json.loads(value)
            except ValueError:
                raise SlackError("invalid_metadata_format" if key == "metadata" else f"invalid_{key}_format") from None
    return decoded
