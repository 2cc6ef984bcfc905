"""The double's HTTP front: tokens, arguments, faults and limits around each method."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from adapters.doubles.faults import Behaviour, Fault
from adapters.doubles.slack import chat, files, history, methods, streams, views
from adapters.doubles.slack.delivery import LOG_BOUND
from adapters.doubles.slack.faults import too_many
from adapters.doubles.slack.interactivity.response_urls import ResponseUrls
from adapters.doubles.slack.limits import RateLimits
from adapters.doubles.slack.methods import Call, Method, Platform
from adapters.doubles.slack.wire import Json, SlackError

_HISTORY = ("channels:history", "groups:history", "im:history")
_READ = ("channels:read", "groups:read", "im:read")
_STATUS = ("chat:write", "assistant:write")

METHODS: dict[str, Method] = {
    "auth.test": Method(methods.auth_test),
    "apps.connections.open": Method(methods.connections_open, tier=1, app_token=True),
    "bots.info": Method(methods.bots_info, ("users:read",), 3),
    "users.info": Method(methods.users_info, ("users:read",), 4),
    "users.conversations": Method(methods.users_conversations, _READ, 3),
    "conversations.info": Method(methods.conversations_info, _READ, 3),
    "conversations.open": Method(methods.conversations_open, ("im:write",), 3),
    "conversations.history": Method(history.conversations_history, _HISTORY, 3),
    "conversations.replies": Method(history.conversations_replies, _HISTORY, 3),
    "chat.postMessage": Method(chat.post_message, ("chat:write",), posts=True),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",), 4),
    "chat.update": Method(chat.update, ("chat:write",), 3),
    "chat.delete": Method(chat.delete, ("chat:write",), 3),
    "chat.startStream": Method(streams.start, ("chat:write",), 2, posts=True),
    "chat.appendStream": Method(streams.append, ("chat:write",), 4),
    "chat.stopStream": Method(streams.stop, ("chat:write",), 2),
    "agents.sessions.setStatus": Method(methods.session_status, ("chat:write",), 3),
    "assistant.threads.setStatus": Method(methods.assistant_status, _STATUS),
    "reactions.add": Method(methods.reactions_add, ("reactions:write",), 3),
    "reactions.remove": Method(methods.reactions_remove, ("reactions:write",), 2),
    "views.open": Method(views.views_open, tier=4),
    "views.push": Method(views.views_push, tier=4),
    "views.update": Method(views.views_update, tier=4),
    "views.publish": Method(views.views_publish, tier=4),
    "files.getUploadURLExternal": Method(files.upload_url, ("files:write",), 4),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",), 4),
}

_JSON_FIELDS = {"blocks", "attachments", "metadata", "files", "chunks", "loading_messages"}


@dataclass
class CallRecord:
    """One call that arrived.

    Attributes:
        at: unix time.
        taken: whether Slack carried it out.
        error: Slack's error name or the HTTP status of a fault; empty when it went well or is not answered yet.
    """

    method: str
    args: Json
    at: float
    taken: bool = False
    error: str = ""


@dataclass
class Front:
    """Everything that listens."""

    platform: Platform
    urls: ResponseUrls
    bot_token: str
    app_token: str
    changed: Callable[[], None]
    limits: RateLimits = field(default_factory=RateLimits)
    faults: list[Fault] = field(default_factory=list)
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=LOG_BOUND))

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=256 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self._connect)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get(r"/files-pri/{team:\w+}-{file:\w+}/{name}", self._download)
        app.router.add_get("/signin", self._sign_in)
        app.router.add_post("/response/{team}/{key}", self._respond)
        return app

    def fault(self, fault: Fault) -> Fault:
        """Script one."""
        self.faults.append(fault)
        return fault

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        return await self.platform.socket_mode.connect(request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        record = self._record("files.upload", {"file": request.match_info["file"]})
        return await self._with_fault(request, record, lambda: files.receive(self.platform, request))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        async def answer() -> web.StreamResponse:
            return files.send(self.platform, request, _bearer(request) == self.bot_token)

        record = self._record("files.download", {"file": request.match_info["file"]})
        return await self._with_fault(request, record, answer)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        key, text = request.match_info["key"], await request.text()
        record = self._record("response_url", {"key": key, "body": text})

        async def answer() -> web.StreamResponse:
            try:
                self.urls.receive(key, text)
            except SlackError as refusal:
                record.error = refusal.error
                return _refusal(refusal, 404 if refusal.error in ("used_url", "expired_url") else 200)
            return web.json_response({"ok": True})

        return await self._with_fault(request, record, answer)

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
        record = self._record(name, args)

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
        try:
            method = self._allowed(name, token)
            wait = self.limits.retry_after(name, method.tier, _posted_to(method, args))
            if wait:
                record.error = "ratelimited"
                return too_many(wait)
            body: Json = {"ok": True} | method.run(Call(self.platform, args))
        except SlackError as refusal:
            record.error = refusal.error
            return _refusal(refusal)
        return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(sorted(self.platform.workspace.scopes))})

    def _allowed(self, name: str, token: str) -> Method:
        """The method, if there is one and the token may call it."""
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if not token:
            raise SlackError("not_authed")
        if token not in (self.bot_token, self.app_token):
            raise SlackError("invalid_auth")
        if token != (self.app_token if method.app_token else self.bot_token):
            raise SlackError("not_allowed_token_type")
        scopes = self.platform.workspace.scopes
        if method.scopes and not scopes & set(method.scopes):
            raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(scopes)))
        return method

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
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


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
