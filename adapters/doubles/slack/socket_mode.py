"""Socket Mode: WebSockets that carry events to the app, and acknowledgements back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from adapters.doubles.faults import reset
from adapters.doubles.slack.delivery import Deliveries, Delivery
from adapters.doubles.slack.wire import Json

MAX_SOCKETS = 10
REMEMBERED = 10_000


@dataclass(eq=False)
class Socket:
    """One open connection of the app.

    Attributes:
        half_dead: it stays open, but carries nothing and answers no ping; the platform does not know.
        leaving: told to go; it gets no more events.
    """

    ws: web.WebSocketResponse
    transport: asyncio.BaseTransport | None
    half_dead: bool = False
    leaving: bool = False
    waiting: dict[str, asyncio.Future[str]] = field(default_factory=dict)

    async def send(self, message: Json) -> None:
        """Send a message, unless the socket is half dead."""
        if not self.half_dead:
            await self.ws.send_str(json.dumps(message))

    def cut(self) -> None:
        """Reset the connection."""
        if self.transport is not None:
            reset(self.transport)


class SocketMode:
    """All sockets of the app. Each event goes to one of them, in turn.

    Attributes:
        opened: how many there were so far.
        most: how many were open at once.
    """

    def __init__(self, app: str) -> None:
        self.app = app
        self.sockets: list[Socket] = []
        self.opened = 0
        self.most = 0
        self.ping_interval = 10.0
        self.leave_after = 3.0
        self.stray_acks: list[str] = []
        self.deliveries: Deliveries | None = None
        self._tickets: set[str] = set()
        self._envelopes: OrderedDict[str, tuple[Delivery, int, float]] = OrderedDict()
        self._turn = 0

    def ticket(self) -> str:
        """A way in for one connection."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def deliver(self, delivery: Delivery, within: float) -> str:
        """Send one envelope to one socket and wait for its acknowledgement."""
        socket = self._next()
        if socket is None:
            return "connection_failed"
        envelope_id = str(uuid.uuid4())
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        socket.waiting[envelope_id] = answer
        self._remember(envelope_id, delivery)
        try:
            async with asyncio.timeout(within):
                await socket.send(self._envelope(envelope_id, delivery))
                return await answer
        except TimeoutError:
            return "timeout"
        except ConnectionError:
            return "connection_failed"
        finally:
            socket.waiting.pop(envelope_id, None)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket until it ends."""
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(request.query["ticket"])
        ws = web.WebSocketResponse(autoping=False, max_msg_size=0)
        await ws.prepare(request)
        if len(self.sockets) >= MAX_SOCKETS:
            await ws.send_json(self._disconnect("too_many_websockets"))
            await ws.close()
            return ws
        await self._serve(Socket(ws, request.transport))
        return ws

    async def say_disconnect(self, reason: str) -> None:
        """Tell every socket to reconnect; all reasons but ``warning`` also end it after a grace time."""
        for socket in list(self.sockets):
            await socket.send(self._disconnect(reason))
            if reason != "warning":
                socket.leaving = True
                asyncio.get_running_loop().call_later(self.leave_after, socket.cut)

    async def close(self) -> None:
        """End every connection."""
        for socket in list(self.sockets):
            socket.cut()

    async def _serve(self, socket: Socket) -> None:
        self.sockets.append(socket)
        self.opened += 1
        self.most = max(self.most, len(self.sockets))
        pings = asyncio.create_task(self._ping(socket))
        try:
            await socket.send(self._hello())
            self._tell()
            async for message in socket.ws:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(socket, message.data)
                elif message.type is WSMsgType.PING and not socket.half_dead:
                    await socket.ws.pong(message.data)
        except ConnectionError:
            pass  # the peer is gone, which is an end like any other
        finally:
            pings.cancel()
            self._forget(socket)

    def _forget(self, socket: Socket) -> None:
        self.sockets.remove(socket)
        for answer in socket.waiting.values():
            if not answer.done():
                answer.set_result("connection_failed")
        self._tell()

    def _tell(self) -> None:
        if self.deliveries is not None:
            self.deliveries.changed()

    async def _ping(self, socket: Socket) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await asyncio.sleep(self.ping_interval)
                if not socket.half_dead:
                    await socket.ws.ping(b"Ping from applink")

    def _acknowledge(self, socket: Socket, text: str) -> None:
        if socket.half_dead:
            return
        message = json.loads(text)
        envelope_id = str(message.get("envelope_id") or "")
        known = self._envelopes.pop(envelope_id, None)
        if known is None or self.deliveries is None:
            self.stray_acks.append(envelope_id)
            return
        delivery, attempt, sent = known
        answer = socket.waiting.pop(envelope_id, None)
        if answer is not None and not answer.done():
            delivery.answer = message.get("payload") if delivery.kind != "events_api" else None
            answer.set_result("")
        self.deliveries.acknowledged(delivery, envelope_id, attempt, time.monotonic() - sent)

    def _remember(self, envelope_id: str, delivery: Delivery) -> None:
        self._envelopes[envelope_id] = (delivery, delivery.attempt, time.monotonic())
        if len(self._envelopes) > REMEMBERED:
            self._envelopes.popitem(last=False)

    def _next(self) -> Socket | None:
        able = [socket for socket in self.sockets if not socket.leaving and not socket.ws.closed]
        self._turn += 1
        return able[self._turn % len(able)] if able else None

    def _envelope(self, envelope_id: str, delivery: Delivery) -> Json:
        envelope: Json = {"type": delivery.kind, "envelope_id": envelope_id, "payload": delivery.payload}
        if delivery.kind != "events_api":
            return envelope | {"accepts_response_payload": True}
        return envelope | {
            "accepts_response_payload": False,
            "retry_attempt": delivery.attempt,
            "retry_reason": "timeout" if delivery.attempt else "",
        }

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "applink-double", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app},
        }

    @staticmethod
    def _disconnect(reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-double"}}
