"""Everything that listens: the REST API under ``/api/v10``, the gateway, and the files."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from adapters.doubles import jitter
from adapters.doubles.discord.faults import cloudflare, too_many
from adapters.doubles.discord.gateway import Gateway
from adapters.doubles.discord.limits import RateLimits, Verdict
from adapters.doubles.discord.platform import Call, Platform, Upload
from adapters.doubles.discord.routes import Created, Route
from adapters.doubles.discord.wire import DiscordError, Json, invalid, respond
from adapters.doubles.faults import Fault

LOG_BOUND = 100_000
_VERSIONS = {"9", "10"}
_FILE = re.compile(r"files\[(\d+)\]")
_VIA = {"Via": "1.1 google"}


@dataclass
class CallRecord:
    """One call that arrived.

    Attributes:
        name: the route's name.
        args: the form; ``query`` and ``params`` are the rest of what was asked.
        at: unix time.
        taken: whether Discord carried it out.
        status: of the answer; 0 when there is none yet, or it never left.
        code: Discord's number for what is wrong; 0 for nothing.
    """

    name: str
    params: dict[str, str]
    query: dict[str, str]
    args: Json
    at: float = field(default_factory=time.time)
    taken: bool = False
    status: int = 0
    code: int = 0


@dataclass
class Front:
    """All addresses of the double.

    Attributes:
        control: adds addresses that Discord does not have.
        refusals: every refusal that was answered, the oldest first.
    """

    platform: Platform
    gateway: Gateway
    routes: list[Route]
    changed: Callable[[], None]
    control: Callable[[web.Application], None]
    limits: RateLimits = field(default_factory=RateLimits)
    faults: list[Fault] = field(default_factory=list)
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=LOG_BOUND))
    refusals: deque[DiscordError] = field(default_factory=lambda: deque(maxlen=LOG_BOUND))

    def application(self) -> web.Application:
        """The routes, in the order in which they are told apart."""
        app = web.Application(client_max_size=256 * 1024 * 1024, middlewares=[jitter.late])
        self.control(app)
        for path in ("/gateway/", "/gateway", "/resume/", "/resume"):
            app.router.add_get(path, self.gateway.connect)
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._download)
        for route in self.routes:
            app.router.add_route(route.method, "/api/v{version}" + route.path, self._handler(route))
        app.router.add_route("*", "/{anything:.*}", self._nowhere)
        return app

    def names(self) -> set[str]:
        """The routes' names, and that of the files'."""
        return {route.name for route in self.routes} | {"download"}

    def _handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            params = dict(request.match_info)
            version = params.pop("version")
            if self.limits.banned():
                return cloudflare()
            try:
                body, files = await _form(request)
            except DiscordError as refusal:
                return self._refuse(refusal)
            record = self._record(CallRecord(route.name, params, dict(request.query), body))

            async def answer() -> web.StreamResponse:
                return self._answer(route, request, record, files, version)

            return await self._with_fault(request, record, answer)

        return handle

    async def _with_fault(
        self, request: web.Request, record: CallRecord, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        fault = next((f for f in self.faults if f.meets(record.name, record.params | record.args)), None)
        if fault is None:
            return self._done(record, await answer())
        try:
            early = await fault.behaviour.before(fault, request)
        except DiscordError as refusal:
            early = self._refuse(refusal, record)
        if early is None:
            true = await answer()
            early = await fault.behaviour.after(fault, request) or true
        fault.arrived.set()
        response = self._done(record, early)
        if request.transport is None or request.transport.is_closing():
            record.status = 0
        return response

    def _done(self, record: CallRecord, response: web.StreamResponse) -> web.StreamResponse:
        record.status = response.status
        shared = response.headers.get("X-RateLimit-Scope") == "shared"
        if response.status in (401, 403, 429) and not shared:
            self.limits.count_invalid()
        self.changed()
        return response

    def _answer(
        self, route: Route, request: web.Request, record: CallRecord, files: list[Upload], version: str
    ) -> web.StreamResponse:
        verdict = self._judged(route, record)
        if verdict.wait:
            return too_many(verdict.wait, "global" if verdict.everywhere else "user", verdict.headers)
        headers = verdict.headers | _VIA
        try:
            self._admit(route, request, version)
            made = route.run(Call(self.platform, record.params, record.query, record.args, files))
        except DiscordError as refusal:
            return self._refuse(refusal, record, headers)
        record.taken = True
        if made is None:
            return web.Response(status=204, headers=headers)
        if isinstance(made, Created):
            return respond(made.body, made.status, headers)
        return respond(made, route.made, headers)

    def _admit(self, route: Route, request: web.Request, version: str) -> None:
        if version not in _VERSIONS:
            raise DiscordError(400, 50041, "Invalid API version")
        if not route.open and request.headers.get("Authorization") != f"Bot {self.gateway.token}":
            raise DiscordError(401, 0, "401: Unauthorized")

    def _judged(self, route: Route, record: CallRecord) -> Verdict:
        majors = [record.params.get(key, "") for key in ("channel_id", "guild_id", "webhook_id", "webhook_token")]
        own = record.params.get("webhook_id") == self.platform.world.application
        return self.limits.judge(route.name, "+".join(majors), exempt=own or route.name == "callback")

    def _refuse(
        self, refusal: DiscordError, record: CallRecord | None = None, headers: dict[str, str] | None = None
    ) -> web.StreamResponse:
        self.refusals.append(refusal)
        if record is not None:
            record.code = refusal.code
        return respond(refusal.body(), refusal.status, headers or _VIA)

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        return self._refuse(DiscordError(404, 0, "404: Not Found"))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        record = self._record(CallRecord("download", dict(request.match_info), dict(request.query), {}))

        async def answer() -> web.StreamResponse:
            return self._file(request, record)

        return await self._with_fault(request, record, answer)

    def _file(self, request: web.Request, record: CallRecord) -> web.StreamResponse:
        found = self.platform.world.files.get(request.match_info["file"])
        expires = int(request.query.get("ex") or "0", 16)
        good = request.query.get("hm") == self.platform.world.seal(request.rel_url.raw_path, expires)
        if found is None or not good or expires < time.time():
            return web.Response(status=404, text="This content is no longer available.")
        record.taken = True
        return web.Response(body=found.content, content_type=found.content_type.partition(";")[0])

    def _record(self, record: CallRecord) -> CallRecord:
        self.calls.append(record)
        self.changed()
        return record


async def _form(request: web.Request) -> tuple[Json, list[Upload]]:
    """The form of a request: JSON, or JSON and files in several parts. A list stands under an empty name."""
    if not request.can_read_body:
        return {}, []
    if request.content_type == "multipart/form-data":
        return await _parts(request)
    if request.content_type != "application/json":
        raise invalid("", "CONTENT_TYPE_INVALID", 'Expected "Content-Type" header to be one of {application/json}.')
    return _decoded(await request.text()), []


async def _parts(request: web.Request) -> tuple[Json, list[Upload]]:
    body: Json = {}
    files: list[Upload] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "payload_json":
            body |= _decoded(await part.text())
        elif part.filename is not None:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            found = _FILE.fullmatch(part.name or "")
            number = found[1] if found is not None else str(len(files))
            files.append(Upload(part.filename, bytes(await part.read()), kind, number))
        elif part.name:
            body[part.name] = await part.text()
    return body, files


def _decoded(text: str) -> Json:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise DiscordError(400, 50109, "The request body contains invalid JSON.") from None
    return body if isinstance(body, dict) else {"": body}
