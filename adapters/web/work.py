"""The page of a person's work. Whatever is pressed on it is a command, as in the chat, and is answered on the page."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from datetime import datetime
from typing import Protocol

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from adapters.web import requests
from adapters.web.chat import LAST
from adapters.web.identity import Visitor
from adapters.web.transcript import ENV
from core.conversation.models import Kind, Outcome
from core.conversation.ports import ConversationView, Receiver
from core.desk import Desk
from core.desk import Visitor as Guest
from core.registry import CommandError, Invocation
from core.work.overview import Overview

log = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-f]{32}")
_SECONDS = 8.0
_ADDS = {
    "task": "send Ben the draft by Friday",
    "contact": "Ana Pohl, Acme, ana@acme.com, CTO",
    "deal": "Acme rollout 40000 EUR closes 30 November",
    "log": "call with Ana Pohl: she wants the offer",
}
_NOT_DONE = "Robbie could not do that just now. Please try again in a moment."


class View(Protocol):
    """Gathers what the page shows."""

    async def overview(self, visitor: Guest, search: str, page: int) -> Overview | None:
        """What the page shows; None for somebody who has not written yet."""


class Work:
    """The page, and what can be done on it.

    Args:
        receiver: takes what was asked for.
        view: shows what came of it.
        desk: knows the commands.
        work: gathers what is shown.
    """

    def __init__(self, receiver: Receiver, view: ConversationView, desk: Desk, work: View) -> None:
        self._receiver = receiver
        self._view = view
        self._desk = desk
        self._work = work

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route("/work", self.page, methods=["GET"])
        router.add_api_route("/work", self.do, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        """Everything as it is now."""
        visitor = Visitor.known(request.cookies.get(requests.WHO))
        if visitor is None:
            if request.headers.get("sec-fetch-site") not in (None, "none", "same-origin"):
                return HTMLResponse(ENV.get_template("reload.html").render())
            return RedirectResponse("/", 303)
        return await self._shown(request, visitor, None)

    async def do(self, request: Request) -> Response:
        """Hand in what was pressed or typed, wait for what comes of it, and show everything anew."""
        visitor = Visitor.known(request.cookies.get(requests.WHO))
        if visitor is None:
            raise HTTPException(404)
        async with request.form() as form:
            given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        key = given.get("key", "")
        if not _KEY.fullmatch(key):
            return PlainTextResponse("This page is out of date. Please reload it.", 422)
        try:
            wanted = self._desk.registry.checked(_wanted(given))
            outcome = await self._carried_out(request, visitor, wanted, key)
        except CommandError as error:
            outcome = Outcome(answer=error.problem, level=None, model=None, cost_usd=None, latency_ms=None)
        return await self._shown(request, visitor, outcome, kept=given.get("text", "") if outcome is None else "")

    async def _carried_out(self, request: Request, visitor: Visitor, wanted: Invocation, key: str) -> Outcome | None:
        """What came of a command; None where it takes longer than somebody waits. Raises CommandError."""
        conversation = request.cookies.get(LAST, "")
        if not visitor.owns(conversation):
            conversation = visitor.start_conversation()
        text = wanted.command.replace("-", " ")
        if typed := wanted.arguments.get("text", ""):
            text = f"/{wanted.command} {typed}"
        event = requests.event(Kind.MESSAGE, visitor, conversation, key, text=text, addressed=True)
        identity = f"work:{key}:{wanted.model_dump_json()}"
        event = event.model_copy(update={"command": wanted, "identities": (identity,)})
        try:
            accepted = await self._receiver.accept(event)
        except Exception as error:  # what is not stored is not done, whatever went wrong
            log.error("web: a command could not be stored: %s", type(error).__name__)
            raise CommandError(_NOT_DONE) from None
        if accepted.inbox_id is None:
            raise CommandError(_NOT_DONE)
        return await self._awaited(accepted.inbox_id)

    async def _awaited(self, inbox_id: int) -> Outcome | None:
        pause = 0.02
        try:
            async with asyncio.timeout(_SECONDS):
                while (found := await self._view.outcome(inbox_id)) is None:
                    await asyncio.sleep(pause)
                    pause = min(pause * 1.5, 0.3)
                return found
        except TimeoutError:
            return None

    async def _shown(self, request: Request, visitor: Visitor, outcome: Outcome | None, *, kept: str = "") -> Response:
        search = request.query_params.get("q", "")[:200]
        page = request.query_params.get("page", "0")
        number = int(page) if page.isdecimal() and len(page) < 5 else 0
        conversation = request.cookies.get(LAST, "")
        guest = Guest(surface="web", tenant="local", account=visitor.account, direct=True)
        try:
            found, status = await self._work.overview(guest, search, number), 200
        except Exception as error:
            log.error("web: the page of work could not be made: %s", type(error).__name__)
            raise HTTPException(503) from None
        html = ENV.get_template("work.html").render(
            work=found,
            outcome=outcome,
            waiting=request.method == "POST" and outcome is None,
            conversation=conversation if visitor.owns(conversation) else "",
            search=search,
            page=number,
            key=secrets.token_hex(16),
            adds=_ADDS,
            kept=kept,
            late=_late,
        )
        return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def _late(overview: Overview, due: datetime) -> bool:
    return due < overview.now


def _wanted(given: dict[str, str]) -> Invocation:
    """What was pressed, or the line that was typed."""
    if press := given.get("press"):
        return Invocation.unpacked(press[:200])
    command = given.get("add", "")
    if command not in _ADDS:
        raise CommandError(_NOT_DONE)
    return Invocation(command=command, arguments={"text": given.get("text", "")})
