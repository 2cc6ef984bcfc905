"""The chat's routes: a page, a message, Stop, and the stream that keeps the page up to date."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.datastructures import FormData

from adapters.web import requests
from adapters.web.attaching import Attaching, NotTaken
from adapters.web.identity import Visitor
from adapters.web.transcript import ENV, Row, Tail, render_rows, rows
from core.commands import REGISTRY
from core.conversation.models import FileRef, InboundEvent, Kind, Shown
from core.conversation.ports import ConversationView, Receiver

log = logging.getLogger(__name__)

LAST = "robbie_conversation"
_YEAR = 365 * 24 * 3600
_LINE_END = re.compile(r"\r\n|\r|\n")
_KEY = re.compile(r"[0-9a-f]{32}")
_SUGGESTIONS = (
    "What can you help me with?",
    "Help me plan my week in five bullet points",
    "Explain OAuth to me like I am new here",
)
_NOT_STORED = "Robbie could not take your message just now. It is still here: please try again in a moment."
_NOT_STOPPED = "Robbie could not be stopped just now. Please try again."
_NOT_SHOWN = "The conversation cannot be loaded right now. This page tries again by itself."


class Chat:
    """The web chat, before whatever stores and shows conversations.

    Args:
        receiver: takes what people write.
        view: shows conversations.
        hint: lines of markdown for the card on connecting a platform.
        attaching: takes files; None where there is no place for them.
        work: whether there is a page of work.
    """

    def __init__(
        self,
        receiver: Receiver,
        view: ConversationView,
        hint: Sequence[str],
        attaching: Attaching | None = None,
        *,
        work: bool = False,
    ) -> None:
        self._receiver = receiver
        self._view = view
        self._hint = tuple(hint)
        self._attaching = attaching
        self._work = work

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route("/", self.home, methods=["GET"])
        router.add_api_route("/new", self.new, methods=["GET"])
        router.add_api_route("/c/{conversation}", self.page, methods=["GET"])
        router.add_api_route("/c/{conversation}/messages", self.post, methods=["POST"])
        router.add_api_route("/c/{conversation}/stop", self.stop, methods=["POST"])
        router.add_api_route("/c/{conversation}/stream", self.stream, methods=["GET"])
        router.add_api_route("/c/{conversation}/files/{about}/{number}", self.file, methods=["GET"])
        return router

    async def home(self, request: Request) -> Response:
        """Lead to the last conversation, or to a new one."""
        visitor = Visitor.known(request.cookies.get(requests.WHO))
        last = request.cookies.get(LAST, "")
        if visitor and visitor.owns(last):
            return RedirectResponse(f"/c/{last}", 303)
        return await self.new(request)

    async def new(self, request: Request) -> Response:
        """Start a conversation."""
        visitor = Visitor.known(request.cookies.get(requests.WHO))
        if visitor is None and _came_from_elsewhere(request):
            return HTMLResponse(ENV.get_template("reload.html").render())
        visitor = visitor or Visitor.new()
        response = RedirectResponse(f"/c/{visitor.start_conversation()}", 303)
        _remember(request, response, requests.WHO, visitor.secret)
        return response

    async def page(self, request: Request, conversation: str) -> Response:
        """The conversation as a page."""
        if requests.WHO not in request.cookies and _came_from_elsewhere(request):
            return HTMLResponse(ENV.get_template("reload.html").render())
        requests.visitor(request, conversation)
        messages, error = await self._shown(conversation)
        html = ENV.get_template("chat.html").render(
            conversation=conversation,
            rows=rows(messages),
            gone=[],
            key=secrets.token_hex(16),
            suggestions=_SUGGESTIONS,
            hint=self._hint,
            error=error,
            attaching=self._attaching,
            work=self._work,
            commands=REGISTRY.offered,
        )
        response = HTMLResponse(html, 503 if error else 200, {"Cache-Control": "no-store"})
        _remember(request, response, LAST, conversation)
        return response

    async def file(self, request: Request, conversation: str, about: str, number: int) -> Response:
        """A file that Robbie made, to be saved and not to be shown."""
        requests.visitor(request, conversation)
        found = await self._view.file(requests.place(conversation), about, number)
        if found is None:
            raise HTTPException(404)
        name = quote(found.name)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(found.data, media_type=found.media_type, headers=headers)

    async def post(self, request: Request, conversation: str) -> Response:
        """Take a message. The key that the page made for it makes a second submit the same message."""
        visitor = requests.visitor(request, conversation)
        try:
            async with request.form() as form:
                event = await self._written(form, visitor, conversation)
        except NotTaken as refusal:
            return PlainTextResponse(str(refusal), refusal.status)
        if not await self._accept(event):
            return PlainTextResponse(_NOT_STORED, 503)
        if "hx-request" not in request.headers:
            return RedirectResponse(f"/c/{conversation}", 303)
        messages, _ = await self._shown(conversation)
        return HTMLResponse(render_rows(_since_last_question(messages), conversation=conversation))

    async def _written(self, form: FormData, visitor: Visitor, conversation: str) -> InboundEvent:
        """The message that a form holds, with its files kept. Raises NotTaken."""
        text, key, zone = (str(form.get(name, "")) for name in ("text", "key", "zone"))
        if not _KEY.fullmatch(key):
            raise NotTaken("This page is out of date. Please reload it.", 422)
        files = await self._files(form, visitor, conversation, key)
        if not (text.strip() or files):
            raise NotTaken("Write something first.", 422)
        return requests.event(
            Kind.MESSAGE, visitor, conversation, key, text=text, zone=zone, addressed=True, files=files
        )

    async def _files(self, form: FormData, visitor: Visitor, conversation: str, key: str) -> tuple[FileRef, ...]:
        if self._attaching is None:
            return ()
        try:
            return await self._attaching.take(form, requests.place(conversation), visitor.account, key)
        except NotTaken:
            raise
        except Exception as error:  # what is not stored is not acknowledged, whatever went wrong
            log.error("web: a file could not be stored: %s", type(error).__name__)
            raise NotTaken(_NOT_STORED, 503) from None

    async def stop(self, request: Request, conversation: str) -> Response:
        """Ask Robbie to stop writing."""
        visitor = requests.visitor(request, conversation)
        if not await self._accept(requests.event(Kind.STOP, visitor, conversation, secrets.token_hex(16))):
            return PlainTextResponse(_NOT_STOPPED, 503)
        if "hx-request" not in request.headers:
            return RedirectResponse(f"/c/{conversation}", 303)
        return Response(status_code=204)

    async def stream(self, request: Request, conversation: str) -> Response:
        """Server-sent events: the rows that changed, as they change."""
        requests.visitor(request, conversation)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(conversation), media_type="text/event-stream", headers=headers)

    async def _events(self, conversation: str) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        place, tail = requests.place(conversation), Tail(conversation)
        try:
            async for _ in self._view.changes(place):
                html = tail.news(await self._view.shown(place))
                yield ": still here\n\n" if html is None else _server_sent("rows", html)
        except Exception as error:  # the stream ends; the browser opens another, which starts with everything
            log.warning("web: a stream broke off: %s", type(error).__name__)

    async def _shown(self, conversation: str) -> tuple[Sequence[Shown], str]:
        try:
            return await self._view.shown(requests.place(conversation)), ""
        except Exception as error:  # a person is told kindly, whatever it was
            log.error("web: a conversation could not be shown: %s", type(error).__name__)
            return (), _NOT_SHOWN

    async def _accept(self, event: InboundEvent) -> bool:
        try:
            await self._receiver.accept(event)
        except Exception as error:  # what is not stored is not acknowledged, whatever went wrong
            log.error("web: an event could not be stored: %s", type(error).__name__)
            return False
        return True


def _came_from_elsewhere(request: Request) -> bool:
    """After a click on another site the browser keeps strict cookies back, so nobody knows yet who this is."""
    return request.headers.get("sec-fetch-site") == "cross-site"


def _remember(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="strict", secure=secure)


def _since_last_question(messages: Sequence[Shown]) -> list[Row]:
    current = rows(messages)
    asked = [index for index, row in enumerate(current) if row.message and not row.message.by_robbie]
    return current[asked[-1] :] if asked else []


def _server_sent(event: str, data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in _LINE_END.split(data))
    return f"event: {event}\n{lines}\n"
