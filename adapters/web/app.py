"""The web application: the chat, its static files, and what operators ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from adapters.web.acting import Acting
from adapters.web.api import PATH, Api, Quiet, create_api
from adapters.web.attaching import Attaching
from adapters.web.chat import Chat
from adapters.web.mail import MailPages
from adapters.web.pictures import Pictures
from adapters.web.security import LOCAL_HOSTS, PICTURES, Guard, Public
from adapters.web.transcript import ENV
from adapters.web.work import View, Work
from core.commands import REGISTRY
from core.conversation.attachments import FileLimits
from core.conversation.ports import ConversationView, Receiver, Uploads
from core.desk import Desk

_STATIC = Path(__file__).parent / "static"


def create_operator_app(
    *,
    health: Callable[[], Awaitable[Mapping[str, object]]],
    allowed_hosts: Sequence[str] = LOCAL_HOSTS,
    signed_paths: Sequence[str] = (),
    metrics: Callable[[], Awaitable[bytes]] | None = None,
    max_upload: int = 0,
    public: Public | None = None,
) -> FastAPI:
    """Build what every process serves: its health and its metrics.

    Args:
        health: what ``/readyz`` answers; ready when its ``ready`` is true.
        allowed_hosts: the names, without a port, under which it may be opened.
        signed_paths: paths outside of the guard, for platforms' events: whoever serves them checks a signature.
        metrics: what ``/metrics`` answers, in Prometheus' text format.
        max_upload: the most bytes of a form with files.
        public: what is served under other names, too.
    """
    app = FastAPI(title="Robbie", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(
        Guard, allowed_hosts=allowed_hosts, signed_paths=signed_paths, max_upload=max_upload, public=public
    )
    app.add_exception_handler(HTTPException, _error_page)
    _add_operator_routes(app, health, metrics)
    return app


def create_app(
    receiver: Receiver,
    view: ConversationView,
    *,
    health: Callable[[], Awaitable[Mapping[str, object]]],
    hint: Sequence[str] = (),
    avatars: Path | None = None,
    allowed_hosts: Sequence[str] = LOCAL_HOSTS,
    signed_paths: Sequence[str] = (),
    metrics: Callable[[], Awaitable[bytes]] | None = None,
    uploads: Uploads | None = None,
    limits: FileLimits | None = None,
    desk: Desk | None = None,
    mail: MailPages | None = None,
    api: Api | None = None,
    work: View | None = None,
) -> FastAPI:
    """Build the web chat, with what every process serves.

    Args:
        receiver: takes what people write.
        view: shows conversations as they grow.
        health: what ``/readyz`` answers; ready when its ``ready`` is true.
        hint: lines of markdown for the card "Connect Slack or Discord"; without lines there is no card.
        avatars: the folder of the personas' pictures.
        allowed_hosts: the names, without a port, under which the chat may be opened.
        signed_paths: see ``create_operator_app``.
        metrics: what ``/metrics`` answers, in Prometheus' text format.
        uploads: where files are kept that people attach; without it they cannot.
        limits: how much of them is read.
        desk: makes the forms of commands.
        mail: what the links of mails lead to; None where no mail has links.
        work: gathers the page of work; without it there is none.
        api: what other programs get access to; without it they get none.
    """
    attaching = Attaching(uploads, limits or FileLimits()) if uploads else None
    app = create_operator_app(
        health=health,
        allowed_hosts=allowed_hosts,
        signed_paths=signed_paths,
        metrics=metrics,
        max_upload=attaching.limits.max_files * attaching.limits.max_bytes if attaching else 0,
        public=mail.public if mail else None,
    )
    if mail is not None:
        app.include_router(mail.router())
    app.include_router(Chat(receiver, view, hint, attaching, work=work is not None).router())
    app.include_router(Acting(receiver, desk or Desk(REGISTRY)).router())
    if work is not None:
        app.include_router(Work(receiver, view, desk or Desk(REGISTRY), work).router())
    if api is not None:
        app.mount(PATH, Quiet(create_api(api)), name="api")
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    if avatars is not None:
        app.mount(PICTURES, Pictures(directory=avatars), name="avatars")
    return app


def _add_operator_routes(
    app: FastAPI, health: Callable[[], Awaitable[Mapping[str, object]]], metrics: Callable[[], Awaitable[bytes]] | None
) -> None:
    async def healthz() -> Response:
        return PlainTextResponse("ok")

    async def readyz() -> Response:
        try:
            state = dict(await health())
        except Exception as error:  # not ready, for whatever reason
            state = {"ready": False, "error": type(error).__name__}
        return JSONResponse(state, 200 if state.get("ready") else 503)

    async def prometheus() -> Response:
        if metrics is None:
            raise HTTPException(404)
        return Response(await metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    for path, answer in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", prometheus)):
        app.add_api_route(path, answer, methods=["GET"])


async def _error_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if "hx-request" in request.headers:
        return PlainTextResponse("This conversation is not open in this browser any more. Please reload.", status)
    return HTMLResponse(ENV.get_template("error.html").render(found=status != 404), status)
