"""The faults that only Slack has: its error names, and its way of saying 429."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from adapters.doubles.faults import Answer, Behaviour, Fault, Plain
from adapters.doubles.slack.wire import SlackError


@dataclass(frozen=True)
class _Error(Plain):
    error: str

    async def before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        raise SlackError(self.error)


def rate_limited(retry_after: float = 1) -> Behaviour:
    """Answer 429 with ``Retry-After``."""
    return Answer(lambda: too_many(retry_after))


def error(name: str) -> Behaviour:
    """Refuse with any of Slack's error names."""
    return _Error(name)


def too_many(retry_after: float) -> web.Response:
    """Slack's answer to too many calls."""
    headers = {"Retry-After": f"{retry_after:g}"}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
