"""What stands before every route: which hosts, which origins, how much, and what a page may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000
MAX_API_BODY = 100_000
API = "/api/"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
PICTURES = "/avatars"
_STATIC = "/static/"
# A larger body is read to its end before it is refused, since a browser that is still sending shows no answer.
_MAX_DISCARDED = 32 * MAX_BODY
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


_UNKNOWN_HOST = "This host name is not served here. Add it to the allowed hosts to use it."
_TOO_LONG = "That message is too long: Robbie reads up to 1 MB at a time."
_TOO_MUCH = "Those files are too large together for Robbie. Please send fewer at a time."


class _TooLarge(Exception):
    """The body is over the limit."""


@dataclass(frozen=True, slots=True)
class Public:
    """What is open to people who are not at this machine, under names of its own, and to no others of its pages.

    Attributes:
        hosts: the names, without a port.
        paths: what the paths begin with. Whoever serves them takes a token in the path for leave to act, so that it
            does not matter which page a form was on.
    """

    hosts: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()

    def serves(self, path: str) -> bool:
        """Whether a path is one of them, or of the files that their pages are made with."""
        return bool(self.paths) and path.startswith((*self.paths, _STATIC))


class Guard:
    """ASGI middleware: refuses foreign hosts and origins and large bodies, and adds the security headers.

    The host list defeats DNS rebinding (a foreign name that resolves to this machine), the origin check defeats
    forms on other sites that post here.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: Sequence[str] = LOCAL_HOSTS,
        signed_paths: Sequence[str] = (),
        max_upload: int = 0,
        public: Public | None = None,
    ) -> None:
        self._app = app
        self._public = public or Public()
        self._max_upload = max_upload
        self._signed = frozenset(signed_paths)
        self._hosts = frozenset(host.lower().strip("[]") for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        # What a platform sends comes from elsewhere, under any name, and proves itself by its signature.
        if scope["type"] != "http" or scope["path"] in self._signed:
            await self._app(scope, receive, send)
            return
        refusal: Response | None = self._refusal(scope)
        if refusal is None and scope["method"] in ("POST", "PUT", "PATCH"):
            files = self._max_upload and _carries_files(scope) and not _of_api(scope)
            most = MAX_API_BODY if _of_api(scope) else MAX_BODY + self._max_upload * bool(files)
            try:
                receive = await _buffered(receive, most)
            except _TooLarge:
                refusal = _refused_body(scope, _TOO_MUCH if files else _TOO_LONG)
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if self._public.serves(scope["path"]):
            known = self._hosts | self._public.hosts
            return None if _hostname(headers.get("host", "")) in known else PlainTextResponse(_UNKNOWN_HOST, 400)
        # Personas' pictures are the same for everybody; platforms fetch them under whatever name they know.
        named = scope["path"].startswith(f"{PICTURES}/") or _hostname(headers.get("host", "")) in self._hosts
        if not named:
            return PlainTextResponse(_UNKNOWN_HOST, 400)
        # Programs have no origin; what they may do, their token says, which no browser sends by itself.
        if scope["method"] not in ("GET", "HEAD") and not _of_api(scope) and not _same_origin(headers):
            return PlainTextResponse("Robbie takes messages from its own page only.", 403)
        return None


def _of_api(scope: Scope) -> bool:
    return str(scope["path"]).startswith(API)


def _refused_body(scope: Scope, why: str) -> Response:
    if not _of_api(scope):
        return PlainTextResponse(why, 413)
    said = {"type": "about:blank", "title": "Too large", "status": 413, "detail": "A body has at most 100 kB."}
    return JSONResponse(said, 413, media_type="application/problem+json")


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _same_origin(headers: Headers) -> bool:
    """Whether a page of ours sent it. Under no-referrer a plain form's origin is "null", and only the site is known."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site not in (None, "same-origin"):
        return False
    if origin in (None, "null"):
        return site == "same-origin"
    return origin in (f"http://{headers['host']}", f"https://{headers['host']}")


def _carries_files(scope: Scope) -> bool:
    return Headers(scope=scope).get("content-type", "").lower().startswith("multipart/form-data")


async def _buffered(receive: Receive, limit: int) -> Receive:
    """Read the body, and return a ``receive`` that gives it out again. Raises _TooLarge."""
    body, size, more = bytearray(), 0, True
    while more and size <= limit + _MAX_DISCARDED:
        message = await receive()
        more = bool(message.get("more_body", False))
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            body += chunk
    if size > limit:
        raise _TooLarge
    pending: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return send_with_headers
