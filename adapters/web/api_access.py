"""Who asks the API, how often, and how refusals are said (RFC 9457)."""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Header, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from adapters.web.api_models import Problem
from core.people.tokens import PREFIX, Bearer, Tokens, digest_of

NONE = "There is none of that id, or you may not see it."
NOTHING = "Nothing is to change: send at least one field."
NO_STORE = {"Cache-Control": "no-store"}
_MOST = 200
Id = Annotated[int, Path(ge=1, lt=2**63)]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="How many of them, at the most.")]
Once = Annotated[
    str, Header(alias="Idempotency-Key", max_length=200, description="The same request once more makes nothing new.")
]
IfMatch = Annotated[str, Header(alias="If-Match", description="Change it only where its etag is still this one.")]
Whose = Callable[[Request], Awaitable[Bearer]]
"""Whose token came with a request."""

_TITLES = {
    400: "That is no request",
    401: "No valid token",
    404: "Not there",
    405: "Not that way",
    409: "Taken",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "Not valid",
    429: "Too many requests",
    503: "Not now",
}
_REMEMBERED = 10_000


class Refusal(Exception):
    """A request is refused.

    Attributes:
        status: of HTTP.
        detail: why, and what to do.
        field: which is to blame; empty for none.
        retry_after: seconds to wait; 0 for none.
    """

    def __init__(self, status: int, detail: str, *, field: str = "", retry_after: int = 0) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.retry_after = retry_after


class Rate:
    """How many requests each token may make: so many at once, refilled evenly. Each process counts by itself.

    Args:
        per_minute: how many.
    """

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def wait(self, who: object) -> int:
        """Count a request; the seconds to wait before the next try where it is one too many, else 0."""
        now = time.monotonic()
        left, at = self._left.pop(who, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_second)
        self._left[who] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return 0 if left >= 1 else int((1 - left) / self._per_second) + 1


class Door:
    """Lets in whoever has a token.

    Args:
        tokens: where they are kept.
        per_minute: how many requests a token may make.
    """

    def __init__(self, tokens: Tokens, per_minute: int) -> None:
        self._tokens = tokens
        self._rate = Rate(per_minute)
        self._failures = Rate(per_minute)

    async def bearer(self, request: Request) -> Bearer:
        """Whose token came with a request. Raises Refusal."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer" and token.startswith(PREFIX):
            found = await self._tokens.bearer(digest_of(token.strip()))
        who = ("token", found.token_id) if found else ("host", request.client.host if request.client else "")
        wait = (self._rate if found else self._failures).wait(who)
        if wait:
            raise Refusal(429, f"Wait {wait} s before the next request.", retry_after=wait)
        if found is None:
            raise Refusal(401, "Send `Authorization: Bearer TOKEN`. The command `token NAME` in a chat makes one.")
        return found


def problem(status: int, detail: str, errors: Sequence[tuple[str, str]] = (), retry_after: int = 0) -> Response:
    """A refusal as a response."""
    said = Problem(
        title=_TITLES.get(status, "Refused"),
        status=status,
        detail=detail,
        errors=[{"field": field, "detail": why} for field, why in errors],
    )
    headers = {"Cache-Control": "no-store"}
    if retry_after:
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(said.model_dump(), status, headers, media_type="application/problem+json")


async def refused(request: Request, error: Exception) -> Response:
    """Says a refusal."""
    if isinstance(error, Refusal):
        errors = [(error.field, error.detail)] if error.field else []
        return problem(error.status, error.detail, errors, error.retry_after)
    if isinstance(error, RequestValidationError):
        # Without what was sent: it may hold people's words, and whoever sent it knows it.
        errors = [(_field(one["loc"]), str(one["msg"])) for one in error.errors()]
        detail = "; ".join(f"{field}: {why}" for field, why in errors[:5])
        return problem(422, detail, errors)
    if isinstance(error, HTTPException):
        return problem(error.status_code, str(error.detail))
    return problem(503, "That could not be done just now. Please try again in a moment.")


def _field(place: Sequence[object]) -> str:
    return ".".join(str(part) for part in place if part not in ("body", "query", "path", "header")) or "body"


def origin_of(who: Bearer, name: str, once: str) -> int:
    """The number by which the same request is known again; no inbox row has one below zero."""
    if not once:
        return 0
    digest = hashlib.sha256(json.dumps([who.person_id, name, once]).encode()).digest()
    return -(int.from_bytes(digest[:8], "big") >> 2) - 1
