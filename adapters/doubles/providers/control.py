"""Control by HTTP, for tests whose double runs in another process."""

from __future__ import annotations

import json
from typing import get_args

from aiohttp import web

from adapters.doubles.providers.script import Fault, FaultKind, Script


def add_control(app: web.Application, script: Script) -> None:
    """Add ``/_control/fault``, ``/_control/reply`` and ``/_control/requests``."""

    async def add_fault(request: web.Request) -> web.Response:
        try:
            fault = Fault(**json.loads(await request.read()))
            if fault.kind not in get_args(FaultKind):
                raise ValueError(f"unknown kind {fault.kind}")
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        script.faults.append(fault)
        return web.json_response({"fault": len(script.faults) - 1})

    async def list_faults(request: web.Request) -> web.Response:
        listed = [{"kind": f.kind, "hits": f.hits, "released": f.released.is_set()} for f in script.faults]
        return web.json_response(listed)

    async def clear_faults(request: web.Request) -> web.Response:
        script.clear()
        return web.json_response({})

    async def set_reply(request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        script.reply(str(body["text"]), body.get("model"))
        return web.json_response({})

    async def list_requests(request: web.Request) -> web.Response:
        return web.json_response([r.as_json() for r in script.requests])

    app.router.add_post("/_control/fault", add_fault)
    app.router.add_get("/_control/fault", list_faults)
    app.router.add_delete("/_control/fault", clear_faults)
    app.router.add_post("/_control/reply", set_reply)
    app.router.add_get("/_control/requests", list_requests)
