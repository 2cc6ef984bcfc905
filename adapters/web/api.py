"""The REST API under ``/api/v1``: what a person keeps, for other programs that have a token of theirs."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.web import api_models as models
from adapters.web.api_access import (
    NO_STORE,
    NONE,
    NOTHING,
    Door,
    Id,
    IfMatch,
    Limit,
    Once,
    Refusal,
    Whose,
    origin_of,
    refused,
)
from adapters.web.api_docs import docs_page
from adapters.web.api_tasks import tasks_router
from core.people.tokens import Bearer, Tokens
from core.work.contacts import Crm, Entries, Entry, KeyTaken, NotThere, Outdated, Restorable, Wanted
from core.work.deals import Stage
from core.work.models import Tasks

log = logging.getLogger(__name__)

PATH = "/api/v1"
_Cursor = Annotated[int, Query(ge=0, lt=2**63, description="What the page before has as its next.")]


@dataclass(frozen=True, slots=True)
class Api:
    """What the API gives access to.

    Attributes:
        per_minute: how many requests a token may make.
    """

    tokens: Tokens
    crm: Crm
    tasks: Tasks
    per_minute: int = 120


class Quiet:
    """Logs what goes wrong by its kind alone: an error of the database says what people wrote.

    Args:
        app: what may go wrong; it has answered already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            log.error("the API failed: %s", type(error).__name__)


def create_api(api: Api) -> FastAPI:
    """Build the application that is mounted at ``PATH``."""
    app = FastAPI(
        title="Robbie",
        version="1",
        description="Contacts, companies, deals, activities and tasks, as the person sees them whose token it is.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    for error in (Refusal, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(error, refused)
    door = Door(api.tokens, api.per_minute)
    crm, whose = api.crm, door.bearer
    app.include_router(_entries("companies", crm.companies, models.CompanyNew, models.CompanyChange, whose))
    app.include_router(_entries("contacts", crm.contacts, models.ContactNew, models.ContactChange, whose))
    app.include_router(_entries("deals", crm.deals, models.DealNew, models.DealChange, whose))
    app.include_router(_entries("activities", crm.activities, models.ActivityNew, models.ActivityChange, whose))
    app.include_router(tasks_router(api.tasks, whose))

    async def docs() -> Response:
        return docs_page(app.openapi(), PATH)

    app.add_api_route("/docs", docs, methods=["GET"], include_in_schema=False)
    return app


def _entries(name: str, store: Entries[Any], new: Any, change: Any, whose: Whose) -> APIRouter:  # Any: of each kind
    """List, get, make, change and delete entries of one kind."""
    router = APIRouter(tags=[name])
    routes = [*_reading(store, whose), *_making(name, store, new, whose), *_changing(store, change, whose)]
    for path, does, method, summary in routes:
        router.add_api_route(f"/{name}{path}", does, methods=[method], summary=summary, name=f"{method} {name}{path}")
    return router


Route = tuple[str, Callable[..., Any], str, str]  # Any: of each kind


def _reading(store: Entries[Any], whose: Whose) -> Iterator[Route]:  # Any: as above
    asking = Annotated[Bearer, Depends(whose)]
    filters = Annotated[_Filters, Depends()]

    async def list_(who: asking, by: filters, cursor: _Cursor = 0, limit: Limit = 50) -> models.Listed:
        found = await store.find(who.viewer, by.wanted(cursor), limit + 1)
        more = str(found[limit - 1].id) if len(found) > limit else None
        return models.Listed(items=[models.shown(one) for one in found[:limit]], next=more)

    async def get(who: asking, id: Id) -> Response:
        return _said(await store.one(who.viewer, id))

    yield "", list_, "GET", "List them"
    yield "/{id}", get, "GET", "Get one"


def _making(name: str, store: Entries[Any], new: Any, whose: Whose) -> Iterator[Route]:  # Any: as above
    asking = Annotated[Bearer, Depends(whose)]

    async def make(who: asking, body: new, once: Once = "") -> Response:
        made = await _kept(store, who, body, origin_of(who, name, once))
        return _said(made, 201, {"Location": f"{PATH}/{name}/{made.id}"})

    async def put(who: asking, key: Annotated[str, Path(min_length=1, max_length=200)], body: new) -> Response:
        if body.key not in ("", key):
            raise Refusal(422, "The key of the body is not the key of the address.", field="key")
        found = await store.find(who.viewer, Wanted(key=key), 1)
        if not found:
            return _said(await _kept(store, who, body.model_copy(update={"key": key}), 0), 201)
        return _said(await _changed(store, who, found[0].id, body, ""))

    yield "", make, "POST", "Keep a new one"
    yield "/by-key/{key}", put, "PUT", "Keep one, or change the one with this key"


def _changing(store: Entries[Any], change: Any, whose: Whose) -> Iterator[Route]:  # Any: as above
    asking = Annotated[Bearer, Depends(whose)]

    async def patch(who: asking, id: Id, body: change, match: IfMatch = "") -> Response:
        if not body.model_fields_set:
            raise Refusal(422, NOTHING)
        return _said(await _changed(store, who, id, body, match.strip().removeprefix("W/").strip('"')))

    async def delete(who: asking, id: Id) -> Response:
        if not await store.remove(who.viewer, id):
            raise Refusal(404, NONE)
        return Response(status_code=204)

    yield "/{id}", patch, "PATCH", "Change some fields of one"
    yield "/{id}", delete, "DELETE", "Delete one"


class _Filters:
    """Which entries of a list.

    Args:
        search: words that stand in them.
        key: their key.
        email: the address of a contact.
        stage: of deals.
        company_id, contact_id, deal_id: what they hang on.
    """

    def __init__(
        self,
        search: Annotated[str, Query(max_length=200)] = "",
        key: Annotated[str, Query(max_length=200)] = "",
        email: Annotated[str, Query(max_length=200)] = "",
        stage: Stage | None = None,
        company_id: int | None = None,
        contact_id: int | None = None,
        deal_id: int | None = None,
    ) -> None:
        self._asked = {
            "words": search.replace("\0", ""),
            "key": key.replace("\0", ""),
            "email": email.replace("\0", ""),
            "stage": stage,
            "company_id": company_id,
            "contact_id": contact_id,
            "deal_id": deal_id,
        }

    def wanted(self, after: int) -> Wanted:
        """The same for the store."""
        return Wanted.model_validate({**self._asked, "after": after})


async def _kept(store: Entries[Any], who: Bearer, body: Any, origin: int) -> Entry:  # Any: of each kind
    try:
        made = await store.add(who.viewer, body.fields(), shared=body.shared, key=body.key, origin=origin)
    except KeyTaken:
        raise Refusal(409, "Another one has this key.", field="key") from None
    except NotThere as error:
        raise Refusal(422, NONE, field=error.field) from None
    return _entry(made)


async def _changed(store: Entries[Any], who: Bearer, id_: int, body: Any, etag: str) -> Entry | None:  # Any: as above
    try:
        found = await store.change(who.viewer, id_, body.fields(), etag=etag)
        wanted = body.shared if "shared" in body.model_fields_set else None
        if found is None or wanted is None or found.shared == wanted:
            return found
        shared: Restorable[Any] = store  # type: ignore[assignment]  # only these have such a field to change
        found = await shared.share(who.viewer, id_, shared=wanted)
    except Outdated:
        raise Refusal(412, "It was changed meanwhile. Get it again, and change what it is now.") from None
    except KeyTaken:
        raise Refusal(409, "The team has one with this key already.", field="key") from None
    except NotThere as error:
        raise Refusal(422, NONE, field=error.field) from None
    if found is None or found.shared != wanted:
        raise Refusal(422, "Only whoever made it, as a member of a workspace, says who sees it.", field="shared")
    return _entry(found)


def _entry(found: object) -> Entry:
    if not isinstance(found, Entry):
        raise TypeError("a store gave something else than an entry")
    return found


def _said(found: Entry | None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    if found is None:
        raise Refusal(404, NONE)
    return JSONResponse(models.shown(found), status, {**NO_STORE, "ETag": f'"{found.etag}"', **(headers or {})})
