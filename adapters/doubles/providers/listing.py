"""The lists of models, which cost nothing and want a key all the same."""

from __future__ import annotations

import time
from collections.abc import Mapping

from aiohttp import web

from adapters.doubles.providers.dialect import Dialect, Refusal
from adapters.doubles.providers.exchange import before
from adapters.doubles.providers.script import Script

ROUTE = "models"
"""How faults name it; only those that do are met here."""


async def list_models(
    request: web.Request, dialect: Dialect, script: Script, models: Mapping[str, int]
) -> web.StreamResponse:
    """Answer ``GET …/models``."""
    fault = next((f for f in script.faults if f.route == ROUTE and f.matches(ROUTE, "")), None)
    if fault is not None:
        fault.hits += 1
        fault.arrived.set()
        early = await before(request, dialect, fault)
        if early is not None:
            return early
    try:
        dialect.admit(request.headers)
    except Refusal as refusal:
        return web.json_response(dialect.error(refusal.status, refusal.message, refusal.kind), status=refusal.status)
    created = int(time.time())
    data = [{"id": name, "object": "model", "created": created, "owned_by": "double"} for name in models]
    return web.json_response({"object": "list", "data": data, "has_more": False})
