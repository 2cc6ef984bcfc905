"""A person's own tasks under ``/api/v1/tasks``: listed, made, changed and dropped."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from adapters.web import api_models as models
from adapters.web.api_access import NO_STORE, NOTHING, Id, Limit, Once, Refusal, Whose, origin_of
from core.conversation.models import Asker
from core.people.tokens import Bearer
from core.reminders.moments import moment, zone_of
from core.work.models import Missing, Task, TaskChanges, Tasks, Which

_NOT_THERE = "There is none of that id, or it is not yours."
Route = tuple[str, Any, str, str]  # Any: of each kind


def tasks_router(tasks: Tasks, whose: Whose) -> APIRouter:
    """Everything that is done with tasks."""
    router = APIRouter(tags=["tasks"])
    for path, does, method, summary in (*_reading(tasks, whose), *_changing(tasks, whose)):
        router.add_api_route(path, does, methods=[method], summary=summary, name=f"{method} {path}")
    return router


def _reading(tasks: Tasks, whose: Whose) -> Iterator[Route]:
    asking = Annotated[Bearer, Depends(whose)]

    async def list_(who: asking, which: Which = Which.OPEN, limit: Limit = 50) -> models.Listed:
        now, zone = datetime.now(UTC), zone_of(who.zone)
        tomorrow = moment(now.astimezone(zone).date() + timedelta(days=1), time(0), zone)
        found = await tasks.listed(_asker(who), which, now, tomorrow, limit)
        return models.Listed(items=[models.shown_task(one) for one in found])

    async def get(who: asking, id: Id) -> Response:
        return _said(await tasks.one(_asker(who), id))

    yield "/tasks", list_, "GET", "List tasks"
    yield "/tasks/{id}", get, "GET", "Get one"


def _changing(tasks: Tasks, whose: Whose) -> Iterator[Route]:
    asking = Annotated[Bearer, Depends(whose)]

    async def make(who: asking, body: models.TaskNew, once: Once = "") -> Response:
        origin = origin_of(who, "tasks", once or hashlib.sha256(str(datetime.now(UTC)).encode()).hexdigest())
        made = await tasks.add(_asker(who), body.text, body.due_at, origin=origin, conversation_id=None)
        return JSONResponse(models.shown_task(made), 201, {**NO_STORE, "Location": f"/api/v1/tasks/{made.id}"})

    async def change(who: asking, id: Id, body: models.TaskChange) -> Response:
        if not body.model_fields_set:
            raise Refusal(422, NOTHING)
        fields = body.model_dump(exclude_unset=True, exclude={"done"})
        found = await _changed(tasks, who, id, fields) if fields else None
        if "done" in body.model_fields_set:
            found = await tasks.finish(_asker(who), id, done=body.done)
        return _said(found)

    async def drop(who: asking, id: Id) -> Response:
        _said(await tasks.drop(_asker(who), id, dropped=True))
        return Response(status_code=204)

    yield "/tasks", make, "POST", "Keep a new task"
    yield "/tasks/{id}", change, "PATCH", "Change some fields of one, or say that it is done"
    yield "/tasks/{id}", drop, "DELETE", "Say that one is not to be done after all"


async def _changed(tasks: Tasks, who: Bearer, id_: int, fields: dict[str, Any]) -> Task | None:  # Any: of each kind
    try:
        changed = await tasks.change(_asker(who), id_, TaskChanges.model_validate(fields))
    except Missing as error:
        raise Refusal(422, _NOT_THERE, field=f"{error.what}_id") from None
    return changed[1] if changed else None


def _asker(who: Bearer) -> Asker:
    return Asker(org_id=who.org_id, person_id=who.person_id, account="", name="", zone=who.zone, member=who.member)


def _said(found: Task | None) -> Response:
    if found is None:
        raise Refusal(404, _NOT_THERE)
    return JSONResponse(models.shown_task(found), 200, NO_STORE)
