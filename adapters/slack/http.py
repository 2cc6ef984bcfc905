"""Slack over HTTP: verified, stored, then answered with 200. Events, commands and presses have one address."""

from __future__ import annotations

import json
import logging
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.gateway import SlackGateway

logger = logging.getLogger(__name__)

_MAX_BODY = 16 * 2**20  # a message of 1 MB comes as text and as blocks, escaped


def events_router(gateway: SlackGateway, signing_secret: str) -> APIRouter:
    """A router that serves ``POST /slack/events``."""
    router = APIRouter()
    verifier = SignatureVerifier(signing_secret)

    @router.post("/slack/events")
    async def events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=413, headers={"Connection": "close"})  # or the server would read on
        if not _genuine(verifier, request, body):
            return Response(status_code=401)
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return await _interact(gateway, body)
        return await _answer(gateway, body)

    return router


async def _interact(gateway: SlackGateway, body: bytes) -> Response:
    """A slash command is a form; everything else is JSON in a form."""
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        payload = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        logger.error("slack sent a form that cannot be read, which is left out")
        return Response(status_code=400)
    answer = await gateway.interact(payload)
    return Response(answer.body, answer.status, media_type=answer.first_headers().get("content-type"))


async def _answer(gateway: SlackGateway, body: bytes) -> Response:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        logger.error("slack sent a body that is no JSON object, which is left out")
        return Response(status_code=400)
    if payload.get("type") == "url_verification":
        return JSONResponse({"challenge": payload.get("challenge")})
    try:
        await gateway.receive(payload)
    except Exception as error:
        logger.warning("slack event not stored: %s", type(error).__name__, exc_info=True)
        return Response(status_code=503)  # Slack delivers it again
    return Response(status_code=200)


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than anything that Slack sends."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > _MAX_BODY:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _genuine(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    """Whether Slack signed this within the last five minutes."""
    timestamp, signature = (request.headers.get(f"x-slack-{name}") for name in ("request-timestamp", "signature"))
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # what the SDK makes of headers or a body that are not text
        return False
