"""What can be pressed and filled in on the page: each is a command about a message."""

from __future__ import annotations

import logging
import re
import secrets
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from adapters.web import requests
from adapters.web.transcript import ENV
from core.conversation.models import Kind
from core.conversation.ports import Receiver
from core.desk import Desk, Visitor, submitted
from core.registry import CommandError, Invocation
from core.rendering.message import Form

log = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-f]{32}")
_FIELD = "field-"
_NOT_DONE = "Robbie could not do that just now. Please try again in a moment."
_OLD_PAGE = "This page is out of date. Please reload it."


class Acting:
    """Buttons and forms.

    Args:
        receiver: takes what was asked for.
        desk: makes forms.
    """

    def __init__(self, receiver: Receiver, desk: Desk) -> None:
        self._receiver = receiver
        self._desk = desk

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route("/c/{conversation}/do", self.do, methods=["POST"])
        router.add_api_route("/c/{conversation}/form", self.form, methods=["GET"])
        return router

    async def do(self, request: Request, conversation: str) -> Response:
        """Hand in what a button or a form stands for; a button that needs a form leads to it."""
        visitor = requests.visitor(request, conversation)
        async with request.form() as fields:
            given = dict(_texts(fields))
        given |= dict(parse_qsl(given.pop("press", "")))
        wanted, about = _wanted(given.get("do", "")), given.get("about", "")
        key = given.get("key", "")
        if not _KEY.fullmatch(key):
            return PlainTextResponse(_OLD_PAGE, 422)
        filled = {name.removeprefix(_FIELD): value for name, value in given.items() if name.startswith(_FIELD)}
        form = await self._form(conversation, visitor.account, wanted) if not filled else None
        if form is not None:
            where = urlencode({"do": wanted.packed(), "about": about})
            return _led_to(request, f"/c/{conversation}/form?{where}")
        try:
            checked = self._desk.registry.checked(submitted(wanted, filled))
        except CommandError as error:
            return PlainTextResponse(error.problem, 422)
        event = requests.event(Kind.MESSAGE, visitor, conversation, key, text=given.get("label", ""), addressed=True)
        identity = f"press:{conversation}:{key}:{about}:{checked.packed()}" if not filled else event.identities[0]
        event = event.model_copy(update={"command": checked, "about": about, "identities": (identity,)})
        try:
            await self._receiver.accept(event)
        except Exception as error:  # what is not stored is not acknowledged, whatever went wrong
            log.error("web: a command could not be stored: %s", type(error).__name__)
            return PlainTextResponse(_NOT_DONE, 503)
        if "hx-request" in request.headers and not filled:
            return Response(status_code=204)
        return _led_to(request, f"/c/{conversation}")

    async def form(self, request: Request, conversation: str) -> Response:
        """What has to be filled in before a command can be carried out, as a page."""
        visitor = requests.visitor(request, conversation)
        wanted = _wanted(request.query_params.get("do", ""))
        form = await self._form(conversation, visitor.account, wanted)
        if form is None:
            raise HTTPException(404)
        html = ENV.get_template("form.html").render(
            conversation=conversation,
            form=form,
            do=form.invocation.packed(),
            about=request.query_params.get("about", ""),
            key=secrets.token_hex(16),
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    async def _form(self, conversation: str, account: str, wanted: Invocation) -> Form | None:
        guest = Visitor(surface="web", tenant="local", account=account, channel=conversation, direct=True)
        try:
            return await self._desk.form(guest, wanted)
        except Exception as error:
            log.error("web: a form could not be made: %s", type(error).__name__)
            raise HTTPException(503) from None


def _texts(fields: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields.multi_items() if isinstance(value, str)]


def _wanted(packed: str) -> Invocation:
    return Invocation.unpacked(packed[:200])


def _led_to(request: Request, path: str) -> Response:
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)
