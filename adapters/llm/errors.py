"""From what happened to the class that decides what is done about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from adapters.llm.wire import Evidence
from core.routing.models import ErrorClass, ModelError

BODY_LIMIT = 65_536
_STATUS = {
    400: ErrorClass.BAD_REQUEST,
    401: ErrorClass.AUTH,
    402: ErrorClass.AUTH,
    403: ErrorClass.AUTH,
    404: ErrorClass.NOT_FOUND,
    408: ErrorClass.TIMEOUT,
    413: ErrorClass.CONTEXT,
    429: ErrorClass.RATE_LIMIT,
    503: ErrorClass.OVERLOADED,
    529: ErrorClass.OVERLOADED,
}
_CODES = {
    "insufficient_quota": ErrorClass.AUTH,
    "billing_error": ErrorClass.AUTH,
    "billing_hard_limit_reached": ErrorClass.AUTH,
    "authentication_error": ErrorClass.AUTH,
    "invalid_api_key": ErrorClass.AUTH,
    "permission_error": ErrorClass.AUTH,
    "model_not_found": ErrorClass.NOT_FOUND,
    "not_found_error": ErrorClass.NOT_FOUND,
    "context_length_exceeded": ErrorClass.CONTEXT,
    "exceed_context_size_error": ErrorClass.CONTEXT,
    "request_too_large": ErrorClass.CONTEXT,
    "content_filter": ErrorClass.REFUSED,
    "content_policy_violation": ErrorClass.REFUSED,
    "rate_limit_exceeded": ErrorClass.RATE_LIMIT,
    "rate_limit_error": ErrorClass.RATE_LIMIT,
    "overloaded_error": ErrorClass.OVERLOADED,
    "timeout_error": ErrorClass.SERVER,
}
_PHRASES = (  # for providers that say it in the message only; anchored, since a message may quote the prompt
    (re.compile(r"prompt is too long|input is too long|this model's maximum context length", re.I), ErrorClass.CONTEXT),
    (re.compile(r"your credit balance is too low", re.I), ErrorClass.AUTH),
)
_LITELLM = {  # by name, so that litellm need not be imported for the table
    "Timeout": ErrorClass.TIMEOUT,
    "ContextWindowExceededError": ErrorClass.CONTEXT,
    "ContentPolicyViolationError": ErrorClass.REFUSED,
    "AuthenticationError": ErrorClass.AUTH,
    "PermissionDeniedError": ErrorClass.AUTH,
    "NotFoundError": ErrorClass.NOT_FOUND,
    "BadRequestError": ErrorClass.BAD_REQUEST,
    "UnsupportedParamsError": ErrorClass.BAD_REQUEST,
    "RateLimitError": ErrorClass.RATE_LIMIT,
    "ServiceUnavailableError": ErrorClass.OVERLOADED,
    "BadGatewayError": ErrorClass.SERVER,
    "InternalServerError": ErrorClass.SERVER,
    "APIConnectionError": ErrorClass.CONNECTION,
}
_SAFE = re.compile(r"[a-z_]{1,40}")


def from_status(evidence: Evidence) -> ModelError:
    """The error behind an HTTP status of 400 or more."""
    error = _error_object(evidence.body)
    kind = _STATUS.get(evidence.status, ErrorClass.SERVER if evidence.status >= 500 else ErrorClass.BAD_REQUEST)
    if evidence.status < 500:
        kind = _by_content(error) or kind
    return ModelError(kind, f"HTTP {evidence.status} {_word(error)}".strip(), retry_after(evidence.retry_after))


def from_evidence(evidence: Evidence) -> ModelError | None:
    """What is wrong with a stream whose bytes have ended; None when it is complete."""
    if evidence.status >= 400:
        return from_status(evidence)
    if evidence.error is not None:
        kind = _by_content(evidence.error) or ErrorClass.SERVER
        return ModelError(kind, f"error in the stream {_word(evidence.error)}".strip())
    if evidence.malformed:
        return ModelError(ErrorClass.MALFORMED, "a line of the stream is not JSON")
    if evidence.refused:
        return ModelError(ErrorClass.REFUSED, "content filter or refusal")
    if not evidence.complete:
        return ModelError(ErrorClass.TRUNCATED, "no terminator")
    return None


def from_exception(error: BaseException, evidence: Evidence) -> ModelError:
    """The error behind an exception of aiohttp, litellm or the clock."""
    if evidence.status >= 400:
        return from_status(evidence)
    causes = list(_causes(error))
    detail = " < ".join(type(cause).__name__ for cause in causes)[:200]
    if any(isinstance(cause, TimeoutError | httpx.TimeoutException) for cause in causes):
        return ModelError(ErrorClass.TIMEOUT, detail)
    if evidence.status:  # the answer had begun
        return from_evidence(evidence) or ModelError(ErrorClass.MALFORMED, detail)
    if evidence.asked or any(isinstance(cause, httpx.TransportError | OSError) for cause in causes):
        return ModelError(ErrorClass.CONNECTION, detail)
    named = (_LITELLM.get(type(cause).__name__) for cause in causes)
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    kind = next((kind for kind in named if kind), ErrorClass.BAD_REQUEST)
    return ModelError(kind, detail, retry_after(headers.get("retry-after")))


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from the header's number or HTTP date."""
    if not value:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", value.strip()):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _error_object(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    error = data.get("error") if isinstance(data, dict) else None
    return error if isinstance(error, dict) else {"message": str(error)}


def _by_content(error: dict[str, object]) -> ErrorClass | None:
    for key in ("code", "type"):
        kind = _CODES.get(str(error.get(key)))
        if kind is not None:
            return kind
    message = str(error.get("message", ""))
    return next((kind for phrase, kind in _PHRASES if phrase.match(message)), None)


def _word(error: dict[str, object]) -> str:
    """The provider's code or type if it is a plain word; its message may quote keys and prompts."""
    words = (str(error.get(key)) for key in ("code", "type") if error.get(key))
    return next((word for word in words if _SAFE.fullmatch(word)), "")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it, at most eight."""
    current: BaseException | None = error
    for _ in range(8):
        if current is None:
            return
        yield current
        original = getattr(current, "original_exception", None)
        current = original if isinstance(original, BaseException) else current.__cause__ or current.__context__
