"""One request from its arrival to its end, with the faults that were scripted for it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from aiohttp import web

from adapters.doubles.providers.dialect import Dialect, Exchange, Finish, Refusal
from adapters.doubles.providers.script import Fault, Json, Script, tokens_in

_LAST = ("truncate", "malformed", "error_event", "filter")  # the faults that end a stream


@dataclass
class Pace:
    """How a stream is cut into pieces."""

    piece_size: int
    delay: float


async def respond(
    request: web.Request, route: str, dialect: Dialect, script: Script, models: Mapping[str, int], pace: Pace
) -> web.StreamResponse:
    """Answer one chat request."""
    body = await _body(request)
    if body is None:
        return web.json_response(
            dialect.error(400, "We could not parse the JSON body of your request.", None), status=400
        )
    script.log(route, body, dict(request.headers))
    script.peers.add(request.transport and request.transport.get_extra_info("peername"))
    model = str(body.get("model", ""))
    fault = script.meet(route, model)
    if fault is not None:
        early = await before(request, dialect, fault)
        if early is not None:
            return early
    try:
        dialect.check(request.headers, body, models)
    except Refusal as refusal:
        error = dialect.error(refusal.status, refusal.message, refusal.kind, refusal.param)
        return web.json_response(error, status=refusal.status)
    exchange = _exchange(dialect, body, model, script.answer(model, body), fault)
    exchange.report_usage = script.report_usage
    if not dialect.streams(body) or (fault is not None and fault.kind == "unstreamed"):
        return await _whole(request, dialect, exchange, fault)
    script.streaming += 1
    try:
        return await _Streamer(request, dialect, exchange, fault, pace).run()
    finally:
        script.streaming -= 1


async def _body(request: web.Request) -> Json | None:
    try:
        body = json.loads(await request.read())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


async def before(request: web.Request, dialect: Dialect, fault: Fault) -> web.StreamResponse | None:
    """What a fault does before there is an answer; None where it comes later."""
    if fault.kind == "drop":
        reset(request)
    if fault.kind == "hold":
        await fault.wait()
    if fault.kind != "status":
        return None
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    if fault.status == 502:  # comes from the proxy before the provider, which answers in HTML
        page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
        return web.Response(text=page, content_type="text/html", status=502, headers=headers)
    error = dialect.error(fault.status, fault.message, fault.code)
    return web.json_response(error, status=fault.status, headers=headers)


def _exchange(dialect: Dialect, body: Json, model: str, text: str, fault: Fault | None) -> Exchange:
    limit = dialect.output_limit(body)
    finish: Finish = "stop"
    if limit is not None and tokens_in(text) > limit:
        text, finish = text[: 4 * limit], "length"
    if fault is not None and fault.kind in ("filter", "refusal"):
        finish = "filter" if fault.kind == "filter" else "refusal"
        text = text if finish == "filter" else "I'm sorry, I can't help with that."
    return Exchange(body, model, text, finish, int(time.time()))


async def _whole(request: web.Request, dialect: Dialect, exchange: Exchange, fault: Fault | None) -> web.StreamResponse:
    exchange.sent = exchange.text
    kind = fault.kind if fault is not None else None
    if fault is not None and kind in ("stall", "slow"):
        await fault.wait()
    if kind in ("cut", "truncate"):
        return await _half(request, dialect, exchange)
    if kind in ("malformed", "garbled"):
        return web.Response(body=dialect.malformed, content_type="application/json")
    if kind == "error_event":
        return web.json_response(dialect.error(500, None, None), status=500)
    return web.json_response(dialect.whole(exchange))


async def _half(request: web.Request, dialect: Dialect, exchange: Exchange) -> web.StreamResponse:
    """Promise the whole answer, send half of it, and reset the connection."""
    body = json.dumps(dialect.whole(exchange)).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    reset(request)


@dataclass
class _Streamer:
    """Writes one answer piece by piece."""

    request: web.Request
    dialect: Dialect
    exchange: Exchange
    fault: Fault | None
    pace: Pace

    async def run(self) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": self.dialect.stream_type, "Cache-Control": "no-cache"})
        try:
            await response.prepare(self.request)
            await self._write(response)
            await response.write_eof()
        except ConnectionError:  # the client closed: nothing to answer any more
            return response
        return response

    async def _write(self, response: web.StreamResponse) -> None:
        """Write opening, pieces and closing, or less where a fault ends it."""
        await _send(response, self.dialect.opening(self.exchange))
        pieces = self._pieces()
        for number, piece in enumerate(pieces):
            if await self._faulty(response, number):
                return
            await self._pause()
            self.exchange.sent += piece
            garbled = self.fault is not None and self.fault.kind == "garbled" and self.fault.after == number
            written = self.dialect.malformed if garbled else self.dialect.piece(self.exchange, piece)
            await _send(response, written)
        late = self.fault is not None and self.fault.after >= len(pieces)
        if not (late and await self._faulty(response, None)):
            await self._close(response)

    async def _close(self, response: web.StreamResponse) -> None:
        await _send(response, self.dialect.closing(self.exchange))
        kind = self.fault.kind if self.fault is not None else None
        if kind == "lingering" and self.fault is not None:
            await self.fault.wait()
        if kind not in ("lingering", "unterminated"):
            await _send(response, self.dialect.terminator)

    async def _ping(self, response: web.StreamResponse, fault: Fault) -> None:
        while not fault.released.is_set():
            await _send(response, self.dialect.ping)
            await asyncio.sleep(fault.seconds or 0.5)

    def _pieces(self) -> list[str]:
        text, size = self.exchange.text, self.pace.piece_size
        return [text[i : i + size] for i in range(0, len(text), size)]

    async def _pause(self) -> None:
        slow = self.fault is not None and self.fault.kind == "slow"
        delay = (self.fault.seconds or 0.5) if slow and self.fault is not None else self.pace.delay
        if delay:
            await asyncio.sleep(delay)

    async def _faulty(self, response: web.StreamResponse, number: int | None) -> bool:
        """Do what the fault does at this piece (None: after the last); True when the answer ends with it."""
        fault = self.fault
        if fault is None or number not in (None, fault.after):
            return False
        match fault.kind:
            case "stall":
                await fault.wait()
            case "pings":
                await self._ping(response, fault)
            case "cut":
                reset(self.request)
            case "filter":
                await self._close(response)
            case "malformed":
                await _send(response, self.dialect.malformed)
            case "error_event":
                await _send(response, self.dialect.error_event())
        return fault.kind in _LAST


async def _send(response: web.StreamResponse, data: bytes) -> None:
    if data:
        await response.write(data)


def reset(request: web.Request) -> NoReturn:
    """Reset the connection (not just close it) and end the handler."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    raise asyncio.CancelledError
